#include "node_wasi.hpp"

namespace cargo_wasm::ops {

const std::string_view k_node_wasi_script = R"js(
const { readFileSync } = require('fs');
const { basename } = require('path');
const { WASI } = require('wasi');
const [file, mapped, ...args] = process.argv.slice(1);
const preopens = {};
const lines = mapped.split('\n');
for (let i = 0; i + 1 < lines.length; i += 2) preopens[lines[i]] = lines[i + 1];
const env = Object.assign({}, process.env);
const wasi = new WASI({ version: 'preview1', args: [basename(file), ...args], env, preopens, returnOnExit: true });
let status = 1;
try {
  const module = new WebAssembly.Module(readFileSync(file));
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
  status = wasi.start(instance) ?? 0;
} catch (error) {
  if (error instanceof WebAssembly.RuntimeError) {
    process.stderr.write(`error: ${basename(file)} trapped: ${error.stack}\n`);
    status = 134;
  } else {
    process.stderr.write(`error: cannot run ${file}: ${error.message}\n`);
  }
}
process.exitCode = status;
)js";

} // namespace cargo_wasm::ops
