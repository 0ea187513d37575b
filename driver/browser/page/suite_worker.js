// A suite that says `run_in_dedicated_worker`. Its context writes lines through a function of the worker.
import { runTests } from './suite.js';

Error.stackTraceLimit = 25;
const say = (text) => postMessage({ out: 1, text });
globalThis.__wbg_test_output_writeln = (...args) => say(args.map(String).join(' ') + '\n');

onmessage = async ({ data: config }) => {
  try {
    postMessage({ end: (await runTests(config.suite, await import(config.bindings), say)) ? 0 : 1 });
  } catch (error) {
    postMessage({ failed: String(error?.stack ?? error) });
  }
};
