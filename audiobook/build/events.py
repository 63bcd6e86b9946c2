"""What a build tells while it runs; the command line decides how that looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

__all__ = ["Event", "Mixed", "Note", "Progress", "Spoken", "Started", "Wrote"]


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
