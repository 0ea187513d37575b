// `cargo-wasm module VERB`: the steps behind the linker by hand.
#include "dispatch_module.hpp"

#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>

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

Result<Outcome> component_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const Files files, files_of(env, parsed));
  const auto* tool = parsed.last("component-ld");
  if (tool == nullptr) {
    return fail(Error("CW0782", "which `wasm-component-ld`?", Blame::usage)
                    .help("`--component-ld PATH`: the compiler's lies in its sysroot, in `lib/rustlib/HOST/bin`"));
  }
  ops::ModuleComponentRequest request;
  request.input = files.input;
  request.output = files.output;
  request.component_ld = absolute(env, *tool);
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
  if (parsed.verb == "module strip") {
    return strip_verb(env, parsed);
  }
  if (parsed.verb == "module component") {
    return component_verb(env, parsed, context);
  }
  return std::nullopt;
}

} // namespace cargo_wasm::cli
