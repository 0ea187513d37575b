// `module compose`: components put together, by `wac`, which is built when nobody has it.
#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/postlink/compose.hpp>

#include "built_tool.hpp"
#include "compose.hpp"

namespace cargo_wasm::ops {

namespace {

/// What is built when there is none.
constexpr const char* k_wac_package = "wac-cli";
constexpr const char* k_wac_program = "wac";
constexpr const char* k_wac_version = "0.12.0";
constexpr const char* k_wasm_tools_program = "wasm-tools";

} // namespace

Result<postlink::Composer>
find_composer(const Env& env, const GlobalOptions& options, const manifest::Config& config, const ModuleComposeRequest& request)
{
  using enum postlink::ComposerKind;
  if (request.tool) {
    return postlink::Composer{*request.tool, request.tool->filename() == k_wasm_tools_program ? wasm_tools : wac};
  }
  CW_TRY_ASSIGN(const auto configured_wac, config.get_path("wasm.tools.wac"));
  if (configured_wac) {
    return postlink::Composer{configured_wac->value, wac};
  }
  CW_TRY_ASSIGN(const auto configured_tools, config.get_path("wasm.tools.wasm-tools"));
  if (configured_tools) {
    return postlink::Composer{configured_tools->value, wasm_tools};
  }
  if (const auto program = env.program_on_path(k_wac_program)) {
    return postlink::Composer{*program, wac};
  }
  if (const auto program = env.program_on_path(k_wasm_tools_program)) {
    return postlink::Composer{*program, wasm_tools};
  }
  BuiltTool tool;
  tool.package = k_wac_package;
  tool.program = k_wac_program;
  tool.version = k_wac_version;
  tool.because = "neither wac nor wasm-tools is here";
  tool.toolchain = options.plus_toolchain;
  tool.offline = config.offline();
  tool.stop = request.stop;
  tool.driver_program = request.driver_program;
  tool.cannot_be_built = Error("CW0958", fmt::format("{} {} could not be built", k_wac_program, k_wac_version), Blame::environment)
                             .note("it puts components together")
                             .help("install it yourself, and have it on PATH or in `[wasm.tools] wac`");
  CW_TRY_ASSIGN(Path program, stored_tool(env, tool, [] {}));
  return postlink::Composer{std::move(program), wac};
}

Result<> module_compose(const Env& env, const GlobalOptions& options, const ModuleComposeRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  postlink::ComposeRequest step;
  step.socket = request.socket;
  step.plugs = request.plugs;
  step.output = request.output;
  step.longest = request.time_limit.value_or(postlink::k_tool_time_limit);
  step.stop = request.stop;
  CW_TRY(postlink::check_composition(env, step)); // before a tool is built
  CW_TRY_ASSIGN(const postlink::Composer tool, find_composer(env, options, *config, request));
  CW_TRY_ASSIGN(std::vector<std::string> imports, postlink::compose(env, tool, step));
  std::erase_if(imports, [](const std::string& name) { return name.starts_with("wasi:"); });
  const auto stat = env.fs.stat(request.output);
  const std::uint64_t bytes = stat && *stat ? (*stat)->size_bytes : 0;
  env.reporter.status("Composed",
                      fmt::format("{} ({}){}",
                                  base::shown_path(env.cwd, request.output).native(),
                                  base::human_bytes(bytes),
                                  imports.empty() ? std::string() : fmt::format("; it still imports {}", base::join(imports, ", "))));
  return {};
}

} // namespace cargo_wasm::ops
