"""What a request says of itself in, whether its sender may come in out.

On loopback nobody else can connect, but a page from elsewhere can let its own name point here and
read what it is not meant to ("DNS rebinding"); the browser then says that page's name in ``Host``,
so that only this machine's own names are answered.

Off loopback a secret decides, and ``Host`` does not matter: a page from elsewhere has no cookie of
this address, and the names under which a phone finds this machine cannot all be known here. The
address that is given away holds a token that opens once: whoever comes with it gets a cookie, and
it is of no use to those who find the address later, in a history or over a shoulder. The next
device needs the next token.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable

__all__ = ["GuardedDoor", "HouseDoor"]

TOKEN_BYTES = 16  # 128 bits: not to be guessed, and short enough for a QR code that fits a terminal


class HouseDoor:
    """On loopback: open for those who call this machine by a name of its own.

    Parameters
    ----------
    names : tuple of str
        As they stand in addresses, in lower case: ``"localhost"``, ``"[::1]"``.
    """

    def __init__(self, names: tuple[str, ...], port: int) -> None:
        self._hosts = {f"{name}:{port}" for name in names}
        if port == 80:  # http's own, which browsers leave out
            self._hosts.update(names)

    def admits(self, host: str, cookies: str) -> bool:
        """Return whether a request is answered."""
        del cookies
        return host.lower() in self._hosts

    def exchange(self, token: str) -> str:
        """Return the cookie that a token gets: none is needed here."""
        del token
        return ""


class GuardedDoor:
    """Off loopback: open for those who have come with a token once.

    Parameters
    ----------
    port : int
        Cookies do not tell ports apart, so that it is in the cookie's name.
    used : callable (str) -> None
        Is told the next token when one has been used.

    Attributes
    ----------
    token : str
        Opens once.
    """

    def __init__(self, port: int, used: Callable[[str], None]) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self._cookie = f"audiobook-{port}={secrets.token_urlsafe(TOKEN_BYTES)}"
        self._used = used
        self._lock = threading.Lock()

    def admits(self, host: str, cookies: str) -> bool:
        """Return whether a request is answered."""
        del host
        return any(_equal(cookie.strip(), self._cookie) for cookie in cookies.split(";"))

    def exchange(self, token: str) -> str:
        """Return the cookie that a token gets, ready to be set; "" for a wrong or used one."""
        with self._lock:
            if not _equal(token, self.token):
                return ""
            self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self._used(self.token)
        return f"{self._cookie}; Path=/; HttpOnly; SameSite=Strict"


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8"))
