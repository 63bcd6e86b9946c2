"""What the last build of an output folder made, and from what; kept beside the store.

It lets the next build say what changed, and leave alone what it wrote and nobody touched. Losing
it loses nothing but that: everything it names is found again by key.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audiobook.errors import StoreError
from audiobook.store import Store, write_record

__all__ = ["BuildState", "book_path", "load_state", "save_state"]

VERSION = 3


@dataclass
class BuildState:
    """The record of one output folder.

    Attributes
    ----------
    asked : list of str
        The story and the options as they were typed, paths made absolute, so that a command that
        is suggested later asks for the same book.
    chapters : list of dict
        For each chapter its title, recipe and readings, as `audiobook.build.reasons` compares.
    files : dict of str to dict
        For each file written: the key of its content, its size and modification time.
    duration_s : float
        Length of the book.
    """

    asked: list[str] = field(default_factory=list)
    chapters: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    duration_s: float = 0.0

    def is_untouched(self, out: Path, name: str) -> bool:
        """Return whether a file is still as it was written."""
        record = self.files.get(name)
        try:
            status = (out / name).stat()
        except OSError:
            return False
        return record is not None and (record["size"], record["mtime_ns"]) == (
            status.st_size,
            status.st_mtime_ns,
        )

    def is_fresh(self, out: Path, name: str, key: str) -> bool:
        """Return whether a file holds the content of ``key`` and is untouched."""
        record = self.files.get(name)
        return record is not None and record["key"] == key and self.is_untouched(out, name)

    def wrote(self, out: Path, name: str, key: str) -> None:
        """Record a file that was just written."""
        status = (out / name).stat()
        self.files[name] = {
            "key": key,
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }


def book_path(store: Store, out: Path, suffix: str) -> Path:
    """Return where the store keeps something about an output folder, whether it exists or not."""
    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]
    return store.root / "books" / f"{name}{suffix}"


def _path(store: Store, out: Path) -> Path:
    """Return the record's file; another version of the program has another one."""
    return book_path(store, out, f".{VERSION}.json")


def load_state(store: Store, out: Path) -> BuildState:
    """Return the record of a folder, an empty one if there is none that can be read."""
    try:
        data = json.loads(_path(store, out).read_text("utf-8"))
        if data["version"] != VERSION:
            return BuildState()
        asked, chapters, files = list(data["asked"]), list(data["chapters"]), dict(data["files"])
        return BuildState(asked, chapters, files, float(data["duration_s"]))
    except (OSError, ValueError, KeyError, TypeError):
        return BuildState()


def save_state(store: Store, out: Path, state: BuildState) -> None:
    """Keep the record, whole or not at all. Raises `StoreError` if that cannot be."""
    path = _path(store, out)
    try:
        write_record(path, {"version": VERSION, "out": str(out.resolve()), **vars(state)})
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
