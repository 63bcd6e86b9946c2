"""Words that say how they sound (``ssml:ph``) in, a lexicon out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from audiobook.story.book import Pronunciation
from audiobook.story.xsampa import ipa_of_xsampa

__all__ = ["is_of_language", "said_entries"]

_SAMPA = frozenset(("x-sampa", "xsampa", "x-xsampa"))
_EDGES = " \t\n.,;:!?…\"'“”‘’«»()[]"
_WORD = re.compile(r"[^\s]+")


def is_of_language(spoken: str, language: str) -> bool:
    """Tell whether a lexicon is in a language, or says none."""
    first, second = (tag.lower().split("-")[0] for tag in (spoken, language))
    return not first or not second or first == second


def said_entries(
    said: Iterable[tuple[str, str, str]], texts_: Iterable[str]
) -> Mapping[str, Pronunciation]:
    """Return entries for the words that carry their sounds (``ssml:ph``).

    A lexicon knows words and not places, so a word gets the sounds that most of its occurrences
    in the book carry; a word that mostly carries none is left to the engine.
    """
    found: Counter[tuple[str, str]] = Counter()
    for text, sounds, alphabet in said:
        word = unicodedata.normalize("NFC", text).strip(_EDGES)
        ipa = _ipa(sounds.strip(), alphabet)
        if word and ipa and word[0].isalnum() and word[-1].isalnum():
            found[word, ipa] += 1
    if not found:
        return {}
    words = Counter(word.strip(_EDGES) for text in texts_ for word in _WORD.findall(text))
    return {
        word: Pronunciation(ipa)
        # The commonest comes last, and stays.
        for (word, ipa), count in reversed(found.most_common())
        if " " in word or count * 2 >= words[word]
    }


def _ipa(sounds: str, alphabet: str) -> str:
    alphabet = alphabet.lower()
    if alphabet in _SAMPA:
        return ipa_of_xsampa(sounds)
    return sounds if alphabet in ("ipa", "") else ""
