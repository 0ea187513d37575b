// What wasm-bindgen-test's own runner does in a page or in a worker: console and hooks first, since the bindings look for them, then the tests.
import { listenToConsole, runTests } from './suite_tests.js';

export async function runSuite(suite, load, { say, hear }) {
  const connect = listenToConsole(suite.nocapture, say);
  const bindings = await load();
  const exports = await bindings.default();
  connect(bindings);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
  return runTests(suite, bindings, exports, { say, hear, pause });
}
