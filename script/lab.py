"""What measures share: folders with caches of their own, commands timed in them, books to build."""

from __future__ import annotations

import atexit
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from watch import Cost, watched

__all__ = ["AUDIOBOOK", "PYTHON", "ROOT", "Lab", "bundled_story", "lab", "write_book"]

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
        places = {"XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
        self.environment = {**os.environ, **places}

    def run(self, *arguments: str) -> float:
        """Run a command; return its wall time in seconds."""
        began = time.perf_counter()
        self.output(*arguments)
        return time.perf_counter() - began

    def output(self, *arguments: str) -> str:
        """Run a command; return what it printed."""
        done = subprocess.run(
            arguments, env=self.environment, cwd=self.folder, check=True, capture_output=True
        )
        return done.stdout.decode("utf-8")

    def median_s(self, *arguments: str, runs: int = 7) -> float:
        """Return the median wall time of a command in seconds."""
        return statistics.median(self.run(*arguments) for _ in range(runs))

    def cost(self, *arguments: str) -> Cost:
        """Run a command; return what it and all its children took, the store's scratch included."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        temporary = [self.folder / "tmp", self.folder / "cache" / "audiobook" / "scratch"]
        return watched(arguments, self.folder, self.environment, temporary)


@contextmanager
def lab() -> Iterator[Lab]:
    """Give a fresh lab and clear it away."""
    with tempfile.TemporaryDirectory() as folder:
        yield Lab(Path(folder))


@cache
def bundled_story() -> tuple[Lab, float]:
    """Build the bundled story cold, once for all measures; return its lab and the seconds.

    The lab's folder holds the story in ``story`` and what came out in ``out``.
    """
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    bench = Lab(Path(folder.name))
    shutil.copytree(STORY, bench.folder / "story")
    return bench, bench.run(AUDIOBOOK, "build", "story", "-o", "out", "--quiet")


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
