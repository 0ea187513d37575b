"""A registry of cargo-wasm with two mirrors that `registry sync` made, each served by `registry serve` and reached through toxiproxy."""
import base64
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import made_registry as made
from builder import PROGRAM, TOOLCHAIN, clean_environment, free_ports, skip

TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cargo-wasm-tests" / "tools"
TOXIPROXY = "2.5.0"
LONG = 300
NAMES = ("primary", "eu", "asia")


def toxiproxy():
    """The program, built once (some ten seconds); None, and said why."""
    place = TOOLS / f"toxiproxy-{TOXIPROXY}"
    if not (place / "server").exists():
        go = shutil.which("go")
        if go is None:
            skip("toxiproxy", "Go is not installed")
            return None
        built = subprocess.run([go, "install", f"github.com/Shopify/toxiproxy/v2/cmd/server@v{TOXIPROXY}"], env={**os.environ, "GOBIN": str(place)}, capture_output=True, text=True)
        if built.returncode != 0:
            skip("toxiproxy", f"it could not be built: {built.stderr.strip()[-200:]}")
            return None
    return place / "server"


class Toxiproxy:
    def __init__(self, program):
        [self.port] = free_ports(1)
        self.process = subprocess.Popen([str(program), "-host", "127.0.0.1", "-port", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while True:
            try:
                self.ask("GET", "/version")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("toxiproxy did not start")
                time.sleep(0.02)

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"toxiproxy: {method} {path}: {text}")
            return text
        finally:
            connection.close()

    def before(self, name, port, to):
        self.ask("POST", "/proxies", {"name": name, "listen": f"127.0.0.1:{port}", "upstream": f"127.0.0.1:{to}", "enabled": True})

    def poison(self, name, *toxics):
        """`(type, attributes)` or `(type, attributes, "upstream")`."""
        for number, (kind, attributes, *stream) in enumerate(toxics):
            self.ask("POST", f"/proxies/{name}/toxics", {"name": f"t{number}", "type": kind, "stream": (stream or ["downstream"])[0], "toxicity": 1.0, "attributes": attributes})

    def reset(self):
        self.ask("POST", "/reset")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class World:
    def __init__(self, base, program):
        self.base, self.count = pathlib.Path(base), 0
        self.env = clean_environment(str(base), CARGO_HOME=str(self.base / "operator"), CARGO_NET_OFFLINE="false", CARGO_NET_RETRY="0")
        ports = free_ports(2 * len(NAMES))
        self.shown = dict(zip(NAMES, ports))
        self.hidden = dict(zip(NAMES, ports[len(NAMES):]))
        self.address = {name: f"http://127.0.0.1:{port}/" for name, port in self.shown.items()}
        self.toxics = Toxiproxy(program)
        self.processes = {}
        for name in NAMES:
            self.toxics.before(name, self.shown[name], self.hidden[name])
        self.canonical = "sparse+" + self.address["primary"]
        federation = self.base / "federation.toml"
        # The primary is asked last: it is the others that are made ill for readers.
        federation.write_text('name = "acme"\nunsigned = "allow"\n' + "".join(
            f'\n[[mirrors]]\nid = "{name}"\nbase = "{self.address[name]}"\nroles = {roles}\npriority = {priority}\n'
            for name, roles, priority in (("eu", '["read"]', 10), ("asia", '["read"]', 20), ("primary", '["read", "publish"]', 30))))
        self.must("registry", "init", self.base / "primary", "--name", "acme", "--url", self.address["primary"])
        self.must("registry", "federation", self.base / "primary", "--file", federation)
        self.token = self.must("registry", "token", "create", self.base / "primary", "--user", "alice", "--scope", "publish", "--scope", "yank").strip()
        document = json.loads((self.base / "primary/public/.well-known/cargo-wasm/federation/latest").read_text())
        stated = json.loads(base64.b64decode(document["payload"]))
        self.key = stated["keys"][stated["root"]["keys"][0]]
        self.serve("primary")
        self.crates = {}
        # Each has 40 KiB that do not compress, so that slow ways are seen to be slow.
        for place, name in enumerate(("acme-low", "acme-mid", "acme-top")):
            self.put(name, "1.0.0", [] if place == 0 else [("acme-low", "acme-mid")[place - 1]])
        for name in NAMES[1:]:
            self.must("registry", "sync", self.base / name, "--from", self.address["primary"], "--url", self.address[name], "--trust-first")
            self.serve(name, "--read-only")

    def run(self, *words, cwd=None, **variables):
        started = time.monotonic()
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=cwd or self.base, env={**self.env, **variables}, capture_output=True, text=True, timeout=LONG)
        done.seconds = time.monotonic() - started
        return done

    def must(self, *words, **variables):
        done = self.run(*words, **variables)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.stderr}")
        return done.stdout

    def serve(self, name, *options):
        port_file = self.base / f"{name}.port"
        self.processes[name] = subprocess.Popen([PROGRAM, "registry", "serve", str(self.base / name), "--listen", f"127.0.0.1:{self.hidden[name]}", "--port-file", str(port_file),
                                                 *options], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while not port_file.exists():
            if self.processes[name].poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"`{name}` did not start")
            time.sleep(0.01)

    def put(self, name, version, depends=()):
        filler = random.Random(name).randbytes(20_000).hex()
        archive = made.crate_archive(name, version, {
            "Cargo.toml": f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n' + "".join(
                f'[dependencies.{d}]\nversion = "^1"\nregistry-index = "{self.canonical}"\n' for d in depends),
            "src/lib.rs": f"// {filler}\npub fn number() -> i32 {{ 1 }}\n"})
        metadata = json.dumps({"name": name, "vers": version, "features": {}, "authors": [], "badges": {}, "description": name, "license": "MIT", "deps": [
            {"name": d, "version_req": "^1", "features": [], "optional": False, "default_features": True, "target": None, "kind": "normal"} for d in depends]}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.hidden["primary"], timeout=30)
        try:
            connection.request("PUT", "/api/v1/crates/new", len(metadata).to_bytes(4, "little") + metadata + len(archive).to_bytes(4, "little") + archive,
                               {"Authorization": self.token})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 200:
                raise RuntimeError(said)
        finally:
            connection.close()

    def machine(self):
        """A new home that knows the registry."""
        self.count += 1
        machine = Machine(self, self.base / f"home-{self.count}")
        added = machine.run("registry", "add", self.address["asia"], "--key", self.key)
        if added.returncode != 0:
            raise RuntimeError(added.stderr)
        # What was seen of mirrors when it was added is no part of a cold start.
        (machine.state / "health.json").unlink(missing_ok=True)
        return machine

    def close(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(timeout=30)
        self.toxics.stop()


class Machine:
    def __init__(self, world, home):
        self.world, self.home = world, home
        home.mkdir()
        self.env = {**world.env, "XDG_CACHE_HOME": str(home / "cache"), "CARGO_HOME": str(home / "cargo"), "CARGO_NET_RETRY": "1"}
        self.state = home / "cargo/cargo-wasm/federations/acme"

    def run(self, *words, cwd=None, **variables):
        return self.world.run(*words, cwd=cwd or self.home, **{**self.env, **variables})

    def cargo(self, *words, cwd=None, **variables):
        started = time.monotonic()
        done = subprocess.run(["cargo", "+" + TOOLCHAIN, *map(str, words)], cwd=cwd or self.home, env={**self.env, **variables}, capture_output=True, text=True, timeout=LONG)
        done.seconds = time.monotonic() - started
        return done

    def app(self):
        root = self.home / "app"
        shutil.rmtree(root, ignore_errors=True)
        (root / "src").mkdir(parents=True)
        (root / "Cargo.toml").write_text('[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nacme-top = { version = "1", registry = "acme" }\n')
        (root / "src/main.rs").write_text("fn main() {}\n")
        return root

    def has_all(self):
        """The archives in cargo's cache are those of the registry, byte for byte."""
        kept = sorted(file.read_bytes() for file in self.home.glob("cargo/registry/cache/*/*.crate"))
        return kept == sorted(file.read_bytes() for file in (self.world.base / "primary/public/crates").glob("*.crate"))
