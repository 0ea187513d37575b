// The same in Node: `node --expose-gc -e SCRIPT SPECIFICATION`, JSON with the bindings' script and what suite.js takes. The bindings
// export the module's functions as `__wasm` when they are made with `--debug`; here they do in any case.
const { readFileSync } = require('node:fs');
const { dirname } = require('node:path');
const Module = require('node:module');

const suite = JSON.parse(process.argv[1]);
const names = ['debug', 'log', 'info', 'warn', 'error'];
const handlers = {};
globalThis.__wbgtest_og_console_log = console.log;
globalThis.__wbgtest_og_console_error = console.error;
for (const name of names) {
  const original = console[name];
  console[name] = (...args) => {
    if (suite.nocapture) {
      original(...args);
    }
    handlers[name]?.(args);
  };
}
globalThis.__wbg_test_invoke = (test) => test();

async function main() {
  const script = new Module(suite.script);
  script.filename = suite.script;
  script.paths = [...Module._nodeModulePaths(dirname(suite.script)), process.cwd()];
  script._compile(readFileSync(suite.script, 'utf8') + '\nexports.__wasm = wasm;\n', suite.script);
  const wasm = script.exports;
  const context = new wasm.WasmBindgenTestContext(false);
  if (typeof context.include_ignored !== 'function' || typeof context.filtered_count !== 'function') {
    throw new Error('this crate `wasm-bindgen-test` takes its options in another way; 0.3.80 is known to work');
  }
  for (const name of names) {
    handlers[name] = wasm[`__wbgtest_console_${name}`];
  }
  context.include_ignored(suite.includeIgnored);
  context.filtered_count(suite.filtered);
  return context.run(suite.tests.map((test) => wasm.__wasm[test]));
}

main().then(
  (ok) => process.exit(ok ? 0 : 1),
  (error) => {
    globalThis.__wbgtest_og_console_error(error);
    process.exit(1);
  },
);
