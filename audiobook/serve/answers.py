"""A request in, an answer out: files of the release, whole or in part, and nothing else.

References
----------
.. [1] RFC 9110, HTTP Semantics: 13 (conditional requests), 14 (ranges), 15 (status codes).
"""

from __future__ import annotations

import contextlib
import io
import socket
import time
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from audiobook.serve.ranges import Unsatisfiable, part_asked_for
from audiobook.serve.shelf import Shelved

if TYPE_CHECKING:
    from audiobook.serve.server import Server

__all__ = ["Answers"]

REQUEST_S = 15.0  # within which a request has to be there, from the end of the one before it
SILENT_S = 60.0  # for which a player may take nothing: it has enough, and will ask again
TOKEN = "token"  # the name of the token in an address
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


class Answers(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # of a request that is none; 0.9 knows no headers

    def setup(self) -> None:
        """Read with a deadline for whole requests, not for each byte of them."""
        super().setup()
        self.rfile.close()
        self._patience = _Patience(self.connection)
        self.rfile = io.BufferedReader(self._patience)

    def handle_one_request(self) -> None:
        """Wait for a request, and answer it."""
        self._patience.begin()
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Read the head of a request; what comes after it is neither read nor taken for another."""
        parsed = super().parse_request()
        self.connection.settimeout(SILENT_S)
        if parsed and ("Content-Length" in self.headers or "Transfer-Encoding" in self.headers):
            self.close_connection = True
        return parsed

    def do_GET(self) -> None:
        """Send a file, or the part of it that is asked for."""
        self._answer()

    def do_HEAD(self) -> None:
        """Say what there is."""
        self._answer()

    def _refuse_method(self) -> None:
        self.close_connection = True
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse_method  # noqa: N815

    def _answer(self) -> None:
        path, _, query = self.path.partition("#")[0].partition("?")
        if self.command == "GET" and path == "/" and self._let_in(query):
            return
        cookies = "; ".join(self.headers.get_all("Cookie", []))
        if not self.server.door.admits(self.headers.get("Host", ""), cookies):
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        found = self.server.shelf.open(path)
        if found is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        with found.file:
            self._send(found)

    def _let_in(self, query: str) -> bool:
        """Give who comes with the token a cookie, and the address without it."""
        token = parse_qs(query, max_num_fields=8).get(TOKEN, [""])[0] if TOKEN in query else ""
        cookie = self.server.door.exchange(token) if token else ""
        if not cookie:
            return False
        self._begin(HTTPStatus.SEE_OTHER, {"Location": "/", "Set-Cookie": cookie}, 0)
        return True

    def _send(self, found: Shelved) -> None:
        about = {
            "ETag": found.tag,
            "Last-Modified": formatdate(found.modified_s, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if self._has_it(found):
            self._begin(HTTPStatus.NOT_MODIFIED, about, None)
            return
        about["Content-Type"] = found.content_type
        try:
            part = self._part(found)
        except Unsatisfiable:
            said = {"Content-Range": f"bytes */{found.n_bytes}"}
            self._refuse(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, said)
            return
        status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
        if part is not None:
            about["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{found.n_bytes}"
        part = range(found.n_bytes) if part is None else part
        self._begin(status, about, len(part))
        if self.command == "GET" and part:
            sent = self.connection.sendfile(found.file, part.start, len(part))
            if sent < len(part):  # it was cut short in its place, which no build does
                self.close_connection = True

    def _has_it(self, found: Shelved) -> bool:
        """Return whether the other side has this very file."""
        known = self.headers.get("If-None-Match")
        if known is not None:
            tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
            return "*" in tags or found.tag in tags
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return found.modified_s <= since.timestamp()
        return False

    def _part(self, found: Shelved) -> range | None:
        """Return the part that is sent; None for all.

        ``If-Range`` with a date never holds: a file may be replaced twice within its second.
        """
        if self.command != "GET" or self.headers.get("If-Range", found.tag).strip() != found.tag:
            return None
        return part_asked_for(self.headers.get("Range", ""), found.n_bytes)

    def _refuse(self, status: HTTPStatus, more: dict[str, str] | None = None) -> None:
        """Answer with a line of plain text that repeats nothing of what was asked."""
        text = f"{status.value} {status.phrase}\n"
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        self._begin(status, plain | (more or {}), len(text))
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what http.server takes for no request."""
        del message, explain
        self.close_connection = True
        self._refuse(HTTPStatus(code))

    def _begin(self, status: HTTPStatus, headers: dict[str, str], n_bytes: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if n_bytes is not None:
            self.send_header("Content-Length", str(n_bytes))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def end_headers(self) -> None:
        """Send the head of an answer, with what every answer says."""
        for name, value in _EVERYWHERE.items():
            self.send_header(name, value)
        super().end_headers()

    def version_string(self) -> str:
        """Say which program answers, and nothing of what it runs on."""
        return "audiobook"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: who listens to what is not written down."""


class _Patience(io.RawIOBase):
    """Reads from a connection until a deadline, however little comes at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.begin()

    def begin(self) -> None:
        """Set the deadline for the next request."""
        self._deadline_s = time.monotonic() + REQUEST_S

    def readable(self) -> bool:
        """Whether it can be read from: a buffer asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Wait for bytes. Raises `TimeoutError` after the deadline."""
        rest_s = self._deadline_s - time.monotonic()
        if rest_s <= 0:
            raise TimeoutError
        self._connection.settimeout(rest_s)
        return self._connection.recv_into(buffer)
