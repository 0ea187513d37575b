// A host for one `wasm32-wasip1-threads` program: it has output, and counts the threads that are asked for without running them.
//   node threads_host.mjs MODULE INITIAL MAXIMUM      sizes of the shared memory in pages, as the module declares them
import { readFileSync, writeSync } from 'node:fs';

const [file, initial, maximum] = process.argv.slice(2);
const memory = new WebAssembly.Memory({ initial: Number(initial), maximum: Number(maximum), shared: true });
let threads = 0;

function fd_write(descriptor, vectors, count, written) {
  const view = new DataView(memory.buffer);
  let size = 0;
  for (let i = 0; i < count; ++i) {
    const [at, length] = [view.getUint32(vectors + 8 * i, true), view.getUint32(vectors + 8 * i + 4, true)];
    writeSync(descriptor, Uint8Array.from(new Uint8Array(memory.buffer, at, length)));
    size += length;
  }
  view.setUint32(written, size, true);
  return 0;
}

function environ_sizes_get(count, size) {
  const view = new DataView(memory.buffer);
  view.setUint32(count, 0, true);
  view.setUint32(size, 0, true);
  return 0;
}

const proc_exit = (status) => process.exit(status);
const host = new Proxy({ fd_write, environ_sizes_get, proc_exit }, { get: (known, name) => known[name] ?? (() => 0) });
const module = new WebAssembly.Module(readFileSync(file));
const instance = new WebAssembly.Instance(module, { env: { memory }, wasi: { 'thread-spawn': () => ++threads }, wasi_snapshot_preview1: host });
instance.exports._start();
