"""Sentences in, breath groups out: the short ones joined, the long ones cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from audiobook.story.model import has_words

__all__ = ["CONJUNCTIONS", "MAX_CHARS", "Breath", "breaths", "speech_length"]

# Engines are surest below this; Kokoro takes 510 phonemes, which 400 letters may already be.
MAX_CHARS = 300
# Below these an engine sounds clipped, having no room for a melody.
MIN_CHARS = 25
MIN_WORDS = 4
MAX_CHARS_OF_FEW_WORDS = 40

# Ideographs, kana and Hangul are syllables: about three letters of an alphabet each.
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_SYLLABLE_CHARS = 3

# What a cut costs by what stands before it, in shares of the text's length away from its middle.
_COST_SENTENCE, _COST_STRONG, _COST_WEAK, _COST_CONJUNCTION, _COST_SPACE = 0.0, 0.1, 0.2, 0.35, 0.5
_COST_SHORT = 1.0  # leaves a piece too short to sound right
_STRONG = re.compile(r"[;:；：!?…。！？][\"'”’»)\]]*$")
_STOP = re.compile(r"\.[\"'”’»)\]]*$")
_WEAK = re.compile(r"[,，、)\]—–-][\"'”’»]*$")
_PLACES = re.compile(r"\s+|(?<=[、，；：。！？])(?=[^\s、，；：。！？」』”’）])")
_CONJUNCTION_LIST = """
and but or nor so yet because while when where which who whose that if as although though until
before after since than whereas und aber oder denn weil dass während wenn als et mais ou car
donc que qui quand lorsque y o pero porque cuando mientras aunque ed ma perché che quando mentre
mas и а но или что когда если потому чтобы который которая которые как және бірақ немесе өйткені
сондықтан ал
"""
CONJUNCTIONS = frozenset(_CONJUNCTION_LIST.split())


@dataclass(frozen=True)
class Breath:
    """A stretch of a text that is said in one go; ``is_sentence`` when a sentence ends with it."""

    start: int
    end: int
    is_sentence: bool


def speech_length(text: str) -> int:
    """Return about how many letters it takes to say a text."""
    if text.isascii():
        return len(text)
    return len(text) + (_SYLLABLE_CHARS - 1) * len(_WIDE.findall(text))


def breaths(text: str, units: Sequence[Breath]) -> list[Breath]:
    """Join and cut the sentences of a paragraph, or the lines of a verse, to speakable lengths.

    Parameters
    ----------
    text : str
        The paragraph.
    units : sequence of Breath
        Its sentences or lines in order.

    Returns
    -------
    list of Breath
        In order, leaving out only the white space between them. None is longer than `MAX_CHARS`
        (an ideograph counts as three), but for runs of punctuation; each has something to say
        unless the whole text has not.

    Notes
    -----
    A sentence too short to sound right joins the one before it, those that open the paragraph join
    the first long one. So each join depends on its own two sentences, and an edit goes no further.
    """
    groups: list[list[Breath]] = []
    is_waiting = True  # nothing but short sentences so far
    for unit in units:
        is_short = _is_short(text[unit.start : unit.end])
        if groups and (is_short or is_waiting):
            groups[-1].append(unit)
        else:
            groups.append([unit])
        is_waiting = is_waiting and is_short
    return [breath for group in groups for breath in _cut(text, group)]


def _is_short(text: str) -> bool:
    length = speech_length(text)
    n_words = len(text.split())
    few_words = n_words < MIN_WORDS and length < MAX_CHARS_OF_FEW_WORDS
    return length < MIN_CHARS or few_words or not has_words(text)


def _cut(text: str, group: Sequence[Breath]) -> Iterator[Breath]:
    """Yield the pieces of a group, cut until each is short enough."""
    ends = {unit.end for unit in group if unit.is_sentence}
    waiting = [(group[0].start, group[-1].end)]
    while waiting:
        start, end = waiting.pop()
        cut = None
        if speech_length(text[start:end]) > MAX_CHARS:
            cut = _best_cut(text, start, end, ends) or _cut_in_word(text, start, end)
        if cut is None:
            yield Breath(start, end, end in ends)
        else:
            waiting += [(cut[1], end), (start, cut[0])]


def _best_cut(text: str, start: int, end: int, ends: Set[int]) -> tuple[int, int] | None:
    """Return where the left piece ends and the right one starts; None without a place to cut."""
    middle = (start + end) / 2
    best, best_cost = None, float("inf")
    first, last = _edges_of_words(text, start, end)
    for place in _PLACES.finditer(text, start, end):
        left, right = place.span()
        if not first < left <= right <= last:
            continue
        cost = abs(left - middle) / (end - start) + _cost(text, start, left, right, ends)
        if min(left - start, end - right) < MIN_CHARS:
            cost += _COST_SHORT
        if cost < best_cost:
            best, best_cost = (left, right), cost
    return best


def _edges_of_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the places of the first and the last letter, so that both pieces have words."""
    first, last = start, end - 1
    while first < end and not text[first].isalnum():
        first += 1
    while last > first and not text[last].isalnum():
        last -= 1
    return first, last


def _cost(text: str, start: int, left: int, right: int, ends: Set[int]) -> float:
    if left in ends:
        return _COST_SENTENCE
    before = text[max(start, left - 4) : left]
    # Before a capital, a stop that ends no sentence is an abbreviation's.
    if _STRONG.search(before) or (_STOP.search(before) and text[right].islower()):
        return _COST_STRONG
    if _WEAK.search(before):
        return _COST_WEAK
    following = text[right : right + 12].split(None, 1)
    is_conjunction = bool(following) and following[0].lower() in CONJUNCTIONS
    return _COST_CONJUNCTION if is_conjunction else _COST_SPACE


def _cut_in_word(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut a word that is too long by itself, never between a letter and its marks."""
    first, last = _edges_of_words(text, start, end)
    per_char = speech_length(text[start:end]) / (end - start)
    cut = start + max(int(MAX_CHARS / per_char), 1)
    cut = min(max(cut, first + 1), last)
    while cut > first + 1 and _clings(text, cut):
        cut -= 1
    return (cut, cut) if first < cut <= last and not text[first:last].isspace() else None


def _clings(text: str, i: int) -> bool:
    """Tell whether the character at ``i`` belongs to the one before it."""
    return unicodedata.category(text[i])[0] == "M" or "\u200d" in text[i - 1 : i + 1]
