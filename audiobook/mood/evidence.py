"""Sentences in, evidence out: which words of which mood they have, how they go, how bright.

Evidence of two texts adds up to that of both, so that a chapter's is the sum of its paragraphs'.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import log

from audiobook.mood.words import WordLists

__all__ = ["Evidence", "of_paragraph", "of_sentence"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENS_SPEECH = re.compile('["“„«‟「『]|^[—–]')
_CLOSERS = "\"'”’»›)]}… "
NEGATION_WORDS = 2  # a word is denied by a "not" at most so many words before it
DENIED = -0.74  # what is left of its valence then; VADER's N_SCALAR


@dataclass(frozen=True)
class Evidence:
    """What was counted in a text.

    Attributes
    ----------
    found : mapping of str to Counter
        For each mood the words of its list, in small letters, each counted once in a paragraph.
    valence, intensity : float
        Sum over all words of how pleasant (-4 to 4) and how strong (0 to 4) they are.
    n_words, n_sentences, n_exclaimed, n_asked, n_spoken : int
        ``n_spoken`` are sentences with a quotation mark.
    log_length : float
        Sum over all sentences of the natural logarithm of their words.
    """

    found: dict[str, Counter[str]] = field(default_factory=dict)
    valence: float = 0.0
    intensity: float = 0.0
    n_words: int = 0
    n_sentences: int = 0
    n_exclaimed: int = 0
    n_asked: int = 0
    n_spoken: int = 0
    log_length: float = 0.0

    @staticmethod
    def total(parts: Iterable[Evidence]) -> Evidence:
        """Return the evidence of several texts together."""
        found: dict[str, Counter[str]] = {}
        numbers: Counter[str] = Counter()
        for part in parts:
            for mood, words in part.found.items():
                found.setdefault(mood, Counter()).update(words)
            for name, value in vars(part).items():
                if name != "found":
                    numbers[name] += value
        return Evidence(found, **numbers)


def of_paragraph(sentences: Iterable[Evidence], lists: WordLists) -> Evidence:
    """Add up the sentences of a paragraph: "dance" and "dancer" in one say the same thing once."""
    whole = Evidence.total(sentences)
    return replace(whole, found={mood: _once(words, lists) for mood, words in whole.found.items()})


def _once(words: Counter[str], lists: WordLists) -> Counter[str]:
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(lists.look_up(word)[0], word)
    return Counter(first.values())


def of_sentence(sentence: str, lists: WordLists) -> Evidence:
    """Count what one sentence shows; a word that is denied ("no joy") shows nothing."""
    words = [word.replace("’", "'").lower() for word in _WORD.findall(sentence)]
    if not words:
        return Evidence()
    found: dict[str, Counter[str]] = {}
    valence = intensity = 0.0
    denied_until = -1
    for i, word in enumerate(words):
        if word in lists.denying:
            denied_until = i + NEGATION_WORDS
            continue
        is_denied = i <= denied_until
        rated = lists.valence.get(word, 0.0)
        valence += rated * (DENIED if is_denied else 1.0)
        intensity += abs(rated)
        for mood in () if is_denied else lists.look_up(word)[1]:
            found.setdefault(mood, Counter())[word] += 1
    return Evidence(
        found,
        valence,
        intensity,
        n_words=len(words),
        n_sentences=1,
        n_exclaimed=int("!" in sentence or "！" in sentence),
        n_asked=int(sentence.rstrip(_CLOSERS)[-1:] in ("?", "？", "؟")),
        n_spoken=int(bool(_OPENS_SPEECH.search(sentence))),
        log_length=log(len(words)),
    )
