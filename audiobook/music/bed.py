"""What a bed is: stereo music of an exact length, delivered in blocks so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from audiobook.audio import Audio, seconds_to_samples

__all__ = ["Bed", "Cues", "edge_gain", "open_cues", "rechunk"]

SILENT_S = 0.05  # digital silence at the end, so that encoders and joints have nothing to cut


@dataclass(frozen=True)
class Cues:
    """What the music must meet, in samples at `SAMPLE_RATE`; all a composer knows of a chapter.

    Attributes
    ----------
    n_samples : int
        Exact length of the bed.
    speech_start : int
        Where the first word (of the title, if one is spoken) begins: the intro ends here.
    speech_end : int
        Where the last word has ended: the cadence starts here and rings out.
    breaths : tuple of (start, end, weight)
        Pauses where a phrase may begin, in order; weight 1 for a paragraph, 2 for the end of the
        title or a heading, 3 for a scene break.
    moods : tuple of (start, mood)
        Where the text asks for another mood, in order, and its name; it holds until the next. A
        start lies best where a pause begins. Where none is given the bed's own mood holds.
    climax : int or None
        Where the text peaks; None for the usual place.
    """

    n_samples: int
    speech_start: int
    speech_end: int
    breaths: tuple[tuple[int, int, int], ...] = ()
    moods: tuple[tuple[int, str], ...] = ()
    climax: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.speech_start <= self.speech_end <= self.n_samples or self.n_samples < 1:
            raise ValueError(f"cues must be ordered and not empty: {self}")
        starts = [start for start, _ in self.moods]
        if starts != sorted(starts):
            raise ValueError(f"moods must be ordered: {self.moods}")


class Bed(Protocol):
    """Music of an exact length."""

    @property
    def n_samples(self) -> int:
        """Exact length."""
        ...

    def blocks(self) -> Iterator[Audio]:
        """Yield float32 stereo blocks that add up to ``n_samples``; each call starts anew."""
        ...


def open_cues(n_samples: int, *, intro_s: float = 8.0, outro_s: float = 6.0) -> Cues:
    """Return the cues of music that is heard alone; intro and outro shrink to fit a short one."""
    start = min(seconds_to_samples(intro_s), n_samples // 5)
    end = n_samples - min(seconds_to_samples(outro_s), n_samples // 2)
    return Cues(n_samples, start, end)


def rechunk(blocks: Iterable[Audio], block_samples: int) -> Iterator[Audio]:
    """Cut the same sound into blocks of another size; the last may be shorter."""
    waiting: list[Audio] = []
    n_waiting = 0
    for block in blocks:
        waiting.append(block)
        n_waiting += len(block)
        if n_waiting >= block_samples:
            joined = np.concatenate(waiting)
            whole = n_waiting - n_waiting % block_samples
            yield from (joined[i : i + block_samples] for i in range(0, whole, block_samples))
            waiting, n_waiting = [joined[whole:]], n_waiting - whole
    if n_waiting:
        yield np.concatenate(waiting)


def edge_gain(start: int, n_samples: int, total: int, *, fade_in: int, fade_out: int) -> Audio:
    """Return a part of the gain that leads music in from nothing and out to digital silence.

    Parameters
    ----------
    start, n_samples : int
        Which samples of the whole.
    total : int
        Length of the whole.
    fade_in, fade_out : int >= 0
        Lengths in samples; the rise is linear, the fall a raised cosine that reaches zero
        `SILENT_S` before the end (a tenth of the whole, if that is less).

    Returns
    -------
    Audio, shape (n_samples, 1)
        From 0 to 1.
    """
    silent = min(seconds_to_samples(SILENT_S), total // 10)
    position = np.arange(start, start + n_samples, dtype=np.float64)
    rise = np.minimum((position + 1.0) / (fade_in + 1), 1.0)
    to_silence = total - silent - position
    fall = 0.5 - 0.5 * np.cos(np.pi * np.clip(to_silence / max(1, fade_out), 0.0, 1.0))
    return (rise * fall).astype(np.float32)[:, None]
