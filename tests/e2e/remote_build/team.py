"""Machines of a team: each with a home, a store, a checkout and a toolchain at places of its own, and a configuration that names caches."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "remote_cache")]
import builder  # noqa: E402
from builder import PROGRAM, ROOT, TARGET, TOOLCHAIN, own_environment  # noqa: E402

ALL = {"words", "base", "build_script_build", "mac", "text", "app", "script"}  # what a build of everything runs
STATUS = re.compile(r" *[A-Z][a-z]+ ")


def rustup_home():
    return os.environ.get("RUSTUP_HOME") or os.path.join(os.path.expanduser("~"), ".rustup")


def toolchain_elsewhere(place):
    """The toolchain at another path, file by file the same; None where it cannot be linked there."""
    for known in pathlib.Path(rustup_home(), "toolchains").glob(TOOLCHAIN + "-*"):
        to = pathlib.Path(place) / "toolchains" / known.name
        to.parent.mkdir(parents=True)
        try:
            shutil.copytree(known, to, symlinks=True, copy_function=os.link)
        except OSError:
            shutil.rmtree(place)
            return None
        settings = pathlib.Path(rustup_home(), "settings.toml")
        if settings.exists():
            shutil.copy(settings, pathlib.Path(place) / "settings.toml")
        return str(place)
    return None


class Built:
    def __init__(self, machine, run, took):
        self.code, self.said, self.took = run.returncode, run.stderr, took
        steps = "\n".join(line for line in run.stderr.splitlines() if " module record " not in line)
        self.ran = builder.rebuilt(steps)
        self.warnings = "".join(line + "\n" for line in run.stderr.splitlines() if line and not STATUS.match(line))
        finished = re.search(r"Finished .* in (?:([0-9]+) ms|([0-9.]+)s)", run.stderr)
        self.elapsed = 0.0 if finished is None else float(finished[1]) / 1000 if finished[1] else float(finished[2])
        self.after = took - self.elapsed  # beginning and end together
        self.module = machine.module() if run.returncode == 0 else None

    def is_good(self, module, ran=None, warnings=""):
        return self.code == 0 and self.module == module and self.warnings == warnings and (ran is None or self.ran == ran)


class Machine:
    def __init__(self, base, name, checkout="src", rustup=None, moves_program=False):
        self.base = pathlib.Path(base) / name
        self.root, self.home = self.base / checkout, self.base / "home"
        (self.home / ".cargo").mkdir(parents=True)
        shutil.copytree(pathlib.Path(ROOT) / "tests/fixtures/projects/team", self.root)
        self.program = PROGRAM
        if moves_program:
            self.program = str(self.base / "bin" / "cargo-wasm")
            beside = pathlib.Path(shutil.which(PROGRAM)).resolve().parent.parent / "lib/cargo-wasm/cargo_wasm_net.so"
            module = beside if beside.exists() else pathlib.Path(os.environ.get("CW_BUILD_DIR", "build")) / "driver/net/cargo_wasm_net.so"
            for source, to in ((shutil.which(PROGRAM), "bin"), (module, "lib/cargo-wasm")):
                (self.base / to).mkdir(parents=True)
                shutil.copy(source, self.base / to)
        self.env = {key: value for key, value in own_environment().items() if not key.startswith("XDG_") and key != "CARGO_HOME"}
        self.env.update(HOME=str(self.home), RUSTUP_HOME=rustup or rustup_home(), CARGO_WASM_CACHE_DIR=str(self.base / "store"), CARGO_WASM_CACHE="on",
                        CARGO_TERM_COLOR="never")

    def configure(self, order=None, **remotes):
        lines = ["[cargo-wasm.cache]", f"remotes = {list(order or remotes)!r}"]
        for name, keys in remotes.items():
            lines.append(f"[cargo-wasm.cache.remote.{name}]")
            lines += [f"{key.replace('_', '-')} = {value!r}" for key, value in keys.items()]
        (self.home / ".cargo" / "config.toml").write_text("\n".join(lines).replace("'", '"') + "\n")

    def run(self, *words, **env):
        return subprocess.run([self.program, *words], cwd=self.root, env={**self.env, **env}, capture_output=True, text=True, timeout=300)

    def build(self, *words, **env):
        start = time.monotonic()
        run = self.run("+" + TOOLCHAIN, "build", "-p", "app", "--release", "--target", TARGET, "-v", *words, **env)
        return Built(self, run, time.monotonic() - start)

    def module(self):
        return (self.root / "target" / TARGET / "release" / "app.wasm").read_bytes()

    def keygen(self, name):
        return self.run("cache", "keygen", "--name", name).stdout.strip()

    def spooled(self):
        return len(list((self.base / "store" / "spool").glob("*.entry")))

    def forget(self, store=True):
        """As on the first day: nothing is built here, and nothing is in the store."""
        for place in [self.root / "target"] + [self.base / "store"] * store:
            shutil.rmtree(place, ignore_errors=True)


def files_with(directory, *words):
    """Files below it that contain one of these words."""
    found = set()
    for at, _, names in os.walk(directory):
        for name in names:
            path = pathlib.Path(at, name)
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                found |= {str(path.relative_to(directory)) for word in words if word.encode() in content}
    return sorted(found)
