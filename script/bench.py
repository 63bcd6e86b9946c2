"""Measures the program and prints one table; see script/bench."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from measures import intelligibility

ROOT = Path(__file__).resolve().parent.parent
STORY = ROOT / "assets" / "stories" / "marat-kalmurzaeva"
AUDIOBOOK = str(ROOT / ".venv" / "bin" / "audiobook")
PYTHON = str(ROOT / ".venv" / "bin" / "python")
TEXT = (
    "the girl danced over the wide steppe while an old man sang of horses and of the river "
    "that nobody had ever crossed before the winter came and the fires were lit again"
)
WORDS = TEXT.split()


class Lab:
    """A folder with a cache of its own, and commands that run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}

    def run(self, *arguments: str) -> float:
        """Run a command; return its wall time in seconds."""
        began = time.perf_counter()
        subprocess.run(
            arguments, env=self.environment, cwd=self.folder, check=True, capture_output=True
        )
        return time.perf_counter() - began

    def peak_mb(self, *arguments: str) -> float:
        """Run a command; return the highest memory of it and all its children, in MB."""
        process = subprocess.Popen(
            arguments,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
        watcher.start()
        if process.wait():
            raise RuntimeError(f"{arguments} failed")
        watcher.join()
        return peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_memory_mb(pid) for pid in _tree(process.pid)))
        time.sleep(0.25)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _memory_mb(pid: int) -> float:
    """Return a process's own share of memory: pages that several use are counted once."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1e3


@contextmanager
def lab() -> Iterator[Lab]:
    """Give a fresh lab and clear it away."""
    with tempfile.TemporaryDirectory() as folder:
        yield Lab(Path(folder))


def write_book(path: Path, n_chapters: int, n_words: int) -> None:
    """Write a story of sentences that are all different."""
    lines = []
    for chapter in range(n_chapters):
        lines.append(f"# Chapter {chapter + 1}\n")
        words = 0
        paragraph: list[str] = []
        while words < n_words:
            first = (chapter * 977 + words) % len(WORDS)
            sentence = [WORDS[(first + k) % len(WORDS)] for k in range(14)]
            paragraph.append(f"{sentence[0].title()} {' '.join(sentence[1:])} {chapter} {words}.")
            words += 16
            if len(paragraph) == 6:
                lines.append(" ".join(paragraph) + "\n")
                paragraph = []
        lines.append(" ".join(paragraph) + "\n")
    path.write_text("\n".join(lines), "utf-8")


def full_build() -> tuple[str, Path]:
    """Build the bundled story cold, against the engine alone with as many workers."""
    folder = Path(tempfile.mkdtemp())
    bench = Lab(folder)
    shutil.copytree(STORY, folder / "story")
    out = folder / "out"
    whole_s = bench.run(AUDIOBOOK, "build", str(folder / "story"), "-o", str(out), "--quiet")
    code = ROOT / "script" / "speak_alone.py"
    engine_s = bench.run(PYTHON, str(code), str(folder / "story"))
    return f"{whole_s / engine_s:.2f} ({whole_s:.0f} s against {engine_s:.0f} s)", folder


def median_s(bench: Lab, *arguments: str, runs: int = 7) -> float:
    """Return the median wall time of a command."""
    return statistics.median(bench.run(*arguments) for _ in range(runs))


def one_sentence() -> tuple[str, str]:
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
        began = time.perf_counter()
        bench.run(AUDIOBOOK, "build", ".", "--voice", "tone:hum", "-o", "out", "--quiet")
        mixing_s = time.perf_counter() - began
    speed = report["duration_s"] / mixing_s
    return (
        f"{100 * edit_s / cold_s:.1f} % ({edit_s:.1f} s of {cold_s:.0f} s)",
        f"{speed:.1f} ({report['duration_s'] / 60:.0f} min of sound in {mixing_s:.0f} s)",
    )


def long_chapter() -> str:
    """Return the memory that a chapter of two hours takes beyond the engine's own."""
    with lab() as bench:
        write_book(bench.folder / "book.md", 1, 19_000)
        write_book(bench.folder / "short.md", 1, 60)
        build = (AUDIOBOOK, "build", "--voice", "tone:hum", "--jobs", "2", "--quiet", "-o")
        code = str(ROOT / "script" / "speak_alone.py")
        alone = bench.peak_mb(PYTHON, code, "short.md", "tone:hum")
        peak = bench.peak_mb(*build, "out", "book.md")
        report = json.loads((bench.folder / "out" / "build.json").read_text("utf-8"))
    hours = report["duration_s"] / 3600
    return f"{peak - alone:.0f} MB ({hours:.2f} h; {peak:.0f} MB in all)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of a measure's name")
    parser.add_argument("--long", action="store_true", help="the long forms, too")
    asked = parser.parse_args()
    rows: list[tuple[str, str, str]] = []

    def measure(name: str, bar: str, take: Callable[[], str]) -> None:
        if asked.only in name:
            print(f"measuring: {name} ...", file=sys.stderr)
            rows.append((name, take(), bar))

    built: list[Path] = []

    def full() -> str:
        text, folder = full_build()
        built.append(folder)
        return text

    pair: list[str] = []

    def edit() -> str:
        pair.extend(one_sentence())
        return pair[0]

    measure("full build of the bundled story / the engine alone", "≤ 1.25", full)
    if built:
        bench = Lab(built[0])
        again = (AUDIOBOOK, "build", str(built[0] / "story"), "-o", str(built[0] / "out"))
        measure(
            "second build, nothing to do", "≤ 0.6 s", lambda: f"{median_s(bench, *again):.2f} s"
        )
        shutil.rmtree(built[0])
    for name, bar, take in intelligibility.measures(long=asked.long):
        measure(name, bar, take)
    with lab() as bench:
        measure(
            "audiobook --help", "≤ 0.2 s", lambda: f"{median_s(bench, AUDIOBOOK, '--help'):.2f} s"
        )
    measure("one sentence of 20 chapters edited / the cold build", "≤ 10 %", edit)
    if pair:
        measure("compose, mix, master, encode: audio s per s", "≥ 20", lambda: pair[1])
    measure("memory of a 2-hour chapter beyond the engine's", "≤ 600 MB", long_chapter)
    cores = len(os.sched_getaffinity(0))
    print(f"\n{cores} cores, Python {platform.python_version()}\n")
    print("| measure | measured | bar |\n| --- | --- | --- |")
    for name, value, bar in rows:
        print(f"| {name} | {value} | {bar} |")


if __name__ == "__main__":
    main()
