"""The story as the rest of the program sees it, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from audiobook.story.directions import Direction

__all__ = ["Block", "BlockKind", "Chapter", "Span", "SpanKind", "Story", "has_words"]


class BlockKind(StrEnum):
    """What a block of a chapter is."""

    HEADING = "heading"  # opens a section inside a chapter
    PARAGRAPH = "paragraph"
    VERSE = "verse"  # lines are kept
    SCENE_BREAK = "scene_break"  # has no text


class SpanKind(StrEnum):
    """How words stand out on the page."""

    EMPHASIS = "emphasis"
    STRONG = "strong"


@dataclass(frozen=True)
class Span:
    """A stretch of a text that stands out: from character ``start`` up to ``end``."""

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True)
class Block:
    """One paragraph, heading, verse or scene break.

    Attributes
    ----------
    text : str
        As written, markup removed; white space is single spaces, in verse also line ends.
    line : int
        Where it starts in the source, from 1.
    level : int
        Depth of a section heading below the chapter, from 1; 0 for anything else.
    directions : tuple of Direction
        What the author wants from here on; only where there is text that is no heading.
    spans : tuple of Span
        What stands out in ``text``. It is for the eye: how a text is said does not depend on it.
    """

    kind: BlockKind
    text: str
    line: int
    level: int = 0
    directions: tuple[Direction, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter: its title and its blocks in order.

    Attributes
    ----------
    title_is_written : bool
        Whether the source writes the title (then it is spoken) or it was derived from the first
        words (then it only names files, tags and marks).
    """

    title: str
    title_is_written: bool
    blocks: tuple[Block, ...]
    line: int = 1

    @property
    def n_words(self) -> int:
        """Words of the text, title aside."""
        return sum(len(block.text.split()) for block in self.blocks)


@dataclass(frozen=True)
class Story:
    """A story as read: what it says of itself, and its chapters. Unknown facts are empty."""

    title: str
    author: str
    language: str
    chapters: tuple[Chapter, ...]


def has_words(text: str) -> bool:
    """Tell whether there is anything to say."""
    return any(char.isalnum() for char in text)
