"""A file's lock, which the system gives back when its holder ends, whatever it died of."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

from audiobook.errors import StoreError

__all__ = ["Lock", "host_name", "own_name"]

POLL_S = 0.05


def host_name() -> str:
    """Return this machine's name, as it may stand in a file's name."""
    return re.sub(r"[^A-Za-z0-9.]", "_", platform.node()) or "here"


def own_name() -> str:
    """Return a name that no other process has, on any machine that shares the store."""
    return f"{host_name()}-{os.getpid()}"


class Lock:
    """The lock of one file; only one process holds it at a time."""

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self.path = path
        self._lock = FileLock(path, thread_local=False)

    def take(self, patience_s: float = 0.0) -> bool:
        """Take it, and return whether it was to be had; a negative patience waits forever.

        Raises
        ------
        StoreError
            If files cannot be locked or written there.
        """
        from filelock import Timeout

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _probe(self.path)
            self._lock.acquire(timeout=patience_s, poll_interval=POLL_S)
        except (Timeout, FileNotFoundError):  # or its folder is being swept away
            return False
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StoreError(
                f"{self.path.parent}: files cannot be written and locked there: {reason}; "
                "set XDG_CACHE_HOME to a folder on a disk of this machine that can be written"
            ) from error
        return True

    def release(self) -> None:
        """Give it back."""
        self._lock.release()


def _probe(path: Path) -> None:
    """Refuse a file system that knows no locks, for which a mark in a file would stand in.

    Such a mark outlives a holder that is killed. Releasing what nobody took asks, and disturbs
    no holder.
    """
    if sys.platform == "win32":
        return
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
