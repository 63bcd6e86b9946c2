"""The encodings of a chapter that formats ask for: each is made once, and kept in the store.

An encoding is kept under the chapter's key, so raise `PRODUCTION_VERSION` when one changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from audiobook import ffmpeg
from audiobook.audio import Audio, to_mono
from audiobook.export.adts import adts_frames
from audiobook.export.clock import Frames
from audiobook.export.edition import AAC, MP3, OPUS
from audiobook.export.formats import FORMATS
from audiobook.export.opus import OPUS_RATE, opus_frames
from audiobook.profiles import Profile

__all__ = ["SOUNDS", "Sound", "sounds_for"]

Encode = Callable[[Iterator[Audio], Path, Profile], ffmpeg.Loudness]

AAC_KBPS = 64  # a channel: what ffmpeg's own encoder needs to keep sibilants and plucked strings
OPUS_KBPS = 32  # a channel: speech over music in half the bytes, its full bandwidth kept


@dataclass(frozen=True)
class Sound:
    """One encoding.

    Attributes
    ----------
    suffix : str
        Of the temporary file that is encoded into.
    encode : callable (blocks, target, profile) -> Loudness
        Encodes a master and measures what comes out of a decoder.
    overshoot_db : float
        How much lower than for MP3 the limiter begins, which spares most chapters a second
        attempt: limited speech over music came out of MP3 and AAC at 64 kbit/s a channel 0.1 dB
        over the limit, out of Opus and mono AAC 0.5 dB.
    frames : callable (file, name, n_samples) -> Frames, or None
        Counts the packets of what was encoded; MP3 says it itself.
    """

    name: str
    suffix: str
    encode: Encode
    overshoot_db: float = 0.0
    frames: Callable[[IO[bytes], str, int], Frames] | None = None


def _mp3(blocks: Iterator[Audio], target: Path, profile: Profile) -> ffmpeg.Loudness:
    return ffmpeg.encode_mp3_measured(
        blocks, target, bitrate_kbps=profile.bitrate_kbps, n_channels=profile.n_channels
    )


def _aac(blocks: Iterator[Audio], target: Path, profile: Profile) -> ffmpeg.Loudness:
    codec = ["-codec:a", "aac", "-b:a", f"{AAC_KBPS * profile.n_channels}k"]
    return _encoded(blocks, target, profile, codec, "adts")


def _opus(blocks: Iterator[Audio], target: Path, profile: Profile) -> ffmpeg.Loudness:
    bitrate = f"{OPUS_KBPS * profile.n_channels}k"
    codec = ["-codec:a", "libopus", "-b:a", bitrate, "-ar", str(OPUS_RATE)]
    return _encoded(blocks, target, profile, codec, "ogg")


def _encoded(
    blocks: Iterator[Audio], target: Path, profile: Profile, codec: list[str], container: str
) -> ffmpeg.Loudness:
    n_channels = profile.n_channels
    shaped = (to_mono(block) for block in blocks) if n_channels == 1 else blocks
    return ffmpeg.encode_measured(shaped, target, codec, container=container, n_channels=n_channels)


SOUNDS = {
    sound.name: sound
    for sound in (
        Sound(MP3, ".mp3", _mp3),
        Sound(AAC, ".aac", _aac, 0.5, adts_frames),
        Sound(OPUS, ".opus", _opus, 0.5, opus_frames),
    )
}


def sounds_for(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the encodings that some formats need. MP3 always: the report is read off it."""
    asked = [sound for name in formats for sound in FORMATS[name].sounds]
    return tuple(dict.fromkeys([MP3, *asked]))
