"""What many kills and requests to stop cost a build; see tests/interruptions.py."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from lab import ROOT, lab

from measures import Measure

sys.path.append(str(ROOT / "tests"))

SEED = 7
N_KILLS = 60
N_CHAPTERS = 10
N_STOPS = 10  # of each signal at each moment
MOMENTS = ("planning", "starting", "importing", "speaking", "mixing")


def measures(long: bool) -> Iterator[Measure]:
    if not long:
        return
    yield Measure(f"{N_KILLS} kills -9 of builds of {N_CHAPTERS} chapters", "no harm", _kills)
    yield Measure("Ctrl-C and terminate: longest until all is gone", "≤ 2 s", _stops)


def _kills() -> str:
    from interruptions import build, kill_again_and_again, tell

    names = [f"Rider {chr(ord('A') + number)}" for number in range(N_CHAPTERS)]
    with lab() as bench:
        reference, place = (
            tell(bench.folder / name, names=names) for name in ("undisturbed", "killed")
        )
        build(reference)
        toll = kill_again_and_again(place, reference, random.Random(SEED), N_KILLS)
    return (
        f"{toll.n_hit} hit a running build, {toll.n_books} books finished; "
        f"spoken twice {toll.n_spoken_twice}, partial files {toll.n_partial}, "
        f"left over {toll.n_leftovers}, books with other bytes {toll.n_differing}"
    )


def _stops() -> str:
    from interruptions import build, spoken, tell

    longest_s, ill = 0.0, 0
    with lab() as bench:
        reference = tell(bench.folder / "undisturbed")
        build(reference)
        for number, (moment, asked, _) in enumerate(
            product(MOMENTS, (signal.SIGINT, signal.SIGTERM), range(N_STOPS))
        ):
            place = tell(bench.folder / f"stopped {number}")
            if moment == "mixing":
                spoken(place, reference)
            took_s, is_well = _stop(place, moment, asked)
            longest_s, ill = max(longest_s, took_s), ill + (not is_well)
    n_stops = 2 * N_STOPS * len(MOMENTS)
    return f"{longest_s:.1f} s ({n_stops} stops; without status 130 and one line: {ill})"


def _stop(place: Path, moment: str, asked: signal.Signals) -> tuple[float, bool]:
    """Stop a build at a moment; return how long that took and whether it ended as it should."""
    from interruptions import PATIENCE_S, is_at, started
    from processes import members, until

    with started(place) as process:
        until(lambda: is_at(moment, process, place), PATIENCE_S)
        began = time.perf_counter()
        os.killpg(process.pid, asked)
        _, said = process.communicate(timeout=PATIENCE_S)
        until(lambda: not members(process.pid), PATIENCE_S)
        took_s = time.perf_counter() - began
    is_well = process.returncode == 130 and said.count("stopped") == 1 and "Trace" not in said
    if not is_well:
        print(f"{moment}, {asked.name}: {process.returncode}\n{said}", file=sys.stderr)
    return took_s, is_well
