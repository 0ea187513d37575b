#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/token_variables.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

#include "ask_rustc.hpp"

namespace cargo_wasm::toolchain {
namespace {

/// Variables that change what a compiler says about itself.
constexpr std::array<std::string_view, 6> k_telling_variables = {
    "LD_LIBRARY_PATH", "LD_PRELOAD", "RUSTC_BOOTSTRAP", "RUSTC_FORCE_RUSTC_VERSION", "RUST_TARGET_PATH", "RUSTUP_TOOLCHAIN"};

std::string question_of(const base::Command& command, const EnvMap& extra)
{
  std::string question = base::to_shell_string(command);
  if (!extra.empty()) { // by a digest: `[env]` may hold secrets, and questions are written down
    std::string values;
    for (const auto& [name, value] : extra) {
      values += fmt::format("{}={}", name, value) + '\0';
    }
    question += fmt::format(" [env {}]", base::to_hex(base::sha256(values)));
  }
  for (const std::string_view name : k_telling_variables) {
    if (const auto found = command.env.find(name); found != command.env.end() && extra.count(found->first) == 0) {
      question += fmt::format(" [{}={}]", name, found->second);
    }
  }
  return question;
}

void add_file(base::StableHasher& hasher, const base::ReadOnlyFilesystem& fs, const Path& file)
{
  const auto real = fs.canonicalize(file);
  const auto stat = fs.stat(file);
  hasher.add(real ? real->string() : file.string());
  if (stat && *stat) {
    hasher.add((*stat)->size_bytes).add(static_cast<std::uint64_t>((*stat)->mtime_ns));
  }
}

/// rustc itself is a small program; what compiles is this library beside it.
std::vector<Path> driver_libraries(const base::ReadOnlyFilesystem& fs, const Path& rustc)
{
  const auto real = fs.canonicalize(rustc);
  const Path directory = (real ? *real : rustc).parent_path().parent_path() / "lib";
  std::vector<Path> found;
  if (const auto entries = fs.list(directory)) {
    for (const base::DirectoryEntry& entry : *entries) {
      if (entry.name.starts_with("librustc_driver")) {
        found.push_back(directory / entry.name);
      }
    }
  }
  return found;
}

/// Whether an answer depends on the compiler and the question alone: no file and no property of the machine that the question only names.
bool is_for_all(const std::vector<std::string>& args, const EnvMap& extra)
{
  const auto names_something = [](const std::string& arg) {
    return arg.starts_with('@') || arg.starts_with("--sysroot") || arg.ends_with(".json") || arg.find("native") != std::string::npos ||
           arg.find("codegen-backend") != std::string::npos;
  };
  const auto changes_rustc = [](const auto& variable) { return variable.first.starts_with("RUST") || variable.first.starts_with("LD_"); };
  return std::none_of(args.begin(), args.end(), names_something) && std::none_of(extra.begin(), extra.end(), changes_rustc);
}

Path resolve_program(const Env& env, const Path& program)
{
  return program.has_parent_path() ? program : env.program_on_path(program.native()).value_or(program);
}

std::optional<std::string> line_of(std::string_view text, std::string_view field)
{
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(field)) {
      return std::string(base::trim(line.substr(field.size())));
    }
  }
  return std::nullopt;
}

Error failed(const CompilerCommand& compiler, std::string_view args, const RustcCache::Answer& answer)
{
  Error error("CW0504", fmt::format("`{} {}` failed with status {}", compiler.rustc.string(), args, answer.status), Blame::environment);
  for (const std::string_view line : base::split(base::trim(answer.err), '\n')) {
    if (!line.empty()) {
      error.notes.emplace_back(line);
    }
  }
  return error;
}

Error no_compiler(const CompilerCommand& compiler, std::string_view what, std::string_view output)
{
  return Error("CW0505",
               fmt::format("`{} -vV` did not answer as a Rust compiler does: {}", compiler.rustc.string(), what),
               Blame::environment)
      .note(fmt::format("it printed `{}`", base::trim(output)))
      .help("check `RUSTC`, `build.rustc` and the wrappers; with `CARGO_CACHE_RUSTC_INFO=0` it is asked once more");
}

} // namespace

