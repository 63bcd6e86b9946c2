"""What stands inside a line and is not said: "— Hello, — said Anna. — How are you?"."""

from __future__ import annotations

import functools
import re
from itertools import pairwise

from audiobook.cast.tongue import Tongue

__all__ = ["dash_pieces", "without_insets"]

# A dash that ends a stretch has a space on one side only, or on both: never none.
_DASH = re.compile(r"(?:(?<=\s)[—–―-](?=[\s\w¿¡])|[—–―](?=\s)|(?<=\S)[—–―](?=[.,;:!?]))")
_WORDS = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_GOES_ON = re.compile(r"[\s—–―.,;:-]*")
_FRAME_WORDS = 4  # among the first of which the verb of saying stands


def dash_pieces(text: str, tongue: Tongue) -> list[tuple[int, int]]:
    """Return what is said of a paragraph that opens with a dash.

    Parameters
    ----------
    text : str
        Such a paragraph.
    tongue : Tongue
        Its language; without verbs everything is taken as said.
    """
    first = re.match(r"\s*[—–―-]\s?", text)
    begin = first.end() if first else 0
    marks = [m.start() for m in _DASH.finditer(text, begin)]
    starts = [0, *marks]
    ends = [*marks, len(text)]
    pieces: list[tuple[int, int]] = []
    is_frame = False
    for start, end in zip(starts, ends, strict=True):
        is_frame = start > 0 and not is_frame and _is_frame(text[start:end], tongue)
        if is_frame:
            continue
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], end)
        else:  # the dash and the stop after a frame are the frame's
            goes_on = _GOES_ON.match(text, start) if start else None
            pieces.append((goes_on.end() if goes_on else start, end))
    if tongue.insets:
        pieces = [part for a, b in pieces for part in without_insets(text, a, b, tongue)]
    return [
        (a, b) for a, b in (_trimmed(text, a, b) for a, b in pieces) if _WORDS.search(text, a, b)
    ]


def without_insets(text: str, start: int, end: int, tongue: Tongue) -> list[tuple[int, int]]:
    """Return a line without the "said he" that stands between its marks, as in French."""
    pattern = _inset(tongue)
    pieces, position = [], start
    for match in pattern.finditer(text, start, end):
        if match.start("frame") > position:
            pieces.append((position, match.start("frame")))
        position = match.end("frame")
    pieces.append((position, end))
    trimmed = [_trimmed(text, a, b) for a, b in pieces]
    return [(a, b) for a, b in trimmed if _WORDS.search(text, a, b)] or [(start, end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _is_frame(piece: str, tongue: Tongue) -> bool:
    words = [word.lower() for word in _WORDS.findall(piece)[: _FRAME_WORDS + 1]]
    said = [*words[:_FRAME_WORDS], *map(" ".join, pairwise(words))]
    return any(word in tongue.verbs for word in said)


@functools.cache
def _inset(tongue: Tongue) -> re.Pattern[str]:
    verbs = "|".join(sorted(map(re.escape, tongue.verbs), key=len, reverse=True)) or "(?!)"
    pronouns = "|".join(sorted({*tongue.he, *tongue.she, *tongue.i, "ils", "elles", "on"}))
    nouns = "|".join(sorted(tongue.determiners, key=len, reverse=True))
    return re.compile(
        rf"(?<=[,!?….])[\s\u00a0]+(?P<frame>(?:{verbs})(?:-t)?"
        rf"(?:-(?:{pronouns})\b|\s+(?:(?i:{nouns})[\s’']+\w|[^\W\d_a-zà-öø-ÿ]\w))"
        rf"[^,.!?;:»]*(?:[,.;:]|$|(?=\s*[»!?])))"
    )
