"""A Roman numeral in, what is said for it out; where it may be a word, nothing."""

from __future__ import annotations

import re

from audiobook.lexicon.abbreviations import STARTERS
from audiobook.lexicon.grammar import Grammar, cardinal, ordinal
from audiobook.lexicon.numbers import feminine
from audiobook.lexicon.site import Site
from audiobook.lexicon.words import silence_marks
from audiobook.story.headings import WORDS_BEFORE, numeral_value

__all__ = ["roman_reading"]

_CHAPTER_WORD = re.compile(
    rf"{WORDS_BEFORE}|scene|scène|szene|escena|scena|cena|сцена", re.IGNORECASE
)
MAX_RULER = 30  # above stand initials: "John D. Miller"
_SMALL = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_WITH_ENDING = re.compile(r"([IVXLCDM]+)(e|ème|er|ère|re|ᵉ|['’]s)?")
_WORLD, _WAR = "World", "War"
_CLOSES_NAME = (",", ";", ":", ".", ")", "!", "?", "”", "’")


def roman_reading(site: Site, *, is_heading: bool) -> str:
    """Return what is said for a Roman numeral where it can be nothing else, else "".

    Notes
    -----
    It is read after a chapter word ("Chapter IV"), a ruler's name ("Henry VIII"), beside a century
    ("siglo XIX"), after another name if it is no single letter ("World War II"), and where it opens
    a heading. "I", "MIX" and "CIVIL" are words.
    """
    match = _WITH_ENDING.fullmatch(site.token.core)
    value = numeral_value(match[1]) if match else 0
    if match is None or not value:
        return ""
    said = _said(site, match[1], match[2] or "", value, is_heading=is_heading)
    if not said:
        return ""
    token = site.token
    ending = match[2] if match[2] and match[2][0] in "'’" else ""
    after = token.after
    if site.grammar.roman.stop_is_ordinal and after[:1] == "." and _goes_on(site):
        after = after[1:]
    return silence_marks(token.before) + said + ending + silence_marks(after)


def _said(site: Site, numeral: str, ending: str, value: int, *, is_heading: bool) -> str:
    grammar, before, token = site.grammar, site.before, site.token
    language = grammar.language
    if ending and ending[0] not in "'’":
        return _with_ending(value, ending, grammar)
    century = _century(site, value)
    if century:
        return century
    if before is None:
        opens = is_heading and (site.following is None or bool(token.after))
        return _count(value, language) if opens else ""
    is_clear = len(numeral) > 1 and bool(_SMALL.fullmatch(numeral))
    is_chapter = bool(_CHAPTER_WORD.fullmatch(before.core))
    if before.after or not (before.opens_with_capital or (is_chapter and is_clear)):
        return ""
    if _is_world_war(site):
        return _count(value, language)
    if before.core in grammar.roman.rulers or before.core in grammar.roman.queens:
        is_initial = value > MAX_RULER or _is_initial(site)
        is_numeral = not is_initial and (numeral != "I" or _is_first(site))
        return _ruler(site, value) if is_numeral else ""
    if numeral == "I" and _goes_on(site) and not _is_followed_by_of(site):
        return ""
    if is_chapter:
        return _count(value, language)
    is_shouting = before.core.isupper() and len(before.core) > 1 and language != "en"
    return _count(value, language) if is_clear and not is_shouting else ""


def _count(value: int, language: str) -> str:
    said = cardinal(value, language)
    return said[:1].upper() + said[1:]


def _goes_on(site: Site) -> bool:
    following = site.following
    return following is not None and following.core[:1].islower() and site.token.after in ("", ".")


def _is_followed_by_of(site: Site) -> bool:
    return site.following is not None and site.following.core == "of"


def _is_initial(site: Site) -> bool:
    """Tell "George V. Higgins" from "George V. The king"."""
    following, token = site.following, site.token
    if site.grammar.roman.stop_is_ordinal or len(token.core) > 1 or token.after != ".":
        return False
    is_name = following is not None and following.opens_with_capital
    return is_name and following is not None and following.core.lower() not in STARTERS


def _is_world_war(site: Site) -> bool:
    before = site.before
    return (
        before is not None
        and before.core == _WAR
        and site.i >= 2
        and site.tokens[site.i - 2].core == _WORLD
    )


def _is_first(site: Site) -> bool:
    """Tell whether "I" after a ruler's name is a numeral and not the pronoun."""
    if site.grammar.language != "en":
        return True
    follows_title = site.i >= 2 and site.tokens[site.i - 2].core in site.grammar.roman.sovereigns
    return follows_title or site.token.after[:1] in _CLOSES_NAME or site.token.core != "I"


def _ruler(site: Site, value: int) -> str:
    """Say "the Eighth", "quatorze" or "Segunda" after a ruler's name."""
    before, roman, language = site.before, site.grammar.roman, site.grammar.language
    is_queen = before is not None and before.core in roman.queens
    if roman.ordinal_up_to and value > roman.ordinal_up_to:
        return cardinal(value, language)
    said = ordinal(value, language)
    if language == "ru":
        said = ordinal(value, language, case="n", gender="f" if is_queen else "m")
    elif is_queen and language not in ("en", "de"):
        said = feminine(said)
    if not said:
        return ""
    named = said if language in ("fr", "es", "it", "pt_BR", "pt") else said[:1].upper() + said[1:]
    return (roman.queen if is_queen else roman.ruler).format(ordinal=named)


def _century(site: Site, value: int) -> str:
    """Say the numeral of "XIX century", "siglo XIX" and "XIX веке"."""
    roman, language = site.grammar.roman, site.grammar.language
    if value > 30:
        return ""
    following, before = site.following, site.before
    word = following.core if following is not None and not site.token.after else ""
    if word in roman.century_cases:
        return ordinal(value, language, case=roman.century_cases[word])
    if word in roman.before_century:
        return ordinal(value, language)
    if before is not None and not before.after and before.core in roman.after_century:
        if roman.century_is_ordinal or value <= roman.ordinal_up_to:
            return ordinal(value, language)
        return cardinal(value, language)
    return ""


def _with_ending(value: int, ending: str, grammar: Grammar) -> str:
    """Say "XIXe" and "Ire", as French writes them."""
    if ending not in grammar.ordinal_endings or grammar.language != "fr":
        return ""
    if ending in ("er", "ère", "re") and value != 1:
        return ""
    said = ordinal(value, "fr")
    return feminine(said) if grammar.ordinal_endings[ending] == "f" else said
