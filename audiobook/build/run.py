"""Carries a plan out: speaks what is unspoken, mixes what is stale, writes what is asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from audiobook.build.estimate import Speeds, expected_wall_s
from audiobook.build.events import Mixed, Note, Progress, Spoken, Started, Wrote
from audiobook.build.excerpt import Excerpt
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.recipe import Reading
from audiobook.build.release import Release
from audiobook.build.schedule import Schedule, Task, is_online
from audiobook.build.state import BuildState, lock_path, save_state
from audiobook.build.workers import produce_chapter, speak_reading, worker_pool
from audiobook.errors import AudiobookError, BuildError, LostError
from audiobook.store import SCRATCH, Store

__all__ = ["Result", "Work", "building", "mended", "run"]

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


@contextlib.contextmanager
def building(store: Store, out: Path) -> Iterator[None]:
    """Hold the lock of an output folder.

    Raises
    ------
    BuildError
        If another build holds it, or files could not be written into the folder.
    """
    from filelock import FileLock, Timeout

    _check_folder(out)
    path = lock_path(store, out)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BuildError(
            f"{out}: another build of this folder is running; wait for it to end, or stop it"
        ) from error
    except OSError as error:
        raise BuildError(
            f"{path.parent}: cannot be written: {error.strerror or error}; "
            "set XDG_CACHE_HOME to a folder that can"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _check_folder(out: Path) -> None:
    """Refuse a folder that cannot be written before anything is spoken; it is not made here."""
    there = next(path for path in (out, *out.resolve().parents) if os.access(path, os.F_OK))
    if not there.is_dir():
        raise BuildError(f"{there} is a file, not a folder; name another output folder with -o")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BuildError(f"{there}: cannot be written; name another output folder with -o")


def run(
    make_plan: Callable[[], Plan],
    store: Store,
    state: BuildState,
    progress: Progress,
    *,
    n_workers: int,
) -> Result:
    """Plan and do what the plan says, under the folder's lock (see `building`).

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
    work = Work(Schedule(plan.stale), plan.stale, store, release.chapter, progress)
    try:
        _sweep(store)
        if plan.stale:
            work.do(n_workers)
        waiting = release.finish()
    finally:
        # Also after a failure: what is written is recorded, so that it is not written again.
        save_state(store, plan.options.out, state)
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
        self._running: dict[Future[tuple[float, float]], Task] = {}

    def do(self, n_workers: int) -> None:
        """Do everything. After a failure, what is running is finished and kept first."""
        n_workers = max(1, min(n_workers, self.schedule.n_tasks))
        todo = tuple((c.number, c.title, len(c.unspoken)) for c in self._stale)
        expected_s = 0.0
        if self._speeds.are_measured(r for c in self._stale for r in c.unspoken):
            expected_s = expected_wall_s(self._stale, self._speeds, self._store, n_workers)
        self._progress(Started(todo, n_workers, expected_s))
        failure: AudiobookError | None = None
        try:
            with worker_pool(n_workers) as pool:
                self._fill(pool, n_workers + 1)
                while self._running:
                    failure = self._take_finished() or failure
                    if failure is None:
                        self._fill(pool, n_workers + 1)
        except BrokenProcessPool as error:
            raise BuildError(
                "a worker process was killed, perhaps for want of memory; what was finished is "
                "kept: build again, with --jobs 1 if it happens again"
            ) from error
        finally:
            self._speeds.save(self._store)
        if failure is not None:
            raise failure

    def _fill(self, pool: Executor, most: int) -> None:
        """Give the pool work, but little ahead: a spoken chapter is mixed before others go on."""
        while len(self._running) < most:
            busy = any(is_online(task) for task in self._running.values())
            task = self.schedule.next(online_is_busy=busy)
            if task is None:
                return
            root = self._store.root
            if isinstance(task, Reading):
                future = pool.submit(speak_reading, task.voice.engine, task, root)
            else:
                future = pool.submit(produce_chapter, task.prepared.job, task.sounds, root)
            self._running[future] = task

    def _take_finished(self) -> AudiobookError | None:
        """Wait for a task to end; return the first failure among those that did."""
        failure = None
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            task = self._running.pop(future)
            try:
                self._finished(task, *future.result())
            except AudiobookError as error:
                failure = failure or self._located(error, task)
        return failure

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


def _sweep(store: Store) -> None:
    """Remove what killed processes left unfinished."""
    folder = store.root / SCRATCH
    for entry in folder.iterdir() if folder.is_dir() else ():
        if not _is_alive(entry.name):
            shutil.rmtree(entry, ignore_errors=True)


def _is_alive(pid: str) -> bool:
    if os.name != "posix" or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
