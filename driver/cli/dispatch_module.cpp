// `cargo-wasm module VERB`: the steps behind the linker by hand; `cargo-wasm host VERB`: what they are checked against.
#include "dispatch_module.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include <cargo_wasm/ops/component_in_node.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/browser/suite.hpp>
#include <cargo_wasm/postlink/bindgen.hpp>

namespace cargo_wasm::cli {

namespace {

constexpr std::string_view k_adapters[] = {"command", "reactor", "proxy", "none"};

struct Files
{
  Path input, output;
};

Result<Files> files_of(const Env& env, const ParsedArguments& parsed)
{
  const auto& inputs = parsed.all("FILE");
  if (inputs.size() != 1) {
    return fail(Error("CW0782", inputs.empty() ? "which module?" : "one module at a time", Blame::usage)
                    .help(fmt::format("`cargo-wasm {} app.wasm -o other.wasm`", parsed.verb)));
  }
  const auto* output = parsed.last("output");
  if (output == nullptr) {
    return fail(
        Error("CW0782", "where to?", Blame::usage).help(fmt::format("`cargo-wasm {} {} -o other.wasm`", parsed.verb, inputs.front())));
  }
  return Files{absolute(env, inputs.front()), absolute(env, *output)};
}

Result<Outcome> optimize_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  ops::ModuleOptimizeRequest request;
  request.input = files.input;
  request.output = files.output;
  if (const auto* tool = parsed.last("tool")) {
    request.tool = absolute(env, *tool);
  }
  if (const auto* level = parsed.last("level")) {
    request.level = *level;
  }
  if (const auto* measure = parsed.last("measure")) {
    request.measure = *measure;
  }
  request.lowered = parsed.all("lower");
  request.extra = parsed.all("arg");
  request.drops_debug_info = parsed.has("drop-debug-info");
  if (const auto* map = parsed.last("source-map")) {
    request.source_map = absolute(env, *map);
  }
  if (const auto* url = parsed.last("source-map-url")) {
    request.source_map_url = *url;
  }
  CW_TRY_ASSIGN(request.time_limit, time_limit_of(parsed));
  if (const auto* once = parsed.last("once")) {
    request.once_file = absolute(env, *once);
  }
  if (const auto* used = parsed.last("used-level")) {
    request.used_level_file = absolute(env, *used);
  }
  request.stop = context.stop;
  CW_TRY(ops::module_optimize(env, request));
  return Outcome{};
}

Result<Outcome> strip_verb(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  const auto* level = parsed.last("strip");
  CW_TRY(ops::module_strip(env, {files.input, files.output, level == nullptr ? "symbols" : *level}));
  return Outcome{};
}

Result<Path> path_option(const Env& env, const ParsedArguments& parsed, const char* name, std::string_view question, std::string_view help)
{
  const auto* value = parsed.last(name);
  if (value == nullptr) {
    return fail(Error("CW0782", std::string(question), Blame::usage).help(std::string(help)));
  }
  return absolute(env, *value);
}

Result<Outcome> split_verb(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  ops::ModuleSplitRequest request;
  request.input = files.input;
  request.output = files.output;
  CW_TRY_ASSIGN(request.debug_file,
                path_option(env, parsed, "debug-file", "where does the debug information go?", "`--debug-file app.debug.wasm`"));
  if (const auto* url = parsed.last("debug-url")) {
    request.debug_url = *url;
  }
  CW_TRY(ops::module_split(env, request));
  return Outcome{};
}

Result<Outcome> bindgen_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  postlink::BindgenRequest request;
  request.input = files.input;
  request.output = files.output;
  CW_TRY_ASSIGN(
      request.program,
      path_option(env, parsed, "tool", "which wasm-bindgen?", "`--tool PATH`: one that fits the crate `wasm-bindgen` of the module"));
  const auto* target = parsed.last("bindgen");
  request.target = target == nullptr ? "bundler" : *target;
  const auto* name = parsed.last("name");
  request.name = name == nullptr ? files.input.stem().native() : *name;
  request.typescript = !parsed.has("no-typescript");
  request.debug = parsed.has("debug");
  request.keeps_debug_info = parsed.has("keep-debug");
  request.extra = parsed.all("arg");
  CW_TRY_ASSIGN(const auto limit, time_limit_of(parsed));
  request.longest = limit.value_or(postlink::k_tool_time_limit);
  request.stop = context.stop;
  if (const auto* suite = parsed.last("suite")) {
    browser::SuiteRequest asked;
    asked.module = files.input;
    asked.host = *suite == "any" ? std::nullopt : std::optional(*suite);
    asked.otherwise = request.target == "web" ? "browser" : "node";
    CW_TRY_ASSIGN(const auto wanted, browser::suite_bindings(env, asked));
    if (!wanted) {
      CW_TRY(postlink::make_no_bindings(env, request));
      return Outcome{};
    }
    request.target = *wanted;
  }
  CW_TRY(postlink::make_bindings(env, request));
  return Outcome{};
}

