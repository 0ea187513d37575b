// A component in Node: the JavaScript that jco made of it, started with the arguments, variables and directories that a module would get.
#include <cargo_wasm/runner/host_runner.hpp>

namespace cargo_wasm::runner {

const std::string_view k_node_component_script = R"js(
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { _setArgs, _setEnv } from '@bytecodealliance/preview2-shim/cli';
import { _setPreopens } from '@bytecodealliance/preview2-shim/filesystem';

const [file, mapped, reader, ...args] = process.argv.slice(2);
const preopens = {};
const lines = mapped.split('\n');
for (let i = 0; i + 1 < lines.length; i += 2) preopens[lines[i]] = lines[i + 1];
_setArgs([basename(file), ...args]);
_setEnv(Object.assign({}, process.env));
_setPreopens(preopens);
Error.stackTraceLimit = 100;
const show = (text) => {
  if (reader) {
    const [program, ...options] = reader.split('\n');
    const read = spawnSync(program, options, { input: text, stdio: ['pipe', 2, 2] });
    if (read.status === 0) return;
  }
  process.stderr.write(text);
};
let status = 1;
try {
  const program = await import(`./${basename(file, '.wasm')}.js`);
  if (program.run === undefined) {
    process.stderr.write(`error: ${file} is no program: it does not export \`wasi:cli/run\`\n`);
  } else {
    program.run.run();
    status = 0;
  }
} catch (error) {
  const overflow = error instanceof RangeError && /stack/.test(error.message);
  if (error instanceof WebAssembly.RuntimeError || overflow) {
    show(`error: ${basename(file)} trapped: ${error.stack}\n`);
    status = 134;
  } else if (!(error instanceof Error && 'payload' in error)) { // with a payload: what the program returned, and said itself
    process.stderr.write(`error: cannot run ${file}: ${error?.stack ?? error}\n`);
  }
}
process.exit(status);
)js";

} // namespace cargo_wasm::runner
