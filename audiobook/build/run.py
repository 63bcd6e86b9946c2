"""Carries a plan out: speaks what is unspoken, mixes what is stale, writes what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import TypeVar

from audiobook.build.estimate import Speeds, expected_wall_s
from audiobook.build.events import Mixed, Note, Progress, Spoken, Started, Wrote
from audiobook.build.excerpt import Excerpt
from audiobook.build.folder import keys_used
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.pool import Crew
from audiobook.build.recipe import Reading
from audiobook.build.release import Release
from audiobook.build.schedule import Schedule, Task, is_online
from audiobook.build.state import BuildState, save_state
from audiobook.build.workers import produce_chapter, speak_reading
from audiobook.errors import AudiobookError, BuildError, LostError
from audiobook.store import Store, clear, sweep

__all__ = ["Result", "Work", "mended", "run"]

T = TypeVar("T")

MAX_TRIES = 3  # plans for one build, should the store turn out damaged


@dataclass(frozen=True)
class Result:
    """What a build did.

    Attributes
    ----------
    made : tuple of int
        Numbers of the chapters that were mixed.
    n_spoken : int
        Segments that were spoken.
    wrote, removed : tuple of str
        Files of the output folder, relative to it.
    waiting : tuple of int
        Chapters that are still stale, so that the whole book could not be joined.
    """

    made: tuple[int, ...]
    n_spoken: int
    wrote: tuple[str, ...]
    removed: tuple[str, ...]
    waiting: tuple[int, ...]
    duration_s: float

    @property
    def did_nothing(self) -> bool:
        """Whether everything was there already."""
        return not (self.made or self.n_spoken or self.wrote or self.removed)


def run(
    make_plan: Callable[[], Plan],
    store: Store,
    state: BuildState,
    progress: Progress,
    *,
    n_workers: int,
) -> Result:
    """Plan and do what the plan says, under the folder's lock (see `folder`).

    Something finished that turns out damaged on the way is made anew.

    Raises
    ------
    AudiobookError
        If something cannot be done. All that was finished before is kept.
    """
    return mended(lambda: _carry_out(make_plan(), store, state, progress, n_workers), progress)


def mended(make: Callable[[], T], progress: Progress) -> T:
    """Make something out of what is in the store; once more if part of that turns out damaged."""
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            return make()
        except LostError as error:
            if not tries_left:
                raise
            progress(Note(f"making anew what was damaged: {error}"))
    raise AssertionError


def _carry_out(
    plan: Plan, store: Store, state: BuildState, progress: Progress, n_workers: int
) -> Result:
    for note in plan.notes:
        progress(Note(note))
    release = Release(plan, store, state, lambda path: progress(Wrote(path)))
    release.check()
    keys_used(store, plan.options.out, release.keys)
    sweep(store.root)
    work = Work(Schedule(plan.stale), plan.stale, store, release.chapter, progress)
    try:
        if plan.stale:
            work.do(n_workers)
        waiting = release.finish()
    finally:
        # Also after a failure: what is written is recorded, so that it is not written again.
        save_state(store, plan.options.out, state)
        clear(store.root)
    return Result(
        tuple(c.number for c in plan.stale),
        work.schedule.n_spoken,
        tuple(release.wrote),
        tuple(release.removed),
        waiting,
        state.duration_s,
    )


class Work:
    """The loop between the schedule and the workers.

    Parameters
    ----------
    stale : tuple of PlannedChapter
        What is expected to be done.
    made : callable (int) -> None
        Is told the number of each chapter that was mixed.
    """

    def __init__(
        self,
        schedule: Schedule | Excerpt,
        stale: tuple[PlannedChapter, ...],
        store: Store,
        made: Callable[[int], None],
        progress: Progress,
    ) -> None:
        self.schedule = schedule
        self._stale = stale
        self._store = store
        self._made = made
        self._progress = progress
        self._speeds = Speeds.load(store)
        self._crew = Crew(self._begin, self._next, self._take, self._died, self._worker_died)

    def do(self, n_workers: int) -> None:
        """Do everything. After a failure, what is running is finished and kept first."""
        n_workers = max(1, min(n_workers, self.schedule.n_tasks))
        todo = tuple((c.number, c.title, len(c.unspoken)) for c in self._stale)
        expected_s = 0.0
        if self._speeds.are_measured(r for c in self._stale for r in c.unspoken):
            expected_s = expected_wall_s(self._stale, self._speeds, self._store, n_workers)
        self._progress(Started(todo, n_workers, expected_s))
        try:
            self._crew.work(n_workers)
        finally:
            self._speeds.save(self._store)

    def _next(self, running: list[Task]) -> Task | None:
        return self.schedule.next(online_is_busy=any(is_online(task) for task in running))

    def _begin(self, pool: Executor, task: Task) -> Future[tuple[float, float]]:
        root = self._store.root
        if isinstance(task, Reading):
            return pool.submit(speak_reading, task.voice.engine, task, root)
        return pool.submit(produce_chapter, task.prepared.job, task.sounds, root)

    def _take(self, task: Task, future: Future[tuple[float, float]]) -> AudiobookError | None:
        """Take what a worker has done; return what went wrong, if anything did."""
        try:
            self._finished(task, *future.result())
        except AudiobookError as error:
            return self._located(error, task)
        return None

    def _worker_died(self, text: str) -> None:
        sweep(self._store.root)
        self._progress(Note(text))

    def _died(self, task: Task) -> AudiobookError:
        """Name what the workers die of."""
        doing = "speaking it" if isinstance(task, Reading) else "mixing it"
        mend = "take another voice" if isinstance(task, Reading) else "divide it with a heading"
        error = BuildError(
            f"a worker process died twice while {doing}, perhaps for want of memory; what was "
            f"finished is kept: close other programs or {mend}, and build again"
        )
        return self._located(error, task)

    def _finished(self, task: Task, duration_s: float, wall_s: float) -> None:
        if isinstance(task, Reading):
            self._speeds.spoke(task, duration_s, wall_s)
            chapters = self.schedule.spoken(task)
            self._progress(Spoken(chapters, task.segment.text, duration_s, wall_s))
        else:
            self._speeds.mixed(duration_s, wall_s)
            self._progress(Mixed(task.number, duration_s, wall_s))
            self._made(task.number)

    def _located(self, error: AudiobookError, task: Task) -> AudiobookError:
        """Say where in the story an error arose."""
        if isinstance(task, PlannedChapter):
            where = f'chapter {task.number} "{task.title}"'
        else:
            numbers = ", ".join(map(str, self.schedule.waiting_for(task)))
            where = f"chapter {numbers}, segment {task.segment.id}"
        return type(error)(f"{where}: {error}")
