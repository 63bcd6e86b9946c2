"""What a release says of itself in, the bytes of an ID3v2.3 tag out, to go in front of MP3 frames.

Version 2.3 with UTF-16 text is what every player reads: several lose chapters in 2.4 [1]_. Frames
are written here and not by a library because readers built on ffmpeg list chapters in the order of
the file, and the usual library sorts frames by size, which shuffles them.

Chapters and sections: readers that know no hierarchy (most) list all CHAP frames side by side and
would show overlapping ones twice. So marks never overlap: each ends where the next one starts,
whatever their level, and a chapter's own mark ends at its first section. Readers that do know it
find each chapter's marks in a table of contents of its own.

References
----------
.. [1] ID3 tag version 2.3.0; ID3v2 Chapter Frame Addendum 1.0: CHAP and CTOC.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.export.id3frames import (
    LATIN_1,
    UTF_16,
    frame,
    milliseconds,
    synchsafe,
    text_frame,
    utf_16,
)
from audiobook.export.languages import UNDETERMINED, iso_639_2
from audiobook.export.lyrics import Lyrics, lyrics_frames

__all__ = ["Contents", "Mark", "Tags", "tag_bytes"]

PADDING_BYTES = 1024  # room for another program to change a word without moving the sound
MAX_CHILDREN = 255  # a CTOC counts its entries in one byte
NO_OFFSET = b"\xff" * 8  # start and end in bytes are not given: the times count

_TOP_LEVEL, _ORDERED = 2, 1
_FRONT_COVER = b"\x03"


@dataclass(frozen=True)
class Mark:
    """A place that a listener can jump to, in seconds from the file's start."""

    title: str
    start_s: float


@dataclass(frozen=True)
class Contents:
    """A chapter: its own mark, and those of its sections, which start after it."""

    mark: Mark
    sections: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Tags:
    """What a file says of itself; what is empty is left out.

    Attributes
    ----------
    title : str
        Of this file: the chapter's in a chapter's file, the book's in the book's.
    album : str
        The book's title.
    language : str
        BCP 47.
    date : str
        ``"2024"`` or ``"2024-05-01"``.
    music : str
        Whom the music is from, and its licence.
    number, total : int
        The chapter's number, and how many there are; 0 for the whole book.
    cover : bytes
        A JPEG picture.
    is_plain : bool
        Whether title, album and author are all that the file may say.
    """

    title: str
    album: str
    author: str = ""
    narrator: str = ""
    language: str = ""
    date: str = ""
    publisher: str = ""
    description: str = ""
    series: str = ""
    music: str = ""
    number: int = 0
    total: int = 0
    cover: bytes = b""
    is_plain: bool = False


def tag_bytes(
    tags: Tags,
    contents: Sequence[Contents],
    duration_s: float,
    lyrics: Lyrics | None = None,
) -> bytes:
    """Return an ID3v2.3 tag.

    Parameters
    ----------
    tags : Tags
    contents : sequence of Contents
        The file's chapters in order; one in a chapter's file.
    duration_s : float
        Length of the file's sound: where the last mark ends.
    lyrics : Lyrics, optional
        What is read, for players that show it.

    Returns
    -------
    bytes
        The same for the same arguments.

    Raises
    ------
    ValueError
        If a mark comes before the one before it or after ``duration_s``.
    """
    if tags.is_plain:
        plain = {"TIT2": tags.title, "TPE1": tags.author, "TALB": tags.album}
        return _tag([text_frame(name, text) for name, text in plain.items() if text])
    frames = [*_text_frames(tags), *_chapter_frames(tags.album, contents, duration_s)]
    if lyrics:
        frames += lyrics_frames(lyrics, iso_639_2(tags.language))
    if tags.cover:
        frames.append(frame("APIC", LATIN_1 + b"image/jpeg\0" + _FRONT_COVER + b"\0" + tags.cover))
    return _tag(frames)


def _tag(frames: Sequence[bytes]) -> bytes:
    body = b"".join(frames) + bytes(PADDING_BYTES)
    return b"ID3\x03\x00\x00" + synchsafe(len(body)) + body


