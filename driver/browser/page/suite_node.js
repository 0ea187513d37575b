// The same in Node: `node --expose-gc -e SCRIPT SPECIFICATION TESTS`: JSON with the bindings' script and what suite_tests.js takes, and that
// script itself. The bindings export the module's functions as `__wasm` when they are made with `--debug`; here they do in any case.
const { readFileSync, writeSync } = require('node:fs');
const { dirname } = require('node:path');
const Module = require('node:module');

Error.stackTraceLimit = 50;
const suite = JSON.parse(process.argv[1]);
const { log, error: logError } = console;
let listener = log;
globalThis.__wbgtest_og_console_log = (text) => listener(text + '\n');
globalThis.__wbgtest_og_console_error = logError;

/// At once, also when the test that runs next never ends.
function say(text) {
  for (let bytes = Buffer.from(text); bytes.length > 0;) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
    }
  }
}

async function main() {
  const { listenToConsole, runTests } = await import('data:text/javascript,' + encodeURIComponent(process.argv[2]));
  const connect = listenToConsole(suite.nocapture, say);
  const script = new Module(suite.script);
  script.filename = suite.script;
  script.paths = [...Module._nodeModulePaths(dirname(suite.script)), process.cwd()];
  script._compile(readFileSync(suite.script, 'utf8') + '\nexports.__wasm = wasm;\n', suite.script);
  const bindings = script.exports;
  connect(bindings);
  const isOver = () => new Promise((_, reject) => {
    process.removeAllListeners('beforeExit').once('beforeExit', () => reject('it waits for what never comes: nothing is left that could happen'));
  });
  return runTests(suite, bindings, bindings.__wasm, { say, hear: (next) => (listener = next), pause: () => {}, isOver });
}

main().then(
  (ok) => process.exit(ok ? 0 : 1),
  (error) => {
    logError(error);
    process.exit(1);
  },
);