Result<Outcome> assemble_verb(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  CW_TRY_ASSIGN(const Path bindings,
                path_option(env, parsed, "bindings", "which bindings?", "`--bindings DIR`: what `cargo-wasm module bindgen` made"));
  CW_TRY(postlink::assemble_bindings(env, bindings, files.input, files.output));
  return Outcome{};
}

/// `env::now` → `now`.
Result<std::vector<std::string>> allowed_functions(const ParsedArguments& parsed)
{
  constexpr std::string_view k_module = "env::";
  std::vector<std::string> names;
  for (const std::string& entry : parsed.all("allow")) {
    if (!entry.starts_with(k_module)) {
      return fail(
          Error("CW0782", fmt::format("`--allow {}` names no function of `env`", entry), Blame::usage).help("write `--allow env::NAME`"));
    }
    names.push_back(entry.substr(k_module.size()));
  }
  return names;
}

Result<Outcome> check_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& inputs = parsed.all("FILE");
  const auto* host = parsed.last("host");
  if (inputs.size() != 1 || host == nullptr) {
    return fail(Error("CW0782",
                      host == nullptr  ? "for which host?"
                      : inputs.empty() ? "which module?"
                                       : "one module at a time",
                      Blame::usage)
                    .help("`cargo-wasm module check app.wasm --host browser`"));
  }
  ops::ModuleCheckRequest request;
  request.input = absolute(env, inputs.front());
  request.host = *host;
  CW_TRY_ASSIGN(request.allowed, allowed_functions(parsed));
  request.json = parsed.has("json");
  if (const auto* output = parsed.last("output")) {
    request.output = absolute(env, *output);
  }
  if (const auto* shown = parsed.last("as")) {
    request.shown_name = *shown;
  }
  if (const auto* names = parsed.last("names")) {
    request.names = absolute(env, *names);
  }
  CW_TRY(ops::module_check(env, request));
  return Outcome{};
}

Result<Outcome> component_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  ops::ModuleComponentRequest request;
  request.input = files.input;
  request.output = files.output;
  CW_TRY_ASSIGN(request.component_ld,
                path_option(env,
                            parsed,
                            "component-ld",
                            "which `wasm-component-ld`?",
                            "`--component-ld PATH`: the compiler's lies in its sysroot, in `lib/rustlib/HOST/bin`"));
  if (const auto* adapter = parsed.last("adapter")) {
    const bool is_kind = std::ranges::find(k_adapters, *adapter) != std::end(k_adapters);
    request.adapter = is_kind ? *adapter : absolute(env, *adapter).native();
  }
  if (const auto* wit = parsed.last("wit")) {
    request.wit = absolute(env, *wit);
  }
  if (const auto* world = parsed.last("world")) {
    request.world = *world;
  }
  request.checks_wasi = parsed.has("check-wasi");
  request.extra = parsed.all("arg");
  request.driver_program = context.program;
  CW_TRY_ASSIGN(request.time_limit, time_limit_of(parsed));
  request.stop = context.stop;
  CW_TRY(ops::module_component(env, request));
  return Outcome{};
}

