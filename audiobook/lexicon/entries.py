"""The book's lexicon and printed words in, their pronunciation out."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audiobook.lexicon.words import SpokenWord, Token, silence_marks, take_apart
from audiobook.story.book import Pronunciation

__all__ = ["Found", "Index", "Lexicon", "find_entry", "index_of", "normal_form"]

# Apostrophes are one letter to a lexicon, whichever the typesetter chose.
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
_JOINTS = re.compile(r"([-‐‑–—/]+|\.{3,}|…)")
_LENGTH_AND_STRESS = "ˈˌːʰʲ '.̩"
_SIBILANTS = tuple("szʃʒʧʤɕʑʂʐ")
_VOICELESS = tuple("ptkfθqxχhcʔ")


@dataclass(frozen=True)
class _Entry:
    written: str
    words: tuple[str, ...]
    stops: tuple[bool, ...]  # which words are abbreviated: "Mrs." is
    pronunciation: Pronunciation


Index = Mapping[str, tuple[_Entry, ...]]


@dataclass(frozen=True)
class Found:
    """The printed words that entries say, and the entries, as the lexicon spells them."""

    words: tuple[SpokenWord, ...] = ()
    entries: tuple[str, ...] = ()


class Lexicon(dict[str, Pronunciation]):
    """Words and how they are said; its index is made once, so it is not to be changed."""

    @functools.cached_property
    def index(self) -> Index:
        """The entries by the letters of their first word."""
        return _index(tuple(self.items()))


def index_of(lexicon: Mapping[str, Pronunciation]) -> Index:
    """Return the entries by the letters of their first word, the longest first."""
    return lexicon.index if isinstance(lexicon, Lexicon) else _index_again(tuple(lexicon.items()))


def normal_form(written: str) -> str:
    """Return what two spellings of an entry that mean the same words have in common."""
    return " ".join(_core(word) for word in written.split())


def _core(word: str) -> str:
    """Return a word of an entry as `take_apart` gives it: the stop of "Mrs." is none of it."""
    return _plain(word).rstrip(".") or word


def _index(items: tuple[tuple[str, Pronunciation], ...]) -> Index:
    index: dict[str, list[_Entry]] = {}
    for written, pronunciation in items:
        words = tuple(_core(word) for word in written.split())
        if words:
            stops = tuple(word.endswith(".") for word in written.split())
            entry = _Entry(written, words, stops, pronunciation)
            index.setdefault(words[0].casefold(), []).append(entry)
    return {first: tuple(sorted(entries, key=_rank)) for first, entries in index.items()}


_index_again = functools.lru_cache(maxsize=8)(_index)


def _rank(entry: _Entry) -> tuple[int, bool]:
    # Where two differ only in case, the one with capitals is the more exact.
    return -len(entry.words), entry.words == tuple(word.lower() for word in entry.words)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).translate(_APOSTROPHES)


def _meets(entry: str, word: str) -> bool:
    """Tell whether a word of an entry is the printed word.

    Capitals of the entry count ("Polish" is not "polish"), but a word may be set in capitals whole.
    """
    if entry == word:
        return True
    if entry.casefold() != word.casefold():
        return False
    return entry.islower() or (word.isupper() and len(word) > 1)


def find_entry(tokens: Sequence[Token], i: int, index: Index, *, has_possessives: bool) -> Found:
    """Return the words of the longest entry that begins at token ``i``, or nothing.

    Parameters
    ----------
    has_possessives : bool
        Whether "'s" is an ending and no part of the word, as in English.
    """
    first = _plain(tokens[i].core)
    owner = _owner(first, has_possessives=has_possessives)
    keys = dict.fromkeys(key.casefold() for key in (first, owner) if key)
    found = [entry for key in keys for entry in index.get(key, ())]
    for entry in sorted(found, key=_rank):
        words = _try_entry(entry, tokens[i : i + len(entry.words)], has_possessives)
        if words:
            return Found(words, (entry.written,))
    return _try_compound(tokens[i], index, has_possessives)


def _owner(word: str, *, has_possessives: bool) -> str:
    return word[:-2] if has_possessives and word.lower().endswith("'s") else ""


def _try_entry(
    entry: _Entry, tokens: Sequence[Token], has_possessives: bool
) -> tuple[SpokenWord, ...]:
    if len(tokens) < len(entry.words) or any(token.before for token in tokens[1:]):
        return ()
    inner = zip(tokens[:-1], entry.stops[:-1], strict=True)
    if any(token.after not in (("", ".") if stop else ("",)) for token, stop in inner):
        return ()
    cores = [_plain(token.core) for token in tokens]
    for last in (cores[-1], _owner(cores[-1], has_possessives=has_possessives)):
        if last and all(map(_meets, entry.words, [*cores[:-1], last])):
            return _spread(tokens, entry.pronunciation, cores[-1][len(last) :])
    return ()


def _spread(
    tokens: Sequence[Token], pronunciation: Pronunciation, ending: str
) -> tuple[SpokenWord, ...]:
    """Give an entry's sounds to its words, one to each if they are as many, else to the first."""
    printed = " ".join(token.core for token in tokens)
    says = (pronunciation.say + ending if pronunciation.say else printed).split()
    ipas = (pronunciation.ipa + _ending_sound(pronunciation.ipa, ending)).split()
    if {len(says), len(ipas) or len(says)} != {len(tokens)}:
        silent = [""] * (len(tokens) - 1)
        says, ipas = [" ".join(says), *silent], [" ".join(ipas), *silent]
    before, after = silence_marks(tokens[0].before), silence_marks(tokens[-1].after)
    last = max(i for i, spoken in enumerate(says) if spoken)
    says[last] += after
    says[0] = before + says[0]
    if any(ipas):
        ipas[last] += after
        ipas[0] = before + ipas[0]
    ipas = ipas or [""] * len(tokens)
    return tuple(map(SpokenWord, (token.written for token in tokens), says, ipas))


