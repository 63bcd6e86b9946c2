"""What a long book takes: processor time and memory must not grow with it but by the hour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from lab import AUDIOBOOK, lab, write_book
from watch import Cost

from measures import Measure

WORDS_PER_HOUR = 9650  # that ``tone`` hums, music and pauses among them
LONG = {1.0: 4, 6.0: 25, 24.0: 100}  # chapters of a book by its hours
SHORT = {0.1: 2, 0.6: 12}
LONG_CHAPTER_H, SHORT_CHAPTER_H = 3.0, 0.3


class Built(NamedTuple):
    """A book's length, and what it took to build it: at first, again, and with a new sentence."""

    hours: float
    cold: Cost
    again: Cost
    edited: Cost

    @property
    def processor_s(self) -> float:
        """Processor time for an hour of sound."""
        return self.cold.processor_s / self.hours


def measures(long: bool) -> Iterator[Measure]:
    """Yield what there is to measure; ``long`` takes an hour or two."""
    books = LONG if long else SHORT
    first, *_, last = books.items()
    for hours, n_chapters in books.items():
        name = f"length: {_said(hours)} in {n_chapters} chapters"
        yield Measure(name, "", partial(_book, hours, n_chapters))
    growth = f"length: {_said(last[0])} / {_said(first[0])}"
    yield Measure(f"{growth}, memory", "≤ 1.2", partial(_memory, *first, *last))
    yield Measure(f"{growth}, processor time per hour", "≤ 1.2", partial(_time, *first, *last))
    yield Measure(f"{growth}, built again, per hour", "≤ 1.2", partial(_again, *first, *last))
    hours = LONG_CHAPTER_H if long else SHORT_CHAPTER_H
    yield Measure(f"length: {_said(hours)} in one chapter", "", partial(_book, hours, 1))


def _book(hours: float, n_chapters: int) -> str:
    built = _built(hours, n_chapters)
    cost = built.cold
    return (
        f"{cost.wall_s / 60:.1f} min, {built.processor_s:.0f} s of processor an hour, "
        f"{cost.memory_mb:.0f} MB, {cost.temporary_mb:.0f} MB of temporary disk, "
        f"{cost.n_open} files open"
    )


def _memory(h0: float, n0: int, h1: float, n1: int) -> str:
    short, long = _built(h0, n0).cold.memory_mb, _built(h1, n1).cold.memory_mb
    return f"{long / short:.2f} ({long:.0f} MB against {short:.0f} MB)"


def _time(h0: float, n0: int, h1: float, n1: int) -> str:
    short, long = _built(h0, n0).processor_s, _built(h1, n1).processor_s
    return f"{long / short:.2f} ({long:.0f} s against {short:.0f} s)"


def _again(h0: float, n0: int, h1: float, n1: int) -> str:
    """Compare what a build takes that finds nothing to do, and one that finds a new sentence."""
    short, long = _built(h0, n0), _built(h1, n1)
    ratio = (long.again.processor_s / long.hours) / (short.again.processor_s / short.hours)
    seconds = f"{long.again.processor_s:.1f} s against {short.again.processor_s:.1f} s"
    edits = f"{long.edited.processor_s:.0f} s against {short.edited.processor_s:.0f} s"
    return f"{ratio:.2f} ({seconds}; one sentence edited: {edits})"


@cache
def _built(hours: float, n_chapters: int) -> Built:
    """Build a book of about so many hours, once for all measures of it."""
    with lab() as bench:
        story = bench.folder / "book.md"
        write_book(story, n_chapters, round(hours * WORDS_PER_HOUR / n_chapters))
        build = (AUDIOBOOK, "build", "book.md", "--voice", "tone:hum", "--quiet", "-o", "out")
        cold, again = bench.cost(*build), bench.cost(*build)
        place = f" {n_chapters // 2} 160."
        story.write_text(story.read_text("utf-8").replace(place, f"{place[:-1]} indeed."), "utf-8")
        edited = bench.cost(*build)
        _check_clean(bench.folder)
        report = json.loads((bench.folder / "out" / "build.json").read_text("utf-8"))
    return Built(report["duration_s"] / 3600, cold, again, edited)


def _check_clean(folder: Path) -> None:
    """Make sure that nothing temporary is left. Raises RuntimeError if something is."""
    places = (folder / "tmp", folder / "cache" / "audiobook" / "scratch")
    left = [path for place in places for path in place.rglob("*") if path.is_file()]
    left += (folder / "out").rglob(".*.part")
    if left:
        raise RuntimeError(f"left behind: {left}")


def _said(hours: float) -> str:
    return f"{hours:g} h" if hours >= 1 else f"{60 * hours:g} min"
