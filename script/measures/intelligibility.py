"""How well words are understood over music: a recogniser's errors, and ESTOI on the stems.

The recogniser cannot rank levels of music under speech, ESTOI can; ESTOI knows nothing of what a
recogniser, or a listener, takes for words where nobody speaks.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import numpy.typing as npt
from lab import AUDIOBOOK, ROOT, bundled_story

from measures import Measure

RECOGNISER = ROOT / ".venv-bench" / "bin" / "python"
RATE = 44_100
MOODS = ("tender", "lively", "solemn", "wistful", "triumphant", "mysterious")


def measures(long: bool) -> Iterator[Measure]:
    """Yield name, bar and what measures it; with ``long`` also the errors in each mood."""
    books = _Books()
    yield Measure("word error rate, music added", "≤ +1 point", books.words_lost)
    yield Measure(
        "ESTOI against dry speech, six moods: mean, lowest chapter", "≥ .95", books.understood
    )
    for mood in MOODS if long else ():
        take = partial(books.words_lost, mood)
        yield Measure(f"word error rate, music added, every chapter {mood}", "≤ +1 point", take)


class _Books:
    """The bundled story as it comes, dry, and in every mood, from clips spoken once."""

    @cache  # noqa: B019  (lives as long as the program)
    def _book(self, name: str, *options: str) -> Path:
        """Build the story; return its folder."""
        bench, _ = bundled_story()
        bench.run(AUDIOBOOK, "build", "story", "-o", name, "--quiet", *options)
        return bench.folder / name

    def words_lost(self, mood: str = "") -> str:
        """Return the recogniser's mean word error rate against that of the dry story."""
        mixed = self._book(mood, "--mood", mood, "--stems") if mood else self._book("out")
        with_music, dry = (
            [100.0 * rate for rate in self._error_rates(book)]
            for book in (mixed, self._book("dry", "--music", "none"))
        )
        each = ", ".join(f"{a - b:+.1f}" for a, b in zip(with_music, dry, strict=True))
        return (
            f"{mean(with_music) - mean(dry):+.1f} points "
            f"({mean(with_music):.1f} % against {mean(dry):.1f} %; chapters {each})"
        )

    @cache  # noqa: B019  (lives as long as the program)
    def _error_rates(self, book: Path) -> list[float]:
        done = subprocess.run(
            [RECOGNISER, ROOT / "script" / "recognise.py", book],
            capture_output=True,
            text=True,
            check=True,
        )
        return [float(rate) for rate in json.loads(done.stdout)[0]]

    def understood(self) -> str:
        """Return mean and minimum of ESTOI over chapters and moods."""
        found = [v for m in MOODS for v in estoi_of(self._book(m, "--mood", m, "--stems"))]
        return f"{mean(found):.3f}, {min(found):.3f}"


def estoi_of(book: Path) -> list[float]:
    """Return for each chapter of a book with stems how well its speech is understood over music.

    Extended short-time objective intelligibility (Jensen and Taal 2016), over what is spoken: 1 is
    speech alone.
    """
    report = json.loads((book / "build.json").read_text("utf-8"))
    return [_estoi(book, chapter) for chapter in report["chapters"]]


def _estoi(book: Path, chapter: dict[str, Any]) -> float:
    import soundfile
    from pystoi import stoi

    def heard(name: str) -> npt.NDArray[np.float64]:
        samples, _ = soundfile.read(book / chapter["stems"][name])
        spans = [
            samples[round(s["start_s"] * RATE) : round(s["end_s"] * RATE)].mean(axis=1)
            for s in chapter["segments"]
        ]
        return np.concatenate(spans)

    speech = heard("speech")
    return float(stoi(speech, speech + heard("music"), RATE, extended=True))
