"""What is read and when in, the ID3 frames that let a music player show it out.

References
----------
.. [1] ID3 tag version 2.3.0, 4.9 (unsynchronised text, USLT) and 4.10 (synchronised text, SYLT).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from audiobook.export.id3frames import UTF_16, frame, milliseconds, utf_16

__all__ = ["Lyrics", "lyrics_frames"]

_MILLISECONDS = b"\x02"  # what times are counted in
_TRANSCRIPTION = b"\x02"  # "is text transcription"
_END = b"\0\0"


@dataclass(frozen=True)
class Lyrics:
    """The words of a file.

    Attributes
    ----------
    text : str
        All of it, in lines and paragraphs.
    lines : tuple of (float, str)
        Each sentence and when it starts, in seconds.
    """

    text: str
    lines: tuple[tuple[float, str], ...] = ()


def lyrics_frames(lyrics: Lyrics, language: str) -> list[bytes]:
    """Return the frames; none where there is nothing to show.

    Parameters
    ----------
    language : str
        The three letters of ISO 639-2.
    """
    code = language.encode("ascii")
    nameless = utf_16("") + _END
    frames = []
    if lyrics.text.strip():
        text = utf_16(lyrics.text, is_one_line=False)
        frames.append(frame("USLT", UTF_16 + code + nameless + text))
    if lyrics.lines:
        lines = b"".join(
            utf_16(text) + _END + struct.pack(">I", milliseconds(start_s))
            for start_s, text in lyrics.lines
        )
        head = UTF_16 + code + _MILLISECONDS + _TRANSCRIPTION + nameless
        frames.append(frame("SYLT", head + lines))
    return frames
