"""What the parts of the suite share: the files that are pushed, an environment of their own, and how a whole answer is compared."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.request

from builder import PROGRAM, check, clean_environment

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
STATEMENT = "application/vnd.cargo-wasm.statement.v1"
# A key that everybody knows: the example of Go's sumdb/note. The other one is the specification's.
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
OTHER_PUBLIC = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ADDER = """(component
  (core module $m (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add CONSTANT))
  (core instance $i (instantiate $m))
  (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (instance $add-instance (export "add" (func $add)))
  (export "docs:adder/add@0.1.0" (instance $add-instance)))"""
IO_WIT = "package acme:io@0.3.0;\ninterface streams { resource pollable { block: func(); } }\n"
CALC_WIT = """package acme:calc@1.2.3;
interface ops { use acme:io/streams@0.3.0.{pollable}; add: func(a: u32, b: u32) -> u32; wait: func(p: borrow<pollable>); }
world calculator { import acme:io/streams@0.3.0; export ops; }
"""


class World:
    """A directory, the files that are pushed, and an environment in which nothing of this machine's configuration counts."""

    def __init__(self, base, tool):
        self.base = base
        self.home = base / "home"
        self.home.mkdir()
        self.env = clean_environment(base, HOME=str(self.home), CARGO_HOME=str(base / "cargo-home"), RUSTUP_HOME=rustup_home(), CARGO_NET_RETRY="0",
                                     XDG_CONFIG_HOME=str(base / "config"), DOCKER_CONFIG=str(base / "docker"), XDG_RUNTIME_DIR=str(base / "runtime"))
        self.env.pop("CARGO_NET_OFFLINE")
        for name in ("SOURCE_DATE_EPOCH", "CARGO_WASM_PUBLISH_KEY", "REGISTRY_AUTH_FILE", "WKG_CONFIG_FILE"):
            self.env.pop(name, None)
        self.tool = tool
        self.component = self.parsed("adder", ADDER.replace("CONSTANT", ""))
        self.other = self.parsed("other", ADDER.replace("CONSTANT", "i32.const 1 i32.add"))
        self.module = self.parsed("module", '(module (func (export "f") (result i32) i32.const 42))')
        self.wit = self.wit_package("calc", CALC_WIT, io=IO_WIT)
        self.big = base / "big.wasm"
        section = os.urandom(40 << 20)
        self.big.write_bytes(self.module.read_bytes() + b"\x00" + leb(len(section) + 4) + b"\x03pad" + section)

    def parsed(self, name, text):
        path = self.base / f"{name}.wasm"
        subprocess.run([self.tool, "parse", "-", "-o", path], input=text.encode(), check=True)
        return path

    def wit_package(self, name, text, **dependencies):
        directory = self.base / f"{name}-wit"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        (directory / "world.wit").write_text(text)
        for dependency, content in dependencies.items():
            (directory / "deps" / dependency).mkdir(parents=True)
            (directory / "deps" / dependency / "world.wit").write_text(content)
        path = self.base / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.wasm"
        subprocess.run([self.tool, "component", "wit", directory, "--wasm", "-o", path], check=True)
        return path

    def run(self, *words, cwd=None, **variables):
        env = {name: value for name, value in {**self.env, **variables}.items() if value is not None}
        return subprocess.run([PROGRAM, *map(str, words)], cwd=cwd or self.base, env=env, capture_output=True, text=True)

    def other_tool(self, *words, **more):
        return subprocess.run([str(word) for word in words], cwd=self.base, env=self.env, capture_output=True, text=True, **more)


def rustup_home():
    return os.environ.get("RUSTUP_HOME", str(pathlib.Path.home() / ".rustup"))


def leb(number):
    out = b""
    while True:
        out += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
        number >>= 7
        if not number:
            return out


def manifest_of(host, repository, reference):
    request = urllib.request.Request(f"http://{host}/v2/{repository}/manifests/{reference}", headers={"Accept": f"{MANIFEST}, application/vnd.oci.image.index.v1+json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def status_of(host, path):
    try:
        with urllib.request.urlopen(f"http://{host}{path}") as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def blob_of(host, repository, name):
    with urllib.request.urlopen(f"http://{host}/v2/{repository}/blobs/{name}") as answer:
        return answer.read()


def told(name, done, code, text, *replaced):
    """The whole of what was said, and the exit code."""
    said = done.stdout + done.stderr
    for old, new in replaced:
        said = said.replace(str(old), new)
    return check(name, done.returncode == code and said == text, f"exit {done.returncode} instead of {code}", "--- said", said, "--- instead of", text)
