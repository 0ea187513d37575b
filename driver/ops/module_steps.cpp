// The steps behind the linker as verbs: a build runs them as actions of its graph, and people by hand.
#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/postlink/component.hpp>
#include <cargo_wasm/postlink/optimize.hpp>
#include <cargo_wasm/postlink/split.hpp>
#include <cargo_wasm/postlink/strip.hpp>

#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

Path tool_cache(const Env& env)
{
  return toolchain_cache_directory(env).parent_path();
}

/// This program under the name by which it is a linker. One link for each program, so that two versions do not take it from each other.
Result<Path> as_linker(const Env& env, const Path& program)
{
  const Path link = tool_cache(env) / "tools" / base::StableHasher().add(program.native()).finish_hex() / "wasm-ld";
  CW_TRY(env.fs.create_directories(link.parent_path()));
  CW_TRY(env.fs.make_symlink(program, link));
  return link;
}

} // namespace

Result<> module_optimize(const Env& env, const ModuleOptimizeRequest& request)
{
  const auto program = postlink::find_wasm_opt(env, request.tool, request.input.parent_path());
  if (!program) {
    return fail(Error("CW0851", "there is no wasm-opt", Blame::environment)
                    .note("looked for in `node_modules` of the project and on PATH")
                    .help("`npm install binaryen` brings one for a project, the distribution's package `binaryen` one for the machine"));
  }
  postlink::OptimizeRequest step;
  step.input = request.input;
  step.output = request.output;
  CW_TRY_ASSIGN(step.tool, postlink::probe_wasm_opt(env, *program, tool_cache(env)));
  step.level = request.level;
  step.measure = request.measure;
  step.lowered = request.lowered;
  step.extra = request.extra;
  step.keeps_debug_info = !request.drops_debug_info;
  step.source_map = request.source_map;
  step.source_map_url =
      request.source_map_url.empty() && request.source_map ? request.source_map->filename().native() : request.source_map_url;
  step.longest = request.time_limit.value_or(postlink::k_wasm_opt_time_limit);
  step.stop = request.stop;
  CW_TRY_ASSIGN(const postlink::OptimizeOutcome outcome, postlink::optimize(env, step));
  if (request.used_level_file) {
    CW_TRY(env.fs.write_atomic(*request.used_level_file, (outcome.level.empty() ? "none" : outcome.level) + "\n"));
  }
  if (request.once_file && !outcome.once_because.empty()) {
    CW_TRY(env.fs.write_atomic(*request.once_file, outcome.once_because + "\n"));
  }
  for (const Error& warning : outcome.warnings) {
    env.reporter.warning(warning);
  }
  return {};
}

Result<> module_split(const Env& env, const ModuleSplitRequest& request)
{
  const std::string url = request.debug_url.empty() ? request.debug_file.filename().native() : request.debug_url;
  return postlink::split_module(env, {request.input, request.output, request.debug_file, url});
}

Result<> module_strip(const Env& env, const ModuleStripRequest& request)
{
  CW_TRY_ASSIGN(const postlink::StripLevel level, postlink::parse_strip_level(request.level));
  return postlink::strip_module(env, request.input, request.output, level);
}

Result<> module_record(const Env& env, postlink::RecordRequest request)
{
  request.stores.push_back(cache_home(env) / "records");
  request.tool_cache = tool_cache(env);
  return postlink::record_build(env, request);
}

Result<> module_component(const Env& env, const ModuleComponentRequest& request)
{
  postlink::ComponentRequest step;
  step.core = request.input;
  step.output = request.output;
  step.component_ld = request.component_ld;
  CW_TRY_ASSIGN(step.linker, as_linker(env, request.driver_program));
  step.adapter = request.adapter;
  step.wit = request.wit;
  step.world = request.world;
  step.checks_wasi = request.checks_wasi;
  step.extra = request.extra;
  step.longest = request.time_limit.value_or(postlink::k_tool_time_limit);
  step.stop = request.stop;
  return postlink::make_component(env, step);
}

} // namespace cargo_wasm::ops
