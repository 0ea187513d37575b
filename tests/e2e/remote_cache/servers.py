"""Real servers for the suite of remote caches: nginx with WebDAV; justbuild and buildbox-casd from Debian sid, unpacked with all they need;
BuildGrid from PyPI. They are kept beside the other tools of the tests. Each function starts one on a free port of loopback, or says why not."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oci"))
import pypi  # noqa: E402
from builder import skip  # noqa: E402
from peers import TOOLS, free_port, other_suite, run  # noqa: E402

BUILDGRID = "0.4.4"
PREFIX = TOOLS / "debian-sid-reapi"
PACKAGES = ("justbuild", "buildbox")


def from_sid(program):
    """The starter of a program of Debian sid: its own loader and libraries, beside those of this machine."""
    starter = PREFIX / "run" / program
    if starter.exists():
        return starter
    if not shutil.which("apt-get"):
        skip(program, "this is no Debian to take it from")
        return None
    with tempfile.TemporaryDirectory() as base:
        archives = pathlib.Path(base) / "archives"
        (archives / "partial").mkdir(parents=True)
        options = [*other_suite(base, "sid"), f"-oDir::Cache::archives={archives}", "-oAPT::Architecture=amd64"]
        got = run("apt-get", "-q", *options, "install", "-y", "--no-install-recommends", "--download-only", *PACKAGES)
        PREFIX.mkdir(parents=True, exist_ok=True)
        for archive in archives.glob("*.deb"):
            run("dpkg", "-x", archive, PREFIX)
    loader, libraries = PREFIX / "usr/lib64/ld-linux-x86-64.so.2", PREFIX / "usr/lib/x86_64-linux-gnu"
    (PREFIX / "run").mkdir(parents=True, exist_ok=True)
    for name in ("justbuild", "buildbox-casd"):
        there = PREFIX / "usr/bin" / name
        if there.exists():
            script = PREFIX / "run" / name
            script.write_text(f'#!/bin/sh\nexec "{loader}" --argv0 "$0" --library-path "{libraries}" "{there}" "$@"\n')
            script.chmod(0o755)
    if starter.exists():
        return starter
    skip(program, f"Debian sid cannot be had: {got.stderr.strip()[-200:]}")
    return None


class Server:
    """A process and what it keeps; `url` is what the configuration names."""

    def __init__(self, name, base, url, command, env=None):
        self.name, self.port = name, free_port()
        self.base = pathlib.Path(base) / name
        self.base.mkdir(parents=True)
        self.url = url.format(port=self.port)
        self.words, self.env = [str(word) for word in command(self)], {**os.environ, **(env or {})}
        self.log = open(self.base / "log", "a")
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.words, stdout=self.log, stderr=self.log, env=self.env, cwd=self.base)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start: {(self.base / 'log').read_text()[-500:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


NGINX = """daemon off; master_process off; pid {base}/nginx.pid; error_log {base}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_max_body_size {most};
  client_body_temp_path {base}/t1; proxy_temp_path {base}/t2; fastcgi_temp_path {base}/t3; uwsgi_temp_path {base}/t4; scgi_temp_path {base}/t5;
  server {{
    listen 127.0.0.1:{port}{tls};
    root {base}/www;
    location / {{ dav_methods PUT; create_full_put_path on; {token} }}
  }}
}}
"""


def nginx(base, name="nginx", token=None, certificate=None, most="0"):
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    built = run(program, "-V").stderr if program else ""
    if "http_dav_module" not in built:
        skip("nginx", "it is not installed, or without WebDAV")
        return None

    def command(server):
        (server.base / "www").mkdir()
        secured = f"if ($http_authorization != \"Bearer {token}\") {{ return 401; }}" if token else ""
        tls = f" ssl http2; ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]}" if certificate else ""
        (server.base / "conf").write_text(NGINX.format(base=server.base, port=server.port, token=secured, tls=tls, most=most))
        return [program, "-c", server.base / "conf", "-e", server.base / "error.log"]
    return Server(name, base, "https://localhost:{port}/cache" if certificate else "http://127.0.0.1:{port}/cache", command)


def justbuild(base, launcher=None):
    """@param launcher  shell words before each command that it executes"""
    program = from_sid("justbuild")
    words = ["--local-launcher", json.dumps(["sh", "-c", launcher + '; exec "$@"', "--"])] if launcher else []
    return program and Server("justbuild", base, "grpc://127.0.0.1:{port}", lambda server: [
        program, "execute", "--compatible", "--local-build-root", server.base / "root", "-p", server.port, "--plain-log", *words])


def casd(base):
    program = from_sid("buildbox-casd")
    return program and Server("casd", base, "grpc://127.0.0.1:{port}", lambda server: [
        program, "--bind", f"127.0.0.1:{server.port}", "--quota-high", "1G", "--reserved", "1M", server.base / "cache"])


BUILDGRID_SERVER = """server:
  - !channel
    address: "127.0.0.1:{port}"
    insecure-mode: true
authorization: {{method: none}}
monitoring: {{enabled: false}}
storages:
  - !disk-storage &storage
    path: {base}/cas
caches:
  - !lru-action-cache &actions
    storage: *storage
    max-cached-refs: 1024
    allow-updates: true
    cache-failed-actions: true
instances:
  - name: main
    description: of the test
    services:
      - !action-cache
        cache: *actions
      - !cas
        storage: *storage
      - !bytestream
        storage: *storage
thread-pool-size: 20
"""


def buildgrid(base):
    place = pypi.unpacked(f"buildgrid=={BUILDGRID}")
    if place is None:
        skip("BuildGrid", "it cannot be installed here")
        return None
    program = place / "bin" / "bgd"

    def command(server):
        (server.base / "cas").mkdir()
        (server.base / "server.yml").write_text(BUILDGRID_SERVER.format(port=server.port, base=server.base))
        return [sys.executable, program, "server", "start", server.base / "server.yml"]
    return Server("buildgrid", base, "grpc://127.0.0.1:{port}/main", command, {"PYTHONPATH": str(place)})
