"""The turns of a scene in, the likeliest speaker of each out, with how likely and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from audiobook.cast.frames import Clue, Mention
from audiobook.cast.model import FIRST_PERSON
from audiobook.cast.people import People, Person
from audiobook.cast.tongue import FEMALE, MALE, Tongue
from audiobook.cast.turns import Turn
from audiobook.cast.weigh import NOBODY, Step, posteriors

__all__ = ["Judge", "Verdict"]

TELLER = 0  # the index of who tells the story
_WINDOW = 25  # turns to either side in which somebody has to be mentioned to be there
_NEARNESS = 0.9  # prominence of a mention, by each turn of distance
_MOST = 6  # candidates for a turn
_PROMINENCE = {"says": 1.0, "does": 0.5, "led": 0.4, "called": 0.3}
_LEAST_ANSWERS, _SHARE_OF_ANSWERS = 2, 0.6  # so often somebody answers to a name of theirs
_NOBODY = 0.06  # prominence of somebody unnamed, of the whole
_CALLED, _ASKED = 3.0, 12.0  # how much likelier who is called answers, the most at a line's end
_NEAREST = 2.0  # and how much likelier a pronoun means who was last named
_NEVER = 0.0003  # fit of a candidate whom the text contradicts


@dataclass(frozen=True)
class Verdict:
    """Who says a turn; "" for nobody whom the text names."""

    speaker: str
    confidence: float
    rule: str


class Judge:
    """Knows a story's people, and judges its scenes one by one."""

    def __init__(self, people: People, tongue: Tongue, *, has_teller: bool) -> None:
        self._people = people
        self._tongue = tongue
        self._has_teller = has_teller
        teller = Person()
        teller.forms[FIRST_PERSON] = 1
        self._everybody = [teller, *people.everybody]
        self._index = {id(p): i for i, p in enumerate(self._everybody)}
        self._roles: dict[str, int] = {}
        self._answers: dict[str, int] = {}

    def everybody(self) -> Sequence[Person]:
        """Return all people, those without a name of their own and the teller among them."""
        return self._everybody

    def learn(self, scenes: Sequence[Sequence[Turn]]) -> None:
        """Find out who is meant by names that are only called: whoever answers to them."""
        votes: dict[str, Counter[int]] = {}
        for turns in scenes:
            for turn, following in pairwise(turns):
                clue = following.clue
                who = self.who(clue.mention) if clue and clue.says and following.gap <= 1 else None
                if who is None or not turn.called or self.named(turn.called[-1]) is not None:
                    continue
                votes.setdefault(turn.called[-1], Counter())[who] += 1
        for name, count in votes.items():
            who, most = count.most_common(1)[0]
            fits = self.gender_of_name(name) in ("", self.gender_of(who)) or self.is_teller(who)
            least = _LEAST_ANSWERS + self.is_teller(who)
            if most >= least and most >= _SHARE_OF_ANSWERS * count.total() and fits:
                self._answers[name] = who

    def judge(self, turns: Sequence[Turn]) -> list[Verdict]:
        """Return a verdict for each turn of a scene."""
        told = [_Told(self, turn) for turn in turns]
        for i, facts in enumerate(told):
            facts.nearest = self._nearest(told[max(0, i - 4) : i], facts)
        steps = [self._step(i, told, turns) for i in range(len(turns))]
        found = []
        for facts, chances in zip(told, posteriors(steps), strict=True):
            who = max(chances, key=lambda w: (chances[w], -w))
            name = "" if who == NOBODY else self._everybody[who].name
            found.append(Verdict(name, round(chances[who], 3), _rule(facts)))
        return found

    def who(self, mention: Mention) -> int | None:
        """Return who is meant, None where several may be."""
        if mention.kind == "i":
            return TELLER if self._has_teller else None
        if mention.kind == "name":
            return self.named(mention.text)
        return self._role(mention.text) if mention.kind == "role" else None

    def named(self, name: str) -> int | None:
        """Return who has a name."""
        person = self._people.find(name)
        return None if person is None else self._index[id(person)]

    def called(self, name: str) -> int | None:
        """Return who is called by a name, be it one that nobody else uses."""
        found = self.named(name)
        return self._answers.get(name) if found is None else found

    def _role(self, noun: str) -> int:
        """Return who is called by a noun, as the only one with that title or by it alone."""
        key = noun.lower()
        if key not in self._roles:
            person = self._people.with_title(key)
            if person is None:
                person = Person(gender=self._people.gender_of_role(key))
                self._index[id(person)] = len(self._everybody)
                self._everybody.append(person)
            person.forms[noun] += 0 if len(person.forms) else 1
            self._roles[key] = self._index[id(person)]
        return self._roles[key]

    def gender_of(self, who: int) -> str:
        """Return a person's gender, or ""."""
        return "" if who in (NOBODY, TELLER) else self._everybody[who].gender

    def gender_of_name(self, name: str) -> str:
        """Return the gender that a name of nobody here has by itself."""
        return self._people.names.parts(name).gender

    def gender_of_noun(self, noun: str) -> str:
        """Return the gender of a noun that says as little as a pronoun."""
        return self._tongue.generic.get(noun.lower(), "")

    def is_teller(self, who: int) -> bool:
        """Tell whether somebody tells the story."""
        return who == TELLER

    def _nearest(self, before: Sequence[_Told], told: _Told) -> int | None:
        """Return who of a pronoun's gender was named last before it."""
        kind = told.clue.mention.kind if told.clue else ""
        wanted = {"he": MALE, "she": FEMALE}.get(kind)
        if wanted is None:
            return None
        named = [
            told.led,
            *(who for earlier in reversed(before) for who in (earlier.who, earlier.led)),
        ]
        fitting = (who for who in named if who is not None and self.gender_of(who) == wanted)
        return next(fitting, None)

    def _step(self, i: int, told: Sequence[_Told], turns: Sequence[Turn]) -> Step:
        weights: dict[int, float] = {}
        for j in range(max(0, i - _WINDOW), min(len(told), i + _WINDOW + 1)):
            nearness = _NEARNESS ** abs(i - j)
            for who, weight in told[j].mentions:
                weights[who] = weights.get(who, 0.0) + weight * nearness
        most = sorted(weights, key=lambda w: (-weights[w], w))[:_MOST]
        whole = sum(weights[w] for w in most) or 1.0
        prominence = {w: (1 - _NOBODY) * weights[w] / whole for w in most} | {NOBODY: _NOBODY}
        previous = told[i - 1] if i and turns[i].gap <= 1 else None
        fit = {w: told[i].fit(w) * (previous.answer(w) if previous else 1.0) for w in prominence}
        return Step(turns[i].gap, prominence, fit)


