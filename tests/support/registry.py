"""A sparse registry on loopback for end-to-end tests, with the standard library alone.

    with Registry() as registry:
        registry.package("a", "1.0.0").dep("b", "^1").publish()
        registry.fail("in/de/x", status=503)          # any path of the index, or a crate's download

What a server may do wrong is set per path: `status`, `body`, `headers`, `truncate` (bytes after which the connection closes
although Content-Length promises more), `delay` (seconds between bytes), `redirect` (to itself: endless).
"""
import hashlib
import http.server
import io
import json
import struct
import tarfile
import threading
import time
import zlib

GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"


def index_path(name):
    lower = name.lower()
    if len(lower) <= 2:
        return f"{len(lower)}/{lower}"
    if len(lower) == 3:
        return f"3/{lower[0]}/{lower}"
    return f"{lower[:2]}/{lower[2:4]}/{lower}"


class Package:
    def __init__(self, registry, name, version):
        self.registry, self.name, self.version = registry, name, version
        self.entry = {"name": name, "vers": version, "deps": [], "features": {}, "yanked": False}
        self.files = {"src/lib.rs": f"pub fn version() -> &'static str {{ \"{version}\" }}\n"}
        self.dependency_lines = []

    def dep(self, name, req, **more):
        entry = {"name": name, "req": req, "features": [], "optional": False, "default_features": True,
                 "target": None, "kind": "normal"}
        entry.update(more)
        self.entry["deps"].append(entry)
        self.dependency_lines.append(f'{name} = "{req}"')
        return self

    def file(self, path, text):
        self.files[path] = text
        return self

    def yanked(self):
        self.entry["yanked"] = True
        return self

    def publish(self):
        manifest = f'[package]\nname = "{self.name}"\nversion = "{self.version}"\nedition = "2021"\n'
        manifest += "[dependencies]\n" + "".join(line + "\n" for line in self.dependency_lines)
        archive = make_archive(f"{self.name}-{self.version}", {"Cargo.toml": manifest, **self.files})
        self.registry.add(self, archive)
        return self


def gzip_member(data):
    """Small data stored as they are: the same bytes, and so the same checksum in messages, whatever zlib and Python are here."""
    if len(data) > 0xFFFF:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packer.compress(data) + packer.flush()
    else:
        body = struct.pack("<BHH", 1, len(data), len(data) ^ 0xFFFF) + data
    return GZIP_HEADER + body + struct.pack("<II", zlib.crc32(data), len(data))


def make_archive(prefix, files):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, text in files.items():
            data = text.encode()
            info = tarfile.TarInfo(f"{prefix}/{path}")
            info.size, info.mode, info.mtime = len(data), 0o644, 1_000_000_000
            tar.addfile(info, io.BytesIO(data))
    return gzip_member(raw.getvalue())


def hostile_archive(*entries):
    """An archive of whatever is asked for: each entry is (name, text), or (name, kind, target) for links of tarfile's kinds."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for entry in entries:
            info = tarfile.TarInfo(entry[0])
            if len(entry) == 3:
                info.type, info.linkname = entry[1], entry[2]
                tar.addfile(info)
            else:
                info.size = len(entry[1])
                tar.addfile(info, io.BytesIO(entry[1].encode()))
    return gzip_member(raw.getvalue())


def bomb(name, gigabytes):
    """A small archive with one file of that many zeros. One compressed block is repeated, so making it takes no time."""
    info = tarfile.TarInfo(name)
    info.size = gigabytes << 30
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(info.tobuf(tarfile.GNU_FORMAT)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)
    return GZIP_HEADER + head + block * (gigabytes << 4)


class Registry:
    """`token`: asked for everywhere. `tls`: an ssl.SSLContext. `requests`: the paths that were asked for; `headers`: of the last
    one; `connects`: hosts that somebody wanted a tunnel to, for which this server, being no proxy, has only a refusal."""

    def __init__(self, token=None, etags=True, tls=None, auth_required=True):
        self.token, self.etags, self.tls, self.auth_required = token, etags, tls, auth_required
        self.lines, self.archives, self.faults, self.requests = {}, {}, {}, []
        self.headers, self.connects, self.host = {}, [], None

    def package(self, name, version):
        return Package(self, name, version)

    def add(self, package, archive):
        entry = dict(package.entry, cksum=hashlib.sha256(archive).hexdigest())
        self.lines.setdefault(index_path(package.name), []).append(json.dumps(entry, separators=(",", ":")))
        self.archives[f"dl/{package.name}/{package.version}/download"] = archive

    def fail(self, path, **fault):
        self.faults[path] = fault

    @property
    def url(self):
        return self.host or f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server.server_address[1]}/"

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def index(self):
        return "sparse+" + self.url

    def __enter__(self):
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                registry.answer(self)

            def do_CONNECT(self):
                registry.connects.append(self.path)
                self.send_error(403)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that hangs up is what some tests are about
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def content(self, path):
        if path == "config.json":
            config = {"dl": self.url + "dl", "api": None}
            if self.token and self.auth_required:
                config["auth-required"] = True
            return json.dumps(config).encode()
        if path in self.lines:
            return ("\n".join(self.lines[path]) + "\n").encode()
        return self.archives.get(path)

    def answer(self, handler):
        path = handler.path
        if "://" in path:  # somebody takes us for a proxy
            path = path.split("://", 1)[1].partition("/")[2]
        path = path.lstrip("/")
        self.requests.append(path)
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        fault = self.faults.get(path, {})
        body, status, headers = self.content(path), 200, {}
        if self.token and handler.headers.get("authorization") != self.token and (self.auth_required or path.startswith("dl/")):
            body, status, headers = b"", 401, {"www-authenticate": f'Cargo login_url="{self.url}me"'}
        elif body is None:
            body, status = b"", 404
        elif self.etags and path in self.lines and "body" not in fault:
            headers["etag"] = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            if handler.headers.get("if-none-match") == headers["etag"]:
                body, status = b"", 304
        body, status = fault.get("body", body), fault.get("status", status)
        headers.update(fault.get("headers", {}))
        if "redirect" in fault:
            status, headers["location"], body = 302, self.url + fault["redirect"], b""
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        try:
            if "truncate" in fault:
                handler.wfile.write(body[: fault["truncate"]])
                handler.close_connection = True
                return
            if "delay" in fault:
                for byte in body:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    time.sleep(fault["delay"])
                return
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass
