// A suite that says `run_in_dedicated_worker`. Its contexts write lines through a function of the worker.
import { runSuite } from './suite.js';

Error.stackTraceLimit = 50;
const say = (text) => postMessage({ out: 1, text });
const hear = (listener) => (globalThis.__wbg_test_output_writeln = (...args) => listener(args.map(String).join(' ') + '\n'));

onmessage = async ({ data: config }) => {
  try {
    postMessage({ end: (await runSuite(config.suite, () => import(config.bindings), { say, hear })) ? 0 : 1 });
  } catch (error) {
    postMessage({ failed: String(error?.stack ?? error) });
  }
};
