"""A folder and the path of an address in, an open file of the release out, or nothing."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote_to_bytes

__all__ = ["FRONT_PAGE", "TYPES", "Shelf", "Shelved"]

FRONT_PAGE = "index.html"
# What a release has files of. Whatever else lies in the folder is nobody's business: a story, a
# hidden file, what a build is about to write (".name.part").
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".m4b": "audio/mp4",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".lrc": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".epub": "application/epub+zip",
    ".lpf": "application/lpf+zip",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
# A separator, a drive or a stream on Windows; nothing in a name that a build gives.
_NEVER_IN_A_NAME = frozenset("\\:\0")
# A pipe does not make the reader wait, and a link that appears in the last moment is not followed.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


@dataclass(frozen=True)
class Shelved:
    """A file of the release, opened: it stays as it is although a build replaces it meanwhile.

    Attributes
    ----------
    modified_s : int
        When it was written, in whole seconds since 1970.
    tag : str
        Another one for another content: an entity tag, in its quotes.
    """

    file: IO[bytes]
    n_bytes: int
    modified_s: int
    tag: str
    content_type: str


class Shelf:
    """The files of a finished folder that may be asked for.

    Parameters
    ----------
    root : Path
        The folder; nothing outside of it is ever opened, whatever a path or a link says.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def open(self, path: str) -> Shelved | None:
        """Open what the path of an address names, as it was sent; None if there is no such thing.

        The caller closes the file.
        """
        parts = _parts(path)
        content_type = TYPES.get(Path(parts[-1]).suffix.lower()) if parts else None
        if content_type is None:
            return None
        try:
            found = self._root.joinpath(*parts).resolve(strict=True)
            if not found.is_relative_to(self._root):
                return None
            return _opened(os.open(found, _FLAGS), content_type)
        except (OSError, ValueError, RuntimeError):  # a loop of links is the last
            return None


def _opened(descriptor: int, content_type: str) -> Shelved | None:
    """Describe what was opened, if it is a file: what has the name of one need not be."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    tag = f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'
    file = os.fdopen(descriptor, "rb")
    return Shelved(file, status.st_size, int(status.st_mtime), tag, content_type)


def _parts(path: str) -> list[str]:
    """Return the names that a path is made of; none if it is not one of this folder's.

    Examples
    --------
    >>> _parts("/"), _parts("/chapters/01%20Rain.mp3"), _parts("/%2e%2e/secret.json")
    (['index.html'], ['chapters', '01 Rain.mp3'], [])
    """
    try:
        decoded = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return []
    if not decoded.startswith("/"):
        return []
    names = (decoded[1:] or FRONT_PAGE).split("/")
    if any(not n or n.startswith(".") or _NEVER_IN_A_NAME & set(n) for n in names):
        return []
    return names
