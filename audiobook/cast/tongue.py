"""A language in, what its dialogue is written with out: a table of words for each language."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

__all__ = ["FEMALE", "MALE", "TONGUES", "Tongue", "tongue_of"]

FEMALE, MALE = "female", "male"
TONGUES = ("de", "en", "es", "fr", "it", "kk", "pt", "ru")


@dataclass(frozen=True, eq=False)
class Tongue:
    """The words that tell who speaks, in small letters.

    Attributes
    ----------
    verbs : frozenset of str
        Forms that go with a quotation: "said". Of several words where a language needs them.
    he, she, i : frozenset of str
        Pronouns in the place of a subject.
    genders : mapping of str to str
        Gender of pronouns in any case: "his" is male.
    titles : mapping of str to str
        Words before a name, with their gender or "".
    roles, generic : mapping of str to str
        Nouns that name one person of a story ("professor"), and that say as little as a pronoun.
    names : mapping of str to str
        First names with their gender.
    nicknames : mapping of str to frozenset of str
        Short forms, and what they are short for.
    endings : mapping of str to str
        Ends of family names that have a gender.
    articles : bool
        Whether a noun has a word before it: "the professor".
    dash : bool
        Whether a dash at the start of a paragraph is usual for a line.
    insets : bool
        Whether "said he" stands inside the quotation marks.
    """

    code: str
    verbs: frozenset[str] = frozenset()
    he: frozenset[str] = frozenset()
    she: frozenset[str] = frozenset()
    i: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    genders: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    generic: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    nicknames: Mapping[str, frozenset[str]] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)
    articles: bool = True
    dash: bool = False
    insets: bool = False


def tongue_of(language: str) -> Tongue:
    """Return the words of a language (BCP 47); one without words for an unknown one."""
    return _load(re.split(r"[-_]", language.lower())[0])


@functools.cache
def _load(code: str) -> Tongue:
    import tomllib

    if code not in TONGUES:
        return Tongue(code)
    text = (files("audiobook.cast") / "data" / f"{code}.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return Tongue(
        code,
        verbs=_words(table, "verbs"),
        he=_words(table, "he"),
        she=_words(table, "she"),
        i=_words(table, "i"),
        determiners=_words(table, "determiners"),
        openers=_words(table, "openers"),
        genders=_gendered(table, "his", "her", ""),
        titles=_gendered(table, "titles_male", "titles_female", "titles"),
        roles=_gendered(table, "roles_male", "roles_female", "roles"),
        generic=_gendered(table, "generic_male", "generic_female", ""),
        names=_gendered(table, "names_male", "names_female", ""),
        endings=_gendered(table, "male_endings", "female_endings", ""),
        nicknames=_nicknames(table.get("nicknames", "")),
        articles=table.get("articles", True),
        dash=table.get("dash", False),
        insets=table.get("insets", False),
    )


def _words(table: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in table.get(key, "").split())


def _gendered(table: Mapping[str, Any], male: str, female: str, either: str) -> dict[str, str]:
    found = dict.fromkeys(_words(table, either), "") if either else {}
    found |= dict.fromkeys(_words(table, male), MALE)
    return found | dict.fromkeys(_words(table, female), FEMALE)


def _nicknames(pairs: str) -> dict[str, frozenset[str]]:
    split = (pair.split("=") for pair in pairs.split())
    return {short: frozenset(long.split(",")) for short, long in split}
