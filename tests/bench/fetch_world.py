"""A registry with two mirrors, filled with crates that need each other, and homes of users who know where it is: for the fetch's figure and for the load test."""
import asyncio
import base64
import hashlib
import http.client
import io
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "differential"), str(HERE.parent / "e2e")]
import corpus  # noqa: E402
import measure  # noqa: E402
from builder import free_ports  # noqa: E402

PROGRAM = os.environ.get("CARGO_WASM", "cargo-wasm")
CARGO = subprocess.run(["rustup", "which", "--toolchain", corpus.TOOLCHAIN, "cargo"], capture_output=True, text=True, check=True).stdout.strip()
RUSTC = str(pathlib.Path(CARGO).with_name("rustc"))
DELAY_S = 0.5


def run(*words, env=None):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{words}: {done.stderr}")
    return done.stdout


def serve(directory, port, *options):
    port_file = directory.with_suffix(".port")
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen([PROGRAM, "registry", "serve", directory, "--listen", f"127.0.0.1:{port}", "--port-file", port_file, *options], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    return process


class SlowPort:
    """A way to a server on which every request takes half a second longer."""

    def __init__(self, port, to):
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def copy(reader, writer, delay):
            try:
                while data := await reader.read(65536):
                    await asyncio.sleep(delay)
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            finally:
                writer.close()

        async def accept(reader, writer):
            there, back = await asyncio.open_connection("127.0.0.1", to)
            await asyncio.gather(copy(reader, back, DELAY_S), copy(there, writer, 0))

        async def listen():
            self.server = await asyncio.start_server(accept, "127.0.0.1", port)
            started.set()

        def work():
            asyncio.set_event_loop(self.loop)
            self.loop.create_task(listen())
            self.loop.run_forever()

        threading.Thread(target=work, daemon=True).start()
        started.wait()

    def close(self):
        def end():
            self.server.close()
            self.loop.stop()
        self.loop.call_soon_threadsafe(end)


def text_of(generator, size):
    """Source text that an archive shrinks to about a third, as real ones do."""
    return "".join(f"// {generator.randbytes(24).hex()} is a line of a source file\n" for _ in range(size // 80 + 1))


def publish(port, token, index, place, count):
    """crate-N depends on three further ones, so that a resolver meets names level by level, and on some that others need as well."""
    generator = random.Random(place)
    name, version = f"crate-{place}", "1.0.0"
    needs = [child for child in range(3 * place + 1, 3 * place + 4) if child < count]
    needs += [child for child in generator.sample(range(count), 3) if child > place and child not in needs]
    manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\ndescription = "{name}"\nlicense = "MIT"\n'
    manifest += "".join(f'\n[dependencies.crate-{child}]\nversion = "1"\nregistry-index = "{index}"\n' for child in needs)
    files = {"Cargo.toml": manifest}
    # Most crates are small, some are not: 10 KiB to 500 KiB of source.
    for n in range(generator.choice((2, 4, 8, 16, 30))):
        files[f"src/{'lib' if n == 0 else f'part{n}'}.rs"] = text_of(generator, generator.choice((1, 4, 8, 20)) * 1024)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    archive = out.getvalue()
    metadata = json.dumps({"name": name, "vers": version, "features": {}, "authors": [], "badges": {}, "description": name, "license": "MIT", "deps": [
        {"name": f"crate-{child}", "version_req": "^1", "features": [], "optional": False, "default_features": True, "target": None, "kind": "normal"} for child in needs]}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("PUT", "/api/v1/crates/new", struct.pack("<I", len(metadata)) + metadata + struct.pack("<I", len(archive)) + archive, {"Authorization": token})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(body)
    return len(archive)


class World:
    """A registry, two mirrors of it, and homes that know where it is."""

    def __init__(self, base, count):
        self.base, self.count = base, count
        self.ports = dict(zip(("primary", "m1", "m2"), free_ports(3)))
        self.addresses = {name: f"http://127.0.0.1:{port}/" for name, port in self.ports.items()}
        self.processes, self.slow = {}, {}
        federation = base / "federation.toml"
        # Those that will be disturbed come first.
        federation.write_text('name = "bench"\nunsigned = "allow"\n' + "".join(
            f'\n[[mirrors]]\nid = "{name}"\nbase = "{self.addresses[name]}"\nroles = {roles}\n'
            for name, roles in (("m1", '["read"]'), ("m2", '["read"]'), ("primary", '["read", "publish"]'))))
        self.index = "sparse+" + self.addresses["primary"]
        run("registry", "init", base / "primary", "--name", "bench", "--url", self.addresses["primary"])
        run("registry", "federation", base / "primary", "--file", federation)
        token = run("registry", "token", "create", base / "primary", "--user", "bench").strip()
        self.start("primary")
        size = sum(publish(self.ports["primary"], token, self.index, place, count) for place in reversed(range(count)))
        document = json.loads((base / "primary/public/.well-known/cargo-wasm/federation/latest").read_text())
        stated = json.loads(base64.b64decode(document["payload"]))
        self.key = stated["keys"][stated["root"]["keys"][0]]
        for name in ("m1", "m2"):
            run("registry", "sync", base / name, "--from", self.addresses["primary"], "--url", self.addresses[name], "--trust-first")
            self.start(name)
        self.plain, self.knowing = base / "plain", base / "knowing"
        for home in (self.plain, self.knowing):
            home.mkdir()
            (home / "config.toml").write_text(f'[registries.bench]\nindex = "{self.index}"\n')
        run("registry", "add", self.addresses["m1"], "--key", self.key, env=dict(os.environ, CARGO_HOME=str(self.knowing)))
        # What was seen of mirrors when it was added is no part of a cold start.
        for file in self.knowing.glob("cargo-wasm/federations/*/health.json"):
            file.unlink()
        print(f"{count} crates, {size / 2**20:.1f} MiB of archives, three mirrors on loopback", flush=True)

    def start(self, name):
        self.processes[name] = serve(self.base / name, self.ports[name], *(() if name == "primary" else ("--read-only",)))

    def stop(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        process.wait()

    def make_slow(self, name):
        self.stop(name)
        [hidden] = free_ports(1)
        self.processes[name] = serve(self.base / name, hidden, "--read-only")
        self.slow[name] = SlowPort(self.ports[name], hidden)

    def close(self):
        for slow in self.slow.values():
            slow.close()
        for name in list(self.processes):
            self.stop(name)

    def client(self, name):
        return Client(self, self.base / "clients" / name)


class Client:
    """One user's machine: a home that is empty but for where the registry is, and an app that needs all of its crates."""

    def __init__(self, world, place):
        self.world, self.home, self.app = world, place / "home", place / "app"
        (self.app / "src").mkdir(parents=True)
        (self.app / "src/main.rs").write_text("fn main() {}\n")
        (self.app / "Cargo.toml").write_text('[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\ncrate-0 = { version = "1", registry = "bench" }\n')

    def fetch(self, which=1, watch_memory=False):
        """One cold fetch: cargo's (0) or cargo-wasm's (1). Raises where it fails, or what it got is not what was published."""
        shutil.rmtree(self.home, ignore_errors=True)
        (self.app / "Cargo.lock").unlink(missing_ok=True)
        shutil.copytree((self.world.plain, self.world.knowing)[which], self.home)
        env = {"CARGO_HOME": str(self.home), "CARGO_NET_OFFLINE": "false", "RUSTC": RUSTC}
        command = [CARGO, "fetch"] if which == 0 else [PROGRAM, f"+{corpus.TOOLCHAIN}", "fetch"]
        sample = measure.run_once(command, self.app, env, watch_memory=watch_memory)
        got = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in self.home.glob("registry/cache/*/*.crate"))
        there = sorted(file.stem for file in (self.world.base / "primary/public/crates").glob("*.crate"))
        if got != there or len(there) != self.world.count:
            raise RuntimeError(f"{command[0]} fetched {len(got)} archives that are not the {len(there)} published ones")
        return sample
