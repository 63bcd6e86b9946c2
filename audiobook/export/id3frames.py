"""The bytes that ID3v2.3 frames are written in: sizes, text, whole milliseconds.

References
----------
.. [1] ID3 tag version 2.3.0, sections 3.3 and 4.
"""

from __future__ import annotations

import struct

__all__ = ["LATIN_1", "UTF_16", "frame", "milliseconds", "synchsafe", "text_frame", "utf_16"]

UTF_16 = b"\x01"
LATIN_1 = b"\x00"
MAX_MS = 0xFFFF_FFFF


def milliseconds(time_s: float) -> int:
    """Return whole milliseconds, as many as a frame can hold: 49 days."""
    return min(MAX_MS, round(time_s * 1000))


def text_frame(name: str, text: str) -> bytes:
    """Return a frame that holds one line of text."""
    return frame(name, UTF_16 + utf_16(text))


def utf_16(text: str, *, is_one_line: bool = True) -> bytes:
    """Encode with a byte order mark; a NUL would end the text and a lone surrogate is no text."""
    lines = " ".join(text.split()) if is_one_line else text
    return b"\xff\xfe" + lines.replace("\0", " ").encode("utf-16-le", "replace")


def frame(name: str, data: bytes) -> bytes:
    """Return a frame: its name, its size, no flags, its content."""
    return name.encode("ascii") + struct.pack(">IH", len(data), 0) + data


def synchsafe(size: int) -> bytes:
    """Write a number of up to 28 bits as four bytes of seven."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
