// A page in a browser: this program opens it, and behaves like the program in it (`module browse`). Its row of host_runners() has no
// `programs`, so that `command` gets this program, and the targets that a page runs.
#include "commands.hpp"

namespace cargo_wasm::runner {

base::Command browser_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {"module", "browse", request.module.string(), "--"};
  return command;
}

} // namespace cargo_wasm::runner