/// "NAME=VALUE" of each.
Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const ParsedArguments& parsed, const char* option)
{
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& entry : parsed.all(option)) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(Error("CW0782", fmt::format("`--{} {}` has no value", option, entry), Blame::usage)
                      .help(fmt::format("write `--{} NAME=VALUE`", option)));
    }
    pairs.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return pairs;
}

Result<Outcome> record_verb(const Env& env, const ParsedArguments& parsed)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  postlink::RecordRequest request;
  request.input = files.input;
  request.output = files.output;
  CW_TRY_ASSIGN(request.facts, pairs_of(parsed, "fact"));
  CW_TRY_ASSIGN(const auto fact_files, pairs_of(parsed, "fact-file"));
  for (const auto& [name, file] : fact_files) {
    request.fact_files.emplace_back(name, absolute(env, file));
  }
  request.features = parsed.all("feature");
  request.dependencies = parsed.all("dependency");
  CW_TRY_ASSIGN(const auto tools, pairs_of(parsed, "tool"));
  for (const auto& [name, program] : tools) {
    request.tools.emplace_back(name, absolute(env, program));
  }
  if (const auto* store = parsed.last("store")) {
    request.stores.push_back(absolute(env, *store));
  }
  CW_TRY(ops::module_record(env, std::move(request)));
  return Outcome{};
}

Result<Outcome> inspect_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& inputs = parsed.all("FILE");
  if (inputs.size() != 1) {
    return fail(
        Error("CW0782", inputs.empty() ? "which module?" : "one module at a time", Blame::usage).help("`cargo-wasm inspect app.wasm`"));
  }
  CW_TRY(ops::inspect(env, {absolute(env, inputs.front()), parsed.has("json")}));
  return Outcome{};
}

Result<Outcome> wit_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& inputs = parsed.all("FILE");
  if (inputs.size() != 1) {
    return fail(Error("CW0782", inputs.empty() ? "which component?" : "one component at a time", Blame::usage)
                    .help("`cargo-wasm module wit app.wasm`"));
  }
  CW_TRY(ops::module_wit(env, {absolute(env, inputs.front())}));
  return Outcome{};
}

Result<Outcome>
compose_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  ops::ModuleComposeRequest request;
  request.socket = files.input;
  request.output = files.output;
  for (const std::string& plug : parsed.all("plug")) {
    request.plugs.push_back(absolute(env, plug));
  }
  if (request.plugs.empty()) {
    return fail(Error("CW0782", "composed with which components?", Blame::usage)
                    .help("`cargo-wasm module compose app.wasm --plug part.wasm -o whole.wasm`"));
  }
  if (const auto* tool = parsed.last("tool")) {
    request.tool = absolute(env, *tool);
  }
  request.driver_program = context.program;
  CW_TRY_ASSIGN(request.time_limit, time_limit_of(parsed));
  request.stop = context.stop;
  CW_TRY(ops::module_compose(env, options, request));
  return Outcome{};
}

Result<Outcome>
transpile_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  ops::ModuleTranspileRequest request;
  request.input = files.input;
  request.output = files.output;
  const auto* name = parsed.last("name");
  request.name = name == nullptr ? files.input.stem().native() : *name;
  if (const auto* tool = parsed.last("tool")) {
    request.tool = absolute(env, *tool);
  }
  request.extra = parsed.all("arg");
  CW_TRY_ASSIGN(request.time_limit, time_limit_of(parsed));
  request.stop = context.stop;
  CW_TRY(ops::module_transpile(env, options, request));
  return Outcome{};
}

