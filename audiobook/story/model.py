"""The story as the rest of the program sees it, whatever file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from audiobook.story.book import Pronunciation
from audiobook.story.directions import UNREAD, Direction

__all__ = [
    "Block",
    "BlockKind",
    "Chapter",
    "LeftOut",
    "Saying",
    "Span",
    "SpanKind",
    "Story",
    "has_words",
]


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
class Saying:
    """How the words from character ``start`` up to ``end`` of a text are said, there alone.

    Attributes
    ----------
    name : str
        ``"say"``, a respelling, or ``"ipa"``.
    value : str
        How they are said.
    """

    start: int
    end: int
    name: str
    value: str


@dataclass(frozen=True)
class Block:
    """One paragraph, heading, verse or scene break.

    Attributes
    ----------
    text : str
        As written, markup removed; white space is single spaces, in verse also line ends.
    line : int
        Where it starts in the source, from 1; 0 where the source has no lines.
    level : int
        Depth of a section heading below the chapter, from 1; 0 for anything else.
    directions : tuple of Direction
        What the author wants from here on; only where there is text that is no heading.
    spans : tuple of Span
        What stands out in ``text``. It is for the eye: how a text is said does not depend on it.
    sayings : tuple of Saying
        Which words of ``text`` are said otherwise than they would be; in order, apart from one
        another.
    """

    kind: BlockKind
    text: str
    line: int
    level: int = 0
    directions: tuple[Direction, ...] = ()
    spans: tuple[Span, ...] = ()
    sayings: tuple[Saying, ...] = ()

    @property
    def unread(self) -> Direction | None:
        """The direction by which it is printed and not read aloud; None if it is read."""
        return next((d for d in self.directions if d.name == UNREAD), None)


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
        """Words that are read aloud, title aside."""
        return sum(len(block.text.split()) for block in self.blocks if not block.unread)


@dataclass(frozen=True)
class LeftOut:
    """A part of the source that is not read aloud.

    Attributes
    ----------
    kind : str
        What ``[read] parts`` calls it: ``"copyright"``.
    reason : str
        Why, in a few words.
    after : int
        How many chapters stand before it.
    """

    kind: str
    reason: str
    chapter: Chapter
    after: int


@dataclass(frozen=True)
class Story:
    """A story as read: what it says of itself, and its chapters. Unknown facts are empty.

    Attributes
    ----------
    cover : bytes
        A JPEG or PNG that the source brings with it.
    lexicon : mapping of str to Pronunciation
        How the source itself says that its words sound.
    left_out : tuple of LeftOut
        In order.
    omitted : tuple of (str, int)
        What within chapters is not read, and how many of it: ``("note references", 24)``.
    notes : tuple of str
        Lines that the user should read.
    """

    title: str
    author: str
    language: str
    chapters: tuple[Chapter, ...]
    publisher: str = ""
    date: str = ""
    description: str = ""
    series: str = ""
    cover: bytes = field(default=b"", repr=False)
    lexicon: Mapping[str, Pronunciation] = field(default_factory=dict, repr=False)
    left_out: tuple[LeftOut, ...] = ()
    omitted: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


def has_words(text: str) -> bool:
    """Tell whether there is anything to say."""
    return any(char.isalnum() for char in text)
