"""The names of a story in, its people out: which names are one person's, and their gender."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from audiobook.cast.tongue import FEMALE, Tongue

__all__ = ["Names", "People", "Person"]


@dataclass
class Person:
    """Somebody with all names that the story has for them."""

    forms: Counter[str] = field(default_factory=Counter)
    firsts: set[str] = field(default_factory=set)
    last: str = ""
    titles: set[str] = field(default_factory=set)
    gender: str = ""

    @property
    def name(self) -> str:
        """What the story calls them most often; of equals the longest."""
        return min(self.forms, key=lambda form: (-self.forms[form], -len(form), form))


@dataclass(frozen=True)
class _Parts:
    """A name taken apart, in small letters."""

    titles: tuple[str, ...]
    firsts: tuple[str, ...]
    last: str
    gender: str

    @property
    def is_full(self) -> bool:
        return bool(self.firsts and self.last)


class Names:
    """Takes names apart, in one language."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue

    @functools.cache  # noqa: B019  (lives as long as one reading of a story)
    def parts(self, form: str) -> _Parts:
        """Return titles, given names and family name; a name alone is taken for a family's."""
        words = [word.lower().rstrip(".") for word in form.replace(".", ". ").split()]
        titles = []
        while len(words) > 1 and words[0] in self.tongue.titles:
            titles.append(words.pop(0))
        gender = next((g for t in titles if (g := self.tongue.titles[t])), "")
        firsts, last = tuple(words[:-1]), words[-1]
        first = firsts[0] if firsts else last if not titles else ""
        gender = gender or self.tongue.names.get(first, "") or self._by_ending(last)
        if not gender and first in self.tongue.nicknames:
            longs = self.tongue.nicknames[first]
            gender = next((g for n in sorted(longs) if (g := self.tongue.names.get(n, ""))), "")
        return _Parts(tuple(titles), firsts, last, gender)

    def _by_ending(self, last: str) -> str:
        found = [e for e in self.tongue.endings if last.endswith(e) and len(last) > len(e) + 1]
        return self.tongue.endings[max(found, key=len)] if found else ""

    def kin(self, word: str) -> set[str]:
        """Return how the names begin that a given name may be short for, or long for."""
        longs = self.tongue.nicknames
        shorts = (short for short, names in longs.items() if word in names)
        return {name[:3] for name in (*longs.get(word, ()), *shorts)}

    def are_alike(self, one: str, other: str) -> bool:
        """Tell whether two given names may be one person's: a nickname, an initial."""
        if one == other or (min(len(one), len(other)) == 1 and one[0] == other[0]):
            return True
        longs = self.tongue.nicknames
        return other in longs.get(one, ()) or one in longs.get(other, ()) or _is_pet(one, other)


def _is_pet(one: str, other: str) -> bool:
    """Tell whether one is the other's beginning with an ending of fondness: "Garny", "Annie"."""
    short, long = sorted((one, other), key=len)
    stem = short.removesuffix("ie").removesuffix("y")
    return stem != short and len(stem) >= 3 and long.startswith(stem)


