#include "commands.hpp"

namespace cargo_wasm::runner {

base::Command wazero_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {"run", "-env-inherit"};
  for (const auto& directory : request.directories) {
    command.args.push_back("-mount=" + directory.host + ":" + directory.guest);
  }
  if (!request.cache_directory.empty()) { // it compiles everything before it runs anything
    command.args.push_back("-cachedir=" + request.cache_directory.string());
  }
  command.args.push_back(request.module.string());
  command.args.emplace_back("--");
  return command;
}

} // namespace cargo_wasm::runner
