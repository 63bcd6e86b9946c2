"""Words that a story itself says how to speak, there alone: their places in, spoken words out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.lexicon.words import SpokenWord, silence_marks, take_apart
from audiobook.story.model import Saying

__all__ = ["said_here"]

_WORD = re.compile(r"\S+")


def said_here(
    text: str, words: Sequence[SpokenWord], sayings: Sequence[Saying]
) -> tuple[SpokenWord, ...]:
    """Return the words of a text with those that it says itself.

    Parameters
    ----------
    text : str
        What one segment says.
    words : sequence of SpokenWord
        As `audiobook.lexicon.say` has them, one for each word of the text.
    sayings : sequence of Saying
        Places in ``text``; what lies outside of it belongs to its neighbours.

    Notes
    -----
    Several words whose saying has as many are given one each; otherwise the first carries all of
    it, and the others say nothing.
    """
    said = list(words)
    places = [match.span() for match in _WORD.finditer(text)]
    for saying in sayings:
        at = [i for i, (a, b) in enumerate(places) if a < saying.end and b > saying.start]
        if not at:
            continue
        written = text[places[at[0]][0] : places[at[-1]][1]]
        inside = (saying.start - places[at[0]][0], saying.end - places[at[0]][0])
        new = _spoken(written, max(inside[0], 0), inside[1], saying)
        said[at[0] : at[-1] + 1] = new
    # A segment has something to say, even where a saying begins in the one before it.
    return tuple(said) if any(word.say for word in said) else tuple(words)


def _spoken(written: str, start: int, end: int, saying: Saying) -> list[SpokenWord]:
    """Say the words of which a stretch is said otherwise, what clings to it as it stands."""
    label = take_apart(written[start:end])
    before = silence_marks(written[:start] + label.before)
    after = silence_marks(label.after + written[end:])
    printed = written.split()
    says = label.core.split() if saying.name == "ipa" else saying.value.split()
    ipas = saying.value.split() if saying.name == "ipa" else []
    if {len(says), len(ipas) or len(says)} != {len(printed)}:
        says, ipas = [" ".join(says)], [" ".join(ipas)] if ipas else []
    for sounds in filter(None, (says, ipas)):
        sounds[0] = before + sounds[0]
        sounds[-1] += after
    return [
        SpokenWord(word, *(sounds[i] if i < len(sounds) else "" for sounds in (says, ipas)))
        for i, word in enumerate(printed)
    ]
