"""A language in, its way with numbers out: one file in ``languages`` for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

__all__ = ["Grammar", "Money", "Roman", "cardinal", "grammar_of", "ordinal", "year_words"]

FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True)
class Money:
    """How a sum is said.

    Attributes
    ----------
    signs : mapping
        For each sign its name, one and several; then a hundredth's, if it is said at all.
    scales : frozenset of str
        Words that may stand between number and currency: "million".
    glued : mapping
        Letters that stand for one, set to the number: "$5m".
    of, of_else : str
        What divides such a word from the currency, before a vowel and else.
    of_after : frozenset of str
        The scales that want it; empty for all.
    """

    signs: Mapping[str, tuple[str, ...]]
    join: str = " "
    scales: frozenset[str] = frozenset()
    glued: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    of_else: str = ""
    of_after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Roman:
    """How Roman numerals are said after rulers' names and beside centuries.

    Attributes
    ----------
    ordinal_up_to : int
        Rulers above it are counted, not ranked: "Louis quatorze". 0 ranks all.
    century_cases : mapping
        For each form of "century" the case that its ordinal takes, for languages that bend it.
    stop_is_ordinal : bool
        Whether the numeral of a ruler has a full stop: "Karl V."
    """

    ruler: str = "{ordinal}"
    queen: str = "{ordinal}"
    ordinal_up_to: int = 0
    rulers: frozenset[str] = frozenset()
    queens: frozenset[str] = frozenset()
    sovereigns: frozenset[str] = frozenset()
    before_century: frozenset[str] = frozenset()
    after_century: frozenset[str] = frozenset()
    century_is_ordinal: bool = False
    century_cases: Mapping[str, str] = field(default_factory=dict)
    stop_is_ordinal: bool = False


@dataclass(frozen=True)
class Grammar:
    """How a language says numbers; what is empty is left to the engine.

    Attributes
    ----------
    language : str
        As num2words calls it.
    years, years_in_context : tuple of int
        First and last of the bare numbers that are read as years: always, and after a word of
        ``year_follows``.
    dates : str
        A pattern of day, month and year in digits; "" where their order is not certain.
    day_after_month : str
        How a date is said whose day is over twelve, in a language whose order is not certain.
    day_dot : bool
        Whether a full stop makes an ordinal ("3. Mai"), whose ending the word before decides.
    fractions : mapping
        "1/2" -> how it is said alone, and after a whole number.
    units : mapping
        Forms for one and several; three for languages that count so.
    digit_strings : tuple of str
        Patterns of what is said digit by digit.
    """

    language: str
    decimal: str = "."
    group: str = ""
    years: tuple[int, ...] = ()
    years_in_context: tuple[int, ...] = ()
    year_follows: frozenset[str] = frozenset()
    months: tuple[str, ...] = ()
    months_short: frozenset[str] = frozenset()
    month_numbers: tuple[int, ...] = ()
    day_goes_on: frozenset[str] = frozenset()
    day_after_month: str = ""
    day_before_month: str = ""
    decades: bool = False
    day_dot: bool = False
    dot_nouns: frozenset[str] = frozenset()
    dot_endings_s: frozenset[str] = frozenset()
    ending_n: frozenset[str] = frozenset()
    ending_e: frozenset[str] = frozenset()
    dates: str = ""
    date: str = ""
    first_day: str = ""
    clock: str = ""
    time: Mapping[str, str] = field(default_factory=dict)
    range: str = ""
    range_follows: frozenset[str] = frozenset()
    numero: str = ""
    numero_signs: tuple[str, ...] = ()
    ordinal_endings: Mapping[str, str] = field(default_factory=dict)
    digit_strings: tuple[str, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)
    web: Mapping[str, str] = field(default_factory=dict)
    fractions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    money: Money = field(default_factory=lambda: Money({}))
    roman: Roman = field(default_factory=Roman)

    def month(self, number: int) -> str:
        """Return the name of a month, "" when there is none of that number."""
        numbers = self.month_numbers or range(1, len(self.months) + 1)
        return next((m for m, n in zip(self.months, numbers, strict=True) if n == number), "")


@cache
def grammar_of(language: str) -> Grammar | None:
    """Return a language's grammar, None where there is no file for it.

    Parameters
    ----------
    language : str
        BCP 47; only Portuguese differs by region ("pt-PT").
    """
    primary, _, region = language.lower().replace("_", "-").partition("-")
    path = FOLDER / f"{primary}.toml"
    if not primary.isalpha() or not path.is_file():
        return None
    values = tomllib.loads(path.read_text("utf-8"))
    money = {**values.pop("money_words", {}), "signs": values.pop("money", {})}
    roman = values.pop("roman", {})
    # Kokoro's Portuguese is Brazil's, and so is a story's that does not say.
    name = "pt_BR" if primary == "pt" and region != "pt" else primary
    return Grammar(
        name, **_filled(Grammar, values), money=_made(Money, money), roman=_made(Roman, roman)
    )


def _made(table: type, values: dict[str, Any]) -> Any:
    return table(**_filled(table, values))


def _filled(table: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Read each value as its field's type: lists of words are written in one line of text."""
    kinds = {name: str(kind) for name, kind in table.__annotations__.items()}
    return {name: _typed(kinds[name], value) for name, value in values.items()}


def _typed(kind: str, value: Any) -> Any:
    if kind.startswith("frozenset"):
        return frozenset(value.split())
    if kind.startswith("tuple"):
        return tuple(value.split() if isinstance(value, str) else value)
    if isinstance(value, dict):
        return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
    return value


@lru_cache(maxsize=4096)
def _worded(number: int, language: str, form: str, **how: str) -> str:
    from num2words import num2words

    try:
        return str(num2words(number, lang=language, to=form, **how))
    except (NotImplementedError, OverflowError, KeyError, ValueError, IndexError):
        return ""


def cardinal(number: int, language: str) -> str:
    """Return a number in words, in digits where the language has none."""
    return _worded(number, language, "cardinal") or str(number)


def ordinal(number: int, language: str, **how: str) -> str:
    """Return an ordinal in words, "" where there is none; ``how`` bends it (case, gender)."""
    return _worded(number, language, "ordinal", **how)


def year_words(number: int, language: str) -> str:
    """Return a year as it is said, in digits where the language has no words for it."""
    return _worded(number, language, "year") or str(number)
