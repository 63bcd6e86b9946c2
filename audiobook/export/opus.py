"""Chapters encoded as Opus in, one Ogg file of the whole book out, with a comment for each mark.

The packets of all chapters follow one another in one stream (RFC 7845). Chapters as streams of
their own, chained, would keep their ends apart, but players and taggers take the first one for the
whole file. What the encoder puts before a chapter's sound and after it, 7 to 27 ms, is decoded as
the rest is, and the clock takes it in. Both ends are silent, so the decoder finds its way.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from audiobook.errors import ExportError
from audiobook.export.clock import Frames, JoinedChapter, lay_end_to_end
from audiobook.export.edition import OPUS, Edition, Output
from audiobook.export.files import replacing
from audiobook.export.id3 import Tags
from audiobook.export.mpeg import Source, opened
from audiobook.export.ogg import CONTINUED, FIRST, LAST, Page, packet_pages, read_pages
from audiobook.export.onefile import one_file

__all__ = ["OPUS_RATE", "book_file", "opus_clock", "opus_frames", "write_opus"]

OPUS_RATE = 48_000  # Hz: what granule positions count, whatever went in
FRAME_SAMPLES = 960  # 20 ms, the encoder's default
MAX_MARKS = 999  # a mark's number has three digits, and readers take four for another mark's
VENDOR = b"audiobook"
FRONT_COVER = 3


def book_file(edition: Edition) -> Iterator[Output]:
    """Make one Opus file of the whole book."""
    yield one_file(edition, OPUS, ".opus", write_opus)


def opus_clock(edition: Edition) -> list[JoinedChapter]:
    """Return where each finished chapter is in the decoded Opus book, counted at `OPUS_RATE`."""
    return edition.clock_of(OPUS)


def opus_frames(file: IO[bytes], name: str, _n_samples: int = 0) -> Frames:
    """Count the packets of a chapter, in a file from where it stands to its end.

    Raises
    ------
    ExportError
        If it is damaged, or a packet is not of 20 ms.
    """
    n_frames = n_bytes = granule = 0
    head, pages = _opened(file, name)
    for page in pages:
        if granule != n_frames * FRAME_SAMPLES:  # only the last page may end inside a packet
            raise ExportError(f"{name}: has Opus packets of uneven length; build it again")
        n_frames, n_bytes = n_frames + page.n_packets, n_bytes + len(page.body)
        granule = page.granule if page.n_packets else granule
    if not 0 <= n_frames * FRAME_SAMPLES - granule < FRAME_SAMPLES:
        raise ExportError(f"{name}: has Opus packets of uneven length; build it again")
    (pre_skip,) = struct.unpack_from("<H", head, 10)
    return Frames(n_frames, FRAME_SAMPLES, granule - pre_skip, OPUS_RATE, n_bytes, head.hex())


def write_opus(
    target: Path,
    chapters: Sequence[Source],
    frames: Sequence[Frames],
    titles: Sequence[str],
    tags: Tags,
    cover: bytes = b"",
) -> list[JoinedChapter]:
    """Write the whole book in one file, without encoding anything anew.

    Parameters
    ----------
    target : Path
        Appears whole or not at all.
    chapters, frames, titles : sequences
        One for each chapter: its Ogg Opus file, what `opus_frames` says of it, and its title.
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
    with replacing(target) as file:
        comments = _comments(tags, cover, _marks(titles, clock))
        for number, page in enumerate(_pages(chapters, frames, comments)):
            file.write(page.numbered(number))
    return clock


def _pages(chapters: Sequence[Source], frames: Sequence[Frames], comments: bytes) -> Iterator[Page]:
    yield from packet_pages(bytes.fromhex(frames[0].coding), FIRST)
    yield from packet_pages(comments)
    n_before, total = 0, sum(coded.n_frames for coded in frames)
    for source, coded in zip(chapters, frames, strict=True):
        n_frames, n_after = n_before, n_before + coded.n_frames
        with opened(source) as (file, name):
            for page in _opened(file, name)[1]:
                n_frames += page.n_packets
                granule = n_frames * FRAME_SAMPLES if page.n_packets else page.granule
                flags = page.flags & CONTINUED
                if page.flags & LAST and n_frames == total:
                    # The last packet is heard only as far as there is sound.
                    granule, flags = n_before * FRAME_SAMPLES + page.granule, flags | LAST
                yield Page(flags, granule, page.lacing, page.body)
        if n_frames != n_after:
            raise ExportError(f"{name}: has not the packets that were counted; build it again")
        n_before = n_after


def _opened(file: IO[bytes], name: str) -> tuple[bytes, Iterator[Page]]:
    """Return what describes the stream, and the pages of its sound."""
    pages = read_pages(file, name)
    first = next(pages, None)
    if first is None or not first.body.startswith(b"OpusHead"):
        raise ExportError(f"{name}: no Opus file as this program writes them; build it again")
    for page in pages:  # the comments
        if page.n_packets:
            break
    return first.body, pages


def _marks(titles: Sequence[str], clock: Sequence[JoinedChapter]) -> Iterator[str]:
    """Yield the comments that mark chapters; of very many, neighbours share a mark."""
    step = -(-len(titles) // MAX_MARKS)
    for number, first in enumerate(range(0, len(titles), step), start=1):
        group = titles[first : first + step]
        title = group[0] if len(group) == 1 else f"{group[0]} – {group[-1]}"
        ms = round(clock[first].start_s * 1000)
        time = f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
        yield f"CHAPTER{number:03}={time}"
        yield f"CHAPTER{number:03}NAME={_one_line(title)}"


def _comments(tags: Tags, cover: bytes, marks: Iterator[str]) -> bytes:
    """Return the packet of comments (RFC 7845, 5.2)."""
    named = {
        "TITLE": _one_line(tags.title),
        "ALBUM": _one_line(tags.album),
        "ARTIST": _one_line(tags.author),
        "ALBUMARTIST": _one_line(tags.author),
        "COMPOSER": _one_line(tags.narrator),  # where audiobook players look for who reads
        "NARRATOR": _one_line(tags.narrator),
        "GENRE": "Audiobook",
        "DATE": tags.date,
        "PUBLISHER": _one_line(tags.publisher),
        "DESCRIPTION": tags.description,
        "LANGUAGE": tags.language,
        "SERIES": _one_line(tags.series),
        "METADATA_BLOCK_PICTURE": _picture(cover) if cover else "",
    }
    comments = [*(f"{name}={text}" for name, text in named.items() if text), *marks]
    packet = [b"OpusTags", _counted(VENDOR), struct.pack("<I", len(comments))]
    packet += [_counted(comment.encode("utf-8", "replace")) for comment in comments]
    return b"".join(packet)


def _picture(jpeg: bytes) -> str:
    """Return a cover as FLAC describes pictures; its measures are left to the JPEG itself."""
    mime = b"image/jpeg"
    head = struct.pack(">II", FRONT_COVER, len(mime)) + mime
    return base64.b64encode(head + struct.pack(">6I", *[0] * 5, len(jpeg)) + jpeg).decode("ascii")


def _counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _one_line(text: str) -> str:
    return " ".join(text.split())
