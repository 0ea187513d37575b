// wasi.js without a program: what std has no use for, or a page cannot be made to show. Prints one line a check.
import { readFileSync } from 'node:fs';

const { Exit, wasiImports } = await import('data:text/javascript,' + encodeURIComponent(readFileSync(process.argv[2], 'utf8')));
const BADF = 8, INVAL = 28, NOSYS = 52, SPIPE = 70, NOTCAPABLE = 76;
const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
const view = new DataView(memory.buffer);
const bytes = new Uint8Array(memory.buffer);
const written = [];
const wasi = wasiImports({ args: ['a', 'ü'], env: { A: '1' }, memory: () => memory, write: (out, part) => written.push([out, new TextDecoder().decode(part)]) });
const check = (name, good, ...details) => console.log(`${good ? 'ok' : 'not ok'} - WASI: ${name}${good ? '' : ': ' + JSON.stringify(details)}`);

/// A subscription at `at`; kind 0 is a clock, which is due in `time` nanoseconds.
function subscribe(at, user, kind, subject, time = 0n, isAbsolute = false) {
  view.setBigUint64(at, BigInt(user), true);
  view.setUint8(at + 8, kind);
  view.setUint32(at + 16, subject, true);
  view.setBigUint64(at + 24, time, true);
  view.setUint16(at + 40, isAbsolute ? 1 : 0, true);
}

function polled(count) {
  const status = wasi.poll_oneoff(1024, 2048, count, 512);
  const events = [];
  for (let i = 0; i < view.getUint32(512, true); ++i) {
    const at = 2048 + 32 * i;
    events.push([Number(view.getBigUint64(at, true)), view.getUint16(at + 8, true), view.getUint8(at + 10)]);
  }
  return JSON.stringify([status, events]);
}

check('no directories, no sockets, nothing to seek in', wasi.fd_prestat_get(3, 0) === BADF && wasi.fd_read(3, 0, 0, 0) === BADF && wasi.fd_close(3) === BADF
  && wasi.path_open(3) === NOTCAPABLE && wasi.sock_recv(3) === NOSYS && wasi.fd_seek(1) === SPIPE && wasi.fd_seek(5) === BADF);
check('every function of preview 1 is there', Object.keys(wasi).length === 46, Object.keys(wasi).length, Object.keys(wasi).sort());
wasi.args_sizes_get(0, 4);
wasi.args_get(16, 64);
check('arguments are UTF-8, each with its end', view.getUint32(0, true) === 2 && view.getUint32(4, true) === 5
  && new TextDecoder().decode(bytes.slice(64, 69)) === 'a\0ü\0' && view.getUint32(20, true) === 66);
view.setUint32(128, 64, true);
view.setUint32(132, 1, true);
view.setUint32(136, 0, true);
view.setUint32(140, 0, true);
view.setUint32(144, 66, true);
view.setUint32(148, 2, true);
check('what is written comes whole, out of shared memory, empty pieces left out', wasi.fd_write(2, 128, 3, 8) === 0 && view.getUint32(8, true) === 3
  && JSON.stringify(written) === '[[2,"a"],[2,"ü"]]' && wasi.fd_write(0, 128, 3, 8) === BADF, written);
check('random numbers, more than one call of the browser gives', wasi.random_get(4096, 200000) === 0 && new Set(bytes.slice(4096, 204096)).size === 256
  && bytes.slice(204096 - 64, 204096).some((byte) => byte !== 0));
check('clocks that there are, and none else', wasi.clock_time_get(1, 0n, 0) === 0 && wasi.clock_time_get(4, 0n, 0) === INVAL && wasi.clock_res_get(4, 0) === INVAL);
check('a poll of nothing is a mistake', wasi.poll_oneoff(1024, 2048, 0, 512) === INVAL);
subscribe(1024, 7, 0, 1, 3_600_000_000_000n);
subscribe(1072, 8, 2, 1);
subscribe(1120, 9, 1, 5);
check('what can be written is ready at once, what is not open answers, an hour is not waited for', polled(3) === '[0,[[8,0,2],[9,8,1]]]', polled(3));
subscribe(1072, 8, 0, 1, 20_000_000n);
const begin = performance.now();
check('the first of two clocks ends the wait', polled(2) === '[0,[[8,0,0]]]' && performance.now() - begin >= 20 && performance.now() - begin < 5000);
subscribe(1024, 7, 0, 0, BigInt(Date.now()) * 1_000_000n - 1_000_000n, true);
check('a time of day that has passed is not waited for', polled(1) === '[0,[[7,0,0]]]');
try {
  wasi.proc_exit(513);
} catch (error) {
  check('a status has eight bits', error instanceof Exit && error.status === 1);
}
