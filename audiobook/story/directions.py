"""Directions that an author writes between the lines of a story: ``{mood: solemn}``.

Each stands on a line of its own, is never read aloud, and holds from the text that follows it.
What may be directed is the table `KNOWN`; what a value means is for the stage that obeys it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.errors import StoryError, did_you_mean

__all__ = ["KNOWN", "Direction", "direction_in"]

# Name and an example of each direction.
KNOWN = {"mood": "{mood: solemn}"}

_LINE = re.compile(r"\s*\{\s*(?P<name>[^\W\d_][\w-]*)\s*:(?P<value>[^{}]*)\}\s*")


@dataclass(frozen=True)
class Direction:
    """What the author wants from here on.

    Attributes
    ----------
    name, value : str
        A name from `KNOWN` in small letters, and what is written after the colon.
    source : str
        What the story is called in messages.
    line : int
        Where it stands in the source, from 1.
    """

    name: str
    value: str
    source: str
    line: int

    @property
    def where(self) -> str:
        """Its place, as messages begin with it."""
        return f"{self.source}:{self.line}"


def direction_in(text: str, source: str, line: int) -> Direction | None:
    """Read one line; None if it is text.

    Raises
    ------
    StoryError
        If it is written as a direction, and there is none of that name or it says nothing.

    Examples
    --------
    >>> direction_in("{mood: solemn}", "story.md", 7)
    Direction(name='mood', value='solemn', source='story.md', line=7)
    >>> direction_in("He drew {mood: solemn} on the wall.", "story.md", 8)
    """
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    name, value = match["name"].casefold(), " ".join(match["value"].split())
    if name not in KNOWN:
        hint = did_you_mean(name, KNOWN)
        raise StoryError(
            f'{source}:{line}: unknown direction "{match["name"]}"; {hint} '
            "(a backslash before the brace makes it text)"
        )
    if not value:
        raise StoryError(f"{source}:{line}: {{{name}:}} says nothing; write {KNOWN[name]}")
    return Direction(name, value, source, line)
