"""Printed words and the groups an engine spoke in, and which belongs to which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

__all__ = ["Match", "align_groups"]

# (first word, first word after, first group, first group after): what belongs together
Match = tuple[int, int, int, int]

_MAX_WORDS = 4  # as many words as a language's rules speak as one ("out of the" is three)
_MAX_GROUPS = 16  # as many groups as one word can become ("1,234,567.89")
_SLACK = 18  # how far the two counts may run apart on the way
_MARKS = re.compile(r"[ˈˌːʰʲ\u0303\u0329]")  # stress and length differ between alone and together


def align_groups(
    words: Sequence[str], groups: Sequence[str], alone: Callable[[str], str]
) -> list[Match]:
    """Match words to phoneme groups, in order and without leftovers.

    Parameters
    ----------
    words : sequence of str
        Printed words, not empty.
    groups : sequence of str
        Phonemes divided by spaces, not empty. One word can be several groups (``"1984"``), and
        several words one (``"of the"``).
    alone : callable
        Gives the phonemes of a word by itself; asked only when the counts do not settle it.

    Returns
    -------
    list of Match
        Every word and every group in exactly one match; in each match one side has length 1,
        unless nothing fits and everything is matched to everything.
    """
    if len(words) == len(groups) and all(word.isalpha() for word in words):
        return [(i, i + 1, i, i + 1) for i in range(len(words))]
    bare_groups = ["".join(_bare(g).split()) for g in groups]
    bare_words = ["".join(_bare(alone(w)).split()) for w in words]
    return _cheapest(bare_words, bare_groups)


def _bare(phonemes: str) -> str:
    return _MARKS.sub("", phonemes)


def _cheapest(words: list[str], groups: list[str]) -> list[Match]:
    """Find the matching of least total edit distance, by dynamic programming."""
    n_words, n_groups = len(words), len(groups)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for w in range(n_words):
        for g in range(n_groups):
            if (w, g) not in best or abs(w * n_groups / n_words - g) > _SLACK:
                continue
            for dw, dg in _steps(n_words - w, n_groups - g):
                spoken, printed = "".join(groups[g : g + dg]), "".join(words[w : w + dw])
                cost = best[w, g][0] + _distance(printed, spoken) + 0.1 * (dw + dg - 2)
                if cost < best.get((w + dw, g + dg), (float("inf"),))[0]:
                    best[w + dw, g + dg] = (cost, (w, g))
    if (n_words, n_groups) not in best:
        return [(0, n_words, 0, n_groups)]
    return list(reversed(list(_walk_back(best, (n_words, n_groups)))))


def _steps(words_left: int, groups_left: int) -> Iterator[tuple[int, int]]:
    for dg in range(1, min(_MAX_GROUPS, groups_left) + 1):
        yield 1, dg
    for dw in range(2, min(_MAX_WORDS, words_left) + 1):
        yield dw, 1


def _walk_back(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]], place: tuple[int, int]
) -> Iterator[Match]:
    while place != (0, 0):
        before = best[place][1]
        yield before[0], place[0], before[1], place[1]
        place = before


@lru_cache(maxsize=8192)
def _distance(a: str, b: str) -> int:
    """Return the edit distance; strings of very different length are not compared closely."""
    if a == b:
        return 0
    if not a or not b or max(len(a), len(b)) > 3 * min(len(a), len(b)) + 3:
        return max(len(a), len(b))
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
