// The tests of a suite, one after the other, told of as libtest does: a test's name stands there before it runs, so that whoever reads it
// knows which one hangs. Each has a context of wasm-bindgen-test of its own; what that writes is read for the result and what led to it.
const consoleNames = ['debug', 'log', 'info', 'warn', 'error'];

/// `console` goes to the context, which keeps it for failures, and to `say` where it is to be seen. Before the bindings are loaded: they
/// look for `__wbg_test_invoke`. Returns a function that connects them when they are.
export function listenToConsole(nocapture, say) {
  const handlers = {};
  for (const name of consoleNames) {
    console[name] = (...args) => {
      const isAnnouncement = args.length === 1 && String(args[0]).startsWith('Invoking test: ');
      if (nocapture && !isAnnouncement) {
        say(args.map(String).join(' ') + '\n');
      }
      handlers[name]?.(args);
    };
  }
  globalThis.__wbg_test_invoke = (test) => test();
  return (bindings) => {
    for (const name of consoleNames) {
      handlers[name] = bindings[`__wbgtest_console_${name}`];
    }
  };
}

/// What a context says behind "---- NAME output ----", as libtest would: without indentation and heads. Of a panic the stack of its hook is
/// left out, as that of the exception which follows says the same.
function detailsIn(text) {
  const begin = text.search(/^---- .* output ----$/m);
  if (begin < 0) {
    return '';
  }
  return text
    .slice(text.indexOf('\n', begin) + 1, text.lastIndexOf('\nfailures:\n'))
    .replace(/^ {4}/gm, '')
    .replace(/^(?:(?:debug|log|info|warn|error) output|JS exception that was thrown):\n/gm, '')
    .replace(/^ {4}/gm, '')
    .replace(/^\s*Stack:\n\s*Error\n(?:\s+at .*\n)*\s*/m, '')
    .replace(/^\s+at .*\bdata:text\/javascript,.*\n/gm, '') // our own
    .replace(/\n{2,}/g, '\n')
    .trim() + '\n';
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

/// `hear(f)`: f gets what contexts write from now on. `pause()`: what was said has gone out when it is over. `isOver()` throws when nothing
/// can happen any more.
export async function runTests(suite, bindings, exports, { say, hear, pause, isOver = () => new Promise(() => {}) }) {
  const counts = { ok: 0, failed: 0, ignored: 0 };
  const failures = [];
  say(`\nrunning ${counted(suite.tests.length, 'test')}\n`);
  for (const test of suite.tests) {
    const name = test.slice(test.indexOf('::') + 2);
    say(`test ${name} ... `);
    await pause();
    let text = '', thrown;
    hear((part) => (text += part));
    try {
      const context = new bindings.WasmBindgenTestContext(false);
      if (typeof context.include_ignored !== 'function') {
        throw new Error('this crate `wasm-bindgen-test` takes its options in another way; 0.3.50 and later are known to work');
      }
      context.include_ignored(suite.includeIgnored);
      await Promise.race([context.run([exports[test]]), isOver()]);
    } catch (error) {
      thrown = String(error?.stack ?? error) + '\n';
    }
    hear(() => {});
    const [, result] = text.match(/^test .* \.\.\. (ok|FAIL|ignored.*)$/m) ?? [];
    if (result === undefined || result === 'FAIL' || thrown) {
      failures.push({ name, details: detailsIn(text) + (thrown ?? '') });
      ++counts.failed;
      say('FAILED\n');
    } else {
      ++counts[result === 'ok' ? 'ok' : 'ignored'];
      say(result + '\n');
    }
  }
  if (failures.length > 0) {
    const sections = failures.map(({ name, details }) => `---- ${name} stdout ----\n${details}\n`).join('');
    say(`\nfailures:\n\n${sections}\nfailures:\n${failures.map(({ name }) => `    ${name}\n`).join('')}`);
  }
  say(`\ntest result: ${failures.length === 0 ? 'ok' : 'FAILED'}. ${counts.ok} passed; ${counts.failed} failed; ${counts.ignored} ignored; `
    + `0 measured; ${suite.filtered} filtered out\n\n`);
  return failures.length === 0;
}
