"""A printed word with digits or signs in, what a narrator says for it out.

Each word has a reading of its own, decided by looking at its neighbours: "$3 million" is "3" and
"million dollars". Plain numbers stay in digits, which every engine reads well in its language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from audiobook.lexicon import dates, money
from audiobook.lexicon.grammar import Grammar, cardinal, ordinal
from audiobook.lexicon.site import Saying, Site
from audiobook.lexicon.words import Token, silence_marks

__all__ = ["number_reading"]

_DIGITS = re.compile(r"\d+")
_FRACTION = re.compile(r"(\d{1,3})?\s?(\d)[/⁄](\d)")
_GLUED_UNIT = re.compile(r"([\d.,]*\d)(\D.*)")
_RANGE = re.compile(r"(\d{1,4})([-–])(\d{1,4})")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w.+-]+@)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}(?:/[\w./?=&%#~+-]*)?",
    re.IGNORECASE | re.ASCII,
)
_SURELY_ADDRESS = re.compile(r"https?://|www\.|@", re.IGNORECASE)
_MAX_ADDRESS = 200  # letters
_MAX_COUNT = 4  # digits of a number of pages or years


def number_reading(tokens: Sequence[Token], i: int, grammar: Grammar) -> str:
    """Return what is said for a printed word with digits or signs, "" to leave it as it is.

    Parameters
    ----------
    tokens : sequence of Token
        The words of the segment.
    i : int
        Which of them.
    """
    rules = _rules(tokens, i, grammar)
    if not rules:
        return ""
    site = Site(tokens, i, grammar)
    for rule in rules:
        said = rule(site)
        if said is not None:
            return silence_marks(said.head) + said.core + silence_marks(said.tail)
    return ""


def _rules(tokens: Sequence[Token], i: int, grammar: Grammar) -> tuple[Rule, ...]:
    """Choose quickly: hardly any word of a story has a rule."""
    written = tokens[i].written
    last = tokens[i - 1].core[-1:] if i else ""
    follows = last.isnumeric() or (bool(i) and tokens[i - 1].core in grammar.money.scales)
    if written in grammar.numero_signs:
        return _OF_SIGNS
    if written.isalpha():
        return _AFTER_NUMBERS if follows else ()
    if any(map(str.isnumeric, written)):
        return _OF_NUMBERS
    if not tokens[i].core:
        return _OF_SIGNS
    if "@" in written or "/" in written or "." in tokens[i].core:
        return (*_AFTER_NUMBERS, _address) if follows else (_address,)
    return _AFTER_NUMBERS if follows else ()


def _glued_after(site: Site) -> Saying | None:
    """Say "20€", "5km" and "20°C"."""
    token = site.token
    core, tail = token.core + token.after, ""
    while core and core[-1] in money.CLOSING:
        core, tail = core[:-1], core[-1] + tail
    match = _GLUED_UNIT.fullmatch(core)
    if not match:
        return None
    number, unit = match.groups()
    names = site.grammar.money.signs.get(unit)
    if names:
        return Saying(token.before, money.sum_words(number, names, site.grammar), tail)
    forms = site.grammar.units.get(unit)
    if forms is None or (len(unit) == 1 and unit in "ml" and token.before):
        return None
    return Saying(token.before, f"{number} {money.form(number, forms)}", tail)


def _unit(site: Site) -> Saying | None:
    """Say the "km" of "5 km"."""
    before, token = site.before, site.token
    forms = site.grammar.units.get(token.core)
    if forms is None or token.before or before is None or before.after:
        return None
    if money.sign_before(before, site.grammar.money.signs) or not re.fullmatch(
        r"[\d.,]+", before.core
    ):
        return None
    tail = token.after
    if tail.startswith(".") and site.following is not None and site.following.core[:1].islower():
        tail = tail[1:]  # an abbreviation's stop
    return Saying("", money.form(before.core, forms), tail)


def _fraction(site: Site) -> Saying | None:
    """Say "1/2", "2½", and the "½" of "2 ½"; a date or a score stays as it is."""
    core = unicodedata.normalize("NFKC", site.token.core)
    match = _FRACTION.fullmatch(core)
    if not match or ("/" in core and match[1]):
        return None
    if core != site.token.core and len(site.token.core) == 1 and not site.follows_number:
        return None  # a lone "½": engines know it
    whole = match[1] or ""
    if whole and site.token.core.isdigit():
        return None
    names = site.grammar.fractions.get(f"{match[2]}/{match[3]}")
    if names is None:
        return None
    follows_whole = site.before is not None and site.before.core.isdigit() and not site.before.after
    if whole:
        return site.say(f"{whole} {names[1]}")
    return site.say(names[1] if follows_whole else names[0])


def _range(site: Site) -> Saying | None:
    """Say "1914–18" and "pp. 5-7"; a score or a telephone number stays as it is."""
    match = _RANGE.fullmatch(site.token.core)
    grammar = site.grammar
    if not match or not grammar.range or site.token.before.strip("(["):
        return None
    first, dash, last = match[1], match[2], match[3]
    if len(first) == _MAX_COUNT and len(last) == 2:  # 1914–18
        is_ascending = int(last) > int(first[2:]) and bool(grammar.years)
        said = dates.year(int(first), grammar), cardinal(int(last), grammar.language)
    elif len(first) == len(last) == _MAX_COUNT:
        is_ascending = int(last) > int(first)
        said = dates.year(int(first), grammar), dates.year(int(last), grammar)
    else:
        is_ascending = int(last) > int(first) and first[0] != "0" != last[0]
        is_ascending = is_ascending and (dash == "–" or _counts_pages(site))
        said = first, last
    return site.say(f"{said[0]} {grammar.range} {said[1]}") if is_ascending else None


def _counts_pages(site: Site) -> bool:
    before = site.before
    return before is not None and (before.core + before.after) in site.grammar.range_follows


def _numero(site: Site) -> Saying | None:
    """Say "№5" and "#5"."""
    text = site.token.before + site.token.core
    match = re.fullmatch(r"([^\w№#]*)(\D+)(\d+)", text)
    if not match or match[2] not in site.grammar.numero_signs:
        return None
    return site.say(f"{site.grammar.numero} {match[3]}", match[1])


def _numero_sign(site: Site) -> Saying | None:
    """Say the "№" of "№ 5"."""
    following = site.following
    if site.token.written not in site.grammar.numero_signs or following is None:
        return None
    is_number = following.core.isdigit() and not following.before
    return Saying("", site.grammar.numero, "") if is_number else None


def _sign(site: Site) -> Saying | None:
    """Say "&" and the like where it stands alone between words."""
    said = site.grammar.signs.get(site.token.written)
    stands = site.before is not None and site.following is not None
    return Saying("", said, "") if said and stands else None


def _ordinal_ending(site: Site) -> Saying | None:
    """Say "2e" and "1.º", which engines read as a number and a letter."""
    match = re.fullmatch(r"(\d{1,3})(\D+)", site.token.core)
    gender = site.grammar.ordinal_endings.get(match[2]) if match else None
    if not match or gender is None:
        return None
    said = ordinal(int(match[1]), site.grammar.language)
    return site.say(feminine(said) if gender == "f" else said) if said else None


def feminine(said: str) -> str:
    """Bend an ordinal of a Romance language: "premier" -> "première", "segundo" -> "segunda"."""
    if said.endswith("ier"):
        return said[:-2] + "ère"
    if said == "second":
        return "seconde"
    return " ".join(w[:-1] + "a" if w.endswith("o") else w for w in said.split())


def _digit_string(site: Site) -> Saying | None:
    """Say a telephone number digit by digit, its groups divided."""
    core = site.token.core
    if not any(re.fullmatch(pattern, core) for pattern in site.grammar.digit_strings):
        return None
    names = [
        " ".join(cardinal(int(digit), site.grammar.language) for digit in group)
        for group in _DIGITS.findall(core)
    ]
    return site.say(", ".join(names))


def _address(site: Site) -> Saying | None:
    """Say an address of the Internet, its dots and slashes by name."""
    core, tail = site.token.written.strip("<>()[]\"'“”«»"), ""
    while core and core[-1] in ".,;:!?…":
        core, tail = core[:-1], core[-1] + tail
    if (
        not site.grammar.web
        or len(core) > _MAX_ADDRESS
        or not _ADDRESS.fullmatch(core)
        or not _SURELY_ADDRESS.search(core)
    ):
        return None
    core = re.sub(r"^https?://", "", core, flags=re.IGNORECASE).rstrip("/")
    said = re.sub(r"^www(?=\.)", "w w w", core, flags=re.IGNORECASE)
    for mark, name in site.grammar.web.items():
        said = said.replace(mark, f" {name} ")
    return Saying("", " ".join(said.split()), tail)


Rule = Callable[[Site], Saying | None]

_OF_NUMBERS: tuple[Rule, ...] = (
    money.money_before,
    money.whole_before_sign,
    _glued_after,
    dates.decade,
    dates.time_of_day,
    dates.date_in_digits,
    dates.day_of_month,
    dates.bare_year,
    _fraction,
    _range,
    _numero,
    _ordinal_ending,
    _digit_string,
    _address,
)
_AFTER_NUMBERS: tuple[Rule, ...] = (
    money.scale_after_sign,
    _unit,
    money.sign_after_number,
    dates.clock,
)
_OF_SIGNS: tuple[Rule, ...] = (money.sign_after_number, _numero_sign, _sign)
