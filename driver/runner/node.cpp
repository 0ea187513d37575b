#include <algorithm>

#include <fmt/format.h>

#include "commands.hpp"

namespace cargo_wasm::runner {

const std::string_view k_node_wasi_script = R"js(
const { readFileSync } = require('fs');
const { basename } = require('path');
const { WASI } = require('wasi');
const [file, mapped, reader, ...args] = process.argv.slice(1);
const preopens = {};
const lines = mapped.split('\n');
for (let i = 0; i + 1 < lines.length; i += 2) preopens[lines[i]] = lines[i + 1];
const env = Object.assign({}, process.env);
const wasi = new WASI({ version: 'preview1', args: [basename(file), ...args], env, preopens, returnOnExit: true });
Error.stackTraceLimit = 100;
const show = (text) => {
  if (reader) {
    const [program, ...options] = reader.split('\n');
    const { spawnSync } = require('child_process');
    const read = spawnSync(program, options, { input: text, stdio: ['pipe', 2, 2] });
    if (read.status === 0) return;
  }
  process.stderr.write(text);
};
let status = 1;
try {
  const module = new WebAssembly.Module(readFileSync(file));
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
  status = wasi.start(instance) ?? 0;
} catch (error) {
  const overflow = error instanceof RangeError && /stack/.test(error.message);
  if (error instanceof WebAssembly.RuntimeError || overflow) {
    show(`error: ${basename(file)} trapped: ${error.stack}\n`);
    status = 134;
  } else {
    process.stderr.write(`error: cannot run ${file}: ${error.message}\n`);
  }
}
process.exitCode = status;
)js";

base::Command node_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {"--no-warnings"};
  if (request.memory_bytes) {
    command.args.push_back(fmt::format("--wasm-max-mem-pages={}", std::max<std::uint64_t>(1, *request.memory_bytes / k_wasm_page_bytes)));
  }
  command.args.insert(command.args.end(), {"--eval", std::string(k_node_wasi_script), "--", request.module.string()});
  std::string preopens;
  for (const auto& directory : request.directories) {
    preopens += directory.guest + '\n' + directory.host + '\n';
  }
  command.args.push_back(preopens);
  std::string reader;
  if (!request.driver_program.empty()) {
    reader = request.driver_program.string() + "\nmodule\ntrace\n" + request.module.string();
    for (const auto& sibling : request.siblings) {
      reader += "\n--names\n" + sibling.string();
    }
  }
  command.args.push_back(std::move(reader));
  return command;
}

} // namespace cargo_wasm::runner
