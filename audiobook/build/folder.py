"""The lock of an output folder: who is building it, and what of the store that build stands on.

Beside the lock lies the holder's record. It counts only while the lock is held: a killed build
leaves it behind, and gives its lock back all the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from audiobook.build.state import book_path
from audiobook.errors import BuildError, StoreError
from audiobook.store import Lock, Store, host_name, write_record

__all__ = ["building", "keys_in_use", "keys_used"]

RECORD = ".building"
PATIENCE_S = 0.5  # whoever prunes looks at each lock for a moment

Tell = Callable[[str], None]


@contextlib.contextmanager
def building(store: Store, out: Path, wait: Tell | None = None) -> Iterator[None]:
    """Hold the lock of an output folder.

    Parameters
    ----------
    wait : callable, optional
        Wait for another build of the folder to end; it is told once for whom. Without it, that
        is an error.

    Raises
    ------
    BuildError
        If another build holds it, or files could not be written into the folder.
    StoreError
        If the store cannot be written, or knows no locks.
    """
    _check_folder(out)
    lock = Lock(book_path(store, out, ".lock"))
    if not lock.take(PATIENCE_S):
        another = f"another build of this folder is running{_holder(store, out)}"
        if wait is None:
            raise BuildError(f"{out}: {another}; wait for it with --wait, or stop it")
        wait(f"{out}: {another}; waiting for it to end")
        lock.take(-1.0)
    record = book_path(store, out, RECORD)
    try:
        _write(record, {"pid": os.getpid(), "host": host_name(), "since_s": time.time()})
        yield
    finally:
        with contextlib.suppress(OSError):
            record.unlink(missing_ok=True)
        lock.release()


def keys_used(store: Store, out: Path, keys: Iterable[str]) -> None:
    """Say what the build that holds the lock of a folder stands on, so that it is not pruned."""
    record = book_path(store, out, RECORD)
    _write(record, {**_read(record), "keys": sorted(keys)})


def keys_in_use(store: Store) -> frozenset[str]:
    """Return the keys that running builds stand on, and sweep away what dead ones said."""
    keys: set[str] = set()
    for record in (store.root / "books").glob(f"*{RECORD}"):
        lock = Lock(record.with_suffix(".lock"))
        with contextlib.suppress(StoreError, OSError):
            if lock.take():
                record.unlink(missing_ok=True)
                lock.release()
                continue
        keys.update(_read(record).get("keys", ()))
    return frozenset(keys)


def _check_folder(out: Path) -> None:
    """Refuse a folder that cannot be written before anything is spoken; it is not made here."""
    there = next(path for path in (out, *out.resolve().parents) if os.access(path, os.F_OK))
    if not there.is_dir():
        raise BuildError(f"{there} is a file, not a folder; name another output folder with -o")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BuildError(f"{there}: cannot be written; name another output folder with -o")


def _holder(store: Store, out: Path) -> str:
    """Return who holds the lock, as words in brackets; "" if that cannot be read."""
    try:
        data = _read(book_path(store, out, RECORD))
        since = datetime.fromtimestamp(data["since_s"]).astimezone().strftime("%Y-%m-%d %H:%M")
        return f" (process {data['pid']} on {data['host']}, since {since})"
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return ""


def _read(record: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        data = json.loads(record.read_text("utf-8"))
        return data if isinstance(data, dict) else {}
    return {}


def _write(record: Path, data: dict[str, Any]) -> None:
    try:
        write_record(record, data)
    except OSError as error:
        raise StoreError(
            f"{record}: cannot be written: {error.strerror or error}; make room, or set "
            "XDG_CACHE_HOME to a folder that can be written"
        ) from error
