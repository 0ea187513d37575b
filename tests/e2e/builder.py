"""What the end-to-end suites share: a copied project, builds by cargo and by cargo-wasm, and the program's output.

Every check prints one line: `ok - NAME`, `not ok - NAME` (details follow, indented) or `skip - NAME: REASON`.
"""
import fcntl
import math
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLCHAIN = os.environ.get("CW_ORACLE", "1.99.1")
TARGET = "wasm32-wasip1"
PROGRAM = os.environ.get("CARGO_WASM", "cargo-wasm")

RUN_WASI = """
import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';
const wasi = new WASI({ version: 'preview1', args: ['app'], env: {}, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
"""

failures = 0


def report(text):
    """Whole, whatever processes or threads of a suite report beside it."""
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(text, flush=True)


def check(name, good, *details):
    global failures
    if good:
        report("ok - " + name)
    else:
        failures += 1
        report("\n".join(["not ok - " + name, *("    " + line for text in details for line in str(text).splitlines())]))
    return good


def side_by_side(parts):
    """Runs functions that check, each in a process of its own, as many at a time as there are jobs."""
    global failures
    waiting, running = list(parts), 0
    while waiting or running:
        if waiting and running < int(os.environ.get("CW_JOBS") or 2):
            part, running = waiting.pop(0), running + 1
            if os.fork() == 0:
                failures = 0
                try:
                    part()
                except BaseException:  # its lines are those of a failed check, wherever it came from
                    check(f"{part}: it comes to its end", False, traceback.format_exc())
                os._exit(min(failures, 100))
            continue
        running -= 1
        failures += os.waitstatus_to_exitcode(os.wait()[1]) != 0


def limit_for(run, at_least=2):
    """Whole seconds in which what ends is sure to, on this machine as it is now: a time limit for a test of what does not end. By how long a run of
    something like it takes."""
    began = time.monotonic()
    run()
    return max(at_least, math.ceil(5 * (time.monotonic() - began)))


def skip(name, reason):
    report(f"skip - {name}: {reason}")


def finish():
    sys.exit(1 if failures else 0)


# Below those that Linux gives to whoever asks for any: no client's end of a connection takes one before its server has it.
PORTS = range(20_000, 32_000)
given = set()


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers set it: connections that have ended do not count
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_ports(count):
    """As many that nobody has at the moment, of this machine alone. None is given twice."""
    found = []
    while len(found) < count:
        port = random.choice(PORTS)
        if port not in given and is_free(port):
            given.add(port)
            found.append(port)
    return found


def free_port():
    return free_ports(1)[0]


SERVER_LINE = re.compile(r"^(.*) &$", re.M)


def with_awaited_servers(script):
    """A page's commands for bash, where each server that they leave behind is waited for until it listens, says what it says to a file, and is noted to be
    ended. A sync has nothing to wait for: whoever needs what it brings waits for that."""
    def awaited(line):
        port = re.search(r"127\.0\.0\.1:([0-9]+)", line[1])
        wait = f"; until (exec 3<>/dev/tcp/127.0.0.1/{port[1]}) 2>/dev/null; do kill -0 $!; sleep 0.05; done" if port else ""
        return f"{line[1]} >>servers.log 2>&1 & echo $! >>pids{wait}"
    return SERVER_LINE.sub(awaited, script)


CHANGES_A_BUILD = ("CARGO_WASM", "RUSTFLAGS", "CARGO_BUILD", "CARGO_TARGET", "CARGO_PROFILE", "CARGO_INCREMENTAL", "MAKEFLAGS", "CARGO_MAKEFLAGS")
NAMES_A_SERVICE = ("CI", "TF_BUILD")  # which cargo compiles without incremental compilation in


def own_environment():
    """This process's variables without those that would change a build. Nothing comes from the store of this user: a suite says what
    is compiled, whatever ran before it. Suites about the store switch it on; CW_STORE=on does for all."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(CHANGES_A_BUILD) and k not in NAMES_A_SERVICE}
    env["CARGO_WASM_CACHE"] = os.environ.get("CW_STORE", "off")
    return env


def clean_environment(base, **more):
    """The variables of a build for a project below `base`; offline."""
    env = own_environment()
    env.update(XDG_CACHE_HOME=os.path.join(base, "cache"), CARGO_TERM_COLOR="never", CARGO_NET_OFFLINE="true")
    env.update(more)
    return env


class Place:
    """A temporary directory with a copy of the project, and an environment of its own."""

    def __init__(self, project="freshness"):
        self.base = tempfile.mkdtemp(prefix="cargo-wasm-e2e-")
        self.root = os.path.join(self.base, "checkout")
        shutil.copytree(os.path.join(ROOT, "tests", "fixtures", "projects", project), self.root)
        self.runner = os.path.join(self.base, "run.mjs")
        with open(self.runner, "w") as out:
            out.write(RUN_WASI)
        self.env = own_environment()
        self.env.update(XDG_CACHE_HOME=os.path.join(self.base, "cache"), CARGO_TERM_COLOR="never", CARGO_INCREMENTAL="1")

    def remove(self):
        shutil.rmtree(self.base, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        with open(self.path(name)) as source:
            return source.read()

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)

    def replace(self, name, old, new):
        text = self.read(name)
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new))

    def command(self, tool, args=(), toolchain=TOOLCHAIN):
        program = "cargo" if tool == "cargo" else PROGRAM
        return [program, "+" + toolchain, "build", "--offline", "-p", "app", "--target", TARGET, *args]

    def build(self, tool, args=(), env=None, toolchain=TOOLCHAIN, verbose=True):
        command = self.command(tool, [*args, "-v"] if verbose else args, toolchain)
        return subprocess.run(command, cwd=self.root, env={**self.env, **(env or {})}, capture_output=True, text=True)

    def artifact(self, profile="debug", target_dir=None):
        return os.path.join(target_dir or self.path("target"), TARGET, profile, "app.wasm")

    def output(self, profile="debug", target_dir=None):
        """What the program prints, or what went wrong."""
        run = subprocess.run(["node", "--no-warnings", self.runner, self.artifact(profile, target_dir)], capture_output=True, text=True)
        return run.stdout if run.returncode == 0 else f"exit {run.returncode}: {run.stderr}"


def rebuilt(text):
    """The units that ran, from `-v`: crate names, and "script" for the run of a build script."""
    units = set()
    for line in text.splitlines():
        if not line.lstrip().startswith("Running `"):
            continue
        crate = re.search(r"--crate-name ['\"]?([A-Za-z0-9_]+)", line)
        units.add(crate.group(1) if crate else "script")
    return units
