"""A language in, what is known of its words out: by mood, and how pleasant and strong they are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

__all__ = ["FOLDER", "WordLists", "word_lists"]

FOLDER = Path(__file__).parent / "lists"
MIN_STEM_CHARS = 3


@dataclass(frozen=True)
class Norm:
    """What is usual of a measure in stories.

    Attributes
    ----------
    mean, spread, between : float
        ``spread`` is the standard deviation from word to word (or from sentence to sentence),
        ``between`` what remains of it from one long text to another.
    """

    mean: float
    spread: float
    between: float


@dataclass(frozen=True)
class WordLists:
    """What is known of a language's words.

    Attributes
    ----------
    moods : mapping of str to tuple of str
        For each mood its words in small letters; ``danc*`` is any word that begins so.
    usual : mapping of str to float
        How many of 1000 words of ordinary stories are in each list, each counted once a paragraph.
    norms : mapping of str to Norm
        What is usual of pace and feeling.
    valence : mapping of str to float
        How pleasant a word is, -4 to 4.
    denying : frozenset of str
        "not" and its like.
    """

    moods: Mapping[str, tuple[str, ...]]
    usual: Mapping[str, float] = field(default_factory=dict)
    norms: Mapping[str, Norm] = field(default_factory=dict)
    valence: Mapping[str, float] = field(default_factory=dict)
    denying: frozenset[str] = frozenset()

    @cached_property
    def _entries(self) -> dict[str, tuple[str, ...]]:
        entries: dict[str, list[str]] = {}
        for mood, words in self.moods.items():
            for word in words:
                entries.setdefault(word, []).append(mood)
        return {word: tuple(moods) for word, moods in entries.items()}

    @cached_property
    def _seen(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {}

    def look_up(self, word: str) -> tuple[str, tuple[str, ...]]:
        """Return the entry that a word in small letters is under, and the moods that list it."""
        if word not in self._seen:
            stems = (f"{word[:n]}*" for n in range(len(word), MIN_STEM_CHARS - 1, -1))
            entry = next((e for e in (word, *stems) if e in self._entries), "")
            self._seen[word] = (entry, self._entries.get(entry, ()))
        return self._seen[word]


@lru_cache(maxsize=8)
def word_lists(language: str) -> WordLists | None:
    """Return what is known of a language (BCP 47), None if that is nothing.

    Notes
    -----
    Each file of the folder ``lists`` is a language. How pleasant English words are is the lexicon
    of VADER (Hutto and Gilbert, 2014; MIT): 7,500 words, each rated by ten people.
    """
    code = language.lower().partition("-")[0]
    path = FOLDER / f"{code}.toml"
    if not code.isalpha() or not path.is_file():
        return None
    data = tomllib.loads(path.read_text("utf-8"))
    return WordLists(
        {mood: tuple(words.split()) for mood, words in data["words"].items()},
        data["usual"],
        {name: Norm(**norm) for name, norm in data["norms"].items()},
        _vader() if code == "en" else {},
        frozenset(data["denying"].split()),
    )


def _vader() -> Mapping[str, float]:
    """Read VADER's lexicon: word, mean rating, deviation, the ratings. Its code is not used."""
    text = files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8")
    rows = (line.split("\t", 2) for line in text.splitlines() if line)
    return {word: float(rating) for word, rating, _ in rows}
