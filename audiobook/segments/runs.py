"""A paragraph and who says which lines of it in, stretches of one speaker out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.cast import Line
from audiobook.segments.breath import Breath
from audiobook.story.model import has_words

__all__ = ["NARRATOR", "Run", "runs", "within"]

NARRATOR = "narrator"


@dataclass(frozen=True)
class Run:
    """What one speaker says without a break: characters of a paragraph."""

    start: int
    end: int
    speaker: str


def runs(text: str, lines: Sequence[Line]) -> list[Run]:
    """Divide a paragraph by who speaks.

    Parameters
    ----------
    text : str
        The paragraph.
    lines : sequence of Line
        Its lines that are not the narrator's, in order and apart from each other.

    Returns
    -------
    list of Run
        In order, leaving out only white space between them. Each has something to say, unless the
        whole text has not: a lone dash stays with what stands before it.
    """
    found: list[Run] = []
    for run in _stretches(text, lines):
        last = found[-1] if found else None
        is_silent = not has_words(text[run.start : run.end])
        if last and (is_silent or last.speaker == run.speaker):
            found[-1] = Run(last.start, run.end, last.speaker)
        elif last and not has_words(text[last.start : last.end]):
            found[-1] = Run(last.start, run.end, run.speaker)
        else:
            found.append(run)
    return found


def _stretches(text: str, lines: Sequence[Line]) -> Iterator[Run]:
    position = 0
    for line in lines:
        yield from _trimmed(text, Run(position, line.start, NARRATOR))
        yield from _trimmed(text, Run(line.start, line.end, line.speaker))
        position = line.end
    yield from _trimmed(text, Run(position, len(text), NARRATOR))


def _trimmed(text: str, run: Run) -> Iterator[Run]:
    """Yield a run without the white space at its edges, unless it has nothing else."""
    start, end = run.start, run.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield Run(start, end, run.speaker)


def within(text: str, units: Sequence[Breath], run: Run) -> list[Breath]:
    """Return the parts of sentences that lie in a run; one ends there if its last word does."""
    found = []
    for unit in units:
        start, end = max(unit.start, run.start), min(unit.end, run.end)
        for part in _trimmed(text, Run(start, end, run.speaker)):
            is_sentence = unit.is_sentence and not has_words(text[part.end : unit.end])
            found.append(Breath(part.start, part.end, is_sentence))
    return found
