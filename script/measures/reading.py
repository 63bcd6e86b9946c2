"""How fast a novel is read, divided and planned, and in how much memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from lab import AUDIOBOOK, lab

from measures import Measure

N_WORDS = 200_000
SENTENCE = 14
TEXT = (
    "the girl danced over wide steppe while an old man sang of horses and river that nobody had "
    "ever crossed before winter came fires were lit again said Anna Mrs. Hill 1998 5 km quietly"
)
WORDS = TEXT.split()


def measures(long: bool) -> Iterator[Measure]:
    name = "novel of 200,000 words read, segmented, planned"
    yield Measure(f"{name}: time", "≤ 10 s", _seconds)
    yield Measure(f"{name}: memory", "≤ 300 MB", _memory)


def _seconds() -> str:
    seconds, _ = _planned()
    return f"{seconds:.1f} s ({N_WORDS / seconds:,.0f} words a second)"


def _memory() -> str:
    return f"{_planned()[1]:.0f} MB"


@cache
def _planned() -> tuple[float, float]:
    """Return the time and the memory of ``audiobook chapters``, which plans everything."""
    dice = random.Random(1)
    with lab() as bench:
        paragraphs = []
        for number in range(N_WORDS // SENTENCE // 5):
            if number % 95 == 0:
                paragraphs.append(f"# Chapter {number // 95 + 1}")
            sentences = (" ".join(dice.choices(WORDS, k=SENTENCE)) for _ in range(5))
            paragraphs.append(" ".join(s[0].upper() + s[1:] + "." for s in sentences))
        (bench.folder / "novel.md").write_text("\n\n".join(paragraphs), "utf-8")
        command = (AUDIOBOOK, "chapters", "novel.md", "--voice", "tone:hum")
        return bench.median_s(*command, runs=3), bench.cost(*command).memory_mb
