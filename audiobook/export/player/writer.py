"""The edition in, its page out: one chapter after another, so that a long book takes no memory."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

from audiobook.errors import ExportError
from audiobook.export.edition import CHAPTERS, Edition, EditionChapter
from audiobook.export.files import replacing
from audiobook.export.join import checked_frames
from audiobook.export.player.blocks import blocks_of
from audiobook.export.player.data import book_data, element, speakers_of
from audiobook.export.player.page import frame
from audiobook.profiles import PROFILES

__all__ = ["MAX_SINGLE_MB", "check_length", "write_page", "write_single"]

COVER = f"{CHAPTERS}/cover.jpg"
MAX_SINGLE_MB = 30
MOST_WORDS_PER_S = 7.0  # twice the speed of a hurried reader
_GROUP_BYTES = 3  # that base64 makes four letters of


def write_page(edition: Edition, target: Path) -> None:
    """Write the page that plays the files of ``chapters``, whole or not at all.

    Raises
    ------
    LostError
        If a chapter's sound is not in the store.
    ExportError
        If the target cannot be written.
    """
    with replacing(target) as file:
        _write(edition, file, COVER)


def write_single(edition: Edition, target: Path) -> None:
    """Write the page with the book's sound inside, whole or not at all.

    Raises
    ------
    LostError
        If a chapter's sound is not in the store.
    ExportError
        If it would be too large, or the target cannot be written.
    """
    picture = edition.picture()
    sound_bytes = [len(c.info.frame) + c.info.n_bytes for c in edition.done]
    _refuse_above(edition, len(picture) + sum(sound_bytes), "")
    with replacing(target) as file:
        cover = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
        _write(edition, file, cover, is_single=True)


def check_length(edition: Edition) -> None:
    """Refuse a book that is too long for a page of its own, however fast it will be read.

    Raises
    ------
    ExportError
        If it is; `write_single` knows how long it has become.
    """
    n_words = sum(len(s.words) for chapter in edition.chapters for s in chapter.segments)
    bytes_per_s = PROFILES[edition.profile].bitrate_kbps * 1000 / 8
    _refuse_above(edition, round(n_words / MOST_WORDS_PER_S * bytes_per_s), "at least ")


def _refuse_above(edition: Edition, n_bytes: int, at_least: str) -> None:
    encoded_mb = n_bytes * 4 / 3 / 1e6
    if encoded_mb > MAX_SINGLE_MB:
        raise ExportError(
            f"{edition.name}.html: would be {at_least}{encoded_mb:.1f} MB with its sound inside, "
            f"and {MAX_SINGLE_MB} MB can be mailed and opened; ask for --format player instead, "
            "and send the folder"
        )


def _write(edition: Edition, file: IO[bytes], cover: str, *, is_single: bool = False) -> None:
    around, speakers = frame(edition, cover, is_single=is_single), speakers_of(edition)
    _put(file, around.before)
    _put(file, element("book", book_data(edition, speakers, is_single=is_single)))
    for i, chapter in enumerate(edition.done):
        _put(file, element(f"text-{i}", blocks_of(chapter, speakers)))
    _put(file, around.script)
    for i, chapter in enumerate(edition.done if is_single else ()):
        _put(file, f'<script type="application/octet-stream;base64" id="audio-{i}">')
        for part in _encoded(chapter):
            file.write(part)
        _put(file, "</script>\n")
    _put(file, around.after)


def _put(file: IO[bytes], text: str) -> None:
    file.write(text.encode("utf-8", "replace"))


def _encoded(chapter: EditionChapter) -> Iterator[bytes]:
    """Yield a chapter's MP3 file in base64."""
    rest = b""
    frames = checked_frames(chapter.sound, chapter.info)
    for data in chain([chapter.info.frame], frames):
        data = rest + data
        whole = len(data) - len(data) % _GROUP_BYTES
        rest = data[whole:]
        yield base64.b64encode(data[:whole])
    yield base64.b64encode(rest)
