"""Processes that speak and mix: one for each core, each loads its model once.

A worker dies with its parent, whatever the parent died of, and at once when the build is
cancelled: what it has finished is in the store, what it was doing is worth no waiting.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from audiobook.build.recipe import Reading
from audiobook.errors import StoreError

if TYPE_CHECKING:
    from audiobook.store import Store

__all__ = ["produce_chapter", "speak_reading", "worker_pool"]

P = ParamSpec("P")
T = TypeVar("T")

CAN_BLOCK = hasattr(signal, "pthread_sigmask")  # not on Windows
STOPPING = (signal.SIGINT, signal.SIGTERM)


class _Pool(ProcessPoolExecutor):
    """Starts its workers so that a request to stop finds each of them whole or not there at all."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Pass on work; a worker may be started for it."""
        with _undisturbed():
            return super().submit(fn, *args, **kwargs)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back requests to stop while a worker is started, and obey them afterwards.

    A worker whose parent is torn away before it has said what to do complains with a traceback, and
    so does one that gets the terminal's Ctrl-C while it is still importing: it inherits what is
    blocked here, until `_begin`. Blocking alone does not spare the parent, as a thread of a numeric
    library may take the signal, which Python then hands to the main thread.
    """
    if not CAN_BLOCK or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    before: dict[signal.Signals, Any] = {}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())  # as it is
    try:
        for number in STOPPING:
            before[number] = signal.signal(number, lambda *call: held.append(call))
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0][0])


@contextlib.contextmanager
def worker_pool(n_workers: int) -> Iterator[Executor]:
    """Run a pool of workers; leaving it by an exception ends them at once.

    "spawn", not "fork": a forked copy of an inference session or of its threads is undefined.
    """
    context = multiprocessing.get_context("spawn")
    listener, lifeline = context.Pipe(duplex=False)
    pool = _Pool(n_workers, mp_context=context, initializer=_begin, initargs=(listener,))
    try:
        yield pool
    except BaseException:
        lifeline.close()  # every worker's watcher wakes up and ends its process
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    else:
        pool.shutdown()
        lifeline.close()
    finally:
        listener.close()


def _begin(lifeline: Connection) -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and numeric libraries use one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if CAN_BLOCK:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection) -> None:
    """End this process when the parent closes its end, be it by choice or by dying."""
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv()
    os._exit(1)


def speak_reading(engine_name: str, reading: Reading, store_root: Path) -> tuple[float, float]:
    """Speak one segment and keep its clip.

    Returns
    -------
    tuple of float
        Length of the clip, and time it took to make, in seconds.
    """
    from audiobook.speech.clips import pack, speak_checked
    from audiobook.speech.registry import load_engine
    from audiobook.store import Store

    began = time.perf_counter()
    if reading.recording:
        return _take_over(reading, Store(store_root)), time.perf_counter() - began
    clip = speak_checked(load_engine(engine_name), reading.utterance)
    meta, payload = pack(clip)
    Store(store_root).put("clip", reading.key, meta, payload)
    return clip.duration_s, time.perf_counter() - began


def _take_over(reading: Reading, store: Store) -> float:
    """Keep the clips of a recording; returns their length in seconds."""
    from audiobook.speech.clips import pack
    from audiobook.speech.recording import recorded_chapter

    assert reading.recording is not None
    parts = reading.recording.together or ((reading.key, reading.segment.words),)
    duration_s = 0.0
    for key, clip, pause in recorded_chapter(Path(reading.recording.path), parts):
        meta, payload = pack(clip)
        own = {"pause": pause} if reading.recording.together else {}
        store.put("clip", key, meta | own, payload)
        duration_s += clip.duration_s
    return duration_s


def produce_chapter(job: object, sounds: tuple[str, ...], store_root: Path) -> tuple[float, float]:
    """Mix, master and encode one chapter and keep it; returns its length and the time it took."""
    from audiobook.audio import samples_to_seconds
    from audiobook.build.arrange import ChapterJob
    from audiobook.build.chapter import produce
    from audiobook.store import Store

    assert isinstance(job, ChapterJob)
    began = time.perf_counter()
    try:
        n_samples = produce(job, Store(store_root), sounds)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        where = error.filename or store_root
        raise StoreError(
            f"{where}: {error.strerror or error}; make room and build again"
        ) from error
    return samples_to_seconds(n_samples), time.perf_counter() - began
