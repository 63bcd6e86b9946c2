"""Carries a plan out: speaks what is unspoken, mixes what is stale, writes what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from audiobook.build.estimate import Speeds, expected_wall_s
from audiobook.build.events import Mixed, Note, Progress, Spoken, Started, Told, Wrote
from audiobook.build.excerpt import Excerpt
from audiobook.build.fallback import ADVICE, check_available, instead
from audiobook.build.folder import keys_used
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.recipe import Reading
from audiobook.build.release import Release
from audiobook.build.schedule import Schedule, Task, is_online
from audiobook.build.state import BuildState, save_state
from audiobook.errors import AudiobookError, BuildError, LostError, UnavailableError
from audiobook.store import Store, clear, sweep

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["Refused", "Result", "Work", "mended", "run"]

T = TypeVar("T")
Refused: TypeAlias = Mapping[str, str]  # keys of clips that an online voice did not give, and why

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
    instead : tuple of Reading
        Segments that the fallback reads, as the voice that was wanted could not be asked.
    """

    made: tuple[int, ...]
    n_spoken: int
    wrote: tuple[str, ...]
    removed: tuple[str, ...]
    waiting: tuple[int, ...]
    duration_s: float
    instead: tuple[Reading, ...] = ()

    @property
    def did_nothing(self) -> bool:
        """Whether everything was there already."""
        return not (self.made or self.n_spoken or self.wrote or self.removed)


def run(
    make_plan: Callable[[Refused], Plan],
    store: Store,
    state: BuildState,
    progress: Progress,
    *,
    n_workers: int,
    fallback: str = "",
) -> Result:
    """Plan and do what the plan says, under the folder's lock (see `folder`).

    Something finished that turns out damaged on the way is made anew; what an online voice cannot
    be asked for is read by the fallback, if the plans have one. ``make_plan`` is given the keys of
    the clips that were refused, and why.

    Raises
    ------
    AudiobookError
        If something cannot be done. All that was finished before is kept.
    """
    told = Told(progress)

    def attempt(refused: Refused) -> Result:
        return _carry_out(make_plan(refused), store, state, told, n_workers)

    return mended(attempt, told, fallback)


def mended(attempt: Callable[[Refused], T], progress: Progress, fallback: str) -> T:
    """Try until it can be done: without what was refused, and with what was damaged made anew."""
    refused: dict[str, str] = {}
    tries_left = MAX_TRIES
    while True:
        try:
            return attempt(refused)
        except LostError as error:
            tries_left -= 1
            if not tries_left:
                raise
            progress(Note(f"making anew what was damaged: {error}"))
        except UnavailableError as error:
            if not fallback:
                raise UnavailableError(f"{error}; {ADVICE}") from error
            refused[error.key] = str(error)


def _carry_out(plan: Plan, store: Store, state: BuildState, told: Told, n_workers: int) -> Result:
    check_available(r for c in plan.stale for r in c.unspoken)
    for note in plan.notes:
        told(Note(note))
    release = Release(plan, store, state, lambda path: told(Wrote(path)))
    release.check()
    keys_used(store, plan.options.out, release.keys)
    sweep(store.root)
    work = Work(Schedule(plan.stale), plan.stale, store, release.chapter, told)
    try:
        if plan.stale:
            work.do(n_workers)
        waiting = release.finish()
    finally:
        # Also after a failure: what is written is recorded, so that it is not written again.
        save_state(store, plan.options.out, state)
        clear(store.root)
    return Result(
        tuple(c.number for c in plan.all if c.number in told.mixed),
        told.n_spoken,
        tuple(path.relative_to(plan.options.out).as_posix() for path in told.wrote),
        tuple(release.removed),
        waiting,
        state.duration_s,
        tuple(instead(r for c in plan.chosen for r in c.prepared.readings)),
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

    def do(self, n_workers: int) -> None:
        """Do everything. After a failure, what is running is finished and kept first."""
        from audiobook.build.pool import Crew  # no pool is loaded where there is nothing to do

        n_workers = max(1, min(n_workers, self.schedule.n_tasks))
        todo = tuple((c.number, c.title, len(c.unspoken)) for c in self._stale)
        expected_s = 0.0
        if self._speeds.are_measured(r for c in self._stale for r in c.unspoken):
            expected_s = expected_wall_s(self._stale, self._speeds, self._store, n_workers)
        self._progress(Started(todo, n_workers, expected_s))
        crew = Crew(self._begin, self._next, self._take, self._died, self._worker_died)
        try:
            crew.work(n_workers)
        finally:
            self._speeds.save(self._store)

    def _next(self, running: list[Task]) -> Task | None:
        return self.schedule.next(online_is_busy=any(is_online(task) for task in running))

    def _begin(self, pool: Executor, task: Task) -> Future[tuple[float, float]]:
        from audiobook.build.workers import produce_chapter, speak_reading

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
        located = type(error)(f"{where}: {error}")
        if isinstance(located, UnavailableError) and isinstance(task, Reading):
            located.key = task.key
        return located
