"""Artefacts by the hash of what made them: atomic, verified on read, shared by every book.

An artefact is a small JSON description (``meta``) and a payload of bytes, kept in one file that
appears whole or not at all::

    {"format": 1, "size": 5, "sha256": "...", "meta_size": 19, "meta_sha256": "..."}
    {"duration_s": 1.5}
    hello                  (the payload)

A file that does not hold what its first line promises is dropped and counts as absent, so a
damaged store costs time, never a wrong sound.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from audiobook.errors import StoreError

__all__ = ["SCRATCH", "Store", "Usage", "default_root", "key_of"]

FORMAT = 1
CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 64 << 20  # a description longer than this is damage
SCRATCH = "scratch"

Meta = Mapping[str, Any]


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


@dataclass(frozen=True)
class _Header:
    size: int
    sha256: str
    meta: dict[str, Any]


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
        """Return this process's folder for files that are not finished, on the store's own disk.

        It is named by the process, so that what a killed one left can be told and swept away.
        """
        folder = self.root / SCRATCH / str(os.getpid())
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def has(self, kind: str, key: str) -> bool:
        """Return whether an artefact is there and complete; its content is not verified."""
        try:
            with self.path(kind, key).open("rb") as file:
                first = json.loads(file.readline(MAX_LINE_BYTES))
                whole = file.tell() + first["meta_size"] + 1 + first["size"]
                return bool(first["format"] == FORMAT and os.fstat(file.fileno()).st_size == whole)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def meta(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return an artefact's description without reading its payload; None if it is absent."""
        path = self.path(kind, key)
        try:
            with path.open("rb") as file:
                header = _read_header(file)
                whole = os.fstat(file.fileno()).st_size == file.tell() + header.size
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, OSError):
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
            header = _verified(file)
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
                    _write(file, meta, payload)
                    file.close()
                    os.replace(file.name, path)  # noqa: PTH105
                except BaseException:
                    file.close()
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot keep finished work: {error.strerror or error}; "
                "make room, or set XDG_CACHE_HOME to a folder that can be written"
            ) from error

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

    def prune(self, keep_bytes: int) -> tuple[int, int]:
        """Remove artefacts, the longest unused first, until ``keep_bytes`` are left.

        Returns
        -------
        tuple of int
            Files removed, and bytes freed.
        """
        files = sorted(_files(self.root)) if self.root.is_dir() else []
        surplus = sum(size for _, size, _ in files) - keep_bytes
        n_files = n_bytes = 0
        for _, size, path in files:
            if n_bytes >= surplus:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                n_files, n_bytes = n_files + 1, n_bytes + size
        return n_files, n_bytes


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield last use, size and path of every artefact below a folder."""
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            if path.is_file() and len(path.name) == 40:
                yield status.st_mtime, status.st_size, path


def _write(file: IO[bytes], meta: Meta, payload: bytes | Path) -> None:
    """Write both lines and the payload; the hash is taken from what is copied."""
    described = json.dumps(meta, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    line = described.encode("utf-8", "surrogatepass")
    size, sha256 = _measure(payload)
    first = {
        "format": FORMAT,
        "size": size,
        "sha256": sha256,
        "meta_size": len(line),
        "meta_sha256": hashlib.sha256(line).hexdigest(),
    }
    file.write(json.dumps(first).encode() + b"\n" + line + b"\n")
    if isinstance(payload, bytes):
        file.write(payload)
    else:
        with payload.open("rb") as source:
            shutil.copyfileobj(source, file, CHUNK_BYTES)


def _measure(payload: bytes | Path) -> tuple[int, str]:
    if isinstance(payload, bytes):
        return len(payload), hashlib.sha256(payload).hexdigest()
    with payload.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        return source.tell(), sha256


def _read_header(file: IO[bytes]) -> _Header:
    """Read both lines. Raises ValueError or KeyError when they are not what `_write` wrote."""
    first = json.loads(file.readline(MAX_LINE_BYTES))
    line = file.readline(MAX_LINE_BYTES)
    if not isinstance(first, dict) or first["format"] != FORMAT:
        raise ValueError("another format")
    if hashlib.sha256(line[:-1]).hexdigest() != first["meta_sha256"]:
        raise ValueError("damaged description")
    return _Header(int(first["size"]), str(first["sha256"]), json.loads(line))


def _verified(file: IO[bytes]) -> _Header | None:
    """Read header and payload, compare hashes, and go back to where the payload begins."""
    try:
        header = _read_header(file)
        start = file.tell()
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
        whole = file.tell() - start == header.size and digest.hexdigest() == header.sha256
        file.seek(start)
    except (ValueError, KeyError, OSError):
        return None
    return header if whole else None
