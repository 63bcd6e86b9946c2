"""What a cast is: the quoted lines of a story, and who says them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FIRST_PERSON", "THRESHOLD", "Cast", "Line", "Speaker"]

FIRST_PERSON = "I"  # who tells the story in the first person; the narrator reads it
# Below this the narrator reads. Of lines at or above it nine in ten and more are right:
# tests/test_cast_labelled.py measures it.
THRESHOLD = 0.8


@dataclass(frozen=True)
class Line:
    """A quoted line of a story.

    Attributes
    ----------
    chapter, block : int
        Where it stands: indices from 0 of the story's chapters and of the chapter's blocks.
    start, end : int
        Its characters in the block's text without surrounding white space, quotation marks
        included.
    speaker : str
        The likeliest speaker's name, `FIRST_PERSON`, or "" when there is no telling.
    confidence : float
        0 to 1.
    rule : str
        What decided it: "named", "pronoun", "told", "beat", "address", "turns", "none".
    """

    chapter: int
    block: int
    start: int
    end: int
    speaker: str
    confidence: float
    rule: str

    @property
    def is_sure(self) -> bool:
        """Whether the speaker is believed."""
        return bool(self.speaker) and self.confidence >= THRESHOLD


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks.

    Attributes
    ----------
    name : str
        What the story calls them most often.
    also : tuple of str
        Other names of theirs.
    gender : str
        ``"female"``, ``"male"`` or ``""``.
    """

    name: str
    also: tuple[str, ...] = ()
    gender: str = ""


@dataclass(frozen=True)
class Cast:
    """The speakers of a story, those with most lines first, and all quoted lines in order."""

    speakers: tuple[Speaker, ...]
    lines: tuple[Line, ...]

    def lines_of(self, name: str) -> tuple[Line, ...]:
        """Return the lines that are surely a speaker's."""
        return tuple(line for line in self.lines if line.is_sure and line.speaker == name)
