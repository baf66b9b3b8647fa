"""The local Google on a port of its own."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.google.server import GoogleServer, pumping


class _Port(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], google: GoogleServer) -> None:
        super().__init__(address, _Exchange)
        self.google = google

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take no notice of clients that hang up, and of nothing else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    """One connection: request and answer, again and again."""

    server: _Port
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 75

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = self.server.google.handle(self.command, self.path, dict(self.headers.items()), body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.all_headers:
            self.send_header(name, value)
        if answer.status is HTTPStatus.NO_CONTENT:
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: addresses carry codes and tokens."""


@contextmanager
def serving(google: GoogleServer, host: str = "127.0.0.1", port: int = 0, *, pump: bool = True) -> Iterator[str]:
    """Serve on a port (0: any that is free); yield the address without a slash at the end.

    Args:
        pump: a thread sends the messages; else they wait for `google.pushes.run()`.
    """
    with _Port((host, port), google) as server, pumping(google) if pump else nullcontext():
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
