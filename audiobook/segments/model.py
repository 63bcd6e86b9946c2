"""What a segment is: the unit that is spoken, stored and spoken again when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from audiobook.lexicon import SpokenWord
from audiobook.story.directions import Direction, pause_of

__all__ = ["Boundary", "Segment", "SegmentKind"]


class SegmentKind(StrEnum):
    """What a segment is in the story."""

    TITLE = "title"  # the chapter's title, spoken
    HEADING = "heading"  # a section's heading inside the chapter
    TEXT = "text"
    CREDIT = "credit"  # who wrote and reads it, and that it ends: no word of the story


class Boundary(StrEnum):
    """What follows a segment; it decides the length of the pause after it."""

    CLAUSE = "clause"  # the sentence goes on: it was too long for one segment
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    SCENE = "scene"
    HEADING = "heading"  # after a section heading
    TITLE = "title"  # after the spoken chapter title
    END = "end"  # the chapter is over


@dataclass(frozen=True)
class Segment:
    """What one speaker says in one breath group.

    Attributes
    ----------
    id : str
        Stable under edits elsewhere: a hash of kind, speaker and text, with its ordinal among
        equal ones in the chapter ("3f9a1c20", "3f9a1c20-2"). Never a position.
    text : str
        As written in the story, without surrounding white space.
    separator : str
        What stands between this text and the next one: white space, with the asterisks of a scene
        break. Joining text and separator over a chapter's segments (those that are no text aside)
        gives the chapter's text back.
    words : tuple of SpokenWord
        The text's words in order; ``" ".join(w.written)`` has the words of ``text``.
    line : int
        Line in the source, from 1; 0 when there is none.
    directions : tuple of Direction
        What the author wants from here on.
    """

    id: str
    kind: SegmentKind
    speaker: str
    text: str
    separator: str
    words: tuple[SpokenWord, ...]
    after: Boundary
    line: int = 0
    directions: tuple[Direction, ...] = ()

    @property
    def pause_before_s(self) -> float | None:
        """The silence before it that the author wants, in seconds; None for the usual one."""
        return pause_of(self.directions)

    @property
    def is_of_text(self) -> bool:
        """Whether it is part of the chapter's text, not its title or a credit."""
        return self.kind in (SegmentKind.TEXT, SegmentKind.HEADING)

    @property
    def spoken(self) -> str:
        """The text as it is said, respellings in place."""
        return " ".join(word.say for word in self.words if word.say)
