"""Chapters in, what their files are called out, in the way that a profile has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audiobook.export.ascii import to_ascii
from audiobook.export.names import MAX_BYTES, safe_name
from audiobook.profiles import Naming

__all__ = ["Entry", "FileName", "Work", "file_names"]

MAX_TITLE_CHARS = 30  # of a name by LibriVox's rules, which want it short
ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Entry:
    """A chapter by number and title; its ``ending``, which is kept whole, tells parts apart."""

    number: int
    title: str
    ending: str = ""


@dataclass(frozen=True)
class Work:
    """What names say of the book; ``n_chapters`` is what their numbers go up to."""

    title: str
    author: str
    n_chapters: int
    bitrate_kbps: int


@dataclass(frozen=True)
class FileName:
    """A file's name without a suffix, and the title that the file has in its tags."""

    name: str
    title: str


def file_names(naming: Naming, entries: Sequence[Entry], work: Work) -> list[FileName]:
    """Return for each chapter what its file is called; no two alike."""
    width = max(2, len(str(work.n_chapters)))
    return [_NAMINGS[naming](entry, f"{entry.number:0{width}d}", work) for entry in entries]


def _numbered(entry: Entry, number: str, _work: Work) -> FileName:
    """Name a file so that names sort as chapters are read."""
    name = safe_name(entry.title)
    if entry.ending and not name.endswith(entry.ending):
        room = MAX_BYTES - len(entry.ending.encode())
        name = safe_name(entry.title.removesuffix(entry.ending), max_bytes=room) + entry.ending
    return FileName(f"{number} {name}", entry.title)


def _librivox(entry: Entry, number: str, work: Work) -> FileName:
    """Name a file as LibriVox's wiki does: ``prideandprejudice_01_austen_128kb``."""
    title = to_ascii(work.title).replace(" ", "")[:MAX_TITLE_CHARS] or "book"
    author = (to_ascii(work.author).split() or [ANONYMOUS])[-1]
    name = f"{title}_{number}_{author}_{work.bitrate_kbps}kb"
    return FileName(name, f"{number} - {entry.title}")


_NAMINGS: dict[Naming, Callable[[Entry, str, Work], FileName]] = {
    Naming.NUMBERED: _numbered,
    Naming.LIBRIVOX: _librivox,
}
