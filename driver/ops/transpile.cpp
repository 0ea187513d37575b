// `module transpile`: a component as JavaScript.
#include <fmt/format.h>

#include <cargo_wasm/ops/component_in_node.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/postlink/transpile.hpp>

namespace cargo_wasm::ops {

Result<> module_transpile(const Env& env, const GlobalOptions& options, const ModuleTranspileRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const auto configured, config->get_path("wasm.tools.jco"));
  const auto chosen = request.tool ? request.tool : configured ? std::optional(configured->value) : std::nullopt;
  postlink::TranspileRequest step;
  CW_TRY_ASSIGN(step.program, jco_here(env, chosen, request.input.parent_path()));
  step.input = request.input;
  step.output = request.output;
  step.name = request.name;
  step.extra = request.extra;
  step.longest = request.time_limit.value_or(postlink::k_tool_time_limit);
  step.stop = request.stop;
  CW_TRY(postlink::transpile(env, step));
  env.reporter.status("Made", fmt::format("`{}`", (request.output / (request.name + ".js")).native()));
  return {};
}

} // namespace cargo_wasm::ops
