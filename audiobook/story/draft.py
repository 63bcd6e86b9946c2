"""What the readers of single formats hand on: blocks whose lines are still as they were written."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.story.directions import Direction
from audiobook.story.model import BlockKind, LeftOut, Saying, Span

__all__ = ["Draft", "Manuscript"]


@dataclass(frozen=True)
class Draft:
    """A block before the story is divided into chapters.

    Attributes
    ----------
    lines : tuple of str
        The block's lines with single spaces; a paragraph's will be joined, verse keeps them.
    line : int
        Where it starts in the source, from 1.
    level : int
        Depth of a marked heading, from 1; 0 for anything else.
    directions : tuple of Direction
        What stands before it and holds from there on.
    marks : tuple of Span
        What stands out, counted in characters that are not white space: those stay the same
        however lines are joined.
    said : tuple of Saying
        Which words are said otherwise, counted likewise.
    """

    kind: BlockKind
    lines: tuple[str, ...]
    line: int
    level: int = 0
    directions: tuple[Direction, ...] = ()
    marks: tuple[Span, ...] = ()
    said: tuple[Saying, ...] = ()

    @property
    def text(self) -> str:
        """The block's text as the model wants it."""
        if self.kind is BlockKind.VERSE:
            return "\n".join(self.lines)
        return join_wrapped(self.lines)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What stands out in ``text``."""
        places = self._places() if self.marks else []
        return tuple(Span(places[m.start], places[m.end - 1] + 1, m.kind) for m in self.marks)

    @property
    def sayings(self) -> tuple[Saying, ...]:
        """Which words of ``text`` are said otherwise."""
        places = self._places() if self.said else []
        return tuple(
            Saying(places[s.start], places[s.end - 1] + 1, s.name, s.value) for s in self.said
        )

    def _places(self) -> list[int]:
        return [i for i, char in enumerate(self.text) if not char.isspace()]


@dataclass(frozen=True)
class Manuscript:
    """A story before it is divided into chapters, with what it says of itself.

    Attributes
    ----------
    directions : tuple of Direction
        Those after the last draft.
    left_out : tuple of LeftOut
        Parts that are not read; where among the chapters, their lines tell.
    omitted : tuple of (str, int)
        What within the text is not read, and how many of it.
    """

    drafts: tuple[Draft, ...]
    title: str = ""
    author: str = ""
    language: str = ""
    directions: tuple[Direction, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    omitted: tuple[tuple[str, int], ...] = ()


def join_wrapped(lines: tuple[str, ...]) -> str:
    """Join hard-wrapped lines; a word divided at its hyphen becomes one word again."""
    text = ""
    for line in lines:
        hyphenated = text[-1:] in "-‐" and text[-2:-1].isalpha() and line[:1].islower()
        text += line if not text or hyphenated else f" {line}"
    return text
