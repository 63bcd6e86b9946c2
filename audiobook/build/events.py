"""What a build tells while it runs; the command line decides how that looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

__all__ = ["Event", "Mixed", "Note", "Progress", "Spoken", "Started", "Told", "Wrote"]


@dataclass(frozen=True)
class Started:
    """The work begins: for each chapter its number, title, and segments still to be spoken.

    ``expected_s`` is how long all of it should take, going by earlier builds; 0 if none can tell.
    """

    chapters: tuple[tuple[int, str, int], ...]
    n_workers: int
    expected_s: float = 0.0


@dataclass(frozen=True)
class Spoken:
    """A segment was spoken and kept."""

    chapters: tuple[int, ...]  # numbers of the chapters that wait for it
    text: str
    duration_s: float
    wall_s: float


@dataclass(frozen=True)
class Mixed:
    """A chapter was mixed, mastered and encoded, and kept."""

    chapter: int
    duration_s: float
    wall_s: float


@dataclass(frozen=True)
class Wrote:
    """A file appeared in the output folder."""

    path: Path


@dataclass(frozen=True)
class Note:
    """Something the user should know, in one line."""

    text: str


Event: TypeAlias = Started | Spoken | Mixed | Wrote | Note
Progress: TypeAlias = Callable[[Event], None]


class Told:
    """Passes events on and knows what was done, over all plans that one build carries out.

    No note is passed on twice, as plans that follow each other say much the same.

    Attributes
    ----------
    n_spoken : int
        Segments spoken.
    mixed : set of int
        Numbers of the chapters made.
    wrote : dict of Path to None
        Files written, in order.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._notes: set[str] = set()
        self.n_spoken = 0
        self.mixed: set[int] = set()
        self.wrote: dict[Path, None] = {}

    def __call__(self, event: Event) -> None:
        """Take an event."""
        match event:
            case Note(text):
                if text in self._notes:
                    return
                self._notes.add(text)
            case Spoken():
                self.n_spoken += 1
            case Mixed(chapter):
                self.mixed.add(chapter)
            case Wrote(path):
                self.wrote[path] = None
        self._progress(event)
