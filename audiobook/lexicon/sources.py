"""Several lexicons in, the one that holds out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audiobook.lexicon.entries import Lexicon, normal_form
from audiobook.story.book import Pronunciation

__all__ = ["Shadowed", "Source", "merged", "shadowed"]


@dataclass(frozen=True)
class Source:
    """A lexicon and what to call it: "book.toml", the name of a PLS file."""

    name: str
    entries: Mapping[str, Pronunciation]


@dataclass(frozen=True)
class Shadowed:
    """An entry that never speaks, since another source says the same word before it."""

    word: str
    source: str
    by: str


def merged(sources: Sequence[Source]) -> Lexicon:
    """Return the entries of all sources; the first that says a word wins."""
    found: dict[str, Pronunciation] = {}
    for source in sources:
        for word, said in source.entries.items():
            found.setdefault(normal_form(word), said)
    names = {normal_form(w): w for source in reversed(sources) for w in source.entries}
    return Lexicon({names[form]: said for form, said in found.items() if form})


def shadowed(sources: Sequence[Source]) -> tuple[Shadowed, ...]:
    """Return the entries that `merged` leaves out, in the order of their sources."""
    owners: dict[str, str] = {}
    lost = []
    for source in sources:
        for word in source.entries:
            owner = owners.setdefault(normal_form(word), source.name)
            if owner != source.name:
                lost.append(Shadowed(word, source.name, owner))
    return tuple(lost)
