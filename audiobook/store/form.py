"""What a file of the store looks like, and whether it is what it says.

An artefact is a small JSON description (``meta``) and a payload of bytes, kept in one file::

    {"format": 1, "size": 5, "sha256": "...", "meta_size": 19, "meta_sha256": "..."}
    {"duration_s": 1.5}
    hello                  (the payload)

A file whose first line names another format is another version's: it is neither read nor removed,
and counts as absent. Each version begins a file with such a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

__all__ = ["Header", "Meta", "OtherVersionError", "is_whole", "read_header", "verified", "write"]

FORMAT = 1
CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 64 << 20  # a description longer than this is damage

Meta = Mapping[str, Any]


class OtherVersionError(Exception):
    """A file is of a version of the program that keeps artefacts in another form."""


@dataclass(frozen=True)
class Header:
    """What the two lines before the payload say."""

    size: int
    sha256: str
    meta: dict[str, Any]


def is_whole(file: IO[bytes]) -> bool:
    """Return whether a file is as long as it says; raises as `read_header` does."""
    first = _first_line(file)
    whole = file.tell() + int(first["meta_size"]) + 1 + int(first["size"])
    return os.fstat(file.fileno()).st_size == whole


def write(file: IO[bytes], meta: Meta, payload: bytes | Path) -> None:
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


def read_header(file: IO[bytes]) -> Header:
    """Read both lines.

    Raises
    ------
    OtherVersionError
        If another version of the program wrote them.
    ValueError, KeyError, TypeError
        If they are not what `write` wrote.
    """
    first = _first_line(file)
    line = file.readline(MAX_LINE_BYTES)
    if hashlib.sha256(line[:-1]).hexdigest() != first["meta_sha256"]:
        raise ValueError("damaged description")
    return Header(int(first["size"]), str(first["sha256"]), json.loads(line))


def _first_line(file: IO[bytes]) -> dict[str, Any]:
    first = json.loads(file.readline(MAX_LINE_BYTES))
    if not isinstance(first, dict):
        raise TypeError("no first line")
    if isinstance(first["format"], int) and first["format"] != FORMAT:
        raise OtherVersionError
    return first


def verified(file: IO[bytes]) -> Header | None:
    """Read header and payload, compare hashes, and go back to where the payload begins.

    None if they are damaged. Raises `OtherVersionError` as `read_header` does.
    """
    try:
        header = read_header(file)
        start = file.tell()
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
        whole = file.tell() - start == header.size and digest.hexdigest() == header.sha256
        file.seek(start)
    except (ValueError, KeyError, TypeError, OSError):
        return None
    return header if whole else None
