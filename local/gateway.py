"""The front door: the HTTP API on a port of its own, as attendees and hosts reach it, and a side door beside it."""

import os
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3
from urllib3.util import SKIP_HEADER

from local.emulator import HOST_HEADER, SOURCE_IP_HEADER
from local.side_door import LOCAL, SideDoor
from local.state import StartFailedError
from local.template import API_ID

# Each request at work occupies a process of its function (40 MB), and more of them than this only compete for the same
# processors; the others wait here, where waiting is free.
WORKERS = 2 + 2 * (os.cpu_count() or 1)

# An answer takes at most two functions (authorizer, handler) of at most 30 s each, as at API Gateway.
_TIMEOUT = urllib3.Timeout(connect=10, read=65)
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
_REPLACED = _HOP_BY_HOP | {"host", "content-length", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
_OURS = {SOURCE_IP_HEADER, HOST_HEADER}
_MESSAGE = b'{"message":"%s"}'


def listen(host: str, port: int) -> socket.socket:
    """Take the port; callers wait from now until a gateway answers.

    Raises:
        StartFailedError: it is taken, or not ours to take.
    """
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        reason = error if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0).lower()
        raise StartFailedError(f"cannot listen on {host}:{port}: {reason} (--port)") from error


def url_of(listener: socket.socket) -> str:
    """Return the address at which this machine reaches a listening socket."""
    host, port = listener.getsockname()
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104


class Gateway(ThreadingHTTPServer):
    """Serves a listening socket: the API through the engine, and what only the local stack has."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, engine_port: int, side_door: SideDoor) -> None:
        super().__init__(listener.getsockname(), _Exchange, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.side_door = side_door
        self._engine = urllib3.HTTPConnectionPool(
            "127.0.0.1", engine_port, maxsize=WORKERS, block=True, timeout=_TIMEOUT
        )

    def server_close(self) -> None:
        """Give the port back, and the connections to the engine."""
        super().server_close()
        self._engine.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take no notice of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def forward(
        self, method: str, target: str, headers: urllib3.HTTPHeaderDict, body: bytes
    ) -> urllib3.BaseHTTPResponse:
        """Let the engine answer a request. The body is passed on as it comes, compressed or not."""
        return self._engine.urlopen(
            method,
            f"/_aws/execute-api/{API_ID}/$default{target}",
            body,
            headers,
            retries=False,
            redirect=False,
            decode_content=False,
        )


class _Exchange(BaseHTTPRequestHandler):
    """One connection of a client: request and answer, again and again."""

    server: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 75

    def _serve(self) -> None:
        target = self.path
        try:
            body = self._body()
        except ValueError:
            target = ""
        if not target.startswith("/"):
            self.send_error(HTTPStatus.BAD_REQUEST)
        elif target.startswith(LOCAL):
            self._local(target, body)
        else:
            self._forward(target, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _forward(self, target: str, body: bytes) -> None:
        try:
            response = self.server.forward(self.command, target, self._forwarded_headers(), body)
        except urllib3.exceptions.HTTPError:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, body=_MESSAGE % b"Service Unavailable")
            return
        kept = [(name, value) for name, value in response.headers.iteritems() if name.lower() not in _REPLACED]
        self._answer(response.status, kept, response.data)

    def _forwarded_headers(self) -> urllib3.HTTPHeaderDict:
        """Return the client's headers with what API Gateway adds, and nothing a client may claim about itself."""
        address, port = self.client_address[0], str(self.server.server_address[1])
        unsaid = (name for name in ("user-agent", "accept-encoding") if name not in self.headers)
        headers = urllib3.HTTPHeaderDict(dict.fromkeys(unsaid, SKIP_HEADER))
        for name, value in self.headers.items():
            if name.lower() not in _REPLACED | _OURS:
                headers.add(name, value)
        headers[SOURCE_IP_HEADER] = address
        headers[HOST_HEADER] = self.headers.get("host", "")
        earlier = self.headers.get("x-forwarded-for")
        headers["x-forwarded-for"] = f"{earlier}, {address}" if earlier else address
        headers["x-forwarded-port"] = port
        headers["x-forwarded-proto"] = "http"
        return headers

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _local(self, target: str, body: bytes) -> None:
        """Serve what only the local stack has."""
        answer = self.server.side_door.answer(self.command, target, body)
        if answer is None:
            self.close_connection = True
        else:
            self._answer(answer.status, answer.all_headers, answer.body)

    def _answer(self, status: int, headers: list[tuple[str, str]] | None = None, body: bytes = b"") -> None:
        self.send_response_only(status)
        for name, value in headers or [("Content-Type", "application/json")]:
            self.send_header(name, value)
        if self.command == "HEAD" or status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what is no HTTP request in API Gateway's form instead of a page."""
        self.close_connection = True
        # Set only once a request has been understood; without a version there would be no status line.
        self.command, self.request_version = getattr(self, "command", None) or "GET", self.protocol_version
        phrase = HTTPStatus(code).phrase.encode()
        self._answer(code, [("Content-Type", "application/json"), ("Connection", "close")], _MESSAGE % phrase)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: the terminal belongs to the address and the key."""
