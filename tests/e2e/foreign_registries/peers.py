"""Other people's registries of crates, as servers on loopback: kellnr and nora. Built once by cargo, which takes a quarter of an hour for each, and kept beside the other tools
of the tests."""
import base64
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import time

from builder import TOOLCHAIN, free_port, skip

TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "cargo-wasm-tests" / "tools"
# name of the program, crate, version
KELLNR, NORA = ("kellnr", "kellnr", "6.13.0"), ("nora", "nora-registry", "1.4.3")
KELLNR_TOKEN = "Zy9HhJ02RJmg0GCrgLfaCVfU6IwDfhXD"
START_S = 60


def built(peer):
    """The program, or None, and said why."""
    program, crate, version = peer
    place = TOOLS / f"{crate}-{version}"
    if not (place / "bin" / program).exists():
        if os.environ.get("CW_TIER") != "all":
            skip(program, "it is not built yet; `test --all` builds it once")
            return None
        # It has to run, not to be quick.
        quick = {f"CARGO_PROFILE_RELEASE_{key}": value for key, value in (("LTO", "off"), ("OPT_LEVEL", "0"), ("CODEGEN_UNITS", "64"), ("DEBUG", "0"))}
        target = TOOLS / f"{crate}-target"
        done = subprocess.run(["cargo", "+" + TOOLCHAIN, "install", crate, "--version", version, "--root", str(place)], capture_output=True, text=True,
                              env={**os.environ, **quick, "CARGO_TARGET_DIR": str(target)})
        shutil.rmtree(target, ignore_errors=True)
        if done.returncode != 0:
            skip(program, f"it cannot be built: {done.stderr.strip()[-300:]}")
            return None
    return place / "bin" / program


class Peer:
    """A server that is started and stopped, at an address that stays."""

    def __init__(self, base, program, shown_port=None):
        self.base, self.program, self.port = pathlib.Path(base), program, free_port()
        self.shown = shown_port or self.port
        self.base.mkdir(exist_ok=True)
        self.process = None

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), dict(answer.getheaders())
        finally:
            connection.close()

    def start(self):
        words, variables = self.command()
        self.log = open(self.base / "log", "a")
        # What a server says about errors in colours is of no use here.
        self.process = subprocess.Popen([str(word) for word in words], cwd=self.base, env={**os.environ, "NO_COLOR": "1", **variables}, stdout=self.log, stderr=self.log)
        end = time.monotonic() + START_S
        while True:
            try:
                self.ask("GET", self.index_path + "config.json")
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{self.name} did not start: {(self.base / 'log').read_text()[-500:]}")
                time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None
            self.log.close()

    @property
    def index(self):
        return f"sparse+http://127.0.0.1:{self.shown}{self.index_path}"


class Kellnr(Peer):
    name, index_path, token = "kellnr", "/api/v1/crates/", KELLNR_TOKEN
    auth_required = False

    def command(self):
        return [self.program, "start", "-d", self.base / "data", "--local-ip", "127.0.0.1", "-p", self.port, "--origin-port", self.shown, "--setup-admin-token", KELLNR_TOKEN,
                "--registry-auth-required", "true" if self.auth_required else "false"], {}

    def add_user(self, name):
        status, said, headers = self.ask("POST", "/api/v1/auth/login", {"user": "admin", "pwd": "admin"})
        cookie = headers.get("set-cookie", "").split(";")[0]
        status, said, _ = self.ask("POST", "/api/v1/users", {"name": name, "pwd1": "long enough 1", "pwd2": "long enough 1"}, Cookie=cookie)
        if status >= 300:
            raise RuntimeError(f"kellnr: no user can be made: {status} {said}")


class Nora(Peer):
    name, index_path = "nora", "/cargo/index/"
    auth_required = False

    @property
    def token(self):
        return "Basic " + base64.b64encode(b"alice:secret").decode()

    def command(self):
        variables = {"NORA_HOST": "127.0.0.1", "NORA_PORT": str(self.port), "NORA_PUBLIC_URL": f"http://127.0.0.1:{self.shown}", "NORA_STORAGE_PATH": str(self.base / "data")}
        if self.auth_required:
            # bcrypt of "secret"
            (self.base / "htpasswd").write_text("alice:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n")
            variables.update(NORA_AUTH_ENABLED="true", NORA_AUTH_HTPASSWD_FILE=str(self.base / "htpasswd"), NORA_AUTH_TOKEN_STORAGE=str(self.base / "tokens"))
        return [self.program, "serve"], variables
