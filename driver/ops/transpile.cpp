// `module transpile`: a component as JavaScript.
#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/postlink/transpile.hpp>

namespace cargo_wasm::ops {

Result<> module_transpile(const Env& env, const GlobalOptions& options, const ModuleTranspileRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const auto configured, config->get_path("wasm.tools.jco"));
  const auto chosen = request.tool ? request.tool : configured ? std::optional(configured->value) : std::nullopt;
  auto program = postlink::find_jco(env, chosen, request.input.parent_path());
  if (!program) {
    program = postlink::find_jco(env, {}, env.cwd);
  }
  if (!program) {
    return fail(Error("CW0958", "there is no jco, which makes JavaScript of components", Blame::environment)
                    .note("looked for in `node_modules` of the project and above it, and on PATH")
                    .help("`npm install @bytecodealliance/jco` brings one for a project")
                    .help("`[wasm.tools] jco = \"PATH\"` in the configuration names another"));
  }
  postlink::TranspileRequest step;
  step.input = request.input;
  step.output = request.output;
  step.program = *program;
  step.name = request.name;
  step.extra = request.extra;
  step.stop = request.stop;
  CW_TRY(postlink::transpile(env, step));
  env.reporter.status("Made", fmt::format("`{}`", (request.output / (request.name + ".js")).native()));
  return {};
}

} // namespace cargo_wasm::ops
