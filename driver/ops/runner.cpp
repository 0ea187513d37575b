#include "runner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/mapped_file.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/browser/chromium.hpp>
#include <cargo_wasm/ops/component_in_node.hpp>
#include <cargo_wasm/runner/bindgen_suite.hpp>

#include "suite_runs.hpp"

namespace cargo_wasm::ops {

using runner::MappedDirectory;

namespace {

constexpr std::string_view k_node_host = "node";
constexpr std::uint64_t k_page_bytes = 65'536;

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

/// What hosts are asked for: a component is one, whatever the module in it was built for.
std::string_view form_of(const RunnerRequest& request)
{
  return request.is_component ? std::string_view("wasm32-wasip2") : std::string_view(request.triple);
}

bool is_wasi(const RunnerRequest& request)
{
  return form_of(request).find("-wasi") != std::string_view::npos;
}

bool is_component(const RunnerRequest& request)
{
  return form_of(request) == "wasm32-wasip2" || form_of(request) == "wasm32-wasip3";
}

bool is_bindgen_program(const Env& env, const Path& program)
{
  const auto file = env.fs.map(program);
  if (!file) {
    return false; // `run` asks before it is built
  }
  const auto module = wasm::Module::read(wasm::Source(file->path(), file->bytes()));
  return module && runner::is_bindgen_suite(*module);
}

Error no_system_interface(const RunnerRequest& request)
{
  Error error("CW0731",
              fmt::format("`{}` programs have no host to run on: the target has no system interface", request.triple),
              Blame::environment);
  return std::move(error)
      .help("build for WASI: `--target wasm32-wasip1`")
      .help(fmt::format("or name a runner in .cargo/config.toml: `[target.{}] runner = \"…\"`", request.triple));
}

/// For runtimes without an option for it: they get a copy of the module, in which its memory has this maximum.
base::Command with_memory_limit(base::Command command, const RunnerRequest& request)
{
  std::vector<std::string> words = {"module",
                                    "memory-limit",
                                    request.program.native(),
                                    "--max-memory",
                                    std::to_string(*request.memory_bytes),
                                    "--",
                                    command.program.native()};
  words.insert(words.end(), command.args.begin(), command.args.end());
  command.args = std::move(words);
  command.program = request.own_program;
  return command;
}

ChosenRunner with_host(const runner::HostRunner& host, const Path& program, const RunnerRequest& request)
{
  runner::ProgramRequest start;
  start.module = request.program;
  start.arguments = request.arguments;
  start.env = request.env;
  start.own_variables = request.own_variables;
  start.directories = request.directories;
  start.cwd = request.cwd;
  start.memory_bytes = request.memory_bytes;
  start.cache_directory = request.cache_directory;
  start.own_program = request.own_program;
  start.driver_program = request.driver_program;
  start.siblings = request.siblings;
  start.bindings = request.bindings;
  start.chromium = request.chromium;
  base::Command command = runner::host_command(host, program, start);
  if (request.memory_bytes && !host.limits_memory) {
    command = with_memory_limit(std::move(command), request);
  }
  return {std::move(command), std::string(host.id), &host};
}

/// The first of our runners that is here and takes such programs.
Result<ChosenRunner> usual_runner(const Env& env, const RunnerRequest& request)
{
  if (!is_wasi(request)) {
    return fail(no_system_interface(request));
  }
  for (const std::string_view name : {"wasmtime", "node"}) {
    const runner::HostRunner* const host = runner::runner_of_host(name);
    const auto program = env.program_on_path(host->programs.front());
    if (program && runner::takes_target(*host, form_of(request))) {
      return with_host(*host, *program, request);
    }
  }
  if (is_component(request)) {
    return fail(Error("CW0732", "no runtime for components found: `wasm32-wasip2` programs need `wasmtime`", Blame::environment)
                    .help("install it, for instance with `cargo install wasmtime-cli`")
                    .help("or run it in Node, as JavaScript that jco makes of it: `--host node`")
                    .help("or build a core module, which Node runs too: `cargo-wasm run --target wasm32-wasip1`"));
  }
  return fail(Error("CW0730", "no WebAssembly runtime found: neither `wasmtime` nor `node` is on the path", Blame::environment)
                  .help("install one of them: `apt-get install nodejs`, or `cargo install wasmtime-cli`")
                  .help(fmt::format("or name another in .cargo/config.toml: `[target.{}] runner = \"…\"`", request.triple)));
}

/// As JavaScript that jco makes of it, by this program.
Result<ChosenRunner> component_in_node(const Env& env, const runner::HostRunner& node, const RunnerRequest& request)
{
  CW_TRY(runner::find_host_program(env, node, {}));
  CW_TRY_ASSIGN(const Path jco, jco_here(env, request.jco, request.program.parent_path()));
  ChosenRunner chosen;
  chosen.name = std::string(node.id);
  chosen.host = &node;
  base::Command& command = chosen.command;
  command.program = request.own_program;
  command.args = {"module", "node", request.program.native(), "--tool", jco.native()};
  const auto add = [&](const char* option, std::string value) {
    command.args.emplace_back(option);
    command.args.push_back(std::move(value));
  };
  for (const MappedDirectory& mapped : request.directories) {
    add("--dir", fmt::format("{}::{}", mapped.host, mapped.guest));
  }
  if (request.memory_bytes) {
    add("--max-memory", std::to_string(std::max<std::uint64_t>(1, *request.memory_bytes / k_page_bytes)));
  }
  for (const Path& names : request.siblings) {
    add("--names", names.native());
  }
  command.args.emplace_back("--");
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = request.env;
  command.cwd = request.cwd;
  return chosen;
}

Error no_runner(const std::string& host)
{
  std::vector<std::string> known;
  for (const runner::HostRunner& runner : runner::host_runners()) {
    known.insert(known.end(), runner.hosts.begin(), runner.hosts.end());
  }
  return Error("CW0931", fmt::format("nothing here starts programs on host `{}`", host), Blame::usage)
      .note("programs run on: " + base::join(known, ", "))
      .help("for another one name a runner in .cargo/config.toml: `[target.wasm32-wasip1] runner = \"…\"`");
}

Result<ChosenRunner> runner_of(const Env& env, const std::string& name, const RunnerRequest& request)
{
  const runner::HostRunner* const host = runner::runner_of_host(name);
  if (host == nullptr) {
    return fail(no_runner(name));
  }
  if (!request.is_native && host->id == k_node_host && form_of(request) == "wasm32-wasip2") {
    return component_in_node(env, *host, request);
  }
  const bool has_bindings = request.bindings && host->takes_bindings;
  const bool is_taken = !request.is_native && (has_bindings || runner::takes_target(*host, form_of(request)));
  if (!is_taken && suites_on({name}).empty() && !is_wasi(request) && is_bindgen_program(env, request.program)) {
    return fail(no_javascript(name));
  }
  if (!is_taken) {
    return fail(Error("CW0934",
                      request.is_component ? fmt::format("host `{}` does not run components", name)
                                           : fmt::format("host `{}` does not run programs for `{}`", name, request.triple),
                      Blame::usage)
                    .help(request.is_native ? "leave `--host` out: they run by themselves"
                                            : "build for one that it runs: `--target wasm32-wasip1`"));
  }
  CW_TRY_ASSIGN(const Path program, program_of_host(env, *host, request.own_program, request.chromium));
  return with_host(*host, program, request);
}

/// "node" of a script that begins with `#!/usr/bin/env node`, "/bin/sh" of `#!/bin/sh -e`; empty: it is no script.
std::string interpreter_of(const Env& env, const Path& program)
{
  const auto file = env.fs.map(program);
  if (!file) {
    return {};
  }
  const std::string_view text = file->bytes();
  if (!text.starts_with("#!")) {
    return {};
  }
  std::vector<std::string> words;
  for (const std::string_view word : base::split(text.substr(2, text.find('\n') - 2), ' ')) {
    if (!base::trim(word).empty()) {
      words.emplace_back(base::trim(word));
    }
  }
  if (words.size() < 2 || Path(words.front()).filename() != "env") {
    return words.empty() ? std::string() : words.front();
  }
  const auto name = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
    return !word.starts_with('-') && word.find('=') == std::string::npos;
  });
  return name == words.end() ? std::string() : *name;
}

