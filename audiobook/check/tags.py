"""A file's tags in, verdicts out: read with mutagen, whatever the container."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.check.verdict import Verdict, said

__all__ = ["Expected", "check_picture", "check_tags"]

NAMES = {  # by container: ID3v2 frames, Vorbis comments, MP4 atoms
    "title": ("TIT2", "title", "\xa9nam"),
    "album": ("TALB", "album", "\xa9alb"),
    "author": ("TPE1", "artist", "\xa9ART"),
    "narrator": ("TCOM", "composer", "\xa9wrt"),
}


@dataclass(frozen=True)
class Expected:
    """What a file should say of itself; what is empty is not looked for.

    Attributes
    ----------
    place, total : int
        Of a chapter among those of the book, from 1; 0 for a whole book.
    """

    title: str
    album: str = ""
    author: str = ""
    narrator: str = ""
    place: int = 0
    total: int = 0


def check_tags(file: str, path: Path, expected: Expected, cover: bytes | None) -> Iterator[Verdict]:
    """Judge a file's tags and cover.

    Parameters
    ----------
    cover : bytes or None
        What the book's own ``cover.jpg`` holds; b"" if it cannot be read, None if the file need
        not show it.
    """
    import mutagen

    try:
        tags: Any = mutagen.File(path)
    except (mutagen.MutagenError, OSError) as error:
        yield said(file, "tags", False, f"cannot be read: {error}", "complete")
        return
    if tags is None:
        yield said(file, "tags", False, "none", "complete")
        return
    wrong = "; ".join(_wrong(tags, expected))
    yield said(file, "tags", not wrong, wrong or "complete", "as in build.json")
    if cover is not None:
        yield _cover(file, _pictures(tags), cover)


def check_picture(file: str, path: Path) -> tuple[Verdict, bytes]:
    """Judge the cover's own file; return it too, b"" if it is missing or no picture."""
    try:
        data = path.read_bytes()
    except OSError:
        return said(file, "picture", False, "missing", "there"), b""
    shape = _shape(data)
    return said(
        file, "picture", bool(shape), shape or "damaged", "a picture"
    ), data if shape else b""


def _wrong(tags: Any, expected: Expected) -> Iterator[str]:
    for name, keys in NAMES.items():
        wanted = " ".join(getattr(expected, name).split())
        found = next((text for key in keys if (text := _text(tags, key))), "")
        if wanted and found != wanted:
            yield f'{name} is "{found}", not "{wanted}"' if found else f"no {name}"
    if expected.place:
        place, total = _place(tags)
        if not _fits(place, total, expected):
            found = f"track is {place}/{total}" if place else "no track number"
            yield f"{found}, not {expected.place}/{expected.total}"


def _fits(place: int, total: int, expected: Expected) -> bool:
    """Compare a track number; a build of some chapters knows of more than the report does."""
    if total == expected.total:
        return place == expected.place
    return total > expected.total and expected.place <= place <= total


def _text(tags: Any, key: str) -> str:
    try:
        value = tags[key]
    except (KeyError, ValueError):
        return ""
    first = value.text[0] if hasattr(value, "text") and value.text else value
    if isinstance(first, list):
        first = first[0] if first else ""
    return " ".join(str(first).split())


def _place(tags: Any) -> tuple[int, int]:
    text = _text(tags, "TRCK") or _text(tags, "tracknumber")
    if not text:
        try:
            place, total = tags["trkn"][0]
            return int(place), int(total)
        except (KeyError, IndexError, ValueError, TypeError):
            return 0, 0
    place_text, _, total_text = text.partition("/")
    total_text = total_text or _text(tags, "tracktotal")
    return (
        int(place_text) if place_text.isdigit() else 0,
        int(total_text) if total_text.isdigit() else 0,
    )


def _pictures(tags: Any) -> list[bytes]:
    found = [bytes(frame.data) for frame in getattr(tags.tags, "getall", lambda _: [])("APIC")]
    for key in ("covr", "metadata_block_picture"):
        try:
            values = tags[key]
        except (KeyError, ValueError):
            continue
        found += [bytes(v) if key == "covr" else _flac_picture(v) for v in values]
    return found


def _flac_picture(text: str) -> bytes:
    from mutagen.flac import Picture, error

    try:
        return bytes(Picture(base64.b64decode(text)).data)  # type: ignore[no-untyped-call]
    except (ValueError, error):
        return b""


def _cover(file: str, pictures: list[bytes], cover: bytes) -> Verdict:
    bar = "the picture of cover.jpg"
    if not pictures:
        return said(file, "cover", False, "none", bar)
    if cover and pictures[0] == cover:
        return said(file, "cover", True, "the book's", bar)
    shape = _shape(pictures[0])
    if not shape:
        return said(file, "cover", False, "damaged", bar)
    found = f"another one, {shape}" if cover else shape
    return said(file, "cover", not cover, found, bar)


def _shape(data: bytes) -> str:
    """Decode a picture; return its size in words, or nothing if it cannot be decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return f"{picture.width} x {picture.height}"
    except (OSError, ValueError, SyntaxError):
        return ""
