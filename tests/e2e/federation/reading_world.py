"""A made registry with three mirrors that misbehave when they are told to, and machines that know it."""
import pathlib
import shutil
import subprocess
import time

import made_registry as made
import mirrors as m
from builder import PROGRAM, TOOLCHAIN, clean_environment

LONG = 300


class World:
    """One registry with three mirrors, and a machine that knows it."""

    def __init__(self, base):
        self.base = pathlib.Path(base)
        self.mirrors = [m.Mirror() for _ in range(3)]
        self.registry = made.Registry("acme", "sparse+https://registry.acme.invalid/index/", [(r, x.base) for r, x in zip(("eu", "us", "asia"), self.mirrors)])
        self.registry.publish("acme-one", "1.0.0")
        self.registry.publish("acme-two", "1.0.0", [("acme-one", "1")])
        self.registry.snapshot()
        self.count = 0
        self.serve()

    def serve(self, *registries):
        """All mirrors have this registry, or each one its own."""
        for place, mirror in enumerate(self.mirrors):
            mirror.files = (registries[min(place, len(registries) - 1)] if registries else self.registry).files()
            mirror.fault, mirror.asked = None, []

    def machine(self, add=True, key=None):
        """A new home that knows the registry."""
        self.count += 1
        home = self.base / f"home-{self.count}"
        home.mkdir()
        machine = Machine(self, home)
        if add:
            added = machine.run("registry", "add", self.mirrors[0].base, "--key", (key or self.registry.root).text)
            if added.returncode != 0:
                raise RuntimeError(added.stderr)
            for mirror in self.mirrors:
                mirror.asked = []
        return machine


class Machine:
    def __init__(self, world, home):
        self.world, self.home = world, home
        self.env = clean_environment(str(home), CARGO_HOME=str(home / "cargo"), CARGO_NET_OFFLINE="false", CARGO_NET_RETRY="1")
        self.state = home / "cargo/cargo-wasm/federations/acme"

    def run(self, *words, cwd=None, **variables):
        started = time.monotonic()
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=cwd or self.home, env={**self.env, **variables}, capture_output=True, text=True, timeout=LONG)
        done.seconds = time.monotonic() - started
        return done

    def cargo(self, *words, cwd=None, **variables):
        return subprocess.run(["cargo", "+" + TOOLCHAIN, *map(str, words)], cwd=cwd or self.home, env={**self.env, **variables}, capture_output=True, text=True,
                              timeout=LONG)

    def app(self, depends='acme-two = { version = "1", registry = "acme" }'):
        root = self.home / "app"
        shutil.rmtree(root, ignore_errors=True)
        (root / "src").mkdir(parents=True)
        (root / "Cargo.toml").write_text(f'[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n{depends}\n')
        (root / "src/main.rs").write_text("fn main() {}\n")
        return root

    def fetch(self, *options, depends=None, **variables):
        root = self.app(depends) if depends else self.app()
        return self.run("+" + TOOLCHAIN, "fetch", *options, cwd=root, **variables)

    def has(self, name, version="1.0.0"):
        return any((self.home / "cargo/registry/cache").glob(f"*/{name}-{version}.crate"))
