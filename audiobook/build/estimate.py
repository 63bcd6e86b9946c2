"""How long a build will take and a chapter will be, from what earlier builds measured here."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from audiobook.audio import SAMPLE_RATE
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.recipe import Reading
from audiobook.store import Store, write_record
from audiobook.timeline import pauses_s

__all__ = ["Expected", "Speeds", "expect", "expected_wall_s", "length_s"]

# Before anything was measured: 160 words a minute at 5.7 characters a word, and the slowest
# engine's speed on one core.
CHARS_PER_S = 15.0
SPEECH_X = 0.9
MIX_X = 14.0
MEMORY = 0.98  # weight of the past against one more segment


@dataclass
class Speeds:
    """What was measured: for each engine its pace and speed, and the speed of mixing.

    Attributes
    ----------
    chars_per_s : dict of str to float
        Characters of text in a second of speech.
    speech_x, mix_x : float
        Seconds of sound made in a second by one process.
    """

    chars_per_s: dict[str, float] = field(default_factory=dict)
    speech_x: dict[str, float] = field(default_factory=dict)
    mix_x: float = MIX_X

    @classmethod
    def load(cls, store: Store) -> Speeds:
        """Return what is known, the defaults if nothing is."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            data = json.loads(_path(store).read_text("utf-8"))
            return cls(dict(data["chars_per_s"]), dict(data["speech_x"]), float(data["mix_x"]))
        return cls()

    def save(self, store: Store) -> None:
        """Keep what is known; a store that cannot be written forgets it."""
        with contextlib.suppress(OSError):
            write_record(_path(store), vars(self))

    def are_measured(self, readings: Iterable[Reading]) -> bool:
        """Whether the speed of every engine that is needed was measured here."""
        return {r.voice.engine for r in readings if not r.recording} <= self.speech_x.keys()

    def spoke(self, reading: Reading, duration_s: float, wall_s: float) -> None:
        """Learn from a segment; a recording teaches nothing."""
        if reading.recording:
            return
        engine = reading.voice.engine
        _learn(self.chars_per_s, engine, len(reading.segment.text) / duration_s)
        _learn(self.speech_x, engine, duration_s / max(wall_s, 1e-6))

    def mixed(self, duration_s: float, wall_s: float) -> None:
        """Learn from a chapter."""
        self.mix_x = duration_s / max(wall_s, 1e-6)

    def speech_s(self, reading: Reading) -> float:
        """Return the expected length of a segment's clip."""
        pace = self.chars_per_s.get(reading.voice.engine, CHARS_PER_S) * reading.speed
        return len(reading.segment.text) / pace

    def wall_s(self, unspoken: Iterable[Reading], mixed_s: float, n_workers: int) -> float:
        """Return the expected time for speaking some segments and mixing some seconds."""
        speaking = sum(
            self.speech_s(r) / self.speech_x.get(r.voice.engine, SPEECH_X) for r in unspoken
        )
        return (speaking + mixed_s / self.mix_x) / max(n_workers, 1)


@dataclass(frozen=True)
class Expected:
    """What a plan will cost and give, in seconds."""

    wall_s: float
    length_s: float


def expect(plan: Plan, store: Store, n_workers: int) -> Expected:
    """Return how long a plan will take, and how long the book will be."""
    speeds = Speeds.load(store)
    wall_s = expected_wall_s(plan.stale, speeds, store, n_workers)
    return Expected(wall_s, sum(length_s(c, speeds, store) for c in plan.chapters))


def expected_wall_s(
    stale: Iterable[PlannedChapter], speeds: Speeds, store: Store, n_workers: int
) -> float:
    """Return how long making some chapters will take."""
    chapters = list(stale)
    unspoken = {r.key: r for c in chapters for r in c.unspoken}.values()
    mixed_s = sum(length_s(c, speeds, store) for c in chapters)
    return speeds.wall_s(unspoken, mixed_s, n_workers)


def length_s(chapter: PlannedChapter, speeds: Speeds, store: Store) -> float:
    """Return a chapter's length: measured where it is finished, else as good as it is known."""
    job = chapter.prepared.job
    if chapter.is_fresh:
        meta = store.meta("chapter", job.key)
        if meta is not None:
            return float(meta["n_samples"]) / SAMPLE_RATE
    silent_s = sum(pauses_s(job.segments, job.pauses))
    speech_s = sum(_clip_s(r, speeds, store) for r in chapter.prepared.readings)
    around_s = job.profile.head_s + job.profile.tail_s
    if job.music:
        around_s = job.music.settings.intro_s + job.music.settings.outro_s
    length = speech_s + silent_s + around_s
    return min(length, job.at_most_s) if job.at_most_s else length


def _clip_s(reading: Reading, speeds: Speeds, store: Store) -> float:
    meta = store.meta("clip", reading.key)
    if meta is None:
        return speeds.speech_s(reading)
    return float(meta["n_samples"]) / float(meta["sample_rate"])


def _learn(known: dict[str, float], engine: str, value: float) -> None:
    before = known.get(engine)
    known[engine] = value if before is None else MEMORY * before + (1.0 - MEMORY) * value


def _path(store: Store) -> Path:
    return store.root / "speeds.json"
