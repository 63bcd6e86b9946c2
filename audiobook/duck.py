"""Timeline in, gain curve out: how the bed makes room for the voice.

The intervals of speech are known to the sample, so nothing is detected: the bed begins to sink
before a voice sets in and rises after it has ended. No compressor could hold a fixed distance; one
measured here would spread its reduction over 7 to 13 dB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiobook.audio import seconds_to_samples
from audiobook.loudness import Energies, mean_loudness
from audiobook.timeline import GRID_SAMPLES, Placed, Timeline

__all__ = ["Duck", "Region", "plan_duck", "speech_regions"]

BRIDGE_S = 1.0  # a gap shorter than this stays ducked (Audacity's Auto Duck uses the same)
ATTACK_S = 0.2  # the bed is down when the voice sets in, not after
HOLD_S = 0.25
RELEASE_S = 0.8
MARGIN_LU = 0.5  # deeper than asked, so that the distance also holds where the limiter works


@dataclass(frozen=True)
class Region:
    """A stretch of speech with only short gaps, and the bed's gain while it lasts."""

    start: int  # samples
    end: int
    gain_db: float


@dataclass(frozen=True)
class Duck:
    """The bed's gain over a chapter: ``rest_db``, and each stretch of speech its own."""

    rest_db: float
    regions: tuple[Region, ...]

    def gain_db(self, start: int, n_samples: int) -> npt.NDArray[np.float32]:
        """Return the gain in dB for a window of the chapter, shape (n_samples,)."""
        gain = np.full(n_samples, self.rest_db, dtype=np.float32)
        attack, hold, release = (seconds_to_samples(s) for s in (ATTACK_S, HOLD_S, RELEASE_S))
        for region in self.regions:
            first, last = region.start - attack, region.end + hold + release
            if first >= start + n_samples or last <= start:
                continue
            # Only the two slopes are computed: what lies between them may last for hours.
            down, up = max(first, start), min(last, start + n_samples)
            flat = slice(max(region.start, start) - start, max(region.end + hold - start, 0))
            np.minimum(gain[flat], np.float32(region.gain_db), out=gain[flat])
            sinking = np.arange(down, min(region.start, start + n_samples))
            rising = np.arange(max(region.end + hold, start), up)
            self._slope(gain, sinking - start, (region.start - sinking) / attack, region)
            self._slope(gain, rising - start, (rising - region.end - hold) / release, region)
        return gain

    def _slope(
        self,
        gain: npt.NDArray[np.float32],
        at: npt.NDArray[np.int64],
        away: npt.NDArray[np.float64],
        region: Region,
    ) -> None:
        """Lower the gain along a raised cosine in dB; ``away`` is 0 at the speech, 1 at rest."""
        shape = 0.5 - 0.5 * np.cos(math.pi * away)
        lowered = region.gain_db + (self.rest_db - region.gain_db) * shape
        gain[at] = np.minimum(gain[at], lowered)


def speech_regions(timeline: Timeline) -> list[list[Placed]]:
    """Return the segments in groups with no gap of `BRIDGE_S` or more inside."""
    bridge = seconds_to_samples(BRIDGE_S)
    groups: list[list[Placed]] = []
    for placed in timeline.placed:
        if groups and placed.start - groups[-1][-1].end < bridge:
            groups[-1].append(placed)
        else:
            groups.append([placed])
    return groups


def plan_duck(
    timeline: Timeline,
    music: Energies,
    speech_lufs: Sequence[float],
    *,
    music_lufs: float,
    target_lufs: float,
    between_lu: float,
    under_speech_lu: float,
) -> Duck:
    """Decide how deep the bed lies under each stretch of speech.

    Parameters
    ----------
    music : array
        The bed's energies, from a `Meter` (before any gain).
    speech_lufs : sequence of float
        Loudness of each placed segment as it will be heard, in order.
    music_lufs : float
        The bed's loudness as a whole, before any gain.
    target_lufs : float
        The voice's loudness as a whole.
    between_lu, under_speech_lu : float < 0
        The bed's loudness relative to the voice where nobody speaks, and under speech.

    Returns
    -------
    Duck
        Under every segment the bed is at least ``-under_speech_lu`` LU softer than the segment.
    """
    rest_db = target_lufs + between_lu - music_lufs
    heard = dict(zip(map(id, timeline.placed), speech_lufs, strict=True))
    regions = []
    for group in speech_regions(timeline):
        room = min(
            heard[id(p)] + under_speech_lu - _loudness_under(music, p) - MARGIN_LU for p in group
        )
        gain_db = min(room, rest_db, target_lufs + under_speech_lu - music_lufs)
        regions.append(Region(group[0].start, group[-1].end, gain_db))
    return Duck(rest_db, tuple(regions))


def _loudness_under(music: Energies, placed: Placed) -> float:
    """Return the bed's loudness while a segment sounds, in LUFS."""
    last = max(placed.start // GRID_SAMPLES + 1, -(-placed.end // GRID_SAMPLES))
    return mean_loudness(music[placed.start // GRID_SAMPLES : last])
