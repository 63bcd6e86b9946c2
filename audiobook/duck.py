"""Timeline in, gain curve out: how the bed makes room for the voice.

The intervals of speech are known to the sample, so nothing is detected: the bed begins to sink
before a voice sets in and rises after it has ended. No compressor could hold a fixed distance; one
measured here would spread its reduction over 7 to 13 dB.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiobook.audio import db_to_gain, seconds_to_samples
from audiobook.loudness import Energies, mean_loudness
from audiobook.timeline import GRID_SAMPLES, Placed, Timeline

__all__ = ["Duck", "Region", "nearness", "plan_duck", "speech_regions"]

BRIDGE_S = 1.0  # a gap shorter than this stays ducked (Audacity's Auto Duck uses the same)
ATTACK_S = 0.2  # the bed is down when the voice sets in, not after
HOLD_S = 0.25
RELEASE_S = 0.8
FADE_S = 2.0  # of music that is switched off or on
OFF_DB = -120.0
MARGIN_LU = 0.5  # deeper than asked, so that the distance also holds where the limiter works

Stretch: TypeAlias = tuple[int, int]  # of speech: first sample, and first sample after it


@dataclass(frozen=True)
class Region:
    """A stretch of speech with only short gaps, and the bed's gain while it lasts."""

    start: int  # samples
    end: int
    gain_db: float


@dataclass(frozen=True)
class Duck:
    """The bed's gain over a chapter: ``rest_db``, and each stretch of speech its own.

    Attributes
    ----------
    changes : tuple of (start, level_db)
        From which samples on the bed at rest is so much louder than ``rest_db``, in order; each
        change is a fade of `FADE_S`. Under speech the bed is never louder for it.
    """

    rest_db: float
    regions: tuple[Region, ...]
    changes: tuple[tuple[int, float], ...] = ()

    @cached_property
    def _stretches(self) -> list[Stretch]:
        return [(region.start, region.end) for region in self.regions]

    def gain_db(self, start: int, n_samples: int) -> npt.NDArray[np.float32]:
        """Return the gain in dB for a window of the chapter, shape (n_samples,)."""
        gain = np.full(n_samples, self.rest_db, dtype=np.float32)
        for at, level_db in _levels(self.changes, start, n_samples):
            gain[at] = self.rest_db + level_db
        at_rest = gain.copy() if self.changes else None
        for region in self.regions[_felt(self._stretches, start, n_samples)]:
            at, near = _nearness(region.start, region.end, start, n_samples)
            rest = self.rest_db if at_rest is None else at_rest[at]
            lowered = rest + (region.gain_db - rest) * near
            np.minimum(gain[at], lowered, out=gain[at])
        return gain


def _levels(
    changes: Sequence[tuple[int, float]], start: int, n_samples: int
) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
    """Yield the parts of a window in which the bed is louder or softer than usual, and how much.

    A fade is a raised cosine in amplitude.
    """
    fade = seconds_to_samples(FADE_S)
    before = 1.0
    for i, (first, level_db) in enumerate(changes):
        last = changes[i + 1][0] if i + 1 < len(changes) else start + n_samples
        at = slice(min(max(first - start, 0), n_samples), min(max(last - start, 0), n_samples))
        target = db_to_gain(max(level_db, OFF_DB))
        if first <= 0:  # from the beginning
            before = target
        passed = np.clip((np.arange(at.start, at.stop) + start - first) / fade, 0.0, 1.0)
        amplitude = before + (target - before) * (0.5 - 0.5 * np.cos(math.pi * passed))
        yield at, 20.0 * np.log10(amplitude)
        before = target


def nearness(timeline: Timeline) -> Callable[[int, int], npt.NDArray[np.float32]]:
    """Return what tells how near speech is in a window (start, n_samples) of the chapter.

    1 while it sounds, 0 where the bed is at rest, and between them the slopes of the duck; an array
    of shape (n_samples,).
    """
    stretches = [(group[0].start, group[-1].end) for group in speech_regions(timeline)]

    def near(start: int, n_samples: int) -> npt.NDArray[np.float32]:
        share = np.zeros(n_samples, dtype=np.float32)
        for first, last in stretches[_felt(stretches, start, n_samples)]:
            at, one = _nearness(first, last, start, n_samples)
            np.maximum(share[at], one, out=share[at])
        return share

    return near


def _felt(stretches: Sequence[Stretch], start: int, n_samples: int) -> slice:
    """Return which stretches of speech are felt in a window: of hours of them, one or two."""
    attack, hold, release = (seconds_to_samples(s) for s in (ATTACK_S, HOLD_S, RELEASE_S))
    first = bisect_right(stretches, start - hold - release, key=itemgetter(1))
    return slice(first, bisect_left(stretches, start + n_samples + attack, key=itemgetter(0)))


def _nearness(
    first: int, last: int, start: int, n_samples: int
) -> tuple[slice, npt.NDArray[np.float32]]:
    """Return where in a window one stretch of speech is felt, and how much, from 0 to 1.

    Parameters
    ----------
    first, last : int
        First sample of the stretch, and first sample after it.
    start, n_samples : int
        The window.
    """
    attack, hold, release = (seconds_to_samples(s) for s in (ATTACK_S, HOLD_S, RELEASE_S))
    edges = (first - attack, first, last + hold, last + hold + release)
    down, full, still, up = (min(max(edge - start, 0), n_samples) for edge in edges)
    # Only the two slopes are computed: what lies between them may last for hours.
    sinking = (edges[1] - start - np.arange(down, full)) / attack
    rising = (np.arange(still, up) + start - edges[2]) / release
    slopes = (0.5 + 0.5 * np.cos(math.pi * away) for away in (sinking, rising))
    parts = (next(slopes), np.ones(still - full), next(slopes))
    return slice(down, up), np.concatenate(parts).astype(np.float32)


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
        The bed's energies, from a `Meter` (dipped, before any gain).
    speech_lufs : sequence of float
        Loudness of each placed segment as it will be heard, in order.
    music_lufs : float
        The bed's loudness as a whole, as it was composed: before any gain or dip.
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
