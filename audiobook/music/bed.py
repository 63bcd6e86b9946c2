"""What a bed is: stereo music of an exact length, delivered in blocks so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from audiobook.audio import Audio

__all__ = ["Bed", "Cues"]


@dataclass(frozen=True)
class Cues:
    """What the music must meet, in samples at `SAMPLE_RATE`; all that a composer knows of a chapter.

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
    """

    n_samples: int
    speech_start: int
    speech_end: int
    breaths: tuple[tuple[int, int, int], ...] = ()


class Bed(Protocol):
    """Music of an exact length."""

    n_samples: int

    def blocks(self) -> Iterator[Audio]:
        """Yield float32 stereo blocks that add up to ``n_samples``; each call starts anew."""
        ...
