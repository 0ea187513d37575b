#include <cargo_wasm/postlink/component.hpp>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/shim/shim.hpp>

#include "module_file.hpp"
#include "temporary_file.hpp"
#include "tool_failure.hpp"

namespace cargo_wasm::postlink {

namespace {

Error cannot_wrap(const ComponentRequest& request, const base::Command& command, const base::Exit& exit, std::string_view said)
{
  Error error("CW0858", fmt::format("`{}` cannot be made a component", request.core.filename().native()));
  add_tool_notes(error, command, exit, said);
  error.helps.emplace_back("`cargo-wasm imports` shows what the module imports and who declares it: a component has no functions of `env`");
  return error;
}

} // namespace

Result<> make_component(const base::Env& env, const ComponentRequest& request)
{
  CW_TRY(map_module(env.fs, request.core));
  const TemporaryFile made(env.fs, beside(request.output, "component"));
  base::Command command;
  command.program = request.component_ld;
  command.args = {"--wasm-ld-path", request.linker.native(), "-o", made.path().native()};
  if (request.adapter) {
    command.args.push_back("--wasi-adapter=" + *request.adapter);
  }
  command.args.insert(command.args.end(), request.extra.begin(), request.extra.end());
  command.env = env.vars;
  command.env.insert_or_assign(std::string(shim::k_linked_module_variable), (env.cwd / request.core).lexically_normal().native());
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink, request.stop));
  if (!exit.success() || !env.fs.is_file(made.path())) {
    return fail(cannot_wrap(request, command, exit, sink.err));
  }
  return env.fs.rename(made.path(), request.output);
}

} // namespace cargo_wasm::postlink
