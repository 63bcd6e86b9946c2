"""The words around a line in, whom they name out: "said Anna", "she whispered", "Anna rose."."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audiobook.cast.tongue import Tongue

__all__ = ["Clue", "Frames", "Mention", "frames_of"]

_UPPER = "".join(c for c in map(chr, range(0x41, 0x530)) if c.isupper())
_CAPITAL = rf"(?!I\b(?!\.))[{_UPPER}][\w-]*(?:[’'](?!s\b)\w+)*"
_PARTICLES = r"(?:(?:de|da|do|dos|di|del|della|von|van|der|la|le|du|of|y)\s+)?"
_LEAD = r"[\s—–―,;:.-]*"
_SENTENCE = re.compile(r"(?<=[.!?…;])[”\"»’]?\s+(?=\S)")
_LAST_WORD = re.compile(r"(?:^|[\s.])([^\W\d_]+)\.$")
_WORD_CHARS = 20  # no title is longer
_LEADS_IN = re.compile(r"(?:[,:—–―-]|\w)\s*$")


@dataclass(frozen=True)
class Mention:
    """Somebody who is spoken of.

    Attributes
    ----------
    kind : str
        "name", "role" ("the professor"), "generic" ("the man"), "he", "she", "i", or "other" for
        somebody whom no rule knows.
    text : str
        The name or the noun.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Clue:
    """Who a stretch of narration is about: as the one who says a line, or who does something.

    ``rest`` is what stands after them.
    """

    mention: Mention
    says: bool
    rest: str = ""


def frames_of(tongue: Tongue) -> Frames:
    """Return the patterns of a language."""
    return _cached(tongue)


class Frames:
    """The patterns of one language."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        verbs = _either(tongue.verbs)
        subject = _subject(tongue)
        leads = rf"(?:(?i:{_either(tongue.openers)})[\s,]+)*"
        words = r"(?:\s+[\w’'-]+){0,4}?"
        self.full_name = re.compile(
            rf"\b(?:(?i:{_either(tongue.titles)})\.?\s+{_CAPITAL}|{_CAPITAL}\s+{_CAPITAL})"
            rf"(?:\s+{_CAPITAL}){{0,5}}"
        )
        self._verb = re.compile(rf"\b(?:{verbs})\b")
        self._inverted = re.compile(
            rf"{_LEAD}{leads}(?i:{verbs})(?:(?:-t)?-|\s+(?:then\s+)?){subject}"
        )
        self._plain = re.compile(rf"{_LEAD}{leads}{subject}{words}\s+(?:{verbs})\b")
        self._opening = re.compile(rf"[\s—–―*-]*{leads}{subject}(?P<own>[’']s\b)?")
        self._anywhere = re.compile(rf"\b{subject}{words}\s+(?:{verbs})\b")
        self._unknown = re.compile(
            rf"{_LEAD}{leads}(?:{verbs})\s+(?i:{_either(tongue.determiners)})\b"
        )
        self._vocatives = re.compile(
            rf"(?:^|[,;.!?…—–―]\s*(?:{_either(_SMALL_WORDS)}\s+)?)(?P<name>{_name(tongue)})"
            rf"(?=\s*(?:[,.!?…;]|$))"
        )

    def after(self, text: str, *, is_comma: bool) -> Clue | None:
        """Return who said the line before this text; ``is_comma`` when it ends with a comma."""
        for pattern in (self._inverted, self._plain):
            match = pattern.match(text)
            if match:
                return self._clue(match, says=True)
        if self._unknown.match(text):
            return Clue(Mention("other"), says=True)
        match = self._opening.match(text) if is_comma else None
        return self._clue(match, says=True) if match else None

    def before(self, text: str) -> Clue | None:
        """Return who says the line after this text."""
        if not _LEADS_IN.search(text):
            return None
        sentence = _sentences(text, self.tongue)[-1]
        has_verb = self._verb.search(sentence)
        match = self._opening.match(sentence)
        if match and (has_verb or text.rstrip().endswith(":")):
            return self._clue(match, says=True)
        found = [*self._anywhere.finditer(sentence)] if has_verb else []
        return self._clue(found[-1], says=True) if found else None

    def beat(self, text: str, *, is_last: bool) -> Clue | None:
        """Return who does something in a text: in its last sentence, or in its first one."""
        sentences = [s for s in _sentences(text, self.tongue) if any(c.isalnum() for c in s)]
        for sentence in reversed(sentences) if is_last else sentences:
            match = self._opening.match(sentence)
            if match:
                return self._clue(match, says=False)
        return None

    def subjects(self, text: str) -> Iterator[Clue]:
        """Yield whom each sentence is about."""
        for sentence in _sentences(text, self.tongue):
            match = self._opening.match(sentence)
            if match:
                yield self._clue(match, says=False)

    def vocatives(self, line: str) -> list[str]:
        """Return the names that are called in a line: "Well, Anna, ...", "Anna!"."""
        return [match["name"] for match in self._vocatives.finditer(line.strip("“”\"«»„‘’' —–-"))]

    def _clue(self, match: re.Match[str], *, says: bool) -> Clue:
        group = next(name for name in _GROUPS if match[name])
        rest = re.match(r"[^.!?;]*", match.string[match.end(group) :])
        return Clue(self._mention(match), says, rest[0] if rest else "")

    def _mention(self, match: re.Match[str]) -> Mention:
        groups = match.groupdict()
        if groups.get("name"):
            return Mention("name", groups["name"])
        if groups.get("epithet"):
            return Mention("name", groups["epithet"].split(None, 1)[1])
        if groups.get("pronoun"):
            word = groups["pronoun"].lower()
            kind = "i" if word in self.tongue.i else "he" if word in self.tongue.he else "she"
            return Mention(kind)
        noun = groups["noun"]
        return Mention("generic" if noun.lower() in self.tongue.generic else "role", noun)


@functools.cache
def _cached(tongue: Tongue) -> Frames:
    return Frames(tongue)


_GROUPS = ("pronoun", "noun", "epithet", "name")
_BEFORE_NAMES = """
oh ah well yes no my dear dearest old good come here and but now look ach ja nein liebe lieber
oui non mon ma cher chère sí mi querida querido о ах да нет ну
"""
_SMALL_WORDS = frozenset(_BEFORE_NAMES.split())


def _either(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first."""
    found = sorted((w for w in words if w), key=lambda w: (-len(w), w))
    return "|".join(map(re.escape, found)) or "(?!)"


