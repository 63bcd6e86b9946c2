"""Tasks in, results out, though workers die: what one was doing is tried once more, alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from audiobook.build.workers import worker_pool
from audiobook.errors import AudiobookError

__all__ = ["Crew"]

T = TypeVar("T")
AHEAD = 1  # tasks that wait at the workers: a spoken chapter is mixed before others go on


@dataclass
class _Attempt(Generic[T]):
    """A task, and how often a worker died while it was in flight."""

    task: T
    n_deaths: int = 0


class Crew(Generic[T]):
    """Worker processes that are replaced when one of them dies.

    When that happens, or memory runs out in one, all that was in flight is suspect. The suspects
    are tried once more, one at a time in a process of their own, so that memory suffices where it
    can, and whoever dies again is the culprit.

    Parameters
    ----------
    begin : callable
        Gives a task to a pool.
    next_task : callable
        Returns what to do now, considering what is being done; None if there is nothing.
    finished : callable
        Takes the outcome of a task; returns what went wrong, if anything did.
    died : callable
        Says which task the workers die of, as an error.
    tell : callable
        Takes a line about workers that died.
    """

    def __init__(
        self,
        begin: Callable[[Executor, T], Future[Any]],
        next_task: Callable[[list[T]], T | None],
        finished: Callable[[T, Future[Any]], AudiobookError | None],
        died: Callable[[T], AudiobookError],
        tell: Callable[[str], None],
    ) -> None:
        self._begin = begin
        self._next_task = next_task
        self._finished = finished
        self._died = died
        self._tell = tell
        self._running: dict[Future[Any], _Attempt[T]] = {}
        self._suspects: deque[_Attempt[T]] = deque()
        self._failure: AudiobookError | None = None

    def work(self, n_workers: int) -> None:
        """Do everything. After a failure, what is running is finished and kept first."""
        self._shift(n_workers, is_alone=False)
        while self._suspects and self._failure is None:
            self._tell(
                "a worker process died, perhaps for want of memory; "
                "what was in flight is tried once more, one thing at a time"
            )
            self._shift(1, is_alone=True)
            self._shift(n_workers, is_alone=False)
        if self._failure is not None:
            raise self._failure

    def _shift(self, n_workers: int, *, is_alone: bool) -> None:
        """Work with one pool, until there is nothing to do or a worker has died."""
        with worker_pool(n_workers) as pool:
            self._fill(pool, n_workers, is_alone)
            while self._running:
                done, _ = wait(self._running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future, self._running.pop(future), is_alone)
                self._fill(pool, n_workers, is_alone)

    def _fill(self, pool: Executor, n_workers: int, is_alone: bool) -> None:
        most = 1 if is_alone else n_workers + AHEAD
        while len(self._running) < most and (attempt := self._next(is_alone)):
            try:
                self._running[self._begin(pool, attempt.task)] = attempt
            except BrokenProcessPool:  # it was not even begun
                self._suspects.append(attempt)
                return

    def _next(self, is_alone: bool) -> _Attempt[T] | None:
        if self._failure is not None or bool(self._suspects) != is_alone:
            return None
        if is_alone:
            return self._suspects.popleft()
        task = self._next_task([attempt.task for attempt in self._running.values()])
        return None if task is None else _Attempt(task)

    def _take(self, future: Future[Any], attempt: _Attempt[T], is_alone: bool) -> None:
        if not isinstance(future.exception(), BrokenProcessPool | MemoryError):
            failure = self._finished(attempt.task, future)
        elif is_alone and attempt.n_deaths:
            failure = self._died(attempt.task)
        else:
            attempt.n_deaths += 1
            self._suspects.append(attempt)
            failure = None
        self._failure = self._failure or failure
