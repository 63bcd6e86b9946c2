"""Clips, timeline and bed in, stems out: speech and music as they will be heard, unmixed.

Both stems pass in windows of ten seconds, so that a chapter of three hours needs no more memory
than one of three minutes; only the bed waits on disk, for its loudness must be known before the
first window is mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from audiobook.audio import Audio, db_to_gain, resample, silence, to_int16, to_stereo
from audiobook.dip import dipped
from audiobook.duck import Duck, nearness, plan_duck
from audiobook.errors import LostError
from audiobook.loudness import Energies, Meter, integrated, mean_loudness
from audiobook.mix import WINDOW_SAMPLES
from audiobook.music.bed import Bed
from audiobook.segments import Segment
from audiobook.speech.clips import unpack
from audiobook.store import Store
from audiobook.story.book import Music
from audiobook.timeline import GRID_SAMPLES, Timeline

__all__ = ["MusicStem", "SpeechStem"]

EDGE_SAMPLES = 132  # 3 ms: clips begin and end in silence, and must not click if they do not
MAX_GAIN_DB = 40.0  # more would only lift noise
MAX_SOFTER_LU = 1.0  # with its music a chapter may measure so much softer than its voice
STEP_LU = 1.0  # by which the bed is held down until that is so
INAUDIBLE_LU = -60.0  # under the voice: no bed is held down further


class SpeechStem:
    """The voice of a chapter at its loudness, a window at a time.

    Attributes
    ----------
    lufs : list of float
        Loudness of each segment as it will be heard.
    energies : array
        The stem's K-weighted energy in cells of 10 ms, for `audiobook.loudness`.
    integrated_lufs : float
        The stem's loudness as a whole.
    """

    def __init__(
        self,
        timeline: Timeline,
        clips: Sequence[str],
        voices: Sequence[str],
        store: Store,
        target_lufs: float,
    ) -> None:
        self._timeline = timeline
        self._keys = clips
        self._store = store
        self._gains = [1.0] * len(clips)
        self._level(voices, target_lufs)

    def _level(self, voices: Sequence[str], target_lufs: float) -> None:
        """Measure each voice, and find the gain that brings it to the target.

        One gain for a voice, not for a segment: a whisper stays softer than a shout. Then one for
        all: gating blocks that reach into a pause are softer, and a chapter of a few words that
        was levelled by its clips alone would come out 0.7 LU too soft.
        """
        meters: dict[str, Meter] = {}
        measured: list[Energies] = []
        spoken: list[int] = []  # cells of each clip; what follows is the pause of a recording
        for voice, placed, audio in zip(voices, self._timeline.placed, self._clips(), strict=True):
            meters.setdefault(voice, Meter()).feed(audio)
            own = Meter()
            own.feed(audio)
            measured.append(own.energies())
            spoken.append(-(-(placed.end - placed.start) // GRID_SAMPLES))
        loudness = {voice: meter.integrated_lufs() for voice, meter in meters.items()}
        alike_db = [min(target_lufs - loudness[voice], MAX_GAIN_DB) for voice in voices]
        missing_db = target_lufs - integrated(self._spread(measured, alike_db))
        gains_db = [min(gain_db + missing_db, MAX_GAIN_DB) for gain_db in alike_db]
        self._gains = [db_to_gain(gain_db) for gain_db in gains_db]
        self.lufs = [
            mean_loudness(e[:n]) + g for e, n, g in zip(measured, spoken, gains_db, strict=True)
        ]
        self.energies = self._spread(measured, gains_db)
        self.integrated_lufs = integrated(self.energies)

    def _spread(self, measured: Sequence[Energies], gains_db: Sequence[float]) -> Energies:
        """Set the clips' energies at their places in the chapter."""
        energies = np.zeros(self._timeline.n_samples // GRID_SAMPLES)
        for placed, own, gain_db in zip(self._timeline.placed, measured, gains_db, strict=True):
            first = placed.start // GRID_SAMPLES
            fitting = own[: len(energies) - first] * db_to_gain(gain_db) ** 2
            energies[first : first + len(fitting)] += fitting
        return energies

    def _clips(self) -> Iterator[Audio]:
        """Yield each segment's clip at the timeline's rate and its gain, in order."""
        for key, placed, gain in zip(
            self._keys, self._timeline.placed, list(self._gains), strict=True
        ):
            found = self._store.get("clip", key)
            if found is None:
                raise lost(placed.segment)
            clip = unpack(*found)
            yield _soft_edges(resample(clip.audio, clip.sample_rate)) * np.float32(gain)

    def windows(self) -> Iterator[Audio]:
        """Yield the stem in stereo windows that add up to the chapter."""
        clips = zip(self._timeline.placed, self._clips(), strict=True)
        sounding: list[tuple[int, Audio]] = []
        upcoming = next(clips, None)
        for start, n_samples in windows(self._timeline.n_samples):
            while upcoming and upcoming[0].start < start + n_samples:
                sounding.append((upcoming[0].start, upcoming[1]))
                upcoming = next(clips, None)
            window = silence(n_samples)
            for position, audio in sounding:
                _add(window, audio, position - start)
            sounding = [(p, a) for p, a in sounding if p + len(a) > start + n_samples]
            yield to_stereo(window)


class MusicStem:
    """The music of a chapter, ducked under its voice, a window at a time.

    Attributes
    ----------
    energies : array
        The stem's K-weighted energy in cells of 10 ms, as it will be heard.

    Parameters
    ----------
    changes : sequence of (start, level_lu)
        From which samples on it is so much louder where nobody speaks than it usually is.
    """

    def __init__(
        self,
        bed: Bed,
        timeline: Timeline,
        voice: SpeechStem,
        levels: Music,
        target_lufs: float,
        scratch: Path,
        changes: Sequence[tuple[int, float]] = (),
    ) -> None:
        self._voice = voice
        self._timeline = timeline
        self._scratch = scratch
        self._changes = tuple(changes)
        composed, heard = Meter(), Meter()
        blocks = _metered(bed.blocks(), composed)
        if levels.dip_db:
            blocks = dipped(blocks, nearness(timeline), levels.dip_db)
        with scratch.open("wb") as file:
            _record(blocks, file, heard)
        music_lufs = composed.integrated_lufs()
        self._duck, self.energies = self._lowered(heard.energies(), music_lufs, levels, target_lufs)

    def _lowered(
        self, energies: Energies, music_lufs: float, levels: Music, target_lufs: float
    ) -> tuple[Duck, Energies]:
        """Duck the bed, and where music would outweigh the few words of a chapter, hold it down.

        Loudness is gated relative to itself: an intro and an outro around five seconds of speech
        pass the gate, and would make the chapter 4 LU softer than its neighbours.
        """
        between_lu = levels.between_lu
        while True:
            duck = plan_duck(
                self._timeline,
                energies,
                self._voice.lufs,
                music_lufs=music_lufs,
                target_lufs=target_lufs,
                between_lu=between_lu,
                under_speech_lu=levels.under_speech_lu,
            )
            duck = replace(duck, changes=self._changes)
            heard = energies * np.power(10.0, self._gain_db(duck) / 10.0)
            softer_lu = self._voice.integrated_lufs - integrated(self._voice.energies + heard)
            if softer_lu <= MAX_SOFTER_LU or between_lu <= INAUDIBLE_LU:
                return duck, heard
            between_lu -= STEP_LU

    def _gain_db(self, duck: Duck) -> npt.NDArray[np.float32]:
        """Return the gain in each cell of the meter."""
        gains_db = [  # copies: a slice would keep its whole window in memory
            duck.gain_db(start, n_samples)[::GRID_SAMPLES].copy()
            for start, n_samples in windows(self._timeline.n_samples)
        ]
        return np.concatenate(gains_db)

    def windows(self) -> Iterator[Audio]:
        """Yield the stem in stereo windows that add up to the chapter."""
        with self._scratch.open("rb") as file:
            for start, n_samples in windows(self._timeline.n_samples):
                data = np.frombuffer(file.read(n_samples * 4), dtype="<i2")
                bed = data.reshape(-1, 2).astype(np.float32)
                gain = np.power(np.float32(10.0), self._duck.gain_db(start, n_samples) / 20.0)
                yield bed * (gain / np.float32(32767.0))[:, np.newaxis]

    def distances_lu(self) -> list[float]:
        """Return how far the music lies under each segment."""
        distances = []
        for placed, lufs in zip(self._timeline.placed, self._voice.lufs, strict=True):
            cells = self.energies[placed.start // GRID_SAMPLES : -(-placed.end // GRID_SAMPLES)]
            distances.append(round(lufs - mean_loudness(cells), 1))
        return distances


def lost(segment: Segment) -> LostError:
    """Return the error for a clip that should be in the store and is not."""
    return LostError(f'the clip of "{segment.text[:40]}" was lost; build again')


def _metered(blocks: Iterable[Audio], meter: Meter) -> Iterator[Audio]:
    """Let blocks pass a meter."""
    for block in blocks:
        meter.feed(block)
        yield block


def _record(blocks: Iterable[Audio], scratch: IO[bytes], meter: Meter) -> None:
    """Keep a bed as 16-bit samples (its noise lies 40 dB under what the duck leaves of it)."""
    for block in blocks:
        meter.feed(block)
        scratch.write(to_int16(block).tobytes())


def windows(n_samples: int) -> Iterator[tuple[int, int]]:
    """Yield first sample and length of each window of a chapter."""
    for start in range(0, n_samples, WINDOW_SAMPLES):
        yield start, min(WINDOW_SAMPLES, n_samples - start)


def _soft_edges(audio: Audio) -> Audio:
    n_samples = min(EDGE_SAMPLES, len(audio) // 2)
    ramp = np.linspace(0.0, 1.0, n_samples, dtype=np.float32)[:, np.newaxis]
    soft = audio.copy()
    soft[:n_samples] *= ramp
    soft[len(soft) - n_samples :] *= ramp[::-1]
    return soft


def _add(window: Audio, audio: Audio, position: int) -> None:
    """Add the part of a clip that falls into a window; ``position`` may be negative."""
    first, last = max(0, position), min(len(window), position + len(audio))
    if first < last:
        window[first:last] += audio[first - position : last - position]
