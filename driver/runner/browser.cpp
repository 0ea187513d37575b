// A page in a browser: this program opens it, and behaves like the program in it (`module browse`).
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
