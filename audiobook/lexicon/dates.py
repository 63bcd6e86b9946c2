"""Years, days, decades and times of day, as they are said."""

from __future__ import annotations

import re

from audiobook.lexicon.grammar import Grammar, cardinal, ordinal, year_words
from audiobook.lexicon.site import Saying, Site
from audiobook.lexicon.words import Token

__all__ = ["bare_year", "clock", "date_in_digits", "day_of_month", "decade", "time_of_day", "year"]

_DECADE = re.compile(r"((?:mid|early|late|pre|post)[-–])?(\d\d)?(\d0)['’]?s", re.IGNORECASE)
_YEAR = re.compile(r"((?:mid|early|late|pre|post)[-–])?([0-9]{4})(['’]s)?", re.IGNORECASE)
_HALVES = re.compile(r"[ap]\.?m", re.IGNORECASE)  # of the day
_TIME = re.compile(r"([01]?\d|2[0-4])[:]([0-5]\d)")
_EITHER = re.compile(
    r"(?P<one>\d\d?)/(?P<two>\d\d?)/(?P<year>\d{4})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)"
)
_NOON = _MONTHS = 12
_MAX_DAY, _MAX_DAY_DIGITS = 31, 3
_MOST_SMALL_MINUTES = 9


def year(number: int, grammar: Grammar) -> str:
    """Return a year in words where its language reads years in a way of its own, else in digits."""
    first, last = grammar.years_in_context or (1, 0)
    is_plain = 2000 <= number <= 2009  # two thousand and four: as any number
    if not first <= number <= last or is_plain:
        return str(number)
    return year_words(number, grammar.language)


def bare_year(site: Site) -> Saying | None:
    """Say "1998" as a year: in languages that tell years from numbers, where it is one."""
    grammar, token = site.grammar, site.token
    match = _YEAR.fullmatch(token.core)
    if not grammar.years or not match or token.before.strip("([“\"'‘’—–-"):
        return None
    prefix, number, ending = match[1] or "", int(match[2]), match[3] or ""
    first, last = grammar.years
    if _counts(site):
        return None
    if not first <= number <= last:
        first, last = grammar.years_in_context
        is_told = bool(prefix) or _follows_word_of_years(site)
        if not first <= number <= last or not is_told:
            return None
    said = year(number, grammar)
    return site.say(prefix + said + ending) if said != match[2] else None


def _counts(site: Site) -> bool:
    """Tell whether the number counts something: "1500 km", "1200 °C"."""
    following = site.following
    if following is None or site.token.after:
        return False
    unit = following.written.rstrip(".,;:!?")
    scales = site.grammar.money.scales
    return unit in site.grammar.units or unit in site.grammar.money.signs or unit in scales


def _follows_word_of_years(site: Site) -> bool:
    before = site.before
    if before is None:
        return False
    word = before.core if before.core[1:].islower() else before.core.lower()
    if word in site.grammar.year_follows or word.lower() in site.grammar.year_follows:
        return before.after in ("", ",", ".")
    # "May 12, 1998"
    return (
        site.i >= 2 and before.after == "," and site.tokens[site.i - 2].core in site.grammar.months
    )


def decade(site: Site) -> Saying | None:
    """Say "1990s" and "'90s"."""
    match = _DECADE.fullmatch(site.token.core)
    if not match or not site.grammar.decades:
        return None
    prefix, century, tens = match[1] or "", match[2], int(match[3])
    language = site.grammar.language
    head = site.token.before
    if not century:
        if tens < 20:
            return None
        return site.say(prefix + _plural(cardinal(tens, language)), head.rstrip("'’‘"))
    hundreds = cardinal(int(century), language)
    if tens == 0:
        named = "two thousands" if century == "20" else f"{hundreds} hundreds"
        return site.say(prefix + named)
    return site.say(f"{prefix}{hundreds} {_plural(cardinal(tens, language))}")


def _plural(tens: str) -> str:
    return tens[:-1] + "ies" if tens.endswith("y") else tens + "s"


def time_of_day(site: Site) -> Saying | None:
    """Say "10:00" and "10:05"; other times engines read well."""
    grammar, following = site.grammar, site.following
    is_half = following is not None and bool(_HALVES.fullmatch(following.core))
    core = site.token.core
    match = _TIME.fullmatch(core.replace(".", ":", 1) if is_half and grammar.time else core)
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2])
    if grammar.clock:
        goes_on = following is not None and following.core == grammar.clock
        if goes_on and not site.token.after:
            return site.say(str(hour))
        return site.say(f"{hour} {grammar.clock}" + (f" {minute}" if minute else ""))
    if not grammar.time or (minute > _MOST_SMALL_MINUTES and ":" in core):
        return None
    words = {
        "h": cardinal(hour, grammar.language),
        "m": cardinal(minute, grammar.language),
    }
    if minute > _MOST_SMALL_MINUTES:
        return site.say("{h} {m}".format(**words))
    if minute:
        return site.say(grammar.time["small"].format(**words))
    if is_half:
        return site.say(words["h"])
    form = "full" if 1 <= hour <= _NOON else "full_late"
    return site.say(grammar.time[form].format(**words))


