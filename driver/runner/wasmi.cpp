// `wasmi` of the crate wasmi_cli: a directory has the name that it is opened by, and variables stand on the command line, where everybody
// can read them; so only those are handed over that are meant for the program.
#include "commands.hpp"

namespace cargo_wasm::runner {

base::Command wasmi_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {"run"};
  for (const auto& directory : request.directories) {
    if (directory.host == directory.guest || directory.guest == ".") {
      command.args.emplace_back("--dir");
      command.args.push_back(directory.guest);
    }
  }
  for (const auto& name : request.own_variables) {
    const auto value = request.env.find(name);
    if (value != request.env.end() && !value->second.empty()) { // it refuses empty ones
      command.args.emplace_back("--env");
      command.args.push_back(name + "=" + value->second);
    }
  }
  command.args.push_back(request.module.string());
  return command;
}

} // namespace cargo_wasm::runner