def _ending_sound(ipa: str, ending: str) -> str:
    """Return the sound of the English possessive after another sound."""
    if not ending or not ipa:
        return ""
    last = ipa.rstrip(_LENGTH_AND_STRESS)
    if last.endswith(_SIBILANTS):
        return "ɪz"
    return "s" if last.endswith(_VOICELESS) else "z"


def _try_compound(token: Token, index: Index, has_possessives: bool) -> Found:
    """Say the parts of "Kazakh-born" or "Akbulak—the" that the lexicon knows."""
    parts = _JOINTS.split(token.core)
    if len(parts) == 1:
        return Found()
    said = [_part(part, index, has_possessives) for part in parts[::2]]
    entries = tuple(entry for _, entry in said if entry)
    if not entries:
        return Found()
    joints = [*parts[1::2], ""]
    words = [word for word, _ in said]
    says = "".join(word.say + joint for word, joint in zip(words, joints, strict=True))
    ipas = "".join(
        word.ipa + (" " if joint in "-‐‑/" and joint else joint)
        for word, joint in zip(words, joints, strict=True)
    )
    before, after = silence_marks(token.before), silence_marks(token.after)
    has_ipa = all(word.ipa for word in words)
    ipa = before + ipas + after if has_ipa else ""
    return Found((SpokenWord(token.written, before + says + after, ipa),), entries)


def _part(part: str, index: Index, has_possessives: bool) -> tuple[SpokenWord, str]:
    """Return how a part of a compound is said, and the entry that says so, or ""."""
    token = take_apart(part)
    first = _plain(token.core)
    owner = _owner(first, has_possessives=has_possessives)
    for key in (first, owner):
        for entry in index.get(key.casefold(), ()) if key else ():
            if len(entry.words) == 1:
                words = _try_entry(entry, [token], has_possessives)
                if words:
                    return words[0], entry.written
    return SpokenWord(part, part), ""
