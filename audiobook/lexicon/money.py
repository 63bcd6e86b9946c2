"""Sums of money and measures, as they are said."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from audiobook.lexicon.grammar import Grammar
from audiobook.lexicon.site import Saying, Site
from audiobook.lexicon.words import Token

__all__ = [
    "CLOSING",
    "form",
    "money_before",
    "scale_after_sign",
    "sign_after_number",
    "sign_before",
    "sum_words",
    "whole_before_sign",
]

CLOSING = ".,;:!?…)]}\"'”’»"


@dataclass(frozen=True)
class _Sum:
    """A sum of money: its number as printed, and its parts when it has hundredths."""

    number: str
    whole: str
    hundredths: str


def _sum_of(number: str, grammar: Grammar) -> _Sum:
    whole, mark, rest = number.rpartition(grammar.decimal)
    if mark and len(rest) == 2 and rest.isdigit():
        return _Sum(number, whole or "0", rest)
    return _Sum(number, number, "")


def money_before(site: Site) -> Saying | None:
    """Say "$5.50", "$5m", and the "$5" of "$5 million"."""
    signs = site.grammar.money.signs
    sign = sign_before(site.token, signs)
    head, _, core = (site.token.before + site.token.core).partition(sign or " ")
    match = re.fullmatch(r"(\d[\d.,]*)(?:-?([a-zA-Z]{1,2}))?", core)
    if not sign or not match:
        return None
    number, letters = match.groups()
    if letters:
        scale = site.grammar.money.glued.get(letters)
        return site.say(f"{number} {scale} {signs[sign][1]}", head) if scale else None
    if _scale(site.following, site) and not site.token.after:
        return site.say(number, head)
    return site.say(sum_words(number, signs[sign], site.grammar), head)


def sign_before(token: Token, signs: Container[str]) -> str:
    """Return the sign of a sum that stands before its number, "US$" of "US$20"."""
    match = re.match(r"[^\w$]*?([A-Z]{0,2}[^\w\s])\d", token.before + token.core)
    sign = match[1] if match else ""
    return sign if sign in signs else ""


def sum_words(number: str, names: Sequence[str], grammar: Grammar) -> str:
    """Return a sum as it is said: "5 dollars and 50 cents"."""
    total = _sum_of(number, grammar)
    if not total.hundredths or total.hundredths == "00" or len(names) < 4:
        return f"{total.whole if total.hundredths == '00' else number} {form(number, names)}"
    cents = str(int(total.hundredths))
    if not names[2]:
        return f"{total.whole} {form(total.whole, names)}{grammar.money.join}{cents}"
    small = f"{cents} {names[2] if cents == '1' else names[3]}"
    if total.whole == "0":
        return small
    return f"{total.whole} {form(total.whole, names)}{grammar.money.join}{small}"


def form(number: str, names: Sequence[str]) -> str:
    """Choose the form of a unit's name for a number; Slavic languages have three."""
    is_whole = number.isdecimal()
    if len(names) == 3:
        if not is_whole:
            return names[1]
        last, last_two = int(number[-1]), int(number[-2:])
        if last_two in range(11, 15) or last in (0, *range(5, 10)):
            return names[2]
        return names[0] if last == 1 else names[1]
    return names[0] if number == "1" else names[1]


def _scale(token: Token | None, site: Site) -> str:
    """Return the "million" that a word means, "" for any other word."""
    if token is None or token.before:
        return ""
    money = site.grammar.money
    return token.core if token.core in money.scales else money.glued.get(token.core, "")


def scale_after_sign(site: Site) -> Saying | None:
    """Say the "million" of "$5 million": the currency comes after it."""
    before = site.before
    scale = _scale(site.token, site)
    if before is None or not scale:
        return None
    signs = site.grammar.money.signs
    sign = sign_before(before, signs)
    if not sign or before.after:
        return None
    return site.say(f"{scale} {_after_scale(scale, signs[sign], site)}")


def _after_scale(scale: str, names: Sequence[str], site: Site) -> str:
    """Return a currency's name with what its language puts between it and "million"."""
    money = site.grammar.money
    name = names[-1] if len(names) == 3 else names[1]
    if not money.of or (money.of_after and scale not in money.of_after):
        return name
    return (money.of if name[0] in "aeiouhéè" else money.of_else) + name


def sign_after_number(site: Site) -> Saying | None:
    """Say the "€" of "20 €", "5,50 €" and "3 millions €", and the "°C" of "20 °C"."""
    written = site.token.written
    sign = written.rstrip(CLOSING)
    tail = written[len(sign) :]
    before = site.before
    if before is None or before.after or not sign:
        return None
    if sign in site.grammar.units and site.follows_number:
        return Saying("", form(before.core, site.grammar.units[sign]), tail)
    names = site.grammar.money.signs.get(sign)
    if names is None:
        return None
    if before.core in site.grammar.money.scales:
        return Saying("", _after_scale(before.core, names, site), tail)
    if not site.follows_number:
        return None
    total = _sum_of(before.core, site.grammar)
    if total.hundredths.strip("0") and not any(names[2:]):
        said = f"{form(total.whole, names)}{site.grammar.money.join}{int(total.hundredths)}"
        return Saying("", said, tail)
    return Saying("", form(total.whole, names), tail)


def whole_before_sign(site: Site) -> Saying | None:
    """Say the "5" of "5,50 €", whose hundredths come after the currency."""
    following, token = site.following, site.token
    if following is None or token.after or token.before:
        return None
    names = site.grammar.money.signs.get(following.written.rstrip(CLOSING))
    total = _sum_of(token.core, site.grammar)
    if names is None or any(names[2:]) or not total.hundredths:
        return None
    return site.say(total.whole)
