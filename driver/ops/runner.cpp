#include "runner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>

#include "node_wasi.hpp"

namespace cargo_wasm::ops {

namespace {

struct MappedDirectory
{
  std::string host, guest;
};

/// The directory that an argument names or lies in, as the program will spell it; nullopt when it is no path outside of what is open
/// anyway. A file need not exist yet: it may be what the program writes.
std::optional<MappedDirectory> directory_of_argument(const Env& env, std::string_view argument)
{
  if (const auto equals = argument.find('='); argument.starts_with('-') && equals != std::string_view::npos) {
    argument.remove_prefix(equals + 1); // --output=/tmp/x
  }
  if (!argument.starts_with('/') && argument != ".." && !argument.starts_with("../")) {
    return std::nullopt;
  }
  const Path path(std::string{argument});
  const auto is_directory = [&](const Path& candidate) { return env.fs.is_directory((env.cwd / candidate) / "."); };
  const Path directory = is_directory(path) ? path : path.parent_path();
  const Path host = (env.cwd / directory).lexically_normal();
  if (!is_directory(directory) || host == host.root_path()) {
    return std::nullopt; // the whole machine is opened only when somebody says so
  }
  return MappedDirectory{host.string(), directory.string()};
}

std::vector<MappedDirectory> mapped_directories(const Env& env, const RunnerRequest& request)
{
  std::vector<MappedDirectory> mapped;
  if (request.directories.empty()) {
    mapped.push_back({env.cwd.string(), "."});
    for (const auto& argument : request.arguments) {
      auto directory = directory_of_argument(env, argument);
      const bool is_new =
          directory && std::none_of(mapped.begin(), mapped.end(), [&](const auto& known) { return known.guest == directory->guest; });
      if (is_new) {
        env.reporter.verbose("Opening", fmt::format("`{}` to the program, because of the argument `{}`", directory->host, argument));
        mapped.push_back(std::move(*directory));
      }
    }
    return mapped;
  }
  for (const auto& text : request.directories) {
    const auto separator = text.find("::");
    const auto host = text.substr(0, separator);
    mapped.push_back({(env.cwd / host).lexically_normal().string(), separator == std::string::npos ? host : text.substr(separator + 2)});
  }
  return mapped;
}

/// What wasmtime takes as `--env NAME`, which hands the value over without showing it in the list of processes.
bool can_be_named(const std::string& name, const std::string& value)
{
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_word) && base::is_valid_utf8(value);
}

base::Command with_wasmtime(const Env& env, const Path& wasmtime, const RunnerRequest& request, const EnvMap& variables)
{
  base::Command command;
  command.program = wasmtime;
  command.args = {"run"};
  for (const auto& directory : mapped_directories(env, request)) {
    command.args.push_back("--dir");
    command.args.push_back(directory.host + "::" + directory.guest);
  }
  for (const auto& [name, value] : variables) {
    if (can_be_named(name, value)) {
      command.args.push_back("--env");
      command.args.push_back(name);
    }
  }
  command.args.push_back("--");
  command.args.push_back(request.program.string());
  return command;
}

base::Command with_node(const Env& env, const Path& node, const RunnerRequest& request)
{
  base::Command command;
  command.program = node;
  command.args = {"--no-warnings", "--eval", std::string(k_node_wasi_script), "--", request.program.string()};
  std::string preopens;
  for (const auto& directory : mapped_directories(env, request)) {
    preopens += directory.guest + '\n' + directory.host + '\n';
  }
  command.args.push_back(preopens);
  return command;
}

Result<base::Command> wasm_runner(const Env& env, const RunnerRequest& request, const EnvMap& variables)
{
  const bool is_component = request.triple == "wasm32-wasip2";
  if (request.triple.find("-wasi") == std::string::npos) {
    return fail(Error("CW0731",
                      fmt::format("`{}` programs have no host to run on: the target has no system interface", request.triple),
                      Blame::environment)
                    .help("build for WASI: `cargo-wasm run --target wasm32-wasip1`")
                    .help(fmt::format("or name a runner in .cargo/config.toml: `[target.{}] runner = \"…\"`", request.triple)));
  }
  if (const auto wasmtime = env.program_on_path("wasmtime")) {
    return with_wasmtime(env, *wasmtime, request, variables);
  }
  if (is_component) {
    return fail(Error("CW0732", "no runtime for components found: `wasm32-wasip2` programs need `wasmtime`", Blame::environment)
                    .help("install it, for instance with `cargo install wasmtime-cli`")
                    .help("or build a core module, which Node runs too: `cargo-wasm run --target wasm32-wasip1`"));
  }
  if (const auto node = env.program_on_path("node")) {
    return with_node(env, *node, request);
  }
  return fail(Error("CW0730", "no WebAssembly runtime found: neither `wasmtime` nor `node` is on the path", Blame::environment)
                  .help("install one of them: `apt-get install nodejs`, or `cargo install wasmtime-cli`")
                  .help(fmt::format("or name another in .cargo/config.toml: `[target.{}] runner = \"…\"`", request.triple)));
}

} // namespace

Result<base::Command> runner_command(
    const Env& env, const manifest::Config& config, const toolchain::TargetInfo& target, bool is_host, const RunnerRequest& request)
{
  EnvMap variables = env.vars;
  CW_TRY_ASSIGN(const auto extra, config.extra_env());
  for (const auto& [name, value] : extra) {
    variables[name] = value;
  }
  base::Command command;
  CW_TRY_ASSIGN(const auto configured, toolchain::runner_for(config, target.triple, target.cfgs));
  if (configured) {
    command.program = configured->program;
    command.args = configured->args;
    command.args.push_back(request.program.string());
  } else if (is_host || request.triple.find("wasm") == std::string::npos) {
    command.program = request.program;
  } else {
    CW_TRY_ASSIGN(command, wasm_runner(env, request, variables));
  }
  if (command.program.is_relative() && command.program.native().find('/') == std::string::npos) {
    if (const auto found = env.program_on_path(command.program.native())) {
      command.program = *found;
    }
  }
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = std::move(variables);
  command.cwd = env.cwd;
  command.inherit_stdio = true;
  return command;
}

} // namespace cargo_wasm::ops
