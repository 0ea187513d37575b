"""Mirrors that misbehave: a file server on loopback, each with a fault that is set from outside."""
import http.server
import socket
import threading
import time


class Mirror:
    def __init__(self):
        self.files, self.fault, self.asked = {}, None, []
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = self.path.lstrip("/")
                mirror.asked.append((path, dict(self.headers)))
                data = mirror.files.get(path)
                if mirror.fault and mirror.fault(self, path, data):
                    return
                self.send(200, data) if data is not None else self.send(404, b"not found\n")

            def send(self, status, body, **headers):
                begin = 0
                wanted = self.headers.get("Range", "")
                if status == 200 and wanted.startswith("bytes=") and wanted.endswith("-"):
                    if int(wanted[6:-1]) < len(body):
                        status, begin = 206, int(wanted[6:-1])
                        headers["Content_Range"] = f"bytes {begin}-{len(body) - 1}/{len(body)}"
                    else:
                        status, headers = 416, {"Content_Range": f"bytes */{len(body)}"}
                        body = b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) - begin))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body[begin:])

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


PAGE = b"<!DOCTYPE html><html><body>Please log in to this network</body></html>"


def only(match, act):
    """`act` for paths that `match` says, and the file for others."""
    def fault(handler, path, data):
        return match(path) and act(handler, path, data)
    return fault


def is_index(path):
    return path.count("/") == 2 and not path.startswith(("tile", ".well"))


def is_archive(path):
    return path.startswith("crates/")


def everything(_):
    return True


def page(handler, *_):
    handler.send(200, PAGE, Content_Type="text/html")
    return True


def absent(handler, *_):
    handler.send(404, b"not found")
    return True


def status(code, **headers):
    def act(handler, *_):
        handler.send(code, b"no", **headers)
        return True
    return act


def wants(token):
    """401 for whoever has another token, or none; the federation's documents are public."""
    def act(handler, path, _):
        sent = handler.headers.get("Authorization")
        if path.startswith(".well-known/") or sent == token:
            return False
        handler.send(401, b'{"errors":[{"detail":"not this one"}]}', WWW_Authenticate='Cargo login_url="http://127.0.0.1/me"')
        return True
    return act


def redirect(to):
    def act(handler, path, _):
        handler.send(302, b"", Location=to + path)
        return True
    return act


def tampered(handler, _, data):
    if data is None:
        return False
    handler.send(200, data[:-1] + bytes([data[-1] ^ 1]))
    return True


def shorter(handler, _, data):
    if data is None:
        return False
    handler.send(200, data[:-1])
    return True


def cut(handler, _, data):
    """Half of the announced body, then the connection ends."""
    if data is None:
        return False
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:len(data) // 2])
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def too_long(handler, *_):
    """A body that has no end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(3000):
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass
    handler.close_connection = True
    return True


def slow(seconds):
    def act(handler, path, data):
        time.sleep(seconds)
        return False
    return act


def drip(handler, _, data):
    """A byte a second."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data or b"x")))
    handler.end_headers()
    try:
        for byte in data or b"x":
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(1)
    except OSError:
        pass
    return True


def stalled(handler, *_):
    """Headers, and then nothing."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(30)
    return True


def reset(handler, *_):
    import struct
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    return True
