"""Chapters encoded as AAC in, one M4B file of the whole book out, with chapters, cover and tags.

Marks are written twice: as a chapter track, which Apple's players read, and as Nero's list, which
others prefer, but whose count has one byte. With more chapters than that only the track is there,
which all of them then use.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from audiobook.errors import ExportError
from audiobook.export.adts import AAC_DELAY_SAMPLES, Sizes, packets, sound_config
from audiobook.export.clock import Frames, JoinedChapter, lay_end_to_end
from audiobook.export.edition import AAC, Edition, Output
from audiobook.export.files import replacing
from audiobook.export.id3 import Tags
from audiobook.export.languages import UNDETERMINED, iso_639_2
from audiobook.export.mp4 import FILE_TYPE, U32_MAX, Movie, box, full_box
from audiobook.export.mpeg import Source, opened
from audiobook.export.onefile import one_file

__all__ = ["book_file", "m4b_clock", "write_m4b"]

MAX_NERO_MARKS, MAX_NERO_BYTES = 255, 255
NERO_TICKS_PER_S = 10_000_000
TEXT, JPEG, INTEGER = 1, 13, 21  # kinds of values
AUDIOBOOK = 2  # iTunes' kinds of media
MAX_SHORT_DESCRIPTION = 255


def book_file(edition: Edition) -> Iterator[Output]:
    """Make one M4B file of the whole book."""
    yield one_file(edition, AAC, ".m4b", write_m4b)


def m4b_clock(edition: Edition) -> list[JoinedChapter]:
    """Return where each finished chapter is in the decoded M4B book."""
    return edition.clock_of(AAC)


def write_m4b(
    target: Path,
    chapters: Sequence[Source],
    frames: Sequence[Frames],
    titles: Sequence[str],
    tags: Tags,
    cover: bytes = b"",
) -> list[JoinedChapter]:
    """Write the whole book in one file, without encoding anything anew.

    What describes the sound stands before it, so that a player can begin while it still loads;
    how long that is follows from the number of packets, so its place is kept free and filled in.

    Parameters
    ----------
    target : Path
        Appears whole or not at all.
    chapters, frames, titles : sequences
        One for each chapter: its ADTS file, what `adts_frames` says of it, and its title.
    tags : Tags
        The book's.
    cover : bytes
        A JPEG picture.

    Returns
    -------
    list of JoinedChapter
        The book's clock.

    Raises
    ------
    ExportError
        If there is no chapter, one is damaged, two were encoded differently, or the target cannot
        be written.
    """
    if len({coded.coding for coded in frames}) != 1:
        raise ExportError(f"{target}: its chapters were encoded differently; build all chapters")
    clock = lay_end_to_end(frames)
    n_channels, config = sound_config(frames[0].coding)
    names = [_one_line(title) for title in titles]
    movie = Movie(
        *(frames, clock, names, AAC_DELAY_SAMPLES, iso_639_2(tags.language), n_channels, config),
        user_data=_nero_marks(names, clock) + _tags(tags, cover),
    )
    texts = b"".join(movie.text_samples)
    n_bytes = len(texts) + sum(coded.n_bytes for coded in frames)
    empty = np.zeros(movie.n_frames, dtype=np.uint32)
    front = len(FILE_TYPE) + len(movie.boxes(empty, 0, is_large=False)) + 16
    is_large = front + len(empty) + n_bytes > U32_MAX
    data_head = struct.pack(">I4sQ", 1, b"mdat", 16 + n_bytes)  # always with a length of 64 bits
    with replacing(target) as file:
        file.write(FILE_TYPE + movie.boxes(empty, 0, is_large=is_large) + data_head)
        start = file.tell()
        file.write(texts)
        sizes = _copy_packets(chapters, frames, file)
        file.seek(len(FILE_TYPE))
        file.write(movie.boxes(sizes, start, is_large=is_large))
    return clock


def _copy_packets(chapters: Sequence[Source], frames: Sequence[Frames], target: IO[bytes]) -> Sizes:
    """Copy every packet; return their sizes."""
    sizes: list[Sizes] = []
    for source, coded in zip(chapters, frames, strict=True):
        n_frames = n_bytes = 0
        with opened(source) as (file, name):
            for data, found, _ in packets(file, name):
                target.write(data)
                sizes.append(found)
                n_frames, n_bytes = n_frames + len(found), n_bytes + len(data)
        if (n_frames, n_bytes) != (coded.n_frames, coded.n_bytes):
            raise ExportError(f"{name}: has not the packets that were counted; build it again")
    return np.concatenate(sizes)


def _nero_marks(titles: Sequence[str], clock: Sequence[JoinedChapter]) -> bytes:
    if len(titles) > MAX_NERO_MARKS:
        return b""
    marks = [struct.pack(">IB", 0, len(titles))]
    for title, chapter in zip(titles, clock, strict=True):
        name = title.encode("utf-8", "replace")[:MAX_NERO_BYTES]
        name = name.decode("utf-8", "ignore").encode()  # cut between two characters
        ticks = chapter.start * NERO_TICKS_PER_S // chapter.sample_rate
        marks.append(struct.pack(">QB", ticks, len(name)) + name)
    return full_box(b"chpl", 1, 0, *marks)


def _tags(tags: Tags, cover: bytes) -> bytes:
    """Return iTunes' list of tags; what has no name there goes by one in full."""
    texts = {
        b"\xa9nam": _one_line(tags.title),
        b"\xa9alb": _one_line(tags.album),
        b"\xa9ART": _one_line(tags.author),
        b"aART": _one_line(tags.author),
        b"\xa9wrt": _one_line(tags.narrator),  # where audiobook players look for who reads
        b"\xa9nrt": _one_line(tags.narrator),
        b"\xa9gen": "Audiobook",
        b"\xa9day": tags.date,
        b"\xa9pub": _one_line(tags.publisher),
        b"desc": _one_line(tags.description)[:MAX_SHORT_DESCRIPTION],
        b"ldes": tags.description,
        b"\xa9cmt": tags.description,
    }
    language = iso_639_2(tags.language)
    named = {
        b"publisher": _one_line(tags.publisher),
        b"language": "" if language == UNDETERMINED else language,
        b"series": _one_line(tags.series),
    }
    items = [box(name, _value(TEXT, _utf_8(text))) for name, text in texts.items() if text]
    items += [box(b"stik", _value(INTEGER, bytes([AUDIOBOOK])))]
    items += [box(b"pgap", _value(INTEGER, b"\1"))]  # one recording, without a gap
    items += [box(b"covr", _value(JPEG, cover))] if cover else []
    items += [_named(name, text) for name, text in named.items() if text]
    handler = full_box(b"hdlr", 0, 0, bytes(4), b"mdirappl", bytes(9))
    return full_box(b"meta", 0, 0, handler, box(b"ilst", *items))


def _named(name: bytes, text: str) -> bytes:
    mean = full_box(b"mean", 0, 0, b"com.apple.iTunes")
    return box(b"----", mean, full_box(b"name", 0, 0, name), _value(TEXT, _utf_8(text)))


def _value(kind: int, data: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), data)


def _utf_8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _one_line(text: str) -> str:
    return " ".join(text.split())
