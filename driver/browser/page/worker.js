// Runs a program, or one of its threads, beside the page: a loop in it does not stop the page, and it may wait.
//
// It is sent {module, memory, config, thread}, and sends {out, bytes}, {spawn}, and at the end one of {end}, {trap}, {failed}, {finished}.
import { Exit, wasiImports } from './wasi.js';

Error.stackTraceLimit = 100;

function importsOf(module, memory, config) {
  const state = { memory };
  const wasi = wasiImports({
    args: config.args,
    env: config.env,
    memory: () => state.memory,
    write: (out, bytes) => postMessage({ out, bytes }, [bytes.buffer]),
  });
  const imports = { wasi_snapshot_preview1: wasi, wasi_unstable: wasi };
  if (config.memory) {
    imports[config.memory.module] = { ...imports[config.memory.module], [config.memory.name]: memory };
  }
  if (memory) {
    imports.wasi = {
      ...imports.wasi,
      'thread-spawn': (argument) => {
        const id = Atomics.add(config.threads, 0, 1) + 1;
        postMessage({ spawn: { id, argument } });
        return id;
      },
    };
  }
  return { imports, state };
}

function run({ module, memory, config, thread }) {
  const { imports, state } = importsOf(module, memory, config);
  const missing = WebAssembly.Module.imports(module).filter(({ module: from, name }) => imports[from]?.[name] === undefined);
  if (missing.length > 0) {
    return { failed: `it imports what a page does not have: ${missing.map(({ module: from, name }) => `\`${from}.${name}\``).join(', ')}` };
  }
  let instance;
  try {
    instance = new WebAssembly.Instance(module, imports);
  } catch (error) {
    return { failed: String(error) };
  }
  const { exports } = instance;
  state.memory ??= exports.memory;
  if (thread) {
    exports.wasi_thread_start(thread.id, thread.argument);
    return { finished: true };
  }
  if (typeof exports._start === 'function') {
    exports._start();
    return { end: 0 };
  }
  if (typeof exports.main === 'function') {
    return { end: exports.main(0, 0) & 0xff };
  }
  return { failed: 'it exports neither `_start` nor `main`' };
}

onmessage = ({ data }) => {
  let message;
  try {
    message = run(data);
  } catch (error) {
    message = error instanceof Exit ? { end: error.status } : { trap: String(error?.stack ?? error) };
  }
  postMessage(message);
};
