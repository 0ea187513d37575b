// wasm3 opens `/` and `.` by itself, and hands no variables over.
#include "commands.hpp"

namespace cargo_wasm::runner {

base::Command wasm3_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {request.module.string()};
  return command;
}

} // namespace cargo_wasm::runner
