// doctor's rows about programs beside the compiler, and about places on the disk.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/postlink/wasm_opt.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>
#include <cargo_wasm/toolchain/tool.hpp>

#include "doctor_rows.hpp"

namespace cargo_wasm::ops {

namespace {

/// Below this a build of a project with some dependencies ends half-way: a dev build of a hundred crates writes about as much.
constexpr std::uint64_t k_least_free_bytes = 512ULL * 1024 * 1024;

class ToolRows
{
public:
  ToolRows(const Examination& seen, std::vector<DoctorRow>& rows) : m_seen(seen), m_rows(rows), m_triples(seen.wasm_triples()) {}

  /// rustc links what runs on this machine with it: build scripts and proc macros.
  void host_linker()
  {
    std::string program = "cc";
    std::string wanted_by = "only needed for build scripts and proc macros, which run on this machine";
    if (m_seen.rustc) {
      const auto configured = toolchain::linker_for(*m_seen.config, m_seen.rustc->host, {});
      if (configured && *configured) {
        program = (*configured)->string();
        wanted_by += fmt::format("; configured as linker of {}", m_seen.rustc->host);
      }
    }
    auto& row = tool(program, {"--version"});
    for (const char* const package : {"proc-macro2", "cc"}) {
      if (m_seen.locked(package) != nullptr && !row.is_needed) {
        row.is_needed = true;
        wanted_by = fmt::format("links build scripts and proc macros, of which there are some: `{}` is in Cargo.lock", package);
      }
    }
    if (has_script_or_macro()) {
      row.is_needed = true;
      wanted_by = "links the build scripts and proc macros of this project";
    }
    row.notes.push_back(std::move(wanted_by));
    advise(row, "install a C compiler: `apt-get install gcc`");
  }

  void component_linker()
  {
    const bool is_a_target = std::ranges::any_of(m_triples, [](const std::string& triple) { return triple.starts_with("wasm32-wasip2"); });
    if (is_a_target || !m_seen.rustc) {
      return; // it has a row as a linker
    }
    const Path own = m_seen.rustc->sysroot / "lib" / "rustlib" / m_seen.rustc->host / "bin" / "wasm-component-ld";
    auto& row = m_seen.env.fs.is_file(own) ? tool("wasm-component-ld", {"--version"}, own) : tool("wasm-component-ld", {"--version"});
    row.notes.emplace_back("only needed to link for wasm32-wasip2; it is part of Rust's toolchains from 1.82 on");
    advise(row, "use a toolchain from rustup");
  }

  void runtimes()
  {
    for (const std::string& triple : m_triples) {
      const auto runner = toolchain::runner_for(*m_seen.config, triple, {});
      if (runner && *runner) {
        auto& row = tool((*runner)->program.string(), {"--version"});
        row.notes.push_back(fmt::format("only needed for `cargo-wasm run`: the runner of {} in the configuration", triple));
        advise(row, "correct `runner`, or install it");
      }
    }
    auto& wasmtime = tool("wasmtime", {"--version"});
    wasmtime.notes.emplace_back("only needed for `cargo-wasm run`: comes before Node, and is the only one for wasm32-wasip2");
    advise(wasmtime, "`cargo install wasmtime-cli`");
    auto& node = tool("node", {"--version"});
    const bool has_wasi =
        node.fitness == Fitness::fit &&
        toolchain::ask_tool(m_seen.env, *node.path, {"--no-warnings", "--eval", "new (require('wasi').WASI)({ version: 'preview1' })"});
    node.notes.emplace_back("only needed for `cargo-wasm run`, where wasmtime is missing");
    if (node.fitness == Fitness::fit && !has_wasi) {
      node.fitness = Fitness::unfit;
      node.notes.emplace_back("its WASI cannot be used");
      advise(node, "install a newer one");
    }
    advise(node, "`apt-get install nodejs`");
  }

