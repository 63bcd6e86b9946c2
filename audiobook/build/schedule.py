"""Stale chapters in, tasks out: what to do next, so that chapters are finished one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from audiobook.build.plan import PlannedChapter
from audiobook.build.recipe import Reading

__all__ = ["Schedule", "Task", "is_online"]

Task: TypeAlias = Reading | PlannedChapter  # a segment to speak, or a chapter to mix


def is_online(task: Task) -> bool:
    """Return whether a task asks a service on the network."""
    return isinstance(task, Reading) and task.is_online


class Schedule:
    """What is still to be done: chapters as soon as they are spoken, segments in reading order."""

    def __init__(self, stale: Sequence[PlannedChapter]) -> None:
        self._missing = {c.number: {r.key for r in c.unspoken} for c in stale}
        self._chapters = {c.number: c for c in stale}
        self._ready = deque(c for c in stale if not c.unspoken)
        # In reading order; apart, as all that waits for a busy service need not be looked through.
        unspoken = list(enumerate({r.key: r for c in stale for r in c.unspoken}.values()))
        self._offline = deque(entry for entry in unspoken if not is_online(entry[1]))
        self._online = deque(entry for entry in unspoken if is_online(entry[1]))
        self.n_tasks = len(unspoken) + len(stale)
        self.n_spoken = 0

    def next(self, *, online_is_busy: bool) -> Task | None:
        """Return what to do now. Online engines are asked one thing at a time."""
        if self._ready:
            return self._ready.popleft()
        queues = [self._offline, *([] if online_is_busy else [self._online])]
        waiting = [queue for queue in queues if queue]
        return min(waiting, key=lambda queue: queue[0][0]).popleft()[1] if waiting else None

    def waiting_for(self, reading: Reading) -> tuple[int, ...]:
        """Return the numbers of the chapters that lack a segment."""
        return tuple(n for n, missing in self._missing.items() if reading.key in missing)

    def spoken(self, reading: Reading) -> tuple[int, ...]:
        """Note that a segment was spoken; chapters that lack nothing more become ready."""
        self.n_spoken += 1
        numbers = self.waiting_for(reading)
        for number in numbers:
            self._missing[number].discard(reading.key)
            if not self._missing[number]:
                self._ready.append(self._chapters[number])
        return numbers
