"""Pronunciation lexicons (W3C PLS) and words that say how they sound in, a lexicon out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from audiobook.story.book import Pronunciation
from audiobook.story.epub.markup import Element, texts
from audiobook.story.epub.xsampa import ipa_of

__all__ = ["pls_entries", "said_entries"]

_SAMPA = frozenset(("x-sampa", "xsampa", "x-xsampa"))
_EDGES = " \t\n.,;:!?…\"'“”‘’«»()[]"
_WORD = re.compile(r"[^\s]+")


def pls_entries(root: Element, language: str) -> Iterator[tuple[str, Pronunciation]]:
    """Yield the entries of a lexicon that is in a language, or says none.

    Of several sounds the preferred one counts, else the first.
    """
    spoken = root.get("lang", "").lower().split("-")[0]
    if spoken and language and spoken != language.lower().split("-")[0]:
        return
    alphabet = root.get("alphabet", "ipa")
    for lexeme in root.iter():
        if lexeme.tag != "lexeme":
            continue
        sounds = [e for e in lexeme if e.tag == "phoneme" and texts(e)]
        sounds.sort(key=lambda e: e.get("prefer") != "true")
        ipas = [_ipa(texts(e), e.get("alphabet", alphabet)) for e in sounds]
        ipa = next(filter(None, ipas), "")
        say = next((texts(e) for e in lexeme if e.tag == "alias" and texts(e)), "")
        for word in lexeme:
            if word.tag == "grapheme" and texts(word) and (ipa or say):
                yield unicodedata.normalize("NFC", texts(word)), Pronunciation(ipa, say)


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
        return ipa_of(sounds)
    return sounds if alphabet in ("ipa", "") else ""
