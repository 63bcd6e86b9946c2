"""A printed word in, its parts out; and what a word is once it is known how to say it."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

__all__ = ["SpokenWord", "Token", "silence_marks", "take_apart"]

# Marks of print, arrows, ornaments and emoji; an engine would name them ("asterisk").
_UNSPOKEN = re.compile(r"[*_~|\\^`†‡•¶§\u2190-\u23ff\u2500-\u27bf\ufe0f\U0001f000-\U0001faff]+")


@dataclass(frozen=True, slots=True)  # a long book has hundreds of thousands
class SpokenWord:
    """One printed word and how it is to be said.

    Attributes
    ----------
    written : str
        The word as printed, with the punctuation that clings to it: ``"Akbulak,"``.
    say : str
        The same for an engine that reads letters: ``"Ahk-boo-lahk,"``. Punctuation is kept.
        Several words are possible (``"Mrs."`` -> ``"Missus"``); empty when nothing is to be said.
    ipa : str
        The same for an engine that reads phonemes, with its punctuation: ``"ɑqbʊlˈɑq,"``. Empty
        when the engine may find the sounds itself.
    """

    written: str
    say: str
    ipa: str = ""


@dataclass(frozen=True)
class Token:
    """A printed word taken apart: what clings before the word, the word, what clings after it."""

    written: str
    before: str
    core: str
    after: str

    @property
    def opens_with_capital(self) -> bool:
        """Whether the word has a capital first letter."""
        return self.core[:1].isupper()


@functools.lru_cache(maxsize=16_384)  # a book's words come again and again
def take_apart(written: str) -> Token:
    """Part a printed word from its punctuation.

    Examples
    --------
    >>> take_apart("“Akbulak’s!”")
    Token(written='“Akbulak’s!”', before='“', core='Akbulak’s', after='!”')
    """
    start, end = 0, len(written)
    while start < end and not written[start].isalnum():
        start += 1
    while end > start and not _belongs_to_word(written[end - 1]):
        end -= 1
    return Token(written, written[:start], written[start:end], written[end:])


def _belongs_to_word(char: str) -> bool:
    # Vowel signs of Indic scripts and combining accents are marks, not letters.
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def silence_marks(text: str) -> str:
    """Take the marks out of punctuation that are seen and not said."""
    return _UNSPOKEN.sub("", text)
