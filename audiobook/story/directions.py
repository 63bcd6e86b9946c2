"""Directions that an author writes into a story: ``{mood: solemn}``, ``[Anna]{say: Ah-na}``.

One that stands on a line of its own is never read aloud, and holds from the text that follows it;
one behind words in brackets says how these are spoken, there alone. What may be directed are the
tables `KNOWN` and `SAYINGS`. Names of moods and voices are for the stage that obeys them to check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.errors import StoryError, did_you_mean

__all__ = [
    "KNOWN",
    "MAX_PAUSE_S",
    "MUSIC_CHANGES",
    "NARRATOR_AGAIN",
    "SAYINGS",
    "UNREAD",
    "Direction",
    "direction_in",
    "pause_of",
    "saying_problem",
]

UNREAD = "unread"
# Name and an example of each direction that has a line of its own.
KNOWN = {
    "mood": "{mood: solemn}",
    "pause": "{pause: 2s}",
    "voice": "{voice: kokoro:am_michael}",
    "music": "{music: off}",
    UNREAD: "{unread}",
}
# Name and an example of each that stands behind words in brackets.
SAYINGS = {"say": "[Akbulak]{say: Ahk-boo-lock}", "ipa": "[Akbulak]{ipa: ɑqbʊlˈɑq}"}

MAX_PAUSE_S = 30.0
MUSIC_CHANGES = ("off", "on", "louder", "softer")
NARRATOR_AGAIN = ("narrator", "end")  # voices that end another one's passage

_LINE = re.compile(r"\s*\{\s*(?P<name>[^\W\d_][\w-]*)\s*(?P<colon>:(?P<value>[^{}]*))?\}\s*")
_TIME = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(s|sec|seconds?|ms)", re.IGNORECASE)
_AS_TEXT = "(a backslash before the brace makes it text)"


@dataclass(frozen=True)
class Direction:
    """What the author wants from here on.

    Attributes
    ----------
    name, value : str
        A name from `KNOWN` in small letters, and what is written after the colon; "" for none.
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

    @property
    def written(self) -> str:
        """The line as an author writes it."""
        return f"{{{self.name}: {self.value}}}" if self.value else f"{{{self.name}}}"


def direction_in(text: str, source: str, line: int) -> Direction | None:
    """Read one line; None if it is text.

    Raises
    ------
    StoryError
        If it is written as a direction, and there is none of that name or it says nothing that
        can be done.

    Examples
    --------
    >>> direction_in("{mood: solemn}", "story.md", 7)
    Direction(name='mood', value='solemn', source='story.md', line=7)
    >>> direction_in("He drew {mood: solemn} on the wall.", "story.md", 8)
    """
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    name, value = match["name"].casefold(), " ".join((match["value"] or "").split())
    if name not in KNOWN:
        raise StoryError(f"{source}:{line}: {_unknown(match['name'])} {_AS_TEXT}")
    if not value and name != UNREAD:
        colon = ":" if match["colon"] else ""
        raise StoryError(f"{source}:{line}: {{{name}{colon}}} says nothing; write {KNOWN[name]}")
    if problem := _problem(name, value):
        raise StoryError(f"{source}:{line}: {problem}")
    return Direction(name, value.casefold() if name == "music" else value, source, line)


def _unknown(name: str) -> str:
    if name.casefold() in SAYINGS:
        return f"{{{name}: ...}} stands behind words in brackets: {SAYINGS[name.casefold()]}"
    return f'unknown direction "{name}"; {did_you_mean(name.casefold(), KNOWN)}'


def _problem(name: str, value: str) -> str:
    """Return what is wrong with a value, as far as it can be told from the story alone."""
    if name == UNREAD and value:
        return f'{{unread}} takes no value, and has "{value}"; write {{unread}}'
    if name == "music" and value.casefold() not in MUSIC_CHANGES:
        hint = did_you_mean(value.casefold(), MUSIC_CHANGES)
        return f'music cannot be "{value}"; {hint} (for another mood, write {KNOWN["mood"]})'
    if name == "pause":
        seconds = _seconds(value)
        if seconds is None:
            return f'"{value}" is no length of a pause; write {{pause: 2s}} or {{pause: 800ms}}'
        if seconds > MAX_PAUSE_S:
            return f"a pause of {value} is too long; it may be 0 s to {MAX_PAUSE_S:g} s"
    return ""


def _seconds(value: str) -> float | None:
    match = _TIME.fullmatch(value)
    if match is None:
        return None
    return float(match[1]) / (1000.0 if match[2].lower() == "ms" else 1.0)


def pause_of(directions: tuple[Direction, ...]) -> float | None:
    """Return the silence that is wanted before a text, in seconds (0 to `MAX_PAUSE_S`), or None.

    The last one holds where there are several.
    """
    wanted = [_seconds(d.value) for d in directions if d.name == "pause"]
    return wanted[-1] if wanted else None


def saying_problem(name: str, value: str) -> str:
    """Return what is wrong with ``{name: value}`` behind words in brackets, or ""."""
    if name not in SAYINGS:
        hint = did_you_mean(name, SAYINGS)
        return f'unknown direction "{name}" behind words in brackets; {hint} {_AS_TEXT}'
    if not any(char.isalnum() for char in value):
        return f"{{{name}:}} says nothing; write {SAYINGS[name]}"
    return ""
