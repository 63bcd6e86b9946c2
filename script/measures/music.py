"""How fast music is composed and played, and how much memory hours of it take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from statistics import median

from lab import AUDIOBOOK, PYTHON, lab

from measures import Measure

# A process of its own, so that nothing is on the shelf yet; CPU time is that of one core.
PLAY = """
import json, sys, time
from audiobook.audio import SAMPLE_RATE
from audiobook.music.bed import open_cues
from audiobook.music.composed import composed_bed
from audiobook.music.moods import PALETTES
rates = {}
for palette in sys.argv[1:]:
    for mood in PALETTES[palette].moods:
        began = time.process_time()
        for _ in composed_bed(open_cues(60 * SAMPLE_RATE), palette, mood, "speed").blocks():
            pass
        rates[f"{palette} {mood}"] = 60.0 / (time.process_time() - began)
print(json.dumps(rates))
"""


def measures(long: bool) -> Iterator[Measure]:
    yield Measure("compose and play on one core: audio s per s", "≥ 15", lambda: _speed(long))
    if long:
        yield Measure("memory of a bed of 3 hours, written as MP3", "≤ 400 MB", _three_hours)


def _speed(long: bool) -> str:
    """Compose and play a minute of each mood, with ``long`` of all palettes."""
    from audiobook.music.moods import DEFAULT_PALETTE, PALETTES

    with lab() as bench:
        palettes = list(PALETTES) if long else [DEFAULT_PALETTE]
        rates = json.loads(bench.output(PYTHON, "-c", PLAY, *palettes))
    slowest = min(rates, key=rates.get)
    return f"{rates[slowest]:.0f} ({slowest}; median of {len(rates)}: {median(rates.values()):.0f})"


def _three_hours() -> str:
    with lab() as bench:
        asked = ("--mood", "solemn", "--seconds", str(3 * 3600), "--seed", "3", "-o", "bed.mp3")
        return f"{bench.cost(AUDIOBOOK, 'music', 'kazakh', *asked).memory_mb:.0f} MB"
