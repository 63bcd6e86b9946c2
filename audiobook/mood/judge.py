"""Evidence in, a mood out: whichever stands out most from what is usual, if it does so clearly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt

from audiobook.mood.evidence import Evidence
from audiobook.mood.words import Norm, WordLists

__all__ = ["Judgement", "judge"]

# In standard deviations; taste, and held against the passages of the tests.
LEAST = 1.0  # above the usual, from which a mood stands out
MARGIN = 1.0  # by which it must lead the next: about one word in a short text
STRONG = 2.0  # where two moods are above this and lead the others, either fits: the better is taken
MOST = 2.5  # that pace or feeling count at most
TELLING = 0.25  # that pace or feeling must give a mood to be named as a reason

CLUMPING = 0.4  # share by which counts of words vary from text to text beyond chance
SHOWN_WORDS = 4

# How pace and feeling speak for moods: deviations of a measure, times these. Taste.
WEIGHTS: dict[str, dict[str, float]] = {
    "valence": {
        "tender": 0.35,
        "lively": 0.15,
        "solemn": -0.45,
        "triumphant": 0.35,
        "mysterious": -0.25,
    },
    "length": {"tender": 0.1, "lively": -0.35, "solemn": 0.2, "wistful": 0.3},
    "exclaimed": {"lively": 0.25, "triumphant": 0.25, "solemn": -0.15, "wistful": -0.15},
    "asked": {"mysterious": 0.2, "triumphant": -0.1},
    "spoken": {"lively": 0.15, "solemn": -0.1, "wistful": -0.1},
}
# What a measure is called where it is above the usual, and below.
NAMES = {
    "valence": ("bright words", "dark words"),
    "length": ("long sentences", "short sentences"),
    "exclaimed": ("exclamations", "no exclamations"),
    "asked": ("questions", "no questions"),
    "spoken": ("dialogue", "no dialogue"),
}


@dataclass(frozen=True)
class Judgement:
    """What a text feels like.

    Attributes
    ----------
    mood : str
        "" where none stands out clearly.
    why : str
        Words that say so, and pace or feeling if they did: "farewell, home; long sentences".
    scores : mapping of str to float
        For each mood, by how many deviations the text is above what is usual in stories.
    confidence : float
        By how many deviations the best mood leads the next.
    """

    mood: str
    why: str
    scores: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.0


def judge(evidence: Evidence, lists: WordLists, *, strictness: float = 1.0) -> Judgement:
    """Find the mood of a text.

    Parameters
    ----------
    evidence : Evidence
        Of the whole text.
    lists : WordLists
        Of its language; at least one mood.
    strictness : float > 0
        Factor on how clearly a mood must stand out.

    Notes
    -----
    The score of a mood is the surplus of its words over what is usual, in standard deviations (a
    count's own, with one word added so that a short text needs more than one, and a share of the
    usual because words come in clumps), plus pace and feeling by `WEIGHTS`. So three lines and a
    chapter of an hour are judged by one measure.
    """
    scores = {mood: _surplus(evidence, mood, lists) for mood in lists.moods}
    measured = _measured(evidence, lists)
    for name, deviation in measured.items():
        for mood in WEIGHTS[name].keys() & scores.keys():
            scores[mood] += WEIGHTS[name][mood] * deviation
    order = sorted(scores, key=lambda mood: -scores[mood])
    best = order[0]
    confidence = round(scores[best] - scores[order[1]], 2) if len(order) > 1 else scores[best]
    rounded = {mood: round(score, 2) for mood, score in scores.items()}
    if _is_clear([scores[mood] for mood in order], strictness):
        return Judgement(best, _why(evidence, best, measured), rounded, confidence)
    nearest = f", {best} is nearest" if scores[best] > 0.0 else ""
    return Judgement("", f"no mood stands out{nearest}", rounded, confidence)


def _is_clear(ordered: list[float], strictness: float) -> bool:
    """Tell whether the best of scores in falling order stands out, alone or with its like."""
    best, second, third = [*ordered, 0.0, 0.0][:3]
    margin = MARGIN * strictness
    is_pair = second >= STRONG * strictness and second - third >= margin
    return best >= LEAST * strictness and (is_pair or best - second >= margin)


def _surplus(evidence: Evidence, mood: str, lists: WordLists) -> float:
    usual = lists.usual[mood] * evidence.n_words / 1000.0
    found = sum(evidence.found.get(mood, {}).values())
    return (found - usual) / sqrt(1.0 + usual + (CLUMPING * usual) ** 2)


def _measured(evidence: Evidence, lists: WordLists) -> dict[str, float]:
    """Return pace and feeling as deviations from what is usual."""
    sums = {
        "valence": (evidence.valence, evidence.n_words),
        "length": (evidence.log_length, evidence.n_sentences),
        "exclaimed": (float(evidence.n_exclaimed), evidence.n_sentences),
        "asked": (float(evidence.n_asked), evidence.n_sentences),
        "spoken": (float(evidence.n_spoken), evidence.n_sentences),
    }
    return {
        name: _deviation(total, count, lists.norms[name])
        for name, (total, count) in sums.items()
        if count and name in lists.norms
    }


def _deviation(total: float, count: int, norm: Norm) -> float:
    spread = sqrt(norm.spread**2 / count + norm.between**2)
    return min(max((total / count - norm.mean) / spread, -MOST), MOST)


def _why(evidence: Evidence, mood: str, measured: dict[str, float]) -> str:
    found = evidence.found.get(mood, Counter())
    words = sorted(found, key=lambda word: (-found[word], word))[:SHOWN_WORDS]
    told = [
        NAMES[name][0 if deviation > 0.0 else 1]
        for name, deviation in measured.items()
        if WEIGHTS[name].get(mood, 0.0) * deviation >= TELLING
    ]
    return "; ".join(filter(None, [", ".join(words), ", ".join(told)]))