class _Told:
    """What a turn tells about its speaker, with its names looked up."""

    def __init__(self, judge: Judge, turn: Turn) -> None:
        self._judge = judge
        self.turn = turn
        self.clue = self._usable(turn.clue)
        self.lead = self._usable(turn.lead)
        self.who = judge.who(self.clue.mention) if self.clue else None
        self.led = judge.who(self.lead.mention) if self.lead else None
        names = [(name, judge.called(name)) for name in turn.called]
        self.called = [who for _, who in names if who is not None]
        # A capital that opens a line is a name only if somebody bears it.
        known = [n for n, who in names if who is not None or judge.gender_of_name(n)]
        self.last_called = known[-1] if known else ""
        self.mentions = self._mentions()
        self.nearest: int | None = None

    def _usable(self, clue: Clue | None) -> Clue | None:
        """Leave out a capital that is no name, and who says nothing in a story without an "I"."""
        if clue and clue.mention.kind == "name" and self._judge.named(clue.mention.text) is None:
            return Clue(Mention("other"), clue.says) if clue.says else None
        return clue

    def _mentions(self) -> list[tuple[int, float]]:
        found = []
        if self.who is not None and self.clue:
            found.append((self.who, _PROMINENCE["says" if self.clue.says else "does"]))
        if self.led is not None:
            found.append((self.led, _PROMINENCE["led"]))
        return [*found, *((who, _PROMINENCE["called"]) for who in self.called)]

    def fit(self, who: int) -> float:
        """Return how well the words around the lines and in them fit a candidate."""
        fit = self._by_clue(who) * self._by_lead(who)
        if who in self.called:
            fit *= 0.05
        return max(fit, _NEVER * _NEVER)

    def answer(self, who: int) -> float:
        """Return how well a candidate fits as who answers these lines."""
        name = self.last_called
        if not name:
            return 1.0
        strength = _ASKED if self.turn.ends_calling else _CALLED
        asked = self._judge.called(name)
        if asked is not None:
            return strength if who == asked else 1.0
        gender, wanted = self._judge.gender_of(who), self._judge.gender_of_name(name)
        if not wanted or (not gender and not self._judge.is_teller(who)):
            return 1.0
        return strength if gender == wanted else 0.5

    def _by_clue(self, who: int) -> float:
        if self.clue is None:
            return 0.7 if who == NOBODY else 1.0
        if self.who is not None:
            others = _NEVER if self.clue.says else 0.12
            return 1.0 if who == self.who else others
        return self._by_gender(who, self.clue.mention.kind, self.clue.mention.text, self.clue.says)

    def _by_lead(self, who: int) -> float:
        if self.lead is None or who == NOBODY:
            return 1.0
        if self.led is not None:
            strength = 20.0 if self.lead.says else 1.0 if self._judge.is_teller(self.led) else 3.5
            return strength if who == self.led else 1.0
        kind = self.lead.mention.kind
        strength = 20.0 if self.lead.says else 3.0
        gender = {"he": MALE, "she": FEMALE}.get(kind, "")
        return strength if gender and self._judge.gender_of(who) == gender else 1.0

    def _by_gender(self, who: int, kind: str, noun: str, says: bool) -> float:
        if kind == "other":
            return 1.0 if who == NOBODY else 0.02 if self._judge.is_teller(who) else 0.4
        wanted = {"he": MALE, "she": FEMALE}.get(kind) or self._judge.gender_of_noun(noun)
        if who == NOBODY:
            return 0.3 if kind == "generic" else 0.1
        if self._judge.is_teller(who):
            return _NEVER if says else 0.2
        gender = self._judge.gender_of(who)
        if not gender or not wanted:
            return 0.35
        mismatch = _NEVER if says else 0.15
        match = _NEAREST if who == self.nearest else 1.0
        return match if gender == wanted else mismatch


def _rule(told: _Told) -> str:
    """Name what decided most."""
    if told.clue and told.clue.says:
        kind = told.clue.mention.kind
        return {"name": "named", "role": "named", "i": "named"}.get(kind, "pronoun")
    if told.clue:
        return "beat"
    if told.lead and told.lead.says:
        return "beat"
    return "address" if told.called else "turns"
