// WASI 0.1 for a program in a worker of a page: arguments, variables, clocks, random numbers, standard output and error. Nothing is opened to
// it: there are no directories, standard input is empty, and what a page does not have answers with an errno.
//
// Memory may be shared between threads. Views of shared memory are refused by some functions of the browser, so bytes are copied out before.
const SUCCESS = 0, BADF = 8, INVAL = 28, NOSYS = 52, SPIPE = 70, NOTCAPABLE = 76;
const STDIN = 0, STDOUT = 1, STDERR = 2;
const CLOCK = 0, READABLE = 1; // kinds of subscriptions; the third is WRITABLE
const SUBSCRIPTION_BYTES = 48, EVENT_BYTES = 32;

/// What `proc_exit` throws.
export class Exit {
  constructor(status) {
    this.status = status;
  }
}

function nanoseconds(milliseconds) {
  return BigInt(Math.floor(milliseconds * 1000)) * 1000n; // a double has no room for today in nanoseconds
}

function now(clock) {
  return nanoseconds(clock === 0 ? performance.timeOrigin + performance.now() : performance.now());
}

/// `memory` gives the program's memory, `write(descriptor, bytes)` takes what it prints.
export function wasiImports({ args, env, memory, write }) {
  const view = () => new DataView(memory().buffer);
  const bytes = (address, length) => new Uint8Array(memory().buffer, address >>> 0, length >>> 0);
  const encoder = new TextEncoder();
  const encoded = (texts) => texts.map((text) => encoder.encode(text + '\0'));
  const argumentBytes = encoded(args);
  const variableBytes = encoded(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  const isStandard = (descriptor) => descriptor >= STDIN && descriptor <= STDERR;

  function sizes(list, countAddress, sizeAddress) {
    view().setUint32(countAddress, list.length, true);
    view().setUint32(sizeAddress, list.reduce((sum, item) => sum + item.length, 0), true);
    return SUCCESS;
  }

  function copyOut(list, pointers, buffer) {
    for (const item of list) {
      view().setUint32(pointers, buffer, true);
      bytes(buffer, item.length).set(item);
      pointers += 4;
      buffer += item.length;
    }
    return SUCCESS;
  }

  /// Ends when the first of the clocks is due; what can be read or written is ready at once.
  function poll(subscriptions, events, count, countAddress) {
    if (count === 0) {
      return INVAL;
    }
    const wanted = [];
    for (let i = 0; i < count; ++i) {
      const at = subscriptions + i * SUBSCRIPTION_BYTES;
      const kind = view().getUint8(at + 8);
      const entry = { user: view().getBigUint64(at, true), kind };
      if (kind === CLOCK) {
        const clock = view().getUint32(at + 16, true);
        const time = view().getBigUint64(at + 24, true);
        const isAbsolute = (view().getUint16(at + 40, true) & 1) !== 0;
        entry.due = nanoseconds(performance.now()) + (isAbsolute ? time - now(clock) : time);
      } else {
        entry.descriptor = view().getUint32(at + 16, true);
      }
      wanted.push(entry);
    }
    const isClock = (entry) => entry.kind === CLOCK;
    if (wanted.every(isClock)) {
      const first = wanted.reduce((least, entry) => (entry.due < least ? entry.due : least), wanted[0].due);
      const cell = new Int32Array(new SharedArrayBuffer(4));
      for (let rest; (rest = Number(first - nanoseconds(performance.now())) / 1e6) > 0; ) {
        Atomics.wait(cell, 0, 0, Math.min(rest, 1e9));
      }
    }
    const time = nanoseconds(performance.now());
    const ready = wanted.filter((entry) => !isClock(entry) || entry.due <= time);
    ready.forEach((entry, i) => {
      const at = events + i * EVENT_BYTES;
      bytes(at, EVENT_BYTES).fill(0);
      view().setBigUint64(at, entry.user, true);
      view().setUint16(at + 8, isClock(entry) || isStandard(entry.descriptor) ? SUCCESS : BADF, true);
      view().setUint8(at + 10, entry.kind);
      view().setUint16(at + 24, entry.kind === READABLE ? 1 : 0, true); // standard input is at its end
    });
    view().setUint32(countAddress, ready.length, true);
    return SUCCESS;
  }

  const imports = {
    args_sizes_get: (count, size) => sizes(argumentBytes, count, size),
    args_get: (pointers, buffer) => copyOut(argumentBytes, pointers, buffer),
    environ_sizes_get: (count, size) => sizes(variableBytes, count, size),
    environ_get: (pointers, buffer) => copyOut(variableBytes, pointers, buffer),
    clock_res_get(clock, address) {
      if (clock > 3) {
        return INVAL;
      }
      view().setBigUint64(address, 5000n, true); // five microseconds, which isolated pages have
      return SUCCESS;
    },
    clock_time_get(clock, _precision, address) {
      if (clock > 3) {
        return INVAL;
      }
      view().setBigUint64(address, now(clock), true);
      return SUCCESS;
    },
    random_get(address, length) {
      const most = 65536; // of one call
      for (let done = 0; done < length >>> 0; done += most) {
        const part = crypto.getRandomValues(new Uint8Array(Math.min(most, (length >>> 0) - done)));
        bytes(address + done, part.length).set(part);
      }
      return SUCCESS;
    },
    fd_write(descriptor, vectors, count, sizeAddress) {
      if (descriptor !== STDOUT && descriptor !== STDERR) {
        return BADF;
      }
      let written = 0;
      for (let i = 0; i < count; ++i) {
        const part = bytes(view().getUint32(vectors + 8 * i, true), view().getUint32(vectors + 8 * i + 4, true));
        if (part.length > 0) {
          write(descriptor, part.slice());
        }
        written += part.length;
      }
      view().setUint32(sizeAddress, written, true);
      return SUCCESS;
    },
    fd_read(descriptor, _vectors, _count, sizeAddress) {
      if (descriptor !== STDIN) {
        return BADF;
      }
      view().setUint32(sizeAddress, 0, true);
      return SUCCESS;
    },
    fd_fdstat_get(descriptor, address) {
      if (!isStandard(descriptor)) {
        return BADF;
      }
      bytes(address, 24).fill(0); // of an unknown type: no terminal
      view().setBigUint64(address + 8, descriptor === STDIN ? 2n : 64n, true); // the right to read, or to write
      return SUCCESS;
    },
    fd_filestat_get(descriptor, address) {
      if (!isStandard(descriptor)) {
        return BADF;
      }
      bytes(address, 64).fill(0);
      return SUCCESS;
    },
    fd_close: (descriptor) => (isStandard(descriptor) ? SUCCESS : BADF),
    fd_seek: (descriptor) => (isStandard(descriptor) ? SPIPE : BADF),
    fd_tell: (descriptor) => (isStandard(descriptor) ? SPIPE : BADF),
    fd_prestat_get: () => BADF,
    fd_prestat_dir_name: () => BADF,
    poll_oneoff: poll,
    sched_yield: () => SUCCESS,
    proc_exit(status) {
      throw new Exit(status & 0xff);
    },
  };
  for (const name of ['advise', 'allocate', 'datasync', 'fdstat_set_flags', 'fdstat_set_rights', 'filestat_set_size', 'filestat_set_times', 'pread',
    'pwrite', 'readdir', 'renumber', 'sync']) {
    imports[`fd_${name}`] = () => BADF;
  }
  for (const name of ['create_directory', 'filestat_get', 'filestat_set_times', 'link', 'open', 'readlink', 'remove_directory', 'rename', 'symlink',
    'unlink_file']) {
    imports[`path_${name}`] = () => NOTCAPABLE;
  }
  for (const name of ['proc_raise', 'sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown']) {
    imports[name] = () => NOSYS;
  }
  return imports;
}
