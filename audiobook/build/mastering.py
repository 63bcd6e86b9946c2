"""Stems in, an encoded chapter out: at its profile's level, under its ceiling, over its room tone.

The level is held on what was encoded, not on what was hoped for: a limiter takes from loudness
what it takes from peaks, so that a file that comes out too soft is turned up and made again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audiobook import ffmpeg
from audiobook.audio import SILENCE_DB, Audio, db_to_gain, to_mono
from audiobook.build.sounds import Sound
from audiobook.errors import MasterError
from audiobook.loudness import SILENT_LUFS
from audiobook.master import limit
from audiobook.mix import overlay
from audiobook.profiles import Profile
from audiobook.roomtone import over_room_tone
from audiobook.stems import MusicStem, SpeechStem

__all__ = ["Mastered", "master"]

MAX_TRIES = 6  # two have always been enough for peaks; levels of a few words take up to five
MARGIN_DB = 0.1  # by which a second attempt aims inside of what is allowed
MIN_SLOPE = 0.25  # of the level over the gain: what a limiter leaves of every dB, at least
MAX_GAIN_DB = 8.0  # a file of one word and three seconds of silence must not shout for its RMS


@dataclass(frozen=True)
class Mastered:
    """What came out, and by how much the stems were turned up for it."""

    loudness: ffmpeg.Loudness
    gain_db: float


def master(
    sound: Sound, profile: Profile, voice: SpeechStem, music: MusicStem | None, target: Path
) -> Mastered:
    """Mix, level, limit and encode until the decoded file is what the profile says.

    A level is approached as far as `MAX_GAIN_DB` takes it: of a chapter of a single word some are
    out of reach, and ``audiobook check`` says so.

    Raises
    ------
    MasterError
        If peaks stay above the ceiling.
    """
    ceiling_dbtp, gain_db = profile.limit_dbtp - sound.overshoot_db, 0.0
    tried: list[tuple[float, float]] = []
    for _ in range(MAX_TRIES):
        tally = _Tally()
        mixed = _mixed(voice, music, profile, gain_db)
        measured = sound.encode(tally.of(limit(mixed, ceiling_dbtp)), target, profile)
        mastered = Mastered(measured, gain_db)
        excess_db = max(0.0, measured.true_peak_dbtp - profile.peak_dbtp)
        tried.append((gain_db, _off_db(profile, measured.integrated_lufs, tally.rms_db)))
        next_db = _nearer(tried)
        if not excess_db and next_db == gain_db:
            return mastered
        ceiling_dbtp -= excess_db + 0.1 if excess_db else 0.0
        gain_db = next_db
    if not excess_db:
        return mastered
    raise MasterError(
        f"it peaks at {measured.true_peak_dbtp} dBTP after {MAX_TRIES} attempts at "
        f"{profile.peak_dbtp}"
    )


def _nearer(tried: Sequence[tuple[float, float]]) -> float:
    """Return the gain of the next attempt, from gains and how far off they were."""
    gain_db, off_db = tried[-1]
    if not off_db:
        return gain_db
    slope = 1.0
    if len(tried) > 1 and tried[-2][0] != gain_db:
        slope = (off_db - tried[-2][1]) / (gain_db - tried[-2][0])
    step_db = (off_db + math.copysign(MARGIN_DB, off_db)) / min(max(slope, MIN_SLOPE), 1.0)
    return min(max(gain_db - step_db, -MAX_GAIN_DB), MAX_GAIN_DB)


def _off_db(profile: Profile, lufs: float, rms_db: float) -> float:
    """Return how much louder than allowed a file is; negative when it is too soft."""
    if profile.programme_lufs and lufs > SILENT_LUFS:
        return profile.programme_lufs.excess(lufs)
    return profile.rms_db.excess(rms_db) if profile.rms_db else 0.0


def _mixed(
    voice: SpeechStem, music: MusicStem | None, profile: Profile, gain_db: float
) -> Iterator[Audio]:
    """Yield what goes into the limiter, in as many channels as the profile has."""
    gain = np.float32(db_to_gain(gain_db))
    blocks = (
        (to_mono(block) if profile.n_channels == 1 else block) * gain
        for block in _overlaid(voice, music)
    )
    if profile.room_tone_db is None:
        return blocks
    return over_room_tone(blocks, profile.room_tone_db)


def _overlaid(voice: SpeechStem, music: MusicStem | None) -> Iterator[Audio]:
    if music is None:
        yield from voice.windows()
        return
    for speech, bed in zip(voice.windows(), music.windows(), strict=True):
        yield overlay(speech, bed)


class _Tally:
    """Adds up the energy of sound that passes."""

    def __init__(self) -> None:
        self._energy = 0.0
        self._n_values = 0

    def of(self, blocks: Iterator[Audio]) -> Iterator[Audio]:
        """Pass sound on."""
        for block in blocks:
            self._energy += float(np.einsum("ij,ij->", block, block, dtype=np.float64))
            self._n_values += block.size
            yield block

    @property
    def rms_db(self) -> float:
        """Root mean square of all samples, in dB of full scale."""
        if self._energy <= 0.0:
            return SILENCE_DB
        return 10.0 * math.log10(self._energy / self._n_values)