def clock(site: Site) -> Saying | None:
    """Say the "Uhr" of "10:30 Uhr" before its minutes."""
    before = site.before
    if not site.grammar.clock or site.token.core != site.grammar.clock or before is None:
        return None
    match = _TIME.fullmatch(before.core)
    if not match or before.after:
        return None
    minute = int(match[2])
    return site.say(site.grammar.clock + (f" {minute}" if minute else ""))


def date_in_digits(site: Site) -> Saying | None:
    """Say "12.05.1998" in languages where the order of day and month is certain."""
    grammar = site.grammar
    if not grammar.dates:
        return _date_of_either_order(site)
    match = re.fullmatch(grammar.dates, site.token.core)
    if not match:
        return None
    day, month = int(match[1]), grammar.month(int(match[2]))
    if not 1 <= day <= _MAX_DAY or not month:
        return None
    when = year(int(match[3]), grammar)
    if grammar.day_dot:
        return site.say(f"{_bent(site, day, '')} {month} {when}")
    if grammar.language == "ru":
        said = ordinal(day, "ru", case="n", gender="n")
        of_year = ordinal(int(match[3]), "ru", case="g")
        return site.say(f"{said} {month} {of_year} года") if said and of_year else None
    named = grammar.first_day if day == 1 and grammar.first_day else str(day)
    return site.say(grammar.date.format(day=named, month=month, year=when))


def _date_of_either_order(site: Site) -> Saying | None:
    """Say "25/12/1998", "12/25/1998" and "1998-12-25"; "9/11/2001" can be two days."""
    grammar = site.grammar
    match = _EITHER.fullmatch(site.token.core) if grammar.day_after_month else None
    if not match:
        return None
    if match["iso_year"]:
        month, day, in_year = int(match["iso_month"]), int(match["iso_day"]), int(match["iso_year"])
    else:
        month, day = sorted((int(match["one"]), int(match["two"])))
        in_year = int(match["year"])
        if day <= _MONTHS and day != month:
            return None
    if not grammar.month(month) or not 1 <= day <= _MAX_DAY:
        return None
    named = {"month": grammar.month(month), "day": ordinal(day, grammar.language)}
    return site.say(grammar.day_after_month.format(**named, year=year(in_year, grammar)))


def day_of_month(site: Site) -> Saying | None:
    """Say the day of "May 12", "12 May" and "3. Mai"."""
    core, grammar, token = site.token.core, site.grammar, site.token
    if len(core) > _MAX_DAY_DIGITS or not (core.isdecimal() and core.isascii()):
        return None
    if grammar.day_dot:
        return _with_dot(site)
    if not 1 <= int(core) <= _MAX_DAY or not grammar.day_before_month or token.before.strip("(“"):
        return None
    said = ordinal(int(core), grammar.language)
    if _is_month(site.following, grammar) and not token.after:
        has_article = site.before is not None and site.before.core.lower() == "the"
        form = "{day} of" if has_article else grammar.day_before_month
        return site.say(form.format(day=said))
    before = site.before
    if before is None or before.after not in ("", ".") or not _is_month(before, grammar):
        return None
    following = site.following
    goes_on = following is not None and not token.after and not following.core[:1].isdigit()
    if goes_on and following is not None and following.core not in grammar.day_goes_on:
        return None
    return site.say(said)


def _is_month(token: Token | None, grammar: Grammar) -> bool:
    core = token.core if token is not None else ""
    return core in grammar.months or core in grammar.months_short


def _with_dot(site: Site) -> Saying | None:
    """Say "3." before a month, "19." before a century, with the ending that German wants."""
    following, token = site.following, site.token
    if token.after != "." or following is None or following.before:
        return None
    if not _is_month(following, site.grammar) and following.core not in site.grammar.dot_nouns:
        return None
    return Saying(token.before, _bent(site, int(token.core), following.core), "")


def _bent(site: Site, number: int, noun: str) -> str:
    grammar, before = site.grammar, site.before
    said = ordinal(number, grammar.language)
    word = before.core if before is not None and not before.after else ""
    if word.lower() in grammar.ending_n:
        return said + "n"
    if word in grammar.ending_e:
        return said
    return said + ("s" if noun in grammar.dot_endings_s else "r")
