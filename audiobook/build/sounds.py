"""The encodings of a chapter that formats ask for: each is made once, and kept in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audiobook import ffmpeg
from audiobook.audio import Audio
from audiobook.export.edition import MP3
from audiobook.export.formats import FORMATS
from audiobook.master import Profile

__all__ = ["SOUNDS", "Sound", "sounds_for"]

Encode = Callable[[Iterator[Audio], Path, Profile], ffmpeg.Loudness]


@dataclass(frozen=True)
class Sound:
    """One encoding.

    Attributes
    ----------
    suffix : str
        Of the temporary file that is encoded into.
    encode : callable (blocks, target, profile) -> Loudness
        Encodes a master and measures what comes out of a decoder.
    """

    name: str
    suffix: str
    encode: Encode


def _mp3(blocks: Iterator[Audio], target: Path, profile: Profile) -> ffmpeg.Loudness:
    return ffmpeg.encode_mp3_measured(
        blocks, target, bitrate_kbps=profile.bitrate_kbps, n_channels=profile.n_channels
    )


SOUNDS = {sound.name: sound for sound in (Sound(MP3, ".mp3", _mp3),)}


def sounds_for(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the encodings that some formats need. MP3 always: the report is read off it."""
    asked = [sound for name in formats for sound in FORMATS[name].sounds]
    return tuple(dict.fromkeys([MP3, *asked]))
