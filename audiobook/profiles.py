"""What a release must measure and hold, by the name it is asked for: data that the stages read.

Adding a profile is adding a row; no stage knows one by name. The meter here counts mono as heard
from both loudspeakers, so that one number means one loudness; a mono meter shows 3.01 LU less.

References
----------
.. [1] AES TD1008 (2021): speech at -18 LUFS, at most -1 dBTP.
.. [2] Apple, "Podcast audio requirements": -16 LUFS +-1 dB, at most -1 dBTP; mono -19 on a mono
   meter.
.. [3] ACX, "Audio submission requirements", measured as Audacity's "ACX Check" does.
.. [4] LibriVox wiki, "Tech Specs" and "How to send your recording"; "around 89 dB" is ReplayGain's
   reference, -18 LUFS.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from math import inf
from typing import Any

from audiobook.errors import MasterError, did_you_mean

__all__ = [
    "BOOK_FILE",
    "CHAPTER_FILE",
    "DEFAULT_PROFILE",
    "PROFILES",
    "Bar",
    "CreditsPlace",
    "Naming",
    "Profile",
    "Span",
    "profile_named",
]


CHAPTER_FILE, BOOK_FILE = "chapter", "book"
EACH_FILE = (CHAPTER_FILE, BOOK_FILE)


@dataclass(frozen=True)
class Span:
    """From the least to the most that is allowed, both included."""

    least: float
    most: float

    def excess(self, value: float) -> float:
        """Return how far a value lies above (or, negative, below) the span; 0 inside."""
        return value - min(max(value, self.least), self.most)


@dataclass(frozen=True)
class Bar:
    """One number that finished files are held against.

    Attributes
    ----------
    measure : str
        What is measured, as ``audiobook check`` calls it.
    unit : str
        ``"yes"`` where the measure says yes (1) or no (0).
    of : tuple of str
        Which files: `CHAPTER_FILE` and `BOOK_FILE`.
    codecs : tuple of str
        Which codings; empty for all.
    """

    measure: str
    unit: str
    at_least: float = -inf
    at_most: float = inf
    of: tuple[str, ...] = (CHAPTER_FILE,)
    codecs: tuple[str, ...] = ()


class CreditsPlace(StrEnum):
    """Where a profile has its credits spoken."""

    NOWHERE = ""
    APART = "apart"  # in files of their own, before and after the book
    EACH = "each"  # at the beginning and the end of every chapter


class Naming(StrEnum):
    """How a profile has its chapters' files named."""

    NUMBERED = "numbered"  # 01 The Girl from Akbulak
    LIBRIVOX = "librivox"  # thegirl_01_writer_128kb


