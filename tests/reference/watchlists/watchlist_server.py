"""A publisher on this machine: answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Publisher:
    """pages: path -> (status, headers, body); tricks: path -> `cut`, `endless`, `slow` or `silent`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.tricks: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Serve a page; `last_modified="x"` becomes the header Last-Modified. Returns its address."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        self.pages[path] = (status, named, body.encode() if isinstance(body, str) else body)
        return self.url + path


@contextmanager
def publisher() -> Iterator[Publisher]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            served.asked.append((self.path, dict(self.headers)))
            status, headers, body = served.pages.get(path, (404, {}, b"nothing"))
            if status == 200 and "Etag" in headers and self.headers.get("If-None-Match") == headers["Etag"]:
                status, body = 304, b""
            trick = served.tricks.get(path, "")
            if trick == "silent":
                served.over.wait(20)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if trick == "cut":
                self.send_header("Content-Length", str(len(body) + 100))
            elif not trick and status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
                while trick in ("endless", "slow") and not served.over.is_set():
                    self.wfile.write(b"x" * 65536 if trick == "endless" else b"x")
                    if trick == "slow":
                        time.sleep(0.02)
            except OSError:
                pass  # the client left, as it should

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Publisher(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
