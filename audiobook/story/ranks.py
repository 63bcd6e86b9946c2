"""Blocks of a plain text in; which of them are headings, and how deep each stands, out.

A line like "Chapter 3" says what it is. A number or a line in capitals alone may be anything: it
heads if it stands over prose and if all of its kind make an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from audiobook.story.headings import (
    NUMERAL,
    is_lone_line,
    is_part_line,
    is_scene_break,
    match_chapter_line,
    numeral_value,
)
from audiobook.story.lines import Block, Line, gap_before, text_of
from audiobook.story.titles import byline, reads_as_title, same_title

__all__ = ["Ranks", "is_bare_number", "ranks_of"]

WIDE_GAP = 3  # empty lines before a heading, by the custom of hand-set texts
PROSE_CHARS = 60
_NUMBERED = re.compile(rf"(?P<number>{NUMERAL})(?:\s*[.:)—–-]+\s*|\s+(?=[^\W\d_])|$)(?P<title>.*)")
_SIGNS = "=*_ "


class Kind(IntEnum):
    """What a block may head, from the largest down."""

    PART = 0
    CHAPTER = 1
    LONE = 2  # "Prologue"
    CAPITALS = 3
    TITLED = 4  # "IV. The Storm"
    BARE = 5  # "IV"


@dataclass(frozen=True)
class Ranks:
    """The depth of headings, by the numbers of their lines."""

    levels: dict[int, int]

    def level(self, line: Line) -> int:
        """Return the depth of the heading that a line begins, from 1; 0 for none."""
        return self.levels.get(line.number, 0)


def is_bare_number(text: str) -> bool:
    """Tell whether a line is nothing but a number: "IV.", "4"."""
    number = text.strip(_SIGNS).rstrip(".")
    return numeral_value(number) > 0 and (number.isdigit() or number.isupper())


def ranks_of(found: Iterable[Block], title: str) -> Ranks:
    """Return the ranks of a text's headings; ``title`` is the book's."""
    blocks = list(found)
    kinds = {i: kind for i in range(len(blocks)) if (kind := _kind(blocks, i, title)) is not None}
    for kind in (Kind.TITLED, Kind.BARE):
        kinds = _in_order(blocks, kinds, kind)
    levels = _levels([*kinds.values()])
    return Ranks({blocks[i][0].number: levels[kind] for i, kind in kinds.items()})


def _kind(blocks: Sequence[Block], i: int, title: str) -> Kind | None:
    block = blocks[i]
    line = block[0].text
    if match_chapter_line(line) is not None:
        if is_part_line(line):
            return Kind.PART
        return Kind.LONE if is_lone_line(line) else Kind.CHAPTER
    if len(block) > 3 or is_scene_break(line):
        return None
    if is_bare_number(line):
        return Kind.BARE if len(block) == 1 or text_of(block[1:]).isupper() else None
    text = text_of(block).strip(_SIGNS)
    if not _stands_over_prose(blocks, i) or not reads_as_title(text):
        return None
    number = _NUMBERED.match(text)
    if number and numeral_value(number["number"]) and number["number"] == number["number"].upper():
        return Kind.TITLED if reads_as_title(number["title"]) else None
    is_wide = gap_before(blocks, i) >= WIDE_GAP and text.isupper()
    is_title = same_title(text, title) or bool(byline(text))
    return Kind.CAPITALS if is_wide and not is_title else None


def _stands_over_prose(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether text follows, at once or after a second, smaller heading."""
    following = [text_of(block) for block in blocks[i + 1 : i + 3]]
    if following and is_bare_number(following[0]):
        following.pop(0)
    return bool(following) and len(following[0]) >= PROSE_CHARS and not following[0].isupper()


def _in_order(blocks: Sequence[Block], kinds: dict[int, Kind], kind: Kind) -> dict[int, Kind]:
    """Keep of the numbers those that count from one, and again from one under a larger heading."""
    last, is_new, kept = 0, True, []
    for i, other in kinds.items():
        if other != kind:
            is_new = is_new or other < kind
            continue
        value = _value(blocks[i][0].text)
        if value == 1 and (is_new or last == 0):
            last, is_new = 1, False
            kept.append(i)
        elif last and value in (last + 1, last + 2):  # one may have been lost
            last, is_new = value, False
            kept.append(i)
    if len(kept) < 2:
        kept = []
    return {i: other for i, other in kinds.items() if other != kind or i in kept}


def _value(line: str) -> int:
    match = _NUMBERED.match(line.strip(_SIGNS))
    return numeral_value(match["number"]) if match else 0


def _levels(kinds: Sequence[Kind]) -> dict[Kind, int]:
    """Return the depth of each kind that occurs."""
    has = set(kinds)
    part = int(Kind.PART in has)
    if Kind.CHAPTER in has:
        titled = part + 2
        top = {Kind.CHAPTER, Kind.CAPITALS, Kind.LONE}
    elif Kind.TITLED in has:
        titled = part + 1
        top = {Kind.TITLED, Kind.CAPITALS, Kind.LONE}
    elif Kind.CAPITALS in has and _holds_numbers(kinds):
        titled = part + 1
        top = {Kind.CAPITALS, Kind.LONE}
    else:
        titled = part + 1
        top = {Kind.CAPITALS, Kind.LONE, Kind.BARE}
    levels = {Kind.PART: 1, Kind.TITLED: titled, Kind.BARE: titled + (Kind.TITLED in has)}
    if Kind.BARE not in top and Kind.CHAPTER not in top:
        levels[Kind.BARE] = part + 2
    return levels | dict.fromkeys(top, part + 1)


def _holds_numbers(kinds: Sequence[Kind]) -> bool:
    """Tell whether numbers begin anew under lines in capitals, which are chapters then."""
    places = [i for i, kind in enumerate(kinds) if kind == Kind.CAPITALS]
    if len(places) < 2 or Kind.BARE in kinds[: places[0]]:
        return False
    return Kind.BARE in kinds[places[0] : places[1]] or kinds.count(Kind.BARE) > 2