  void c_compiler()
  {
    const auto [program, variable] = wasm_compiler();
    auto& clang = tool(program, {"--version"});
    clang.notes.push_back(m_seen.locked("cc") != nullptr
                              ? "only needed when a build script compiles C for wasm: `cc`, which does that, is in Cargo.lock"
                              : "only needed when a build script compiles C for wasm");
    if (!variable.empty()) {
      clang.notes.push_back(fmt::format("because of `{}`", variable));
    }
    advise(clang, "`apt-get install clang lld`");

    DoctorRow& libc = m_rows.emplace_back(DoctorRow{.name = "wasi-libc"});
    std::vector<Path> places = {"/usr/include/wasm32-wasi"};
    if (const std::string* sdk = m_seen.env.var("WASI_SDK_PATH"); sdk != nullptr && !sdk->empty()) {
      places.insert(places.begin(), Path(*sdk) / "share" / "wasi-sysroot");
    }
    const auto found = std::ranges::find_if(places, [&](const Path& place) { return m_seen.env.fs.is_directory(place); });
    if (found != places.end()) {
      libc.path = *found;
    } else {
      libc.fitness = Fitness::missing;
    }
    libc.notes.emplace_back("only needed when a build script compiles C for WASI: the headers; rustc brings the library itself");
    advise(libc, "`apt-get install wasi-libc`, or set WASI_SDK_PATH");
  }

  void git()
  {
    auto& row = tool("git", {"--version"});
    const auto by_program = m_seen.config->get_bool("net.git-fetch-with-cli");
    const bool fetches = by_program && *by_program && (*by_program)->value;
    const bool has_git = m_seen.lock && std::ranges::any_of(m_seen.lock->packages, [](const manifest::LockedPackage& package) {
                           return package.source && package.source->starts_with("git+");
                         });
    row.is_needed = fetches && has_git;
    row.notes.emplace_back(fetches ? "fetches git dependencies (`net.git-fetch-with-cli`)"
                                   : "only needed with `net.git-fetch-with-cli`; git dependencies are fetched without it");
    advise(row, "`apt-get install git`");
  }

  /// The one that a build would start.
  void wasm_opt()
  {
    std::optional<Path> configured;
    if (const auto set = m_seen.config->get_path("wasm.tools.wasm-opt"); set && *set) {
      configured = (*set)->value;
    }
    const Path root = m_seen.project ? m_seen.project->workspace.root : m_seen.env.cwd;
    auto& row = tool("wasm-opt", {"--version"}, postlink::find_wasm_opt(m_seen.env, configured, root));
    row.notes.emplace_back("runs behind the linker where a profile asks for it: docs/guide/profiles.md");
  }

  /// What people have heard of in connection with wasm. Honest: no step starts them.
  void others()
  {
    wasm_opt();
    tool("wasm-tools", {"--version"}).notes.emplace_back("no step of cargo-wasm starts it");
    auto& row = tool("wasm-bindgen", {"--version"});
    row.notes.emplace_back("no step of cargo-wasm starts it");
    const auto* crate = m_seen.locked("wasm-bindgen");
    if (crate != nullptr && row.fitness == Fitness::fit && row.version != crate->version) {
      row.fitness = Fitness::unfit;
      row.notes.push_back(fmt::format("the crate in Cargo.lock is {}, and the program has to be of the same version", crate->version));
      row.to_do.push_back(fmt::format("`cargo install wasm-bindgen-cli --version {}`", crate->version));
    }
  }

private:
  DoctorRow& tool(const std::string& program, std::vector<std::string> args)
  {
    const bool is_path = program.find('/') != std::string::npos;
    return tool(program,
                std::move(args),
                is_path ? std::optional((m_seen.env.cwd / program).lexically_normal()) : m_seen.env.program_on_path(program));
  }

  DoctorRow& tool(const std::string& name, std::vector<std::string> args, const std::optional<Path>& path)
  {
    DoctorRow& row = m_rows.emplace_back(DoctorRow{.name = name});
    if (!path || !m_seen.env.fs.is_file(*path)) {
      row.fitness = Fitness::missing;
      return row;
    }
    row.path = path;
    const auto line = toolchain::ask_tool(m_seen.env, *path, std::move(args));
    row.version = line ? toolchain::version_in(*line) : "";
    if (!line) {
      row.fitness = Fitness::unfit;
      row.notes.emplace_back("it does not start, or does not say its version");
    }
    return row;
  }

