"""A proxy that drops responses, as a bad network does."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.processes import PATIENCE


@dataclass
class Traffic:
    """A running proxy: its address, and the number of responses that it has delivered and dropped."""

    address: str
    delivered: int = 0
    dropped: int = 0


@contextmanager
def lossy_proxy(target: str, *, loss: float, seed: int) -> Iterator[Traffic]:
    """Pass requests on to ``target``, and drop responses with the probability ``loss``.

    A third of the dropped ones is cut off in the middle. Another third is dropped while the request still runs, so a retry can
    overlap with it.
    """
    chance, lock = random.Random(seed), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                is_dropped, way = chance.random() < loss, chance.randrange(3)
                traffic.dropped += is_dropped
                traffic.delivered += not is_dropped
            if is_dropped and way == 0:
                sending = threading.Thread(target=self._pass_on, args=(body,))
                sending.start()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                sending.join()
                return
            response = self._pass_on(body)
            if not is_dropped or way == 1:
                self.send_response(response.status_code)
                self.send_header("Content-Type", response.headers["Content-Type"])
                self.send_header("Content-Length", str(len(response.content)))
                self.end_headers()
                content = response.content
                self.wfile.write(content[: len(content) // 2] if is_dropped else content)
            self.close_connection = True

        def _pass_on(self, body: bytes) -> httpx.Response:
            names = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in names if self.headers[name]}
            return httpx.post(
                f"{target}{self.path}", content=body, headers=headers, timeout=PATIENCE
            )

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            # The connection that was closed cannot be written to.
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        traffic = Traffic(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield traffic
        finally:
            server.shutdown()
            thread.join()
