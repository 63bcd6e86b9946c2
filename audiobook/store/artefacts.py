"""The store: what was made once, found again by what it was made of.

A file that does not hold what its first line promises is dropped and counts as absent, so a
damaged store costs time, never a wrong sound.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from audiobook.errors import StoreError
from audiobook.store.form import (
    Meta,
    OtherVersionError,
    is_whole,
    read_header,
    verified,
    write,
)
from audiobook.store.scratch import clock_s, scratch_dir

__all__ = ["Pruned", "Store", "Usage", "default_root", "key_of"]

# A file used later than now was used before the clock was set back. Machines that share a store
# may differ by less than this.
SKEW_S = 86_400.0


def default_root() -> Path:
    """Return the user's store: ``$XDG_CACHE_HOME/audiobook`` or the platform's equivalent."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("audiobook", appauthor=False))


def key_of(recipe: object) -> str:
    """Return the key of an artefact: a hash of everything it is made of, as plain JSON values."""
    text = json.dumps(recipe, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


@dataclass(frozen=True)
class Usage:
    """How much of one kind of artefact the store holds."""

    kind: str
    n_files: int
    n_bytes: int


class Pruned(NamedTuple):
    """What pruning removed, and what it left because it is in use."""

    n_files: int
    n_bytes: int
    n_bytes_in_use: int


class Store:
    """A folder of artefacts; see the module for their form.

    Any number of processes may use one store: a file is written under a name of its own and then
    renamed, and equal keys hold equal content.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, kind: str, key: str) -> Path:
        """Return where an artefact lives, whether it exists or not."""
        return self.root / kind / key[:2] / key

    def scratch_dir(self) -> Path:
        """Return this process's folder for files that are not finished; see `scratch`."""
        return scratch_dir(self.root)

    def has(self, kind: str, key: str) -> bool:
        """Return whether an artefact is there and complete; its content is not verified."""
        try:
            with self.path(kind, key).open("rb") as file:
                return is_whole(file)
        except (OSError, ValueError, KeyError, TypeError, OtherVersionError):
            return False

    def meta(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return an artefact's description without reading its payload; None if it is absent."""
        path = self.path(kind, key)
        try:
            with path.open("rb") as file:
                header = read_header(file)
                whole = os.fstat(file.fileno()).st_size == file.tell() + header.size
        except (FileNotFoundError, OtherVersionError):
            return None
        except (ValueError, KeyError, TypeError, OSError):
            whole = False
        if whole:
            return header.meta
        self.drop(kind, key)
        return None

    @contextlib.contextmanager
    def open(self, kind: str, key: str) -> Iterator[tuple[dict[str, Any], IO[bytes]] | None]:
        """Open an artefact's payload, verified; None if it is absent or damaged."""
        try:
            file = self.path(kind, key).open("rb")
        except OSError:
            yield None
            return
        with file:
            try:
                header = verified(file)
            except OtherVersionError:
                yield None
                return
            if header is None:
                self.drop(kind, key)
                yield None
                return
            with contextlib.suppress(OSError):  # a read-only store is as good, only never pruned
                os.utime(file.name)
            yield header.meta, file

    def get(self, kind: str, key: str) -> tuple[dict[str, Any], bytes] | None:
        """Return description and payload, verified; None if the artefact is absent or damaged."""
        with self.open(kind, key) as found:
            return None if found is None else (found[0], found[1].read())

    def put(self, kind: str, key: str, meta: Meta, payload: bytes | Path) -> None:
        """Keep an artefact; it is there whole when this returns.

        Parameters
        ----------
        payload : bytes or Path
            The content, or a file whose content is copied.

        Raises
        ------
        StoreError
            If the folder cannot be written or the disk is full; nothing partial is left.
        """
        path = self.path(kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.scratch_dir(), delete=False) as file:
                try:
                    write(file, meta, payload)
                    file.close()
                    self._replace(Path(file.name), kind, key)
                except BaseException:
                    file.close()
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot keep finished work: {error.strerror or error}; "
                "make room, or set XDG_CACHE_HOME to a folder that can be written"
            ) from error

    def _replace(self, file: Path, kind: str, key: str) -> None:
        """Give a finished file its name.

        A file server may do it and lose the answer, or refuse because somebody reads the file that
        has the name: it is as good, as equal keys hold equal content.
        """
        try:
            file.replace(self.path(kind, key))
        except (FileNotFoundError, PermissionError):
            if not self.has(kind, key):
                raise
            file.unlink(missing_ok=True)

    def drop(self, kind: str, key: str) -> None:
        """Remove an artefact, if it is there."""
        with contextlib.suppress(OSError):
            self.path(kind, key).unlink()

    def usage(self) -> list[Usage]:
        """Return how much the store holds, by kind."""
        kinds = sorted(p for p in self.root.iterdir() if p.is_dir()) if self.root.is_dir() else []
        found = []
        for kind in kinds:
            sizes = [size for _, size, _ in _files(kind)]
            if sizes:
                found.append(Usage(kind.name, len(sizes), sum(sizes)))
        return found

    def prune(self, keep_bytes: int, in_use: Collection[str] = ()) -> Pruned:
        """Remove artefacts, the longest unused first, until ``keep_bytes`` are left.

        Parameters
        ----------
        in_use : collection of str
            Keys that are left alone, whatever their age.
        """
        files = sorted(_files(self.root)) if self.root.is_dir() else []
        surplus = sum(size for _, size, _ in files) - keep_bytes
        n_files = n_bytes = n_bytes_in_use = 0
        for _, size, path in _back_in_time(files, self.root):
            if n_bytes >= surplus:
                break
            if path.name in in_use:
                n_bytes_in_use += size
                continue
            with contextlib.suppress(OSError):
                path.unlink()
                n_files, n_bytes = n_files + 1, n_bytes + size
        return Pruned(n_files, n_bytes, n_bytes_in_use)


_File = tuple[float, int, Path]


def _back_in_time(files: list[_File], root: Path) -> list[_File]:
    """Put first what claims to be used later than now: it was not since the clock was set back."""
    if not files:
        return []
    now_s = files[-1][0]
    with contextlib.suppress(OSError):
        now_s = clock_s(root)
    return sorted(files, key=lambda file: file[0] <= now_s + SKEW_S)


def _files(folder: Path) -> Iterator[_File]:
    """Yield last use, size and path of every artefact below a folder."""
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            if path.is_file() and len(path.name) == 40:
                yield status.st_mtime, status.st_size, path
