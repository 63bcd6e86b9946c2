"""A paragraph in, its sentences out: a library's rules, mended where stories break them."""

from __future__ import annotations

import functools
import re

from audiobook.lexicon.abbreviations import Place, abbreviations
from audiobook.lexicon.grammar import grammar_of

__all__ = ["sentence_spans"]

_DOUBLE_QUOTES = '"“”„‟«»‹›'
_OPENERS = "\"'“”„‟«»‹›‘’([{¿¡「『（【《〈—–-…* \u00a0\u202f"
_CLOSERS = "\"'”’»›)]}」』）】》〉"
_FULL_STOPS_OF_THE_EAST = "。｡！？…」』"
_LOOSE_CLOSERS = "»”›"  # French stands a space before these
_NEUTRAL = str.maketrans(dict.fromkeys(_DOUBLE_QUOTES, " "))
_SINGLE_QUOTES = re.compile(r"(?<!\w)[‘']|(?<=[.!?,…])['’](?=\s|$)")
_LIST_NUMBER = re.compile(r"\W*(?:\d{1,3}|[ivxlIVXL]{1,5})[.)]\W*")
_FIRST_WORD = re.compile(r"\w+")
_INITIAL = re.compile(r"\W*(?:[^\W\d_]\.)*[^\W\d_]\.")


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return where each sentence of a paragraph begins and ends.

    Parameters
    ----------
    text : str
        One paragraph.
    language : str
        BCP 47; sentences of any language are found, of some 300 with their abbreviations.

    Returns
    -------
    list of (start, end)
        In order, without white space at their edges, leaving out nothing but white space.

    Notes
    -----
    A cut too few costs nothing, since an engine reads two sentences as well as one; a cut too many
    is heard. So a sentence goes on after a quoted exclamation in front of "he said", after a title
    or an initial, and wherever the next word has a small letter. Quotation marks are hidden from
    the library: whether a quotation is one sentence must not depend on a mark far away.
    """
    import sentencex

    hidden = _SINGLE_QUOTES.sub(" ", text.translate(_NEUTRAL))
    primary = re.split(r"[-_]", language.lower())[0]
    spans, start, position = [], _skip_space(text, 0), 0
    for piece in sentencex.segment(primary, hidden):
        position += len(piece)
        end, following = _settle(text, position)
        if following < len(text) and end > start and _divides(text, start, end, following, primary):
            spans.append((start, end))
            start = following
    end = len(text.rstrip())
    return [*spans, (start, end)] if end > start else spans


def _skip_space(text: str, i: int) -> int:
    while i < len(text) and text[i].isspace():
        i += 1
    return i


def _settle(text: str, position: int) -> tuple[int, int]:
    """Return the end of the sentence at about ``position`` and the start of the next one.

    Both are the text's length when there is no cut here: words are divided at white space, or
    after a full stop of a script that has none.
    """
    end = position
    while end > 0 and (text[end - 1].isspace() or text[end - 1] in _DOUBLE_QUOTES):
        end -= 1
    stop = text[end - 1 : end]
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    if text[end : end + 1] == "“" and not text[end + 1 : end + 2].strip():  # closes in German
        end += 1
    following = _skip_space(text, end)
    is_loose = text[following : following + 1] and text[following] in _LOOSE_CLOSERS
    if following > end and is_loose and not text[following + 1 : following + 2].isalnum():
        end = following + 1
        following = _skip_space(text, end)
    if following == end and (not stop or stop not in _FULL_STOPS_OF_THE_EAST):
        return len(text), len(text)
    return end, following


def _divides(text: str, start: int, end: int, following: int, language: str) -> bool:
    """Tell whether two sentences meet here."""
    opening = text[following : following + 40].lstrip(_OPENERS)[:1]
    if opening.islower():
        return False
    sentence = text[start:end]
    if _LIST_NUMBER.fullmatch(sentence):
        return False
    last = sentence.rsplit(None, 1)[-1].lstrip(_OPENERS)
    if not last.endswith("."):
        return True
    if last[:-1].isdigit() and _is_ordinal(text[following:], language):
        return False
    if _INITIAL.fullmatch(last):
        return not _is_initial(last, opening, language)
    before_name, before_number, never = _unfinished(language)
    form = last.lower()
    if form in never or (form in before_name and not opening.isdigit()):
        return False
    return not (form in before_number and opening.isdigit())


def _is_ordinal(following: str, language: str) -> bool:
    """Tell whether a number with a stop ranks what follows: "im 19. Jahrhundert"."""
    grammar, word = grammar_of(language), _FIRST_WORD.match(following)
    if grammar is None or word is None or not grammar.day_dot:
        return False
    return word[0] in grammar.months or word[0] in grammar.dot_nouns


def _is_initial(last: str, opening: str, language: str) -> bool:
    """Tell whether a lone capital with a stop belongs to the name that follows it."""
    is_single = last.count(".") == 1
    return (
        is_single and last[0].isupper() and opening.isupper() and (last != "I." or language != "en")
    )


@functools.cache
def _unfinished(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the abbreviations before a name, before a number, and that never end a sentence.

    English ones count everywhere: "Mrs. Smith" travels.
    """
    kinds: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    for table in (abbreviations("en"), abbreviations(language)):
        for form, meanings in table.items():
            for meaning in meanings:
                last = form.split()[-1].lower()
                if meaning.place is Place.BEFORE_NAME:
                    kinds[0].add(last)
                elif meaning.place is Place.BEFORE_NUMBER:
                    kinds[1].add(last)
                elif meaning.place is Place.ANYWHERE and not meaning.may_end and " " not in form:
                    kinds[2].add(last)
    return frozenset(kinds[0]), frozenset(kinds[1]), frozenset(kinds[2])
