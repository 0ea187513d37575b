"""What the suites of registries share: a server, and a place of its own for cargo and cargo-wasm."""
import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

from builder import PROGRAM, TOOLCHAIN, clean_environment, free_port

TLOG_TOOL = pathlib.Path(os.environ.get("CW_BUILD_DIR", "build")).resolve() / "tests/unit/registry_tlog/tlog_tool"
TIER = os.environ.get("CW_TIER", "test")
KILLS = 200 if TIER == "all" else 20
LONG = 300


class Server:
    """`cargo-wasm registry serve` on a port that stays the same."""

    def __init__(self, world, directory, port=0):
        self.world, self.directory, self.port = world, directory, port or free_port()
        self.process, self.options = None, ()

    def start(self):
        port_file = self.directory.with_suffix(".port")
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([PROGRAM, "registry", "serve", self.directory, "--listen", f"127.0.0.1:{self.port}", "--port-file", port_file, *self.options],
                                        env=self.world.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 120
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start: {self.process.communicate()[1]}")
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        return self

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        said = self.process.communicate(timeout=30)[1]
        return self.process.returncode, said

    def request(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        except OSError as error:
            time.sleep(0.1)
            ended = self.process.poll()
            raise RuntimeError(f"{method} {target}: {error}" + ("" if ended is None else f"; the server has ended with {ended}: {self.process.stderr.read()}")) from error
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)[1].decode()


class World:
    def __init__(self, base):
        self.base = base
        # A home of its own: nothing of this is for the caches of whoever runs the tests. Nothing is asked of another registry.
        self.env = clean_environment(base, CARGO_HOME=str(base / "home"), CARGO_NET_OFFLINE="false")
        self.registry = base / "registry"

    def run(self, *words, cwd=None, **variables):
        return subprocess.run([PROGRAM, *map(str, words)], cwd=cwd or self.base, env={**self.env, **variables}, capture_output=True, text=True, timeout=LONG)

    def cargo(self, *words, cwd=None, **variables):
        return subprocess.run(["cargo", "+" + TOOLCHAIN, *map(str, words)], cwd=cwd or self.base, env={**self.env, **variables}, capture_output=True, text=True,
                              timeout=LONG)

    def know(self, name, server, token=None):
        self.env[f"CARGO_REGISTRIES_{name.upper()}_INDEX"] = f"sparse+http://127.0.0.1:{server.port}/"
        if token:
            self.env[f"CARGO_REGISTRIES_{name.upper()}_TOKEN"] = token

    def package(self, name, version="0.1.0", depends="", source="pub fn number() -> i32 { 1 }\n", main=False):
        root = self.base / f"{name}-{version}"
        shutil.rmtree(root, ignore_errors=True)
        (root / "src").mkdir(parents=True)
        (root / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\nlicense = "MIT"\ndescription = "for a test"\n\n[dependencies]\n{depends}')
        (root / "src" / ("main.rs" if main else "lib.rs")).write_text(source)
        return root

    def publish(self, root, registry="acme", **variables):
        return self.cargo("publish", "--registry", registry, "--no-verify", "--allow-dirty", cwd=root, **variables)


def publish_body(name, version, archive, deps=()):
    metadata = json.dumps({"name": name, "vers": version, "deps": list(deps), "features": {}, "authors": [], "badges": {}}).encode()
    return struct.pack("<I", len(metadata)) + metadata + struct.pack("<I", len(archive)) + archive


def crate_file(world, root):
    """The archive that cargo makes of a package."""
    packaged = world.cargo("package", "--no-verify", "--allow-dirty", cwd=root)
    if packaged.returncode != 0:
        raise RuntimeError(packaged.stderr)
    return next((root / "target" / "package").glob("*.crate")).read_bytes()


def log_key(server):
    document = json.loads(server.get("/.well-known/cargo-wasm/federation/latest"))
    federation = json.loads(base64.b64decode(document["payload"]))
    return federation["policy"].split()[1]


def verified(world, server):
    """Size and root of the registry's log, checked file by file by a reader of its own; None when it does not hold."""
    seen = subprocess.run([TLOG_TOOL, "check", world.registry / "public", log_key(server)], capture_output=True, text=True)
    return int(seen.stdout.split()[0]) if seen.returncode == 0 else None