def _name(tongue: Tongue) -> str:
    titles = _either(tongue.titles)
    initials = rf"(?:[{_UPPER}]\.\s*){{0,4}}"
    more = rf"(?:\s+{_PARTICLES}{_CAPITAL}){{0,5}}"
    return rf"\b(?:(?i:{titles})\b\.?\s+){{0,3}}{initials}{_CAPITAL}{more}"


def _subject(tongue: Tongue) -> str:
    """Return the pattern of whom a sentence is about."""
    nouns = _either([*tongue.roles, *tongue.generic])
    determiners = rf"(?i:{_either(tongue.determiners)})[\s’']+"
    if not tongue.articles:
        determiners = rf"(?:{determiners})?"
    pronouns = _either([*tongue.he, *tongue.she, *tongue.i])
    return (
        rf"(?:(?P<pronoun>\b(?i:{pronouns})\b)(?!['’]s)"
        rf"|{determiners}(?:[^\W\d_]+[\s-]+){{0,2}}?(?P<noun>(?i:{nouns}))\b(?!\s+of\b)"
        rf"|(?P<epithet>[Tt]he\s+{_CAPITAL}(?:\s+{_CAPITAL}){{0,4}})"
        rf"|(?P<name>{_name(tongue)}))"
    )


def _sentences(text: str, tongue: Tongue) -> list[str]:
    """Divide narration at its stops, but not after a title or an initial."""
    text = text.strip()
    found, start = [], 0
    for gap in _SENTENCE.finditer(text):
        last = _LAST_WORD.search(text, max(start, gap.start() - _WORD_CHARS), gap.start())
        if last and (last[1].lower() in tongue.titles or (len(last[1]) == 1 and last[1] != "I")):
            continue
        found.append(text[start : gap.start()])
        start = gap.end()
    return [*found, text[start:]]
