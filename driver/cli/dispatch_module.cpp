// `cargo-wasm module VERB`: the steps behind the linker by hand.
#include "dispatch_module.hpp"

#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/postlink/bindgen.hpp>

namespace cargo_wasm::cli {

namespace {

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
  request.extra = parsed.all("arg");
  request.drops_debug_info = parsed.has("drop-debug-info");
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
  request.stop = context.stop;
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
    request.adapter = *adapter;
  }
  request.extra = parsed.all("arg");
  request.driver_program = context.program;
  request.stop = context.stop;
  CW_TRY(ops::module_component(env, request));
  return Outcome{};
}

} // namespace

std::optional<Result<Outcome>> dispatch_module(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  if (parsed.verb == "module optimize") {
    return optimize_verb(env, parsed, context);
  }
  if (parsed.verb == "module bindgen") {
    return bindgen_verb(env, parsed, context);
  }
  if (parsed.verb == "module assemble") {
    return assemble_verb(env, parsed);
  }
  if (parsed.verb == "module strip") {
    return strip_verb(env, parsed);
  }
  if (parsed.verb == "module component") {
    return component_verb(env, parsed, context);
  }
  return std::nullopt;
}

} // namespace cargo_wasm::cli
