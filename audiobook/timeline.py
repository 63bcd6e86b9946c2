"""Clips in, `Timeline` out: the one clock that everything else reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.audio import SAMPLE_RATE, resampled_length, seconds_to_samples
from audiobook.segments import Boundary, Segment, SegmentKind
from audiobook.speech.engine import WordTiming
from audiobook.story.book import Pauses

__all__ = ["GRID_SAMPLES", "Placed", "Timeline", "pauses_s", "place"]

# pydub thinks in whole milliseconds; at 44.1 kHz only multiples of 10 ms are whole samples.
GRID_SAMPLES = SAMPLE_RATE // 100


@dataclass(frozen=True)
class Placed:
    """One segment on the timeline; positions are samples from the chapter's start.

    Attributes
    ----------
    words : tuple of (start_s, end_s, exact)
        As in the clip, moved to the chapter's clock.
    """

    segment: Segment
    start: int
    end: int
    words: tuple[WordTiming, ...]


@dataclass(frozen=True)
class Timeline:
    """Where everything of a chapter is.

    Attributes
    ----------
    n_samples : int
        Length of the chapter at `SAMPLE_RATE`, a multiple of `GRID_SAMPLES`.
    placed : tuple of Placed
        In order, never overlapping.
    """

    n_samples: int
    placed: tuple[Placed, ...]

    @property
    def speech_start(self) -> int:
        """First sample of speech."""
        return self.placed[0].start

    @property
    def speech_end(self) -> int:
        """First sample after the last word."""
        return self.placed[-1].end

    @property
    def title_end(self) -> int:
        """First sample after the spoken title; `speech_start` when no title is spoken."""
        titles = [p.end for p in self.placed if p.segment.kind is SegmentKind.TITLE]
        return titles[-1] if titles else self.speech_start

    @property
    def pauses(self) -> tuple[tuple[int, int, Boundary], ...]:
        """The silences between segments: first sample, first sample after, what they divide."""
        return tuple(
            (a.end, b.start, a.segment.after)
            for a, b in zip(self.placed, self.placed[1:], strict=False)
        )


def pauses_s(segments: Sequence[Segment], pauses: Pauses) -> list[float]:
    """Return the silence after each segment, in seconds; none after the last.

    Where the author directs a pause, it is exactly so long.
    """
    usual = [float(getattr(pauses, f"{s.after.value}_s", 0.0)) for s in segments]
    directed = [*(s.pause_before_s for s in segments[1:]), None]
    return [u if d is None else d for u, d in zip(usual, directed, strict=True)]


def place(
    segments: Sequence[Segment],
    clips: Sequence[tuple[int, int, tuple[WordTiming, ...]]],
    pauses: Pauses,
    *,
    intro_s: float,
    outro_s: float,
    own_pauses: Sequence[int | None] = (),
) -> Timeline:
    """Set each clip at a whole sample, with the pauses that belong between them.

    Parameters
    ----------
    segments : sequence of Segment
        Not empty.
    clips : sequence of (n_samples, sample_rate, words)
        What the timeline needs of each segment's clip, at the engine's rate.
    intro_s, outro_s : float >= 0
        Time before the first and after the last word, in seconds; a pause that is directed
        before the first is added.
    own_pauses : sequence of int or None
        Samples of the pause after each segment that a recording brings itself; no pause from
        elsewhere holds there.
    """
    position = seconds_to_samples(intro_s + (segments[0].pause_before_s or 0.0))
    placed = []
    after_s = pauses_s(segments, pauses)
    for i, (segment, (n_samples, sample_rate, words)) in enumerate(
        zip(segments, clips, strict=True)
    ):
        end = position + resampled_length(n_samples, sample_rate)
        shift_s = position / SAMPLE_RATE
        moved = tuple(WordTiming(w.start_s + shift_s, w.end_s + shift_s, w.exact) for w in words)
        placed.append(Placed(segment, position, end, moved))
        own = own_pauses[i] if own_pauses else None
        position = end + (seconds_to_samples(after_s[i]) if own is None else own)
    end = placed[-1].end + seconds_to_samples(outro_s)
    return Timeline(-(-end // GRID_SAMPLES) * GRID_SAMPLES, tuple(placed))
