"""A cache over HTTP, in memory, that does wrong what it is told to: `faults` maps a kind of request (`get ac`, `get cas`, `put ac`, `put cas`,
`head cas`) to a fault; a number with a point: so many seconds late. Every request is kept in `seen`."""
import http.server
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def any_method(self):
        world = self.server.world
        kind = f"{self.command.lower()} {self.path.split('/')[-2]}"
        world.seen.append(kind)
        fault, size = world.faults.get(kind), int(self.headers.get("Content-Length") or 0)
        if fault == "cut" and self.command == "PUT":
            self.rfile.read(size // 2)
            return self.end()
        body = self.rfile.read(size)
        if fault == "hang":
            return world.over.wait(60)
        if isinstance(fault, int):
            return self.answer(fault, b"no")
        if isinstance(fault, float):
            world.over.wait(fault)  # seconds; then it does right
        if fault == "login":
            return self.answer(200, b"<html><body>Please log in</body></html>")
        if self.command == "PUT":
            world.stored[self.path] = body
            return self.answer(201)
        content = world.stored.get(self.path)
        if content is None:
            return self.answer(404, b"nothing here, says a page that is longer than what was asked for" * 20)
        if fault == "other":
            content = bytes([content[0] ^ 1]) + content[1:]
        if fault == "longer":
            content += b"x" * 100
        if fault == "endless":
            self.send_response(200)
            self.end_headers()
            while not world.over.is_set():
                self.wfile.write(b"x" * 65536)
            return self.end()
        if fault == "cut":
            self.answer(200, content[:len(content) // 2], len(content))
            return self.end()
        if fault == "slow":
            self.answer(200, b"", len(content))
            for byte in content:
                if world.over.wait(0.2):
                    break
                self.wfile.write(bytes([byte]))
            return self.end()
        return self.answer(200, content)

    def do_GET(self):
        try:
            self.any_method()
        except OSError:
            self.close_connection = True

    do_HEAD = do_PUT = do_GET


class Wrong:
    def __init__(self):
        self.stored, self.faults, self.seen, self.over = {}, {}, [], threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.world = True, self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.over.set()
        time.sleep(0.05)
        self.server.shutdown()
        self.server.server_close()