Result<RustcCache::Answer> ask_rustc(const Env& env,
                                     const manifest::Config& config,
                                     const CompilerCommand& compiler,
                                     const std::vector<std::string>& args,
                                     RustcCache& cache)
{
  base::Command command;
  std::vector<std::string> words;
  for (const auto* wrapper : {&compiler.wrapper, &compiler.workspace_wrapper}) {
    if (*wrapper) {
      words.push_back((*wrapper)->string());
    }
  }
  words.push_back(compiler.rustc.string());
  command.program = words.front();
  command.args.assign(words.begin() + 1, words.end());
  command.args.insert(command.args.end(), args.begin(), args.end());
  command.env = base::without_secrets(env.vars);
  command.env.erase("RUSTC_LOG");
  for (const std::string& name : manifest::variables_of_tokens(config)) {
    command.env.erase(name);
  }
  command.cwd = env.cwd;
  CW_TRY_ASSIGN(const auto extra, config.extra_env());
  for (const auto& [name, value] : extra) {
    command.env.insert_or_assign(name, value);
  }
  std::string question = question_of(command, extra);
  const bool for_all = is_for_all(args, extra);
  if (const RustcCache::Answer* known = for_all ? cache.find_anywhere(env.fs, question) : cache.find(question)) {
    return *known;
  }
  base::CapturingSink sink;
  auto exit = env.process.run(command, sink);
  if (!exit) {
    Error error("CW0504", fmt::format("the compiler `{}` cannot be started", command.program.string()), Blame::environment);
    error.notes.push_back(std::move(exit).error().message);
    return fail(std::move(error).help("`cargo-wasm doctor` shows which toolchains are there"));
  }
  RustcCache::Answer answer{exit->signal != 0 ? 128 + exit->signal : exit->status, std::move(sink.out), std::move(sink.err)};
  if (answer.status == 0 && for_all) {
    cache.add_for_all(question, answer);
  } else if (answer.status == 0) {
    cache.add(std::move(question), answer);
  }
  return answer;
}

bool has_driver_library(const Env& env, const Path& rustc)
{
  const Path program = resolve_program(env, rustc);
  const auto bytes = env.fs.read(program);
  return bytes && !bytes->starts_with("#!") && !driver_libraries(env.fs, program).empty();
}

std::string rustc_identity(const Env& env, const ToolchainChoice& choice)
{
  base::StableHasher hasher;
  const Path rustc = resolve_program(env, choice.rustc);
  add_file(hasher, env.fs, rustc);
  for (const Path& library : driver_libraries(env.fs, rustc)) {
    add_file(hasher, env.fs, library);
  }
  hasher.add(choice.name.value_or(""));
  for (const auto* wrapper : {&choice.wrapper, &choice.workspace_wrapper}) {
    hasher.add(*wrapper ? "wrapper" : "none");
    if (*wrapper) {
      add_file(hasher, env.fs, resolve_program(env, **wrapper));
    }
  }
  return hasher.finish_hex();
}

Result<RustcInfo> probe_rustc(const Env& env, const manifest::Config& config, const ToolchainChoice& choice, RustcCache& cache)
{
  const CompilerCommand compiler{choice.rustc, choice.wrapper, choice.workspace_wrapper};
  CW_TRY_ASSIGN(const auto answer, ask_rustc(env, config, compiler, {"-vV"}, cache));
  if (answer.status != 0) {
    return fail(failed(compiler, "-vV", answer));
  }
  RustcInfo info;
  info.program = choice.rustc;
  info.wrapper = choice.wrapper;
  info.workspace_wrapper = choice.workspace_wrapper;
  info.verbose_version = answer.out;
  info.identity = rustc_identity(env, choice);
  const auto host = line_of(answer.out, "host: ");
  const auto release = line_of(answer.out, "release: ");
  if (!host || !release) {
    return fail(no_compiler(compiler, fmt::format("no line `{}`", host ? "release" : "host"), answer.out));
  }
  info.host = *host;
  auto version = spec::parse_version(*release);
  if (!version) {
    return fail(no_compiler(compiler, fmt::format("`{}` is no version", *release), answer.out));
  }
  info.version = std::move(*version);
  const auto commit = line_of(answer.out, "commit-hash: ");
  info.commit_hash = commit && *commit != "unknown" ? *commit : "";
  info.llvm_version = line_of(answer.out, "LLVM version: ").value_or("");

  CW_TRY_ASSIGN(const auto sysroot, ask_rustc(env, config, compiler, {"--print=sysroot"}, cache));
  if (sysroot.status != 0) {
    return fail(failed(compiler, "--print=sysroot", sysroot));
  }
  info.sysroot = std::string(base::trim(sysroot.out));
  if (!env.fs.is_directory(info.sysroot)) {
    return fail(no_compiler(compiler, fmt::format("its sysroot `{}` does not exist", info.sysroot.string()), sysroot.out));
  }
  return info;
}

bool supports_remap_path_scope(const spec::Version& rustc)
{
  return rustc.major > 1 || rustc.minor >= 95;
}
bool passes_allow_undefined(const spec::Version& rustc)
{
  return rustc.major == 1 && rustc.minor < 96;
}
bool supports_check_cfg(const spec::Version& rustc)
{
  return rustc.major > 1 || rustc.minor >= 80;
}
bool has_wasip1_target_name(const spec::Version& rustc)
{
  return rustc.major > 1 || rustc.minor >= 78;
}
bool has_wasip2_target(const spec::Version& rustc)
{
  return rustc.major > 1 || rustc.minor >= 82;
}

} // namespace cargo_wasm::toolchain