Result<Outcome> node_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  const auto& inputs = parsed.all("FILE");
  if (inputs.size() != 1) {
    return fail(Error("CW0782", inputs.empty() ? "which component?" : "one component at a time", Blame::usage)
                    .help("`cargo-wasm module node app.wasm`; what is for the program stands behind `--`"));
  }
  ops::ModuleNodeRequest request;
  request.component = absolute(env, inputs.front());
  request.arguments = parsed.trailing;
  for (const std::string& entry : parsed.all("dir")) {
    const std::size_t separator = entry.find("::");
    const std::string host = entry.substr(0, separator);
    request.directories.push_back({absolute(env, host).native(), separator == std::string::npos ? host : entry.substr(separator + 2)});
  }
  if (const auto* tool = parsed.last("tool")) {
    request.tool = absolute(env, *tool);
  }
  if (const auto* pages = parsed.last("max-memory")) {
    request.memory_pages = *pages;
  }
  for (const std::string& names : parsed.all("names")) {
    request.names.push_back(absolute(env, names));
  }
  request.driver_program = context.program;
  request.stop = context.stop;
  CW_TRY_ASSIGN(base::Command command, ops::module_node(env, options, request));
  return Outcome{0, std::move(command)};
}

Result<Outcome> trace_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& inputs = parsed.all("FILE");
  if (inputs.size() != 1) {
    return fail(Error("CW0782", inputs.empty() ? "which module?" : "one module at a time", Blame::usage)
                    .help("`cargo-wasm module trace app.wasm < report.txt`"));
  }
  ops::ModuleTraceRequest request;
  request.input = absolute(env, inputs.front());
  for (const auto& names : parsed.all("names")) {
    request.siblings.push_back(absolute(env, names));
  }
  request.full = parsed.has("full");
  request.text = std::string(std::istreambuf_iterator<char>(std::cin), {});
  CW_TRY(ops::module_trace(env, request));
  return Outcome{};
}

Result<Outcome> host_show_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& names = parsed.all("HOST");
  if (names.size() != 1) {
    return fail(
        Error("CW0782", names.empty() ? "which host?" : "one host at a time", Blame::usage).help("`cargo-wasm host list` names them"));
  }
  CW_TRY(ops::host_show(env, names.front(), parsed.has("json")));
  return Outcome{};
}

} // namespace

std::optional<Result<Outcome>>
dispatch_module(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  if (parsed.verb == "module wit") {
    return wit_verb(env, parsed);
  }
  if (parsed.verb == "module compose") {
    return compose_verb(env, parsed, options, context);
  }
  if (parsed.verb == "module transpile") {
    return transpile_verb(env, parsed, options, context);
  }
  if (parsed.verb == "module node") {
    return node_verb(env, parsed, options, context);
  }
  if (parsed.verb == "module optimize") {
    return optimize_verb(env, parsed, context);
  }
  if (parsed.verb == "module bindgen") {
    return bindgen_verb(env, parsed, context);
  }
  if (parsed.verb == "module assemble") {
    return assemble_verb(env, parsed);
  }
  if (parsed.verb == "module split") {
    return split_verb(env, parsed);
  }
  if (parsed.verb == "module strip") {
    return strip_verb(env, parsed);
  }
  if (parsed.verb == "host list") {
    CW_TRY(ops::host_list(env, parsed.has("json")));
    return Outcome{};
  }
  if (parsed.verb == "host show") {
    return host_show_verb(env, parsed);
  }
  if (parsed.verb == "module record") {
    return record_verb(env, parsed);
  }
  if (parsed.verb == "inspect") {
    return inspect_verb(env, parsed);
  }
  if (parsed.verb == "module check") {
    return check_verb(env, parsed);
  }
  if (parsed.verb == "module trace") {
    return trace_verb(env, parsed);
  }
  if (parsed.verb == "module component") {
    return component_verb(env, parsed, context);
  }
  return std::nullopt;
}

} // namespace cargo_wasm::cli
