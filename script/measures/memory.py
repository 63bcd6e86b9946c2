"""How much memory long chapters take."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lab import AUDIOBOOK, PYTHON, ROOT, lab, write_book

from measures import Measure


def measures(long: bool) -> Iterator[Measure]:
    yield Measure("memory of a 2-hour chapter beyond the engine's", "≤ 600 MB", _long_chapter)


def _long_chapter() -> str:
    """Return the memory that a chapter of two hours takes beyond the engine's own."""
    with lab() as bench:
        write_book(bench.folder / "book.md", 1, 19_000)
        write_book(bench.folder / "short.md", 1, 60)
        build = (AUDIOBOOK, "build", "--voice", "tone:hum", "--jobs", "2", "--quiet", "-o")
        code = str(ROOT / "script" / "speak_alone.py")
        alone = bench.cost(PYTHON, code, "short.md", "tone:hum").memory_mb
        peak = bench.cost(*build, "out", "book.md").memory_mb
        report = json.loads((bench.folder / "out" / "build.json").read_text("utf-8"))
    hours = report["duration_s"] / 3600
    return f"{peak - alone:.0f} MB ({hours:.2f} h; {peak:.0f} MB in all)"