/// A runner that is a script cannot say itself that what interprets it is missing.
Result<> check_interpreter(const Env& env, const Path& script)
{
  const std::string name = interpreter_of(env, script);
  const bool is_path = name.find('/') != std::string::npos;
  if (name.empty() || (is_path ? env.fs.is_file(name) : env.program_on_path(name).has_value())) {
    return {};
  }
  Error error(
      "CW0941",
      fmt::format(
          "the runner `{}` needs `{}`, which is not {}", base::shown_path(env.cwd, script).native(), name, is_path ? "there" : "on PATH"),
      Blame::environment);
  if (const runner::HostRunner* const known = runner::runner_of_host(name)) {
    error.helps.emplace_back(known->how_to_get);
  }
  return fail(std::move(error));
}

Result<ChosenRunner> with_configured(const Env& env, const RunnerRequest& request)
{
  ChosenRunner chosen;
  base::Command& command = chosen.command;
  command.program = request.configured->program;
  command.args = request.configured->args;
  command.args.push_back(request.program.string());
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = request.env;
  command.cwd = request.cwd;
  chosen.name = command.program.filename().string();
  if (command.program.is_relative() && command.program.native().find('/') == std::string::npos) {
    if (const auto found = env.program_on_path(command.program.native())) {
      command.program = *found;
    }
  }
  CW_TRY(check_interpreter(env, env.cwd / command.program));
  return chosen;
}

} // namespace

