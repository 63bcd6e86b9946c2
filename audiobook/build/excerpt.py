"""A chapter in, tasks out until so much of its beginning is spoken as is to be heard.

How long a segment is shows only when it has been spoken: what is expected decides how far ahead
the workers are sent, and what was measured where the excerpt ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audiobook.audio import samples_to_seconds
from audiobook.build.estimate import Speeds
from audiobook.build.plan import PlannedChapter
from audiobook.build.prepare import Prepared
from audiobook.build.recipe import Reading, chapter_recipe
from audiobook.build.recordings import carriers
from audiobook.build.schedule import Task, is_online
from audiobook.export.edition import MP3, sound_kind
from audiobook.segments import Boundary
from audiobook.store import Store, key_of
from audiobook.timeline import pauses_s

__all__ = ["Excerpt"]


class Excerpt:
    """The schedule of one excerpt: readings in their order, then the chapter made of them.

    Parameters
    ----------
    chapter : PlannedChapter
        Whose beginning is wanted.
    at_least_s : float > 0
        How much of it: it goes on to the end of a sentence, or ends with the chapter.

    Attributes
    ----------
    n_spoken : int
        Segments that were spoken for it.
    """

    def __init__(self, chapter: PlannedChapter, at_least_s: float, store: Store) -> None:
        self.n_spoken = 0
        self._chapter = chapter
        self._readings = chapter.prepared.readings
        self._at_least_s = at_least_s
        self._store = store
        self._speeds = Speeds.load(store)
        job = chapter.prepared.job
        music = job.music.settings if job.music else None
        self._pauses_s = pauses_s(job.segments, job.pauses)
        self._tail_s = max(music.outro_s if music else 0.0, job.profile.tail_s)
        self._position_s = max(music.intro_s if music else 0.0, job.profile.head_s)
        self._position_s += job.segments[0].pause_before_s or 0.0
        self._ends_s: list[float] = []  # of the segments from the first on whose clips are there
        self._n_given = 0  # of the readings that were sent to be spoken, or need not be
        self._running: set[str] = set()
        self._is_taken = False
        self._measure()

    @property
    def made(self) -> PlannedChapter | None:
        """The excerpt; None as long as too little is spoken."""
        ends = zip(self._readings, self._ends_s, strict=False)
        for n, (reading, end_s) in enumerate(ends, start=1):
            is_enough = end_s + self._tail_s >= self._at_least_s
            if n == len(self._readings) or (
                is_enough and reading.segment.after is not Boundary.CLAUSE
            ):
                return self._beginning(n)
        return None

    @property
    def expected(self) -> PlannedChapter:
        """What it will probably be."""
        return self._beginning(self._n_expected())

    @property
    def n_tasks(self) -> int:
        """How much there will probably be to do."""
        return len(self.expected.unspoken) + 1

    def next(self, *, online_is_busy: bool) -> Task | None:
        """Return what to do now: see `audiobook.build.schedule.Schedule`."""
        if made := self.made:
            taken, self._is_taken = self._is_taken, True
            return None if taken else made
        n_wanted = self._n_expected() if self._running else len(self._readings)
        while self._n_given < n_wanted:
            reading = carriers([self._readings[self._n_given]], self._readings)[0]
            if online_is_busy and is_online(reading):
                return None
            self._n_given += 1
            is_there = self._store.has("clip", self._readings[self._n_given - 1].key)
            if not is_there and reading.key not in self._running:
                self._running.add(reading.key)
                return reading
        return None

    def waiting_for(self, reading: Reading) -> tuple[int, ...]:
        """Return the number of the chapter, which everything is spoken for."""
        del reading
        return (self._chapter.number,)

    def spoken(self, reading: Reading) -> tuple[int, ...]:
        """Note that a segment was spoken, and how long it is."""
        self.n_spoken += 1
        self._running.discard(reading.key)
        self._measure()
        return self.waiting_for(reading)

    def _measure(self) -> None:
        """Go on over the segments whose clips are there."""
        for reading in self._readings[len(self._ends_s) :]:
            meta = self._store.meta("clip", reading.key)
            if meta is None:
                return
            own: int | None = meta.get("pause")
            pause_s = self._pauses_s[len(self._ends_s)]
            n_samples = int(meta["n_samples"]) - (own or 0)
            self._ends_s.append(self._position_s + n_samples / int(meta["sample_rate"]))
            self._position_s = self._ends_s[-1]
            self._position_s += pause_s if own is None else samples_to_seconds(own)

    def _n_expected(self) -> int:
        """Return how many segments will probably do, going by what is measured so far."""
        position_s, n = self._position_s, len(self._ends_s)
        while n < len(self._readings) and position_s + self._tail_s < self._at_least_s:
            position_s += self._speeds.speech_s(self._readings[n]) + self._pauses_s[n]
            n += 1
        return max(n, 1)

    def _beginning(self, n_segments: int) -> PlannedChapter:
        prepared = _shortened(self._chapter.prepared, n_segments)
        if self._store.has(sound_kind(MP3), prepared.job.key):
            return PlannedChapter(prepared, (), (), None)
        unspoken = _missing(prepared.readings, self._store)
        return PlannedChapter(prepared, ("a preview",), unspoken, None, (MP3,))


def _missing(readings: Sequence[Reading], store: Store) -> tuple[Reading, ...]:
    once = {reading.key: reading for reading in readings}.values()
    return carriers([r for r in once if not store.has("clip", r.key)], readings)


def _shortened(prepared: Prepared, n_segments: int) -> Prepared:
    """Return the beginning of a chapter as a chapter: its music is composed for just that."""
    job, readings = prepared.job, prepared.readings[:n_segments]
    recipe = chapter_recipe(readings, job.pauses, job.music, job.profile)
    job = replace(
        job,
        key=key_of(recipe),
        segments=job.segments[:n_segments],
        clips=job.clips[:n_segments],
        voices=job.voices[:n_segments],
    )
    return replace(prepared, readings=readings, job=job)
