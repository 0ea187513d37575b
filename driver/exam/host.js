// The host of the exam's programs: `node -e SCRIPT SPECIFICATION`. It offers every function that a module imports, writes down which one is
// really called, with its arguments, runs what is asked for, and writes the results: a transcript on stdout that is compared line by line.
// Everything is written at once and to the descriptor, because programs of WASI write there, too.
//
// SPECIFICATION is JSON: file; directory (what programs see as /room); runs; answers {"module.field": "number"}; counts (names of WASI
// functions); memory {initial, maximum, shared} where one is imported.
const fs = require('fs');
const { WASI } = require('wasi');
const { Worker, isMainThread, workerData } = require('worker_threads');

const specification = isMainThread ? JSON.parse(process.argv[1]) : workerData.specification;
const say = (text) => fs.writeSync(1, text + '\n');
const shown = (value) => (typeof value === 'bigint' ? value + 'n' : Object.is(value, -0) ? '-0' : String(value));
const number = (text) => (text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text));

/// What a module gets: `wasi` for its imports from WASI, counted; for all others a function that tells of its call.
function importsOf(module, wasi, counts, memory, spawn) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    if (kind === 'memory') {
      imports[from][name] = memory;
    } else if (from === 'wasi_snapshot_preview1' && name in wasi.wasiImport) {
      const actual = wasi.wasiImport[name];
      imports[from][name] = (...args) => {
        counts[name] = (counts[name] ?? 0) + 1;
        return actual(...args);
      };
    } else if (from === 'wasi' && name === 'thread-spawn') {
      imports[from][name] = spawn;
    } else if (kind === 'function') {
      const answer = specification.answers[`${from}.${name}`];
      imports[from][name] = (...args) => {
        say(`${from}.${name}(${args.map(shown).join(', ')})`);
        return answer === undefined ? 0 : number(answer);
      };
    }
  }
  return imports;
}

function makeWasi(args) {
  return new WASI({ version: 'preview1', args: ['program', ...args], env: {}, preopens: { '/room': specification.directory }, returnOnExit: true });
}

function runProgram(module, args) {
  const { initial, maximum, shared } = specification.memory ?? {};
  const memory = shared ? new WebAssembly.Memory({ initial, maximum, shared }) : undefined;
  const wasi = makeWasi(args);
  const counts = {};
  let threads = 0;
  const spawn = (argument) => {
    const thread = ++threads;
    const data = { specification, module, memory, thread, argument };
    const worker = new Worker(specification.script, { eval: true, workerData: data });
    worker.unref();
    return thread;
  };
  const instance = new WebAssembly.Instance(module, importsOf(module, wasi, counts, memory, spawn));
  say(`exit status ${wasi.start(instance) ?? 0}`);
  for (const name of specification.counts) say(`${name} was called ${counts[name] ?? 0} times`);
}

function runThread() {
  const { module, memory, thread, argument } = workerData;
  const wasi = makeWasi([]);
  const instance = new WebAssembly.Instance(module, importsOf(module, wasi, {}, memory, () => -1));
  wasi.initialize({ exports: { memory } });
  instance.exports.wasi_thread_start(thread, argument);
}

function runExport(module, call) {
  const [, name, list] = /^(\w+)\((.*)\)$/.exec(call);
  const instance = new WebAssembly.Instance(module, importsOf(module, undefined, {}, undefined, undefined));
  if (typeof instance.exports[name] !== 'function') {
    say(`there is no export ${name}`);
    return;
  }
  const args = list === '' ? [] : list.split(', ').map(number);
  say(`= ${shown(instance.exports[name](...args))}`);
}

if (isMainThread) {
  let module;
  try {
    module = new WebAssembly.Module(fs.readFileSync(specification.file));
  } catch (error) {
    say(`not a module: ${error.message}`);
  }
  const isProgram = module && WebAssembly.Module.exports(module).some((entry) => entry.name === '_start');
  for (const run of module ? specification.runs : []) {
    say(`> ${run}`);
    try {
      if (isProgram) runProgram(module, run === '' ? [] : run.split(' '));
      else runExport(module, run);
    } catch (error) {
      say(error instanceof WebAssembly.RuntimeError ? `trapped: ${error.message}` : `cannot be run: ${error.message}`);
    }
  }
  // A thread that never ends must not keep the process.
  process.exit(0);
} else {
  runThread();
}
