"""A command in, what it took out: time, memory, temporary disk and open files of its processes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "watched"]

STEP_S = 0.25


@dataclass
class Cost:
    """What a command and all processes below it took; peaks are those of samples `STEP_S` apart.

    Attributes
    ----------
    processor_s : float
        Of all processes, also of those that have ended.
    memory_mb : float
        Proportional set sizes, added up: pages that several processes use are counted once.
    temporary_mb : float
        Of the files in the folders that were to be watched.
    n_open : int
        Files that one process had open.
    """

    wall_s: float = 0.0
    processor_s: float = 0.0
    memory_mb: float = 0.0
    temporary_mb: float = 0.0
    n_open: int = 0

    def sample(self, pid: int, temporary: Sequence[Path]) -> None:
        """Look at the processes below one, and at what lies in some folders."""
        pids = list(_tree(pid))
        self.memory_mb = max(self.memory_mb, sum(map(_memory_mb, pids)))
        self.temporary_mb = max(self.temporary_mb, sum(map(_size_mb, temporary)))
        self.n_open = max(self.n_open, *map(_n_open, pids), 0)


def watched(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    temporary: Sequence[Path] = (),
) -> Cost:
    """Run a command in a folder and return what it took. Raises RuntimeError if it fails."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            arguments, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=said
        )
        cost, has_ended = Cost(), threading.Event()

        def watch() -> None:
            while not has_ended.wait(STEP_S):
                cost.sample(process.pid, temporary)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        cost.wall_s = time.perf_counter() - began
        cost.processor_s = usage.ru_utime + usage.ru_stime
        process.returncode = os.waitstatus_to_exitcode(status)
        has_ended.set()
        watcher.join()
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{arguments} failed: {said.read().decode()}")
    return cost


def _tree(pid: int) -> Iterator[int]:
    """Yield a process and those below it; one that is just being started is not there yet."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                # Until it has become a program of its own it shares all memory with its parent.
                if _command(child) != _command(pid):
                    yield from _tree(child)


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _memory_mb(pid: int) -> float:
    """Return a process's own share of memory."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1e3


def _n_open(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208
    except OSError:
        return 0


def _size_mb(folder: Path) -> float:
    n_bytes = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            n_bytes += path.stat().st_blocks * 512 if path.is_file() else 0
    return n_bytes / 1e6
