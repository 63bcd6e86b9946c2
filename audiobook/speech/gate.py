"""The manners of asking a service: one request at a time, unhurried, and none while it blocks.

What is remembered between requests is one small file, so that all processes of a machine and all
later runs behave as one polite listener. While requests fail, each waits longer than the last; when
they go on failing the gate closes, and nobody asks before a stated time. A request made then
decides whether it opens or closes for twice as long.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email.utils import mktime_tz, parsedate_tz
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

from audiobook.errors import SpeechError
from audiobook.store import Lock, write_record

__all__ = ["ClosedError", "Gate", "Kind", "Memory", "RefusedError", "retry_after_s"]

T = TypeVar("T")

SPACING_S = 0.5  # between requests; users of gTTS report blocks when it is shorter
JITTER = 0.5  # every wait is up to this part longer, so that no rhythm shows
BACK_OFF_S, MAX_BACK_OFF_S = 2.0, 30.0  # after a failure; doubled for each one more in a row
BUSY_BACK_OFF_S = 30.0  # after "too many requests"
PATIENCE_S = 150.0  # a longer wait that the service asks for closes the gate
MAX_FAILURES = 8  # in a row, of any kind
BLOCK_S, MAX_BLOCK_S = 900.0, 4 * 3600.0  # for how long it closes; doubled for each time more
UNREACHABLE_S = 60.0  # without a network nobody is bothered, so it closes for less
FORGET_S = 6 * 3600.0  # after a block ended; the next one is a first one again
_LOCK_TIMEOUT_S = 600.0  # nobody who is alive takes that long for a request
_CLOCK_STEPS_S = 1.0  # a clock that is set back further makes all that was noted worthless
_VERSION = 1


class Kind(StrEnum):
    """What a failed request says about the next one."""

    PASSING = "passing"  # it may well succeed
    TEXT = "text"  # it may succeed with another text
    BUSY = "busy"  # too many requests
    UNREACHABLE = "unreachable"  # nobody is there
    LASTING = "lasting"  # it will not succeed


# How many failures of one kind in a row close the gate.
_MOST = {Kind.BUSY: 4, Kind.UNREACHABLE: 3, Kind.LASTING: 1}


class RefusedError(Exception):
    """One request failed.

    Parameters
    ----------
    reason : str
        In plain words.
    wait_s : float
        How long the service asks to be left alone, in seconds; 0 if it does not say.
    """

    def __init__(self, reason: str, kind: Kind = Kind.PASSING, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.kind = kind
        self.wait_s = wait_s


class ClosedError(Exception):
    """Nothing was asked, as the gate is closed."""


@dataclass(frozen=True)
class Memory:
    """What is remembered of a service; times are seconds of the wall clock.

    Attributes
    ----------
    noted_s : float
        When this was noted.
    next_s : float
        Nothing is asked before.
    kind : str
        `Kind` of the last request, if it failed, else "".
    n_kind, n_failures : int
        Failures in a row up to now: of that kind, and of any.
    n_blocks : int
        How often the gate closed, each time within `FORGET_S` of the last.
    block_end_s : float
        When the last block ended or will end.
    why : str
        Why the gate is closed, "" while it is open.
    """

    noted_s: float = 0.0
    next_s: float = 0.0
    kind: str = ""
    n_kind: int = 0
    n_failures: int = 0
    n_blocks: int = 0
    block_end_s: float = 0.0
    why: str = ""

    def wait_s(self, now_s: float) -> float:
        """Return how long to wait with the next request; 0 when the clock was set back."""
        was_set_back = now_s < self.noted_s - _CLOCK_STEPS_S
        return 0.0 if was_set_back else max(0.0, self.next_s - now_s)

    def answered(self, now_s: float, chance: float) -> Memory:
        """Return what is to be remembered after an answer; ``chance`` is 0 to 1."""
        n_blocks = self.n_blocks if now_s - self.block_end_s < FORGET_S else 0
        next_s = now_s + SPACING_S * (1.0 + JITTER * chance)
        return Memory(now_s, next_s, n_blocks=n_blocks, block_end_s=self.block_end_s)

    def refused(self, refusal: RefusedError, now_s: float, chance: float) -> Memory:
        """Return what is to be remembered after a failure."""
        n_kind = self.n_kind + 1 if refusal.kind == self.kind else 1
        n_failures = self.n_failures + 1
        closes = (
            n_kind >= _MOST.get(refusal.kind, MAX_FAILURES)
            or n_failures >= MAX_FAILURES
            or refusal.wait_s > PATIENCE_S
        )
        n_blocks = self.n_blocks if now_s - self.block_end_s < FORGET_S else 0
        if closes:
            block_s, n_blocks = _block_s(refusal, n_blocks)
            end_s = now_s + block_s
            why = str(refusal)
            return Memory(now_s, end_s, refusal.kind, n_kind, n_failures, n_blocks, end_s, why)
        wait_s = _back_off_s(refusal, n_kind) * (1.0 + JITTER * chance)
        next_s = now_s + wait_s
        return Memory(now_s, next_s, refusal.kind, n_kind, n_failures, n_blocks, self.block_end_s)


def _block_s(refusal: RefusedError, n_blocks: int) -> tuple[float, int]:
    """Return for how long the gate closes, and how many blocks that makes."""
    if refusal.kind is Kind.UNREACHABLE:
        return UNREACHABLE_S, n_blocks
    block_s = BLOCK_S * 2.0 ** min(n_blocks, 8)
    return min(max(block_s, refusal.wait_s), MAX_BLOCK_S), n_blocks + 1


def _back_off_s(refusal: RefusedError, n_kind: int) -> float:
    if refusal.kind is Kind.BUSY:
        return refusal.wait_s or BUSY_BACK_OFF_S * 2.0 ** (n_kind - 1)
    return max(refusal.wait_s, min(BACK_OFF_S * 2.0 ** (n_kind - 1), MAX_BACK_OFF_S))


class Gate:
    """Lets requests to one service through, over all processes that use one folder.

    Parameters
    ----------
    path : Path
        Where its memory is kept; a lock lies beside it.
    now, sleep : callable
        The wall clock in seconds, and waiting for so many seconds.
    """

    def __init__(
        self, path: Path, now: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._path = path
        self._now = now
        self._sleep = sleep

    def closed(self) -> tuple[str, float]:
        """Return why the gate is closed and for how many seconds more; ("", 0) while it is open."""
        memory = self._load()
        wait_s = memory.wait_s(self._now())
        return (memory.why, wait_s) if memory.why and wait_s else ("", 0.0)

    def ask(self, request: Callable[[], T], chance: float) -> T:
        """Make a request as soon as it may be made.

        Parameters
        ----------
        request : callable
            Returns the answer or raises `RefusedError`.
        chance : float, 0 to 1
            How much longer than needed the next one waits.

        Raises
        ------
        RefusedError
            If the request failed; the next one will wait.
        ClosedError
            If the gate is closed.
        SpeechError, StoreError
            If the folder cannot be written or locked.
        """
        while True:
            with self._locked():
                if self.closed()[0]:
                    raise ClosedError
                wait_s = self._load().wait_s(self._now())
                if not wait_s:
                    return self._make(request, chance)
            self._sleep(wait_s)  # outside of the lock, so that others find out as well

    def _make(self, request: Callable[[], T], chance: float) -> T:
        memory = self._load()
        try:
            answer = request()
        except RefusedError as refusal:
            self._save(memory.refused(refusal, self._now(), chance))
            raise
        self._save(memory.answered(self._now(), chance))
        return answer

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = Lock(self._path.with_suffix(".lock"))
        if not lock.take(_LOCK_TIMEOUT_S):
            raise SpeechError(
                f"{lock.path}: another process has held it for {_LOCK_TIMEOUT_S:.0f} s; "
                "end that process and try again"
            )
        try:
            yield
        finally:
            lock.release()

    def _load(self) -> Memory:
        """Return what is remembered; nothing where the file is damaged or makes no sense."""
        try:
            data: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
            if data.pop("version") != _VERSION:
                return Memory()
            memory = Memory(**data)
            times = (memory.noted_s, memory.next_s, memory.block_end_s)
            counts = (memory.n_kind, memory.n_failures, memory.n_blocks)
            makes_sense = all(map(isfinite, times)) and all(isinstance(n, int) for n in counts)
            ahead_s = memory.next_s - memory.noted_s
            return memory if makes_sense and ahead_s <= MAX_BLOCK_S else Memory()
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            return Memory()

    def _save(self, memory: Memory) -> None:
        try:
            write_record(self._path, {"version": _VERSION, **asdict(memory)})
        except OSError as error:
            raise SpeechError(
                f"{self._path}: cannot be written: {error.strerror or error}; "
                "make room, or set XDG_CACHE_HOME to a folder that can be written"
            ) from error


def retry_after_s(value: str, now_s: float) -> float:
    """Return how long a ``Retry-After`` header asks to wait, in seconds, up to `MAX_BLOCK_S`.

    Examples
    --------
    >>> retry_after_s("120", 0.0)
    120.0
    >>> retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 15.0)
    45.0
    >>> retry_after_s("soon", 0.0)
    0.0
    """
    if value.strip().isdecimal():
        seconds = float(value)
    else:
        date = parsedate_tz(value)
        try:
            seconds = mktime_tz(date) - now_s if date else 0.0
        except (ValueError, OverflowError):
            seconds = 0.0
    return min(max(seconds, 0.0), MAX_BLOCK_S)
