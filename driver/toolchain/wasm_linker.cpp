#include <cargo_wasm/toolchain/wasm_linker.hpp>

#include <array>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

#include "ask_rustc.hpp"

namespace cargo_wasm::toolchain {

namespace {

/// The values of every `-C NAME=VALUE`, in order.
std::vector<std::string> values_of(std::span<const std::string> rustflags, std::string_view name)
{
  std::vector<std::string> values;
  for (const std::string& option : codegen_options(rustflags)) {
    if (option.size() > name.size() && option.starts_with(name) && option[name.size()] == '=') {
      values.push_back(option.substr(name.size() + 1));
    }
  }
  return values;
}

std::string_view stem_of(const base::Path& program)
{
  const std::string_view name = program.native();
  return name.substr(name.rfind('/') + 1);
}

/// rustc tells a linker by its file name, a version behind it taken off (rustc_target: LinkerFlavor::infer_linker_hints).
WasmLinker::Kind kind_of(const base::Path& program)
{
  const std::string_view name = stem_of(program);
  if (name.starts_with("wasm-component-ld")) {
    return WasmLinker::Kind::component_ld;
  }
  for (const std::string_view driver : {"clang", "gcc", "cc", "c++", "g++", "emcc"}) {
    if (name == driver || name.starts_with(std::string(driver) + "-") || name.ends_with("-" + std::string(driver))) {
      return WasmLinker::Kind::compiler_driver;
    }
  }
  return WasmLinker::Kind::wasm_ld;
}

class LinkerProbe
{
public:
  LinkerProbe(const base::Env& env, const manifest::Config& config, const RustcInfo& rustc) : m_env(env), m_config(config), m_rustc(rustc)
  {
  }

  /// What rustc starts when nobody says anything.
  Result<std::optional<base::Path>> default_program(std::string_view triple, RustcCache& cache) const
  {
    base::EnvMap vars = m_env.vars;
    vars["RUSTC_BOOTSTRAP"] = "1"; // the question is an unstable one, its answer is not used for anything else
    const base::Env env{m_env.fs, m_env.process, m_env.http, m_env.clock, m_env.reporter, vars, m_env.cwd};
    CW_TRY_ASSIGN(const auto answer,
                  ask_rustc(env,
                            m_config,
                            {m_rustc.program, m_rustc.wrapper, m_rustc.workspace_wrapper},
                            {"-Zunstable-options", "--print=target-spec-json", "--target", std::string(triple)},
                            cache));
    const auto spec = nlohmann::json::parse(answer.out, nullptr, false);
    if (answer.status != 0 || !spec.is_object() || !spec.contains("linker") || !spec.at("linker").is_string()) {
      return std::nullopt;
    }
    return base::Path(spec.at("linker").get<std::string>());
  }

  /// A name as rustc finds it: among the sysroot's own tools, then on PATH.
  [[nodiscard]] std::optional<base::Path> find(const base::Path& program) const
  {
    if (program.has_parent_path()) {
      return (m_env.cwd / program).lexically_normal();
    }
    const base::Path own = tools() / program;
    if (m_env.fs.is_file(own)) {
      return own;
    }
    return m_env.program_on_path(program.native());
  }

  /// The wasm-ld that wasm-component-ld starts: `--wasm-ld-path` of the user, else the one beside it.
  [[nodiscard]] std::optional<base::Path> below_component_ld(std::span<const std::string> rustflags) const
  {
    std::optional<base::Path> chosen;
    const std::vector<std::string> arguments = link_arguments(rustflags);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      constexpr std::string_view k_option = "--wasm-ld-path";
      if (arguments[i] == k_option && i + 1 < arguments.size()) {
        chosen = find(arguments[i + 1]);
      } else if (arguments[i].starts_with(std::string(k_option) + "=")) {
        chosen = find(arguments[i].substr(k_option.size() + 1));
      }
    }
    if (chosen) {
      return chosen;
    }
    for (const char* const name : {"gcc-ld/wasm-ld", "wasm-ld", "rust-lld"}) {
      if (m_env.fs.is_file(tools() / name)) {
        return tools() / name;
      }
    }
    return find("wasm-ld");
  }