Error memory_not_limited(const std::string& name)
{
  return Error("CW0933", fmt::format("nothing is known of memory limits of the runner `{}`: --max-memory does not hold there", name));
}

Result<Path> program_of_host(const Env& env, const runner::HostRunner& host, const Path& own, const std::optional<Path>& chromium)
{
  const std::string* const variable = env.var("CHROME");
  const bool is_named = chromium || (variable != nullptr && !variable->empty());
  return host.id == "browser" && is_named ? browser::find_chromium(env, chromium) : runner::find_host_program(env, host, own);
}

Result<EnvMap> program_variables(const Env& env, const manifest::Config& config, std::vector<std::string>& own)
{
  EnvMap variables = env.vars;
  CW_TRY_ASSIGN(const auto extra, config.extra_env());
  for (const auto& [name, value] : extra) {
    variables[name] = value;
  }
  for (const auto& [name, value] : variables) {
    if (extra.contains(name) || name.starts_with("CARGO") || name.starts_with("RUST")) {
      own.push_back(name);
    }
  }
  return variables;
}

std::vector<MappedDirectory>
mapped_directories(const Env& env, const std::vector<std::string>& directories, const std::vector<std::string>& arguments)
{
  std::vector<MappedDirectory> mapped;
  if (directories.empty()) {
    mapped.push_back({env.cwd.string(), "."});
    for (const auto& argument : arguments) {
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
  for (const auto& text : directories) {
    const auto separator = text.find("::");
    const auto host = text.substr(0, separator);
    mapped.push_back({(env.cwd / host).lexically_normal().string(), separator == std::string::npos ? host : text.substr(separator + 2)});
  }
  return mapped;
}

Result<ChosenRunner> choose_runner(const Env& env, const RunnerRequest& request)
{
  if (request.suite) {
    return suite_runner(env, request);
  }
  if (request.host && (runner::runner_of_host(*request.host) != nullptr || !request.configured)) {
    return runner_of(env, *request.host, request);
  }
  if (request.configured) {
    return with_configured(env, request);
  }
  if (!request.is_native && request.triple.find("wasm") != std::string::npos) {
    return usual_runner(env, request);
  }
  ChosenRunner chosen;
  chosen.command.program = request.program;
  chosen.command.args = request.arguments;
  chosen.command.env = request.env;
  chosen.command.cwd = request.cwd;
  chosen.name = request.triple;
  return chosen;
}

} // namespace cargo_wasm::ops