class People:
    """Everybody whom a story names as a speaker.

    Parameters
    ----------
    forms : mapping of str to int
        Names with how often each stands before or after a verb of saying.
    tongue : Tongue
        The story's language.
    genders : mapping of str to str
        What pronouns tell about a name.
    joined : sequence of sequences of str
        Names that the reader says are one person's.

    Notes
    -----
    Conservative: names are one person's only where no other person could be meant. A name with
    "Mrs." never joins a bare family name unless pronouns call that one "she".
    """

    def __init__(
        self,
        forms: Mapping[str, int],
        tongue: Tongue,
        genders: Mapping[str, str],
        joined: Mapping[str, str] | None = None,
    ) -> None:
        self.names = Names(tongue)
        self.everybody: list[Person] = []
        self._genders = genders
        self._joined = joined or {}
        self._by_form: dict[str, Person | None] = {}
        self._by_letters: dict[str, set[int]] = {}  # places in `everybody`, by how names begin
        self._places: dict[int, int] = {}
        for form in sorted(
            forms, key=lambda form: (form not in self._joined.values(), self._order(form))
        ):
            self._add(form, forms[form])
        self.everybody = [p for p in self.everybody if p.forms.total()]
        places = {self._places[id(p)]: i for i, p in enumerate(self.everybody)}
        self._by_letters = {
            key: {places[i] for i in found if i in places}
            for key, found in self._by_letters.items()
        }
        self._by_form = {f: p for f, p in self._by_form.items() if p and p.forms.total()}

    def _order(self, form: str) -> tuple[int, str]:
        parts = self.names.parts(form)
        return (0 if parts.is_full else 1 if parts.titles else 2), form

    def _add(self, form: str, count: int) -> None:
        person = self.find(form)
        parts = self.names.parts(form)
        if person is None:
            person = Person(gender=self._gender(form))
            self._places[id(person)] = len(self.everybody)
            self.everybody.append(person)
        person.forms[form] += count
        person.firsts |= set(parts.firsts)
        person.titles |= set(parts.titles)
        person.last = person.last or parts.last
        person.gender = person.gender or self._gender(form)
        self._by_form[form] = person
        for word in (*parts.firsts, parts.last):
            self._by_letters.setdefault(word[:3], set()).add(self._places[id(person)])

    def _gender(self, form: str) -> str:
        return self.names.parts(form).gender or self._genders.get(form, "")

    def find(self, form: str) -> Person | None:
        """Return whom a name means, or None if that is nobody or not certain."""
        if form in self._by_form:
            return self._by_form[form]
        target = self._joined.get(form)
        if target is not None and target != form:
            return self.find(target)
        found = self._candidates(form)
        return found[0] if len(found) == 1 else None

    def _candidates(self, form: str) -> list[Person]:
        parts = self.names.parts(form)
        gender = self._gender(form)
        near = self._near(parts)
        fitting = [p for p in near if not (gender and p.gender and gender != p.gender)]
        if parts.is_full:
            return [p for p in fitting if p.last == parts.last and self._shares_first(parts, p)]
        family = [p for p in fitting if p.last == parts.last]
        if parts.titles:
            alike = [p for p in family if set(parts.titles) & p.titles]
            certain = [p for p in family if gender and p.gender == gender]
            return alike or certain
        given = [
            p for p in fitting if any(self.names.are_alike(parts.last, first) for first in p.firsts)
        ]
        bare = [p for p in family if not self._is_only_hers(p, gender)]
        pets = [p for p in fitting if not p.firsts and _is_pet(parts.last, p.last)]
        return given or bare or pets

    def _near(self, parts: _Parts) -> list[Person]:
        """Return those who may have a name in common, in order; a novel may have thousands."""
        words = [*parts.firsts, parts.last]
        if any(len(word) == 1 for word in words):
            return self.everybody
        keys = {key for word in words for key in (word[:3], word[0], *self.names.kin(word))}
        found = {i for key in keys for i in self._by_letters.get(key, ())}
        return [self.everybody[i] for i in sorted(found)]

    def _shares_first(self, parts: _Parts, person: Person) -> bool:
        if not person.firsts:
            return not person.titles or bool(parts.gender and parts.gender == person.gender)
        return any(self.names.are_alike(a, b) for a in parts.firsts for b in person.firsts)

    def _is_only_hers(self, person: Person, gender: str) -> bool:
        """Tell whether a person has the family name only with "Mrs." before it."""
        titled = [f for f in person.forms if self.names.parts(f).titles]
        hers = person.gender == FEMALE and len(titled) == len(person.forms)
        return hers and gender != FEMALE

    def gender_of_role(self, noun: str) -> str:
        """Return the gender of who is called by a noun."""
        told = self._genders.get(noun, "") or self._genders.get(noun.capitalize(), "")
        return told or self.names.tongue.roles.get(noun, "")

    def with_title(self, noun: str) -> Person | None:
        """Return the only person who has a role as a title: "the professor"."""
        found = [p for p in self.everybody if noun in p.titles]
        if len(found) != 1:
            return None
        found[0].gender = found[0].gender or self.gender_of_role(noun)
        return found[0]