@dataclass(frozen=True)
class Profile:
    """What a release must measure and hold.

    Attributes
    ----------
    speech_lufs : float
        Where the voice of every file starts out: its loudness alone, without music.
    programme_lufs, rms_db : Span or None
        What the file as a whole must come to, music and all: gated loudness, and the RMS of all
        its samples, pauses and all. A file outside is turned up or down as a whole, voice and
        music alike, just as far as it must.
    peak_dbtp : float
        Highest true peak of the decoded file.
    limit_dbtp : float
        Where the limiter works: lower than ``peak_dbtp`` by what the codec adds (up to 0.3 dB
        in MP3 at 128 kbps).
    room_tone_db : float or None
        RMS of the noise that lies under everything, so that no pause is digital silence.
    head_s, tail_s : float
        Time before the first and after the last word of a file without music; ``long_tail_s``
        where it is longer than ``long_file_s``.
    longest_s : float
        No file is longer: a longer chapter is divided between paragraphs.
    speaks_titles : bool
        Whether every chapter is announced, whatever the book says.
    sample_s : float
        Length of an excerpt, at most, that is made beside the chapters; 0 for none.
    has_plain_tags : bool
        Whether files say nothing but title, artist and album.
    bars : tuple of Bar
        What finished files are held against: what the standard says, not what is aimed at.
    """

    name: str
    about: str
    speech_lufs: float
    peak_dbtp: float
    limit_dbtp: float
    bitrate_kbps: int
    n_channels: int
    programme_lufs: Span | None = None
    rms_db: Span | None = None
    room_tone_db: float | None = None
    head_s: float = 0.5
    tail_s: float = 1.0
    long_file_s: float = inf
    long_tail_s: float = 1.0
    longest_s: float = inf
    has_music: bool = True
    speaks_titles: bool = False
    credits: CreditsPlace = CreditsPlace.NOWHERE
    naming: Naming = Naming.NUMBERED
    has_plain_tags: bool = False
    sample_s: float = 0.0
    bars: tuple[Bar, ...] = ()

    def recipe(self) -> dict[str, Any]:
        """Return what the sound of a chapter depends on, as plain JSON."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name in _HEARD}
        return {
            name: [value.least, value.most] if isinstance(value, Span) else value
            for name, value in values.items()
            if value != inf
        }

    def tail_after_s(self, length_s: float) -> float:
        """Return the time after the last word of a file that is about so long without it."""
        is_long = length_s + self.long_tail_s > self.long_file_s
        return self.long_tail_s if is_long else self.tail_s


_HEARD = frozenset(
    [
        *("speech_lufs", "programme_lufs", "rms_db", "peak_dbtp", "limit_dbtp", "room_tone_db"),
        *("bitrate_kbps", "n_channels", "head_s", "tail_s", "long_file_s", "long_tail_s"),
    ]
)


def _mp3_bars(bitrate_kbps: int, n_channels: int) -> tuple[Bar, ...]:
    return (
        Bar("MP3", "yes", at_least=1),
        Bar("constant bit rate", "yes", at_least=1),
        Bar("bit rate", "kbit/s", bitrate_kbps, bitrate_kbps),
        Bar("sample rate", "Hz", 44_100, 44_100),
        Bar("channels", "", n_channels, n_channels),
    )


def _level_bars(lufs: float, chapter_lu: float) -> tuple[Bar, ...]:
    """Demand a loudness: of the whole book within 1 LU, of a chapter within ``chapter_lu``."""
    return (
        Bar("loudness", "LUFS", lufs - chapter_lu, lufs + chapter_lu),
        Bar("loudness", "LUFS", lufs - 1.0, lufs + 1.0, of=(BOOK_FILE,)),
        Bar("true peak", "dBTP", at_most=-1.0, of=EACH_FILE),
        Bar("loudness range", "LU", of=EACH_FILE),  # told, not judged
    )


_TABLE = (
    Profile(
        "storybook",
        "speech at -18 LUFS over music, stereo",
        speech_lufs=-18.0,
        peak_dbtp=-1.0,
        limit_dbtp=-1.5,
        bitrate_kbps=128,
        n_channels=2,
        # A chapter's music adds to its loudness, or takes from it where there are few words.
        bars=(
            *_level_bars(-18.0, chapter_lu=2.0),
            Bar("sample rate", "Hz", 44_100, 44_100, of=EACH_FILE, codecs=("mp3",)),
            Bar("bit rate", "kbit/s", at_least=128, of=EACH_FILE, codecs=("mp3",)),
            Bar("constant bit rate", "yes", at_least=1, of=EACH_FILE, codecs=("mp3",)),
        ),
    ),
    Profile(
        "podcast",
        "-16 LUFS with its music, stereo",
        speech_lufs=-16.0,
        programme_lufs=Span(-16.3, -15.7),
        peak_dbtp=-1.0,
        limit_dbtp=-1.5,
        bitrate_kbps=128,
        n_channels=2,
        bars=_level_bars(-16.0, chapter_lu=1.0),
    ),
    Profile(
        "podcast-mono",
        "the same in mono: -19 LUFS on a mono meter",
        speech_lufs=-16.0,
        programme_lufs=Span(-16.3, -15.7),
        peak_dbtp=-1.0,
        limit_dbtp=-1.5,
        bitrate_kbps=96,
        n_channels=1,
        bars=_level_bars(-16.0, chapter_lu=1.0),
    ),
    Profile(
        "acx",
        "speech and room tone as ACX measures it, credits, a sample",
        # -19 on a mono meter: with a quarter of pauses the RMS is then about -20.5 dB.
        speech_lufs=-16.0,
        rms_db=Span(-22.5, -18.5),
        peak_dbtp=-3.0,
        limit_dbtp=-3.4,
        bitrate_kbps=192,
        n_channels=1,
        room_tone_db=-68.0,
        head_s=0.75,
        tail_s=2.0,
        longest_s=120 * 60.0,
        has_music=False,
        speaks_titles=True,
        credits=CreditsPlace.APART,
        sample_s=5 * 60.0,
        bars=(
            Bar("RMS", "dB", -23.0, -18.0),
            Bar("sample peak", "dB", at_most=-3.0, of=EACH_FILE),
            Bar("noise floor", "dB", at_most=-60.0),
            Bar("digital silence", "s", at_most=0.0),
            Bar("head", "s", 0.5, 1.0),
            Bar("tail", "s", 1.0, 5.0),
            Bar("file length", "min", at_most=120.0),
            *_mp3_bars(192, 1),
        ),
    ),
    Profile(
        "librivox",
        "speech as LibriVox measures it, its words, names and tags",
        # Between 89 dB of ReplayGain and the middle of its span, whichever meter reads it.
        speech_lufs=-17.0,
        programme_lufs=Span(-17.6, -16.4),
        peak_dbtp=-1.0,
        limit_dbtp=-1.5,
        bitrate_kbps=128,
        n_channels=1,
        head_s=0.75,
        tail_s=5.0,
        long_file_s=30 * 60.0,
        long_tail_s=10.0,
        has_music=False,
        credits=CreditsPlace.EACH,
        naming=Naming.LIBRIVOX,
        has_plain_tags=True,
        bars=(
            Bar("loudness", "LUFS", -21.0, -16.0),
            Bar("true peak", "dBTP", at_most=-1.0, of=EACH_FILE),
            Bar("head", "s", 0.5, 1.0),
            Bar("tail", "s", at_least=5.0),
            *_mp3_bars(128, 1),
        ),
    ),
)
PROFILES = {profile.name: profile for profile in _TABLE}
DEFAULT_PROFILE = "storybook"


def profile_named(name: str) -> Profile:
    """Return a profile. Raises `MasterError` for an unknown name."""
    if name not in PROFILES:
        raise MasterError(f'unknown profile "{name}"; {did_you_mean(name, PROFILES)}')
    return PROFILES[name]
