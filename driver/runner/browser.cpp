// A page in a browser: this program opens it, and behaves like the program in it (`module browse`), whose WASI is the page's.
#include "commands.hpp"

namespace cargo_wasm::runner {

base::Command browser_command(const base::Path& /*program*/, const ProgramRequest& request)
{
  base::Command command;
  command.program = request.own_program;
  command.args = {"module", "browse", request.module.string()};
  if (request.bindings) {
    command.args.insert(command.args.end(), {"--bindings", request.bindings->native()});
  }
  command.args.emplace_back("--");
  return command;
}

} // namespace cargo_wasm::runner
