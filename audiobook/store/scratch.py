"""Where a process keeps what it has not finished: a folder of its own, on the store's own disk.

The folder is named by machine and process, and holds a lock for as long as the process lives. So
what a killed one left can be told from work that goes on, though its number is given away again.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from audiobook.errors import StoreError
from audiobook.store.locks import Lock, host_name, own_name

__all__ = ["SCRATCH", "clear", "clock_s", "scratch_dir", "sweep"]

SCRATCH = "scratch"
LOCK = "lock"
# Another machine's lock may not be seen here, where the file server only pretends to lock. What
# it has not touched for so long is no work in progress.
ABANDONED_S = 86_400.0

_own: dict[tuple[Path, int], tuple[Path, Lock]] = {}  # by root and process; only the last one
_one_at_a_time = threading.Lock()


def scratch_dir(root: Path) -> Path:
    """Return this process's folder for files that are not finished.

    Raises
    ------
    OSError, StoreError
        If there cannot be one.
    """
    key = (root, os.getpid())
    with _one_at_a_time:
        if key not in _own or not _own[key][0].is_dir():
            _own.clear()  # a process works with one store
            _own[key] = _new(root)
        return _own[key][0]


def _new(root: Path) -> tuple[Path, Lock]:
    for number in count():
        folder = root / SCRATCH / (own_name() + (f"-{number}" if number else ""))
        lock = Lock(folder / LOCK)
        # Whoever sweeps meanwhile may take the folder away before it is locked.
        while lock.take():
            if lock.path.exists():
                for entry in _inside(folder):  # of a process that had the same number
                    _remove(entry)
                return folder, lock
            lock.release()
    raise AssertionError


def sweep(root: Path) -> None:
    """Remove what processes left that are no more."""
    for folder in _entries(root / SCRATCH):
        if _is_foreign(folder.name) and not _is_abandoned(root, folder):
            continue
        lock = Lock(folder / LOCK)
        with suppress(StoreError):
            if lock.take():
                _remove(folder)
                lock.release()


def clear(root: Path) -> None:
    """Remove this process's own folder, and sweep."""
    with _one_at_a_time:
        folder, lock = _own.pop((root, os.getpid()), (None, None))
        if folder and lock:
            _remove(folder)
            lock.release()
    sweep(root)


def clock_s(root: Path) -> float:
    """Return the time by the clock of the disk that the store is on, which stamps its files."""
    os.utime(root)
    return root.stat().st_mtime


def _is_foreign(name: str) -> bool:
    return not name.startswith(f"{host_name()}-")


def _is_abandoned(root: Path, folder: Path) -> bool:
    with suppress(OSError):
        newest_s = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
        return clock_s(root) - newest_s > ABANDONED_S
    return False


def _inside(folder: Path) -> Iterator[Path]:
    return (entry for entry in _entries(folder) if entry.name != LOCK)


def _entries(folder: Path) -> list[Path]:
    with suppress(OSError):
        return list(folder.iterdir())
    return []


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
