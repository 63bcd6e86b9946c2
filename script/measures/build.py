"""How fast books are built, cold and again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from lab import AUDIOBOOK, PYTHON, ROOT, bundled_story, lab, write_book

from measures import Measure


def measures(long: bool) -> Iterator[Measure]:
    yield Measure("full build of the bundled story / the engine alone", "≤ 1.25", _full)
    yield Measure("second build, nothing to do", "≤ 0.6 s", _again)
    yield Measure("audiobook --help", "≤ 0.2 s", _help)
    yield Measure("one sentence of 20 chapters edited / the cold build", "≤ 10 %", _one_sentence)
    yield Measure("compose, mix, master, encode: audio s per s", "≥ 20", _everything_but_speech)


def _full() -> str:
    """Compare with the engine alone, with as many workers."""
    bench, whole_s = bundled_story()
    engine_s = bench.run(PYTHON, str(ROOT / "script" / "speak_alone.py"), "story")
    return f"{whole_s / engine_s:.2f} ({whole_s:.0f} s against {engine_s:.0f} s)"


def _again() -> str:
    bench, _ = bundled_story()
    return f"{bench.median_s(AUDIOBOOK, 'build', 'story', '-o', 'out'):.2f} s"


def _help() -> str:
    with lab() as bench:
        return f"{bench.median_s(AUDIOBOOK, '--help'):.2f} s"


def _one_sentence() -> str:
    return _edited_book()[0]


def _everything_but_speech() -> str:
    return _edited_book()[1]


@cache
def _edited_book() -> tuple[str, str]:
    """Edit one sentence in a book of 20 chapters; and how fast everything but speech goes."""
    with lab() as bench:
        story = bench.folder / "book.md"
        write_book(story, 20, 1500)
        build = (AUDIOBOOK, "build", "book.md", "--voice", "tone:hum", "-o", "out", "--quiet")
        cold_s = bench.run(*build)
        text = story.read_text("utf-8")
        story.write_text(text.replace(" 9 800.", " 9 800 indeed."), "utf-8")
        edit_s = bench.run(*build)
        report = json.loads((bench.folder / "out" / "build.json").read_text("utf-8"))
        # Another seed: everything is composed, mixed, mastered and encoded, nothing spoken.
        (bench.folder / "book.toml").write_text('story = "book.md"\n[music]\nseed = 5\n', "utf-8")
        mixing_s = bench.run(AUDIOBOOK, "build", ".", "--voice", "tone:hum", "-o", "out", "--quiet")
    speed = report["duration_s"] / mixing_s
    return (
        f"{100 * edit_s / cold_s:.1f} % ({edit_s:.1f} s of {cold_s:.0f} s)",
        f"{speed:.1f} ({report['duration_s'] / 60:.0f} min of sound in {mixing_s:.0f} s)",
    )
