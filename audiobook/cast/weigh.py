"""Turns and what is known of each in, how likely each speaker is out.

A hidden Markov model of second order, its numbers set by hand: people take turns, so who spoke two
turns ago likely speaks now; a name beside a line outweighs that; and a line that is far from any
name is no surer than the turns between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["NOBODY", "Step", "posteriors"]

NOBODY = -1  # somebody whom the text does not name here

# Chance that a turn is its neighbour's speaker's again, and that of the one before that, by how
# many paragraphs of narration lie between. The rest is for everybody else.
_AGAIN = (0.02, 0.25, 0.3)
_BACK = (0.86, 0.5, 0.4)
_FIRST_AGAIN = (0.04, 0.3, 0.35)


@dataclass(frozen=True)
class Step:
    """One turn: how prominent each candidate is there, and how well the words fit each.

    ``prominence`` and ``fit`` have the same keys, `NOBODY` among them.
    """

    gap: int
    prominence: Mapping[int, float]
    fit: Mapping[int, float]


def posteriors(steps: Sequence[Step]) -> list[dict[int, float]]:
    """Return for each turn how likely each candidate is; the likelihoods of a turn add up to 1."""
    if not steps:
        return []
    forward = _forward(steps)
    backward = _backward(steps)
    found = []
    for i, step in enumerate(steps):
        total: dict[int, float] = dict.fromkeys(step.fit, 0.0)
        for pair, weight in forward[i].items():
            total[pair[1]] += weight * backward[i][pair]
        whole = sum(total.values())
        found.append({who: weight / whole for who, weight in total.items()})
    return found


_Pairs = dict[tuple[int | None, int], float]


def _forward(steps: Sequence[Step]) -> list[_Pairs]:
    first = steps[0]
    start: _Pairs = {(None, who): first.prominence[who] * first.fit[who] for who in first.fit}
    forward = [_scaled(start)]
    for step in steps[1:]:
        pairs: _Pairs = {}
        for (before, last), weight in forward[-1].items():
            chances = _chances(before, last, step)
            for who, fit in step.fit.items():
                pair = (last, who)
                pairs[pair] = pairs.get(pair, 0.0) + weight * chances[who] * fit
        forward.append(_scaled(pairs))
    return forward


def _backward(steps: Sequence[Step]) -> list[_Pairs]:
    backward: list[_Pairs] = [{} for _ in steps]
    for i in range(len(steps) - 1, -1, -1):
        befores = [None] if i == 0 else list(steps[i - 1].fit)
        pairs: _Pairs = {}
        for before in befores:
            for last in steps[i].fit:
                if i + 1 == len(steps):
                    pairs[before, last] = 1.0
                    continue
                step = steps[i + 1]
                chances = _chances(before, last, step)
                pairs[before, last] = sum(
                    chances[who] * fit * backward[i + 1][last, who] for who, fit in step.fit.items()
                )
        backward[i] = _scaled(pairs)
    return backward


def _scaled(pairs: _Pairs) -> _Pairs:
    whole = sum(pairs.values()) or 1.0
    return {pair: weight / whole for pair, weight in pairs.items()}


def _chances(before: int | None, last: int, step: Step) -> dict[int, float]:
    """Return how likely each candidate is after two others, their words not yet looked at."""
    gap = min(step.gap, len(_AGAIN) - 1)
    is_known = before is not None and before != last and before in step.prominence
    again = _AGAIN[gap] if is_known else _FIRST_AGAIN[gap]
    back = _BACK[gap] if is_known else 0.0
    others = {
        w: p for w, p in step.prominence.items() if w != last and not (is_known and w == before)
    }
    whole = sum(others.values()) or 1.0
    rest = 1.0 - again - back
    chances = {who: rest * share / whole for who, share in others.items()}
    if last in step.prominence:
        chances[last] = again
    if is_known and before is not None:
        chances[before] = back
    return chances
