"""Connections in, each answered by a thread of its own; never more than there are threads for."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from audiobook.errors import ServeError
from audiobook.serve.answers import SILENT_S, TOKEN, Answers
from audiobook.serve.door import GuardedDoor, HouseDoor
from audiobook.serve.reach import reachable_names
from audiobook.serve.shelf import Shelf

__all__ = ["DEFAULT_PORT", "LOOPBACK", "Server"]

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8417  # the same each time: browsers remember a listener's place by it
MAX_CONNECTIONS = 48  # a browser has six at a time
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves a finished folder until it is closed.

    Parameters
    ----------
    folder : Path
        What `audiobook build` wrote.
    host : str
        Name or address to listen at; of loopback, or only for those who have a token.
    port : int
        0 for any that is free.
    used : callable (str) -> None
        Is told the next address when a token has been used, from another thread.

    Raises
    ------
    ServeError
        If the address cannot be listened at.
    """

    daemon_threads = True  # who still listens does not keep the program from ending
    block_on_close = False
    request_queue_size = 64
    allow_reuse_address = os.name == "posix"  # elsewhere it means sharing a port with another one

    def __init__(
        self, folder: Path, host: str, port: int, used: Callable[[str], None] = lambda _: None
    ) -> None:
        self.address_family, address = _resolved(host, port)
        self.shelf = Shelf(folder)
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        try:
            super().__init__(address, Answers)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ServeError(
                f"{host}, port {port}: cannot be listened at ({reason}); "
                "name another with --port, or --port 0 for any"
            ) from error
        self.port: int = self.server_address[1]
        self.is_local = ipaddress.ip_address(address[0]).is_loopback
        self.names = reachable_names(address[0])
        self.door: HouseDoor | GuardedDoor
        if self.is_local:
            self.door = HouseDoor((*self.names, "localhost", "127.0.0.1", "[::1]"), self.port)
        else:
            self.door = GuardedDoor(self.port, lambda _: used(self.addresses[0]))

    @property
    def addresses(self) -> list[str]:
        """Where it is found, the likeliest first; with a token that opens once if one is needed."""
        token = f"?{TOKEN}={self.door.token}" if isinstance(self.door, GuardedDoor) else ""
        return [f"http://{name}:{self.port}/{token}" for name in self.names]

    def server_bind(self) -> None:
        """Take the address; at "::" for both kinds of addresses."""
        if self.address_family == socket.AF_INET6:
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Give a connection a thread, or say at once that there is none."""
        assert isinstance(request, socket.socket)
        request.settimeout(SILENT_S)
        if not self._free.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.settimeout(0.0)
                request.send(_FULL)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Answer what comes over a connection, and be free for the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Let go of who hangs up or takes too long; anything else is a fault of this program."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """Return the family and the address of a host."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ServeError(
            f'"{host}" is no address of this machine; say for example --host 0.0.0.0'
        ) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)
