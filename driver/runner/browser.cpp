// A page in a browser: this program opens it, and behaves like the program in it (`module browse`), whose WASI is the page's.
#include <nlohmann/json.hpp>

#include "commands.hpp"

namespace cargo_wasm::runner {

std::string chromium_setting(const base::Path& chromium)
{
  return "wasm.tools.chromium=" + nlohmann::json(chromium.native()).dump(); // strings of TOML have JSON's escapes
}

base::Command browser_command(const base::Path& /*program*/, const ProgramRequest& request)
{
  base::Command command;
  command.program = request.own_program;
  command.args = {"module", "browse", request.module.string()};
  if (request.bindings) {
    command.args.insert(command.args.end(), {"--bindings", request.bindings->native()});
  }
  if (request.chromium) {
    command.args.insert(command.args.end(), {"--config", chromium_setting(*request.chromium)});
  }
  if (request.memory_bytes) {
    command.args.insert(command.args.end(), {"--max-memory", std::to_string(*request.memory_bytes)});
  }
  command.args.emplace_back("--");
  return command;
}

} // namespace cargo_wasm::runner
