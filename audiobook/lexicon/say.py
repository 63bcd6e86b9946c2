"""Text and lexicon in, spoken words out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from audiobook.lexicon.abbreviations import (
    ENGLISH_LETTERS,
    STARTERS,
    Abbreviation,
    Place,
    abbreviations,
)
from audiobook.lexicon.entries import find_entry, index_of
from audiobook.lexicon.grammar import Grammar, grammar_of
from audiobook.lexicon.numbers import number_reading
from audiobook.lexicon.roman import roman_reading
from audiobook.lexicon.site import Site
from audiobook.lexicon.words import SpokenWord, Token, silence_marks, take_apart
from audiobook.story.book import Pronunciation

__all__ = ["say"]

_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_ROMAN_DIGITS = frozenset("IVXLCDM")
MAX_SPOKEN_ABBREVIATION = 3  # printed words in the longest abbreviation, "c. -à- d."


def say(
    text: str, lexicon: Mapping[str, Pronunciation], language: str, *, is_heading: bool = False
) -> tuple[SpokenWord, ...]:
    """Return how each printed word of a text is said.

    Parameters
    ----------
    text : str
        What one segment says. Words are what white space divides, and each gets one entry; a lone
        dash too, which says itself since engines breathe at it. Asterisks, ornaments and the like
        say nothing.
    lexicon : mapping of str to Pronunciation
        Words as the book spells them. An entry is met as a whole word, inside punctuation, with an
        English possessive and as part of a compound; longer entries are tried first. An entry in
        lower case is met in any case; another one as it is written or wholly in capitals.
    language : str
        BCP 47; it decides which abbreviations are known.
    is_heading : bool
        Whether the text may begin with a numeral ("IV. The Storm").

    Notes
    -----
    An entry of several words whose sounds have as many words is given out word by word; otherwise
    its first word carries all of it with the last one's punctuation, and the others say nothing.
    A line of verse without punctuation at its end gets a comma.
    """
    written = text.split()
    tokens = [take_apart(unicodedata.normalize("NFC", word)) for word in written]
    primary = re.split(r"[-_]", language.lower())[0]
    grammar = grammar_of(language) or Grammar(primary)
    spoken = [*_spoken(tokens, lexicon, primary, grammar, is_heading=is_heading)]
    for last in _line_ends(text):
        spoken[last] = _with_pause(spoken[last])
    return tuple(
        word if word.written == as_printed else SpokenWord(as_printed, word.say, word.ipa)
        for as_printed, word in zip(written, spoken, strict=True)
    )


def _line_ends(text: str) -> Iterator[int]:
    """Yield which words end a line of verse; the last line ends with the text."""
    n_words = 0
    for line in text.splitlines()[:-1] if "\n" in text else ():
        n_words += len(line.split())
        if line.split():
            yield n_words - 1


def _with_pause(word: SpokenWord) -> SpokenWord:
    """Let the voice rest at the end of a line, which has no mark that an engine knows."""
    say = word.say + "," if word.say[-1:].isalnum() else word.say
    ends_with_sound = word.ipa and take_apart(word.ipa).after == ""
    return SpokenWord(word.written, say, word.ipa + "," if ends_with_sound else word.ipa)


def _spoken(
    tokens: Sequence[Token],
    lexicon: Mapping[str, Pronunciation],
    language: str,
    grammar: Grammar,
    *,
    is_heading: bool,
) -> Iterator[SpokenWord]:
    index, known = index_of(lexicon), abbreviations(language)
    i = 0
    while i < len(tokens):
        words: tuple[SpokenWord, ...] = ()
        if index and tokens[i].core:
            words = find_entry(tokens, i, index, has_possessives=language == "en").words
        words = words or _abbreviation(tokens, i, known)
        if not words:
            saying = _number(tokens, i, grammar, is_heading=is_heading)
            word = None if saying else _initials(tokens, i, language)
            words = (word or SpokenWord(tokens[i].written, saying or _plainly(tokens[i])),)
        yield from words
        i += len(words)


def _number(tokens: Sequence[Token], i: int, grammar: Grammar, *, is_heading: bool) -> str:
    """Return what is said for a number in digits or Roman numerals, "" for any other word."""
    core = tokens[i].core
    if core[:1] in _ROMAN_DIGITS:
        said = roman_reading(Site(tokens, i, grammar), is_heading=is_heading)
        if said:
            return said
    return number_reading(tokens, i, grammar)


def _plainly(token: Token) -> str:
    if not token.core:
        return "" if set(token.written) == {"#"} else silence_marks(token.written)
    return silence_marks(token.before) + token.core + silence_marks(token.after)


def _abbreviation(
    tokens: Sequence[Token], i: int, known: Mapping[str, tuple[Abbreviation, ...]]
) -> tuple[SpokenWord, ...]:
    """Return the words of the abbreviation at ``i``, the longest first, or nothing."""
    if tokens[i].after[:1] != "." and not {(core := tokens[i].core), core.lower()} & known.keys():
        return ()
    for n_words in range(min(MAX_SPOKEN_ABBREVIATION, len(tokens) - i) if known else 0, 0, -1):
        part = tokens[i : i + n_words]
        if any(t.after != "." for t in part[:-1]) or any(t.before for t in part[1:]):
            continue
        stop = "." if part[-1].after[:1] == "." else ""
        form = "".join(f"{t.core}. " for t in part[:-1]) + part[-1].core + stop
        found = known.get(form) or known.get(form[:1].lower() + form[1:], ())
        for meaning in found:
            if _stands(meaning.place, tokens, i, i + n_words):
                return _expanded(meaning, tokens, i, n_words, stop)
    return ()


def _stands(place: Place, tokens: Sequence[Token], start: int, end: int) -> bool:
    before = tokens[start - 1] if start else None
    after = tokens[end] if end < len(tokens) else None
    clings = tokens[end - 1].after.strip(".")
    if place is Place.BEFORE_NUMBER:
        return after is not None and not clings and after.core[:1].isdigit()
    if place is Place.BEFORE_NAME:
        return after is not None and not clings and after.opens_with_capital and not _opens(after)
    if place is Place.AFTER_NAME:
        return before is not None and before.opens_with_capital and before.core != "I"
    return True


def _opens(token: Token) -> bool:
    """Tell whether a word opens a sentence more likely than it is a name."""
    return token.opens_with_capital and token.core.lower() in STARTERS


def _expanded(
    meaning: Abbreviation, tokens: Sequence[Token], i: int, n_words: int, stop: str
) -> tuple[SpokenWord, ...]:
    first, last = tokens[i], tokens[i + n_words - 1]
    saying = meaning.say
    if first.opens_with_capital and i == 0:
        saying = saying[:1].upper() + saying[1:]
    tail = last.after[len(stop) :]
    if stop and _ends_sentence(tokens, i + n_words - 1, may_end=meaning.may_end):
        tail = stop + tail
    saying = silence_marks(first.before) + saying + silence_marks(tail)
    words = saying.split()
    if len(words) != n_words:
        words = [saying, *[""] * (n_words - 1)]
    return tuple(map(SpokenWord, (t.written for t in tokens[i : i + n_words]), words))


def _ends_sentence(tokens: Sequence[Token], i: int, *, may_end: bool) -> bool:
    """Tell whether the full stop of an abbreviation is a sentence's as well."""
    if any(mark in tokens[i].after for mark in ",;:!?"):
        return False
    if i + 1 == len(tokens):
        return True
    following = tokens[i + 1]
    return may_end and (_opens(following) or following.before[:1] in ("“", '"', "«", "„"))


