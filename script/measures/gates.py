"""The music against its gates, on seeds that nothing was tuned with; see tests/gates.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Any

from lab import ROOT

from measures import Measure

sys.path.append(str(ROOT / "tests"))

SEEDS = "BENCH_SEEDS"  # the variable that names the word from which seeds are made
WORD = "horizon"
N_SCORES = 16  # seeds of each palette and mood whose scores are measured
N_SOUNDS = 3  # and of which the sound is
OF_SEEDS = "onset patterns of two seeds, correlation"
Measured = Mapping[str, float]
Bed = tuple[str, str, int]  # palette, mood, number of the seed


def measures(long: bool) -> Iterator[Measure]:
    if not long:
        return
    import gates

    yield Measure("gate: plucked strings in tune, 80-800 Hz, cents", "≤ 2", _tuning)
    for gate, bar in gates.BARS.items():
        survey = _scores if gate in _score_gates() else _sounds
        yield Measure(f"gate: {gate}", str(bar), partial(_worst, gate, survey))


@cache
def _score_gates() -> frozenset[str]:
    import gates

    return frozenset([*gates.score_measures(gates.bed_of("kazakh", "tender", "").score), OF_SEEDS])


def _seed(number: int) -> str:
    return f"{os.environ.get(SEEDS, WORD)} {number}"


def _worst(gate: str, survey: Callable[[], Mapping[Bed, Measured]]) -> str:
    """Return each palette's value nearest to the bar or farthest beyond, and every miss."""
    import gates

    bar = gates.BARS[gate]
    values = {bed: found[gate] for bed, found in survey().items() if gate in found}
    worst: dict[str, float] = {}
    for (palette, _, _), value in values.items():
        worst[palette] = min(worst.get(palette, value), value, key=bar.margin)
    misses = [
        f"{palette} {mood} {_seed(number)!r} {value:.3g}"
        for (palette, mood, number), value in values.items()
        if not bar.holds(value)
    ]
    text = ", ".join(f"{palette} {value:.3g}" for palette, value in worst.items())
    return f"{text} ({len(values)} measured; missed: {'; '.join(misses) or 'none'})"


def _tuning() -> str:
    import gates
    import numpy as np

    cents = {
        (name, f0_hz): gates.tuning_cents(model, f0_hz)
        for name, model in gates.plucked_strings().items()
        for f0_hz in np.geomspace(*gates.PLUCKED_HZ, 25)
    }
    (name, f0_hz), worst = max(cents.items(), key=lambda item: abs(item[1]))
    return f"{worst:+.2f} ({name} at {f0_hz:.0f} Hz; {len(cents)} measured)"


def _beds(n_seeds: int) -> list[Bed]:
    from audiobook.music.moods import MOODS, PALETTES

    return [(p, m, number) for p in PALETTES for m in MOODS for number in range(n_seeds)]


@cache
def _scores() -> Mapping[Bed, Measured]:
    """Measure scores; and for each palette and mood its two most alike."""
    import gates

    scores = {bed: gates.bed_of(bed[0], bed[1], _seed(bed[2])).score for bed in _beds(N_SCORES)}
    found: dict[Bed, dict[str, float]] = {
        bed: gates.score_measures(score) for bed, score in scores.items()
    }
    for palette, mood, _ in _beds(1):
        alike = [score for bed, score in scores.items() if bed[:2] == (palette, mood)]
        found[palette, mood, 0][OF_SEEDS] = gates.likeness(alike)
    return found


@cache
def _sounds() -> Mapping[Bed, Measured]:
    """Play and measure beds, on all cores."""
    beds = _beds(N_SOUNDS)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return dict(zip(beds, pool.map(_sound, beds), strict=True))


def _sound(bed: Bed) -> dict[str, Any]:
    import gates

    made = gates.bed_of(bed[0], bed[1], _seed(bed[2]))
    sound = gates.sound_of(made)
    return {
        **gates.sound_measures(made.score, sound),
        **gates.heard_measures(made.score, sound),
    }
