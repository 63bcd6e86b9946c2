"""Other processes, watched from outside."""

import contextlib
import time
from pathlib import Path


def members(group):
    """Return the processes of a group that are alive, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                found[int(folder.name)] = (folder / "cmdline").read_text()
    return found


def until(condition, seconds=20.0):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


def is_importing(pid):
    """Return whether a process has begun to load what it works with."""
    with contextlib.suppress(OSError):
        return "numpy" in Path(f"/proc/{pid}/maps").read_text()
    return False
