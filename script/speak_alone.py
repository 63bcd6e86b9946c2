"""Speaks a story's segments with a build's workers and keeps nothing: the engine's time alone."""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import wait
from pathlib import Path

from audiobook.build.workers import speak_reading, worker_pool
from audiobook.cli.options import Asked, desk_of


def main() -> None:
    """Speak every segment once."""
    voice = sys.argv[2] if len(sys.argv) > 2 else None
    plan = desk_of(Asked(sys.argv[1], voice=voice)).plan()
    readings = {r.key: r for c in plan.chapters for r in c.prepared.readings}.values()
    with tempfile.TemporaryDirectory() as folder, worker_pool(os.cpu_count() or 1) as pool:
        done = [pool.submit(speak_reading, r.voice.engine, r, Path(folder)) for r in readings]
        wait(done)
        for future in done:
            future.result()


if __name__ == "__main__":
    main()