def _initials(tokens: Sequence[Token], i: int, language: str) -> SpokenWord | None:
    """Return "U S" for "U.S." and "J" for the "J." of a name; None for anything else."""
    token = tokens[i]
    if token.after[:1] != "." or token.after[:2] == ".." or not token.core.isupper():
        return None
    letters = token.core.replace(".", "")
    if not _INITIALS.fullmatch(token.core + "."):
        return None
    if len(letters) == 1 and not _is_initial_of_name(tokens, i):
        return None
    before = silence_marks(token.before)
    stop = "." if _ends_sentence(tokens, i, may_end=len(letters) > 1) else ""
    after = stop + silence_marks(token.after[1:])
    ipa = ""
    if language == "en" and "A" in letters and all(c in ENGLISH_LETTERS for c in letters):
        ipa = before + " ".join(ENGLISH_LETTERS[letter] for letter in letters) + after
    return SpokenWord(token.written, before + " ".join(letters) + after, ipa)


def _is_initial_of_name(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a single letter is somebody's initial and not a sentence's last word."""
    if i + 1 == len(tokens) or tokens[i].after != ".":
        return False
    following = tokens[i + 1]
    among_initials = any(
        len(t.core) == 1 and t.core.isupper() and t.after == "."
        for t in (*tokens[max(i - 1, 0) : i], following)
    )
    if tokens[i].core == "I" and not among_initials:
        return False
    return following.opens_with_capital and (among_initials or not _opens(following))
