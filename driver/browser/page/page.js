// The page around a module, its bindings, or a suite of wasm-bindgen-test. What is to be done stands in `cargoWasm.config`.
const { config, report } = globalThis.cargoWasm;

Error.stackTraceLimit = config.suite ? 50 : 100;

/// Bytes as a text in which each character is one of them: JSON has no other way.
function asText(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  }
  return parts.join('');
}

/// What arrives within a moment becomes few messages. The order stays.
const queue = [];
let isScheduled = false;

function flush() {
  isScheduled = false;
  for (const message of queue.splice(0)) {
    report(message);
  }
}

function say(message) {
  const last = queue.at(-1);
  if (last && last.out !== undefined && last.out === message.out && last.bytes.length < 1 << 20) {
    last.bytes += message.bytes;
  } else {
    queue.push(message);
  }
  if (!isScheduled) {
    isScheduled = true;
    setTimeout(flush, 0);
  }
}

function start(message) {
  const worker = new Worker(config.scripts + 'worker.js', { type: 'module' });
  worker.onmessage = ({ data }) => {
    if (data.spawn) {
      start({ ...message, thread: data.spawn });
    } else if (data.finished) {
      worker.terminate();
    } else {
      say(data.bytes ? { out: data.out, bytes: asText(data.bytes) } : data);
    }
  };
  worker.onerror = (event) => say({ failed: event.message ?? 'the worker could not be started' });
  worker.postMessage(message);
}

async function runModule() {
  const module = await WebAssembly.compileStreaming(fetch(config.module));
  const { initial, maximum, shared } = config.memory ?? {};
  const memory = config.memory ? new WebAssembly.Memory({ initial, ...(maximum === undefined ? {} : { maximum }), shared }) : undefined;
  start({ module, memory, config: { ...config, threads: new Int32Array(new SharedArrayBuffer(4)) } });
}

/// The program is at its end when `main` is, what it put off to the next turn of the event loop, and all of its workers; or when it says so.
async function runBindings() {
  const bindings = await import(config.bindings);
  await bindings.default();
  for (let turn = 0; turn < 2; ++turn) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  if (!config.stays) {
    report({ ended: true });
  }
}

/// A context of wasm-bindgen-test reads the element's text, adds a line, and writes it back: so each write is that line.
function outputElement() {
  const element = document.createElement('pre');
  element.id = 'output';
  document.body.append(element);
  let listener = () => {};
  Object.defineProperty(element, 'textContent', { get: () => '', set: (text) => listener(text) });
  return (next) => (listener = next);
}

async function runSuiteHere() {
  const { suite } = config;
  if (suite.worker) {
    const worker = new Worker(config.scripts + 'suite_worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => report(data);
    worker.onerror = (event) => report({ failed: event.message ?? 'the worker could not be started' });
    worker.postMessage(config);
    return;
  }
  const hear = outputElement();
  const { runSuite } = await import(config.scripts + 'suite.js');
  report({ end: (await runSuite(suite, () => import(config.bindings), { say: (text) => report({ out: 1, text }), hear })) ? 0 : 1 });
}

report({ loaded: true }); // what runs from here on may take as long as it likes
(config.suite ? runSuiteHere() : config.bindings ? runBindings() : runModule()).catch((error) => {
  flush();
  report(error instanceof WebAssembly.RuntimeError ? { trap: error.stack } : { failed: String(config.bindings ? error?.stack ?? error : error) });
});
