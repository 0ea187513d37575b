// What wasm-bindgen-test's own runner does in a page: console and hooks first, since the bindings look for them, then the context, then the tests.
export async function runTests(suite, bindings, say) {
  const names = ['debug', 'log', 'info', 'warn', 'error'];
  const handlers = {};
  for (const name of names) {
    console[name] = (...args) => {
      if (suite.nocapture) {
        say(args.map(String).join(' ') + '\n');
      }
      handlers[name]?.(args);
    };
  }
  globalThis.__wbg_test_invoke = (test) => test();
  const wasm = await bindings.default();
  const context = new bindings.WasmBindgenTestContext(false);
  if (typeof context.include_ignored !== 'function' || typeof context.filtered_count !== 'function') {
    throw new Error('this crate `wasm-bindgen-test` takes its options in another way; 0.3.80 is known to work');
  }
  for (const name of names) {
    handlers[name] = bindings[`__wbgtest_console_${name}`];
  }
  context.include_ignored(suite.includeIgnored);
  context.filtered_count(suite.filtered);
  return context.run(suite.tests.map((test) => wasm[test]));
}