def _text_frames(tags: Tags) -> list[bytes]:
    language = iso_639_2(tags.language)
    year, month, day = [*tags.date.split("-"), "", ""][:3]
    texts = {
        "TIT2": tags.title,
        "TALB": tags.album,
        "TPE1": tags.author,
        "TPE2": tags.author,
        "TCOM": tags.narrator,  # where audiobook players look for who reads
        "TCON": "Audiobook",
        "TRCK": f"{tags.number}/{tags.total}" if tags.number else "",
        "TLAN": "" if language == UNDETERMINED else language,
        "TYER": year,
        "TDAT": f"{day}{month}" if day else "",
        "TPUB": tags.publisher,
    }
    frames = [text_frame(name, text) for name, text in texts.items() if text]
    # TCOP is of the whole file and begins with a year: the music's terms have a frame of their own.
    for name, text in (("series", tags.series), ("music", tags.music)):
        if text:
            frames.append(frame("TXXX", UTF_16 + utf_16(name) + b"\0\0" + utf_16(text)))
    if tags.description:
        head = UTF_16 + language.encode("ascii") + utf_16("") + b"\0\0"
        frames.append(frame("COMM", head + utf_16(tags.description, is_one_line=False)))
    return frames


def _chapter_frames(title: str, contents: Sequence[Contents], duration_s: float) -> list[bytes]:
    """Return the tables of contents and then the marks, both in the order of time."""
    if not contents:
        return []
    marks: list[tuple[str, Mark]] = []
    tables: list[bytes] = []
    top: list[str] = []
    for number, chapter in enumerate(contents, start=1):
        own = [(f"ch{number}", chapter.mark)]
        sections = _apart(chapter)
        own += [(f"ch{number}s{n}", mark) for n, mark in enumerate(sections, start=1)]
        marks += own
        if len(own) == 1:
            top.append(own[0][0])
        else:
            top.append(f"toc{number}")
            children = [name for name, _ in own]
            tables += _tables(f"toc{number}", chapter.mark.title, children, _ORDERED)
    root = _tables("toc", title, top, _TOP_LEVEL | _ORDERED)
    return [*root, *tables, *_marks(marks, duration_s)]


def _apart(chapter: Contents) -> list[Mark]:
    """Return the sections that start apart from the mark before them, in whole milliseconds."""
    kept = [chapter.mark]
    for section in chapter.sections:
        if milliseconds(section.start_s) > milliseconds(kept[-1].start_s):
            kept.append(section)
        elif milliseconds(section.start_s) < milliseconds(kept[-1].start_s):
            raise ValueError(f"mark {section} comes before {kept[-1]}")
    return kept[1:]


def _tables(name: str, title: str, children: Sequence[str], flags: int) -> list[bytes]:
    """Return a table of contents, in parts of equal length if it has too many entries."""
    if len(children) <= MAX_CHILDREN:
        return [_table(name, title, children, flags)]
    n_parts = min(MAX_CHILDREN, -(-len(children) // MAX_CHILDREN))
    bounds = [len(children) * part // n_parts for part in range(n_parts + 1)]
    names = [f"{name}p{part}" for part in range(1, n_parts + 1)]
    tables = [_table(name, title, names, flags)]
    for part, first, last in zip(names, bounds, bounds[1:], strict=False):
        tables += _tables(part, f"{first + 1}–{last}", children[first:last], _ORDERED)
    return tables


def _table(name: str, title: str, children: Sequence[str], flags: int) -> bytes:
    ids = b"".join(_element_id(child) for child in children)
    head = _element_id(name) + bytes([flags, len(children)])
    return frame("CTOC", head + ids + text_frame("TIT2", title))


def _marks(marks: Sequence[tuple[str, Mark]], duration_s: float) -> list[bytes]:
    """Return a CHAP frame for each mark; each ends where the next starts."""
    starts = [milliseconds(mark.start_s) for _, mark in marks]
    ends = [*starts[1:], milliseconds(duration_s)]
    if any(end < start for start, end in zip(starts, ends, strict=True)):
        raise ValueError(f"marks are out of order, or after the end ({duration_s} s): {starts}")
    return [
        frame(
            "CHAP",
            _element_id(name)
            + struct.pack(">II", start, end)
            + NO_OFFSET
            + text_frame("TIT2", mark.title),
        )
        for (name, mark), start, end in zip(marks, starts, ends, strict=True)
    ]


def _element_id(name: str) -> bytes:
    return name.encode("ascii") + b"\0"
