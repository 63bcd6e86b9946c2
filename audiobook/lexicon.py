"""How words are said: written words in, spoken words out, one for one.

Every word of the text keeps its place, so that timings point at the words as printed.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SpokenWord"]


@dataclass(frozen=True)
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
