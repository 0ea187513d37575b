"""A registry that does wrong what it is told to, on two ports: the second is another host, as a store of blobs would be.

Content is set with `publish`; `faults` names what goes wrong. Every request is kept in `seen`: port, method, path, Authorization."""
import base64
import hashlib
import http.server
import json
import re
import threading

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG, LAYER = "application/vnd.wasm.config.v0+json", "application/wasm"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None and length != len(body):
            self.close_connection = True

    def any_method(self):
        world = self.server.world
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        world.seen.append((self.server.server_port, self.command, self.path, self.headers.get("Authorization")))
        if self.path.startswith("/.well-known/"):
            status, body = world.metadata
            return self.answer(status, body)
        if self.path.startswith("/token"):
            return world.token(self)
        if self.server.server_port == world.elsewhere.server_port:
            return self.answer(200, world.blobs[self.path.rsplit("/", 1)[1]])
        if "html" in world.faults:
            return self.answer(200, b"<html><body>Please log in</body></html>", [("Content-Type", "text/html")])
        if "status" in world.faults:
            status, headers = world.faults["status"]
            return self.answer(status, b'{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}', headers)
        if "bearer" in world.faults and self.headers.get("Authorization") != "Bearer let-me-in":
            challenge = f'Bearer realm="{world.faults["bearer"]}",service="the registry",scope="repository:x:pull"'
            return self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}', [("WWW-Authenticate", challenge)])
        if "basic" in world.faults and self.headers.get("Authorization") != "Basic " + base64.b64encode(world.faults["basic"].encode()).decode():
            return self.answer(401, b"", [("WWW-Authenticate", 'Basic realm="the registry"')])
        found = re.fullmatch(r"/v2/(.+)/(manifests|blobs|tags|referrers)/([^?]+)(\?.*)?", self.path)
        if not found:
            return self.answer(404)
        return getattr(self, found.group(2))(world, found.group(1), found.group(3))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = any_method

    def referrers(self, world, name, what):
        self.answer(404, b'{"errors":[{"code":"UNSUPPORTED","message":"no referrers here"}]}')

    def tags(self, world, name, what):
        known = sorted(tag for repository, tag in world.manifests if repository == name and not tag.startswith("sha256:"))
        self.answer(200 if known else 404, json.dumps({"name": name, "tags": known}).encode())

    def manifests(self, world, name, what):
        if self.command == "PUT":
            if "put" in world.faults:
                status = world.faults["put"]
                if status != 201:
                    return self.answer(status)
            world.manifests[name, what] = self.body
            if "moved" in world.faults and not what.startswith("sha256:"):
                world.manifests[name, what] = world.faults["moved"]
            if "lost" in world.faults and not what.startswith("sha256:"):
                self.close_connection = True  # it arrived, and nobody is told
                self.connection.close()
                return
            return self.answer(201)
        content = world.manifests.get((name, what))
        if content is None:
            return self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
        if "redirect manifests" in world.faults:
            return self.answer(307, headers=[("Location", world.faults["redirect manifests"])])
        self.answer(200, content, [("Content-Type", MANIFEST), ("Docker-Content-Digest", digest(content))])

    def blobs(self, world, name, what):
        if what.startswith("uploads/"):
            if self.command == "POST":
                location = world.faults.get("upload", f"/v2/{name}/blobs/uploads/1?_state=abc")
                return self.answer(202, headers=[("Location", location)])
            assert "?_state=abc&digest=" in self.path, self.path
            world.blobs[digest(self.body)] = self.body
            return self.answer(201)
        content = world.blobs.get(what)
        if content is None:
            return self.answer(404)
        if "redirect" in world.faults and len(content) != 2:
            return self.answer(307, headers=[("Location", world.faults["redirect"].replace("DIGEST", what))])
        if "wrong" in world.faults:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if "short" in world.faults:
            content = content[:-3]
        if "long" in world.faults:
            content += b"more"
        self.answer(200, content[:-3] if "cut" in world.faults else content, length=len(content))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that end a transfer, which is what some are to do."""


class Faulty:
    def __init__(self):
        self.faults, self.blobs, self.manifests, self.seen = {}, {}, {}, []
        self.metadata = (404, b"")
        self.token_answer = (200, b'{"token":"let-me-in"}')
        self.server = self.listen()
        self.elsewhere = self.listen()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.other_host = f"127.0.0.1:{self.elsewhere.server_port}"

    def listen(self):
        server = Server(("127.0.0.1", 0), Handler)
        server.world = self
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def stop(self):
        self.server.shutdown()
        self.elsewhere.shutdown()

    def reset(self, **faults):
        self.faults, self.seen = {name.replace("_", " "): value for name, value in faults.items()}, []
        self.token_answer = (200, b'{"token":"let-me-in"}')

    def token(self, handler):
        handler.answer(*self.token_answer)

    def blob(self, content):
        self.blobs[digest(content)] = content
        return {"digest": digest(content), "size": len(content)}

    def publish(self, repository, tag, layer, config_type=CONFIG, layers=1, layer_type=LAYER, version=None, padding=0):
        """A Wasm artifact, or nearly one; the digest of its manifest."""
        parts = [{"mediaType": layer_type, **self.blob(layer)} for _ in range(layers)]
        config = json.dumps({"created": "2026-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2", "layerDigests": [digest(layer)],
                             "component": {"exports": [], "imports": []}}).encode()
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"mediaType": config_type, **self.blob(config)}, "layers": parts}
        if version:
            manifest["annotations"] = {"org.opencontainers.image.version": version}
        content = json.dumps(manifest).encode() + b" " * padding
        return self.put(repository, tag, content)

    def put(self, repository, tag, content):
        self.manifests[repository, tag] = self.manifests[repository, digest(content)] = content
        return digest(content)