  static void advise(DoctorRow& row, std::string text)
  {
    if (row.fitness != Fitness::fit && row.to_do.empty()) {
      row.to_do.push_back(std::move(text));
    }
  }

  [[nodiscard]] bool has_script_or_macro() const
  {
    return m_seen.project && std::ranges::any_of(m_seen.project->workspace.members, [](const PackagePtr& member) {
             const auto* library = member->manifest->library();
             return member->manifest->custom_build() != nullptr ||
                    (library != nullptr &&
                     std::ranges::find(library->crate_types, manifest::CrateType::proc_macro) != library->crate_types.end());
           });
  }

  /// As crate `cc` finds it: the variables of the target in its order, else clang.
  [[nodiscard]] std::pair<std::string, std::string> wasm_compiler() const
  {
    std::vector<std::string> variables;
    for (const std::string& triple : m_triples) {
      std::string name = triple;
      std::ranges::replace(name, '-', '_');
      variables.insert(variables.end(), {"CC_" + triple, "CC_" + name});
    }
    variables.emplace_back("TARGET_CC");
    for (const std::string& variable : variables) {
      const std::string* value = m_seen.env.var(variable);
      if (value != nullptr && !value->empty()) {
        return {value->substr(0, value->find(' ')), variable};
      }
    }
    return {"clang", ""};
  }

  const Examination& m_seen;
  std::vector<DoctorRow>& m_rows;
  std::vector<std::string> m_triples;
};

/// Found out by writing: permissions, read-only mounts and quotas all show.
DoctorRow writable_row(const Env& env, std::string name, const Path& directory, bool is_needed)
{
  DoctorRow row{.name = std::move(name), .is_needed = is_needed};
  row.path = directory;
  Path existing = directory;
  while (!env.fs.is_directory(existing) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  const Path trial = existing / ".cargo-wasm-doctor";
  const auto written = env.fs.write_atomic(trial, "");
  static_cast<void>(env.fs.remove(trial));
  if (!written) {
    row.fitness = Fitness::unfit;
    row.notes.push_back(fmt::format("nothing can be written in `{}`", existing.string()));
    row.notes.insert(row.notes.end(), written.error().notes.begin(), written.error().notes.end());
    row.to_do.emplace_back("give yourself the right to write there, or name another directory");
  } else if (existing != directory) {
    row.notes.emplace_back("it is not there yet, and can be made");
  }
  return row;
}

} // namespace

void add_tool_rows(const Examination& seen, std::vector<DoctorRow>& rows)
{
  ToolRows add(seen, rows);
  add.host_linker();
  add.component_linker();
  add.runtimes();
  add.c_compiler();
  add.git();
  add.others();
}

void add_place_rows(const Examination& seen, std::vector<DoctorRow>& rows)
{
  const bool is_wanted = seen.is_for_project();
  rows.push_back(writable_row(seen.env, "CARGO_HOME", seen.config->cargo_home(), is_wanted));
  rows.back().notes.emplace_back("downloaded crates are kept there");
  Path built_in = seen.config->cargo_home();
  if (seen.project) {
    built_in = seen.project->workspace.target_directory;
    rows.push_back(writable_row(seen.env, "target directory", built_in, is_wanted));
  }
  const auto free = seen.request.free_bytes ? seen.request.free_bytes(built_in) : std::nullopt;
  if (!free) {
    return;
  }
  DoctorRow space{.name = "free space", .is_needed = is_wanted, .path = built_in};
  space.notes.push_back(fmt::format("{} are free", base::human_bytes(*free)));
  if (*free < k_least_free_bytes) {
    space.fitness = Fitness::unfit;
    space.notes.push_back(fmt::format("a build with some dependencies writes more than {}", base::human_bytes(k_least_free_bytes)));
    space.to_do.emplace_back("`cargo-wasm clean` in projects that you do not work on frees some");
  }
  rows.push_back(std::move(space));
}

} // namespace cargo_wasm::ops