  /// What a compiler driver would start: it is asked, and says a bare name when it has none of its own.
  Result<std::optional<base::Path>> below_compiler(const base::Path& driver, std::span<const std::string> rustflags) const
  {
    for (const std::string& argument : link_arguments(rustflags)) {
      constexpr std::string_view k_option = "-fuse-ld=";
      if (argument.starts_with(k_option) && base::Path(argument.substr(k_option.size())).is_absolute()) {
        return base::Path(argument.substr(k_option.size()));
      }
    }
    base::Command command;
    command.program = driver;
    command.args = {"--target=wasm32", "-print-prog-name=wasm-ld"};
    command.env = m_env.vars;
    command.cwd = m_env.cwd;
    base::CapturingSink sink;
    const auto exit = m_env.process.run(command, sink);
    if (!exit || !exit->success()) {
      return std::nullopt;
    }
    return find(std::string(base::trim(sink.out)));
  }

private:
  [[nodiscard]] base::Path tools() const { return m_rustc.sysroot / "lib/rustlib" / m_rustc.host / "bin"; }

  const base::Env& m_env;
  const manifest::Config& m_config;
  const RustcInfo& m_rustc;
};

} // namespace

std::vector<std::string> codegen_options(std::span<const std::string> rustflags)
{
  constexpr std::string_view k_long = "--codegen=";
  std::vector<std::string> options;
  for (std::size_t i = 0; i < rustflags.size(); ++i) {
    const std::string_view flag = rustflags[i];
    if ((flag == "-C" || flag == "--codegen") && i + 1 < rustflags.size()) {
      options.push_back(rustflags[++i]);
    } else if (flag.starts_with(k_long)) {
      options.emplace_back(flag.substr(k_long.size()));
    } else if (flag.starts_with("-C")) {
      options.emplace_back(flag.substr(2));
    }
  }
  return options;
}

std::optional<std::string> codegen_option(std::span<const std::string> rustflags, std::string_view name)
{
  auto values = values_of(rustflags, name);
  return values.empty() ? std::nullopt : std::optional(std::move(values.back()));
}

std::vector<std::string> link_arguments(std::span<const std::string> rustflags)
{
  // Both kinds go into one list in rustc, in the order of the command line; here each option's own order is enough.
  std::vector<std::string> arguments = values_of(rustflags, "link-arg");
  for (const std::string& several : values_of(rustflags, "link-args")) {
    for (const std::string_view word : base::split(several, ' ')) {
      if (!word.empty()) {
        arguments.emplace_back(word);
      }
    }
  }
  return arguments;
}

Result<std::optional<WasmLinker>> probe_wasm_linker(const base::Env& env,
                                                    const manifest::Config& config,
                                                    const RustcInfo& rustc,
                                                    std::string_view triple,
                                                    std::span<const std::string> rustflags,
                                                    const std::optional<base::Path>& configured,
                                                    RustcCache& cache)
{
  const LinkerProbe probe(env, config, rustc);
  std::optional<base::Path> named = configured;
  if (auto flag = codegen_option(rustflags, "linker")) {
    named = base::Path(std::move(*flag));
  } else if (!named) {
    CW_TRY_ASSIGN(named, probe.default_program(triple, cache));
  }
  const std::optional<base::Path> program = named ? probe.find(*named) : std::nullopt;
  if (!program) {
    return std::nullopt;
  }
  WasmLinker linker{.kind = kind_of(*program), .program = *program, .wasm_ld = *program};
  std::optional<base::Path> inner = *program;
  if (linker.kind == WasmLinker::Kind::component_ld) {
    inner = probe.below_component_ld(rustflags);
  } else if (linker.kind == WasmLinker::Kind::compiler_driver) {
    CW_TRY_ASSIGN(inner, probe.below_compiler(*program, rustflags));
  }
  if (!inner) {
    return std::nullopt;
  }
  linker.wasm_ld = std::move(*inner);
  return linker;
}

} // namespace cargo_wasm::toolchain
