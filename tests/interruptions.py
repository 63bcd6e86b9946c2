"""Builds that are killed again and again, for the tests and for script/bench --long."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from processes import is_importing, members, until
from readback import RATE, audiobook, command, environment

OPTIONS = ("--voice", "tone:hum", "--format", "mp3,book", "-o", "out")
PATIENCE_S = 300.0  # for a very busy machine
NAMES = ("Aidar", "Botagoz", "Daulet")
# Own music goes through every stage but the composer, who would take most of the time.
BOOK = """
story = "riders.md"
[music]
palette = "tune.wav"
credit = "A. Player"
intro_s = 0.5
outro_s = 0.5
"""


def tell(place, title="The Riders", names=NAMES):
    """Write a story of chapters of a few sentences, every sentence its own."""
    chapters = [
        f'## {name}\n\n{name} rode out at dawn.\n\n"Where is everybody?" {name} asked.\n'
        for name in names
    ]
    place.mkdir(exist_ok=True)
    (place / "riders.md").write_text(f"# {title}\n\n" + "\n".join(chapters), "utf-8")
    (place / "book.toml").write_text(BOOK, "utf-8")
    time_s = np.arange(4 * RATE) / RATE
    soundfile.write(place / "tune.wav", 0.1 * np.sin(2 * np.pi * 220 * time_s), RATE)
    return place


def build(place, *more, status=0, **limits):
    """Build to the end; return what was said on stderr."""
    cache = place / "cache"
    return audiobook(
        "build", ".", *OPTIONS, *more, cache=cache, cwd=place, status=status, **limits
    )[1]


@contextlib.contextmanager
def started(place, *more, cache=None):
    """Start a build as the leader of a process group; leave nothing of it behind."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # What a shell starts in the background is deaf to Ctrl-C, and hands that on.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command("build", ".", *OPTIONS, *more),
        env=environment(cache or place / "cache"),
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def store_of(place):
    """Return the folder of its finished work."""
    return place / "cache" / "audiobook"


def clips(place):
    """Return each finished clip's file, and which file on disk it is."""
    folder = store_of(place) / "clip"
    return {p: p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def finished(place):
    """Return the hash of every file of the output folder that has its final name."""
    files = [p for p in (place / "out").rglob("*") if p.is_file() and p.suffix != ".part"]
    return {
        p.relative_to(place / "out").as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
    }


def leftovers(place):
    """Return files that are not finished and that nobody works on any more."""
    scratch = (store_of(place) / "scratch").rglob("*")
    return [*(place / "out").rglob("*.part"), *(p for p in scratch if p.is_file())]


def n_artefacts(place):
    """Return how many clips, chapters and outputs are finished."""
    made = [p for k in ("clip", "chapter") for p in (store_of(place) / k).rglob("*") if p.is_file()]
    return len(made) + len(list((place / "out").rglob("*.mp3")))


def is_at(moment, process, place):
    """Return whether a build has come to a moment."""
    alive = members(process.pid)
    workers = [pid for pid, line in alive.items() if "spawn_main" in line]
    if moment == "planning":
        return is_importing(process.pid)
    if moment == "starting":
        return bool(workers)
    if moment == "importing":
        return any(is_importing(worker) for worker in workers)
    if moment == "speaking":
        return bool(clips(place))
    return any("libmp3lame" in line for line in alive.values())


def broken(place, reference):
    """Return what has its final name and is not as the undisturbed build has it."""
    wanted = finished(reference)
    bad = [name for name, digest in finished(place).items() if wanted.get(name) != digest]
    for kind in ("clip", "chapter"):
        for path in (store_of(place) / kind).rglob("*"):
            good = store_of(reference) / path.relative_to(store_of(place))
            if path.is_file() and path.read_bytes() != good.read_bytes():
                bad.append(str(path))
    return bad


@dataclass
class Toll:
    """What many kills did.

    ``n_hit`` builds were running when they were killed; the others had just ended.
    """

    n_kills: int = 0
    n_hit: int = 0
    n_books: int = 0
    n_spoken_twice: int = 0
    n_partial: int = 0
    n_leftovers: int = 0
    n_differing: int = 0

    @property
    def harm(self):
        """Everything that must be 0."""
        return self.n_spoken_twice + self.n_partial + self.n_leftovers + self.n_differing


def kill_again_and_again(place, reference, dice, n_kills, *more):
    """Kill builds with SIGKILL, process group and all, at random moments, and continue each.

    When a book is finished, the next begins from nothing. The last one is built to its end.
    """
    toll = Toll()
    while toll.n_kills < n_kills:
        kept = clips(place)
        toll.n_kills += 1
        toll.n_hit += is_killed(place, dice, *more)
        toll.n_partial += len(broken(place, reference))
        now = clips(place)
        toll.n_spoken_twice += sum(now.get(path) != inode for path, inode in kept.items())
        if finished(place) == finished(reference) and toll.n_kills < n_kills:
            _end(place, reference, toll, *more)
            shutil.rmtree(place / "out")
            shutil.rmtree(place / "cache")
    _end(place, reference, toll, *more)
    return toll


def is_killed(place, dice, *more):
    """Start a build and kill it; return whether it was still running."""
    with started(place, *more) as process:

        def has_ended():
            return process.poll() is not None

        if dice.random() < 0.2:  # before, or while, the work begins
            time.sleep(dice.uniform(0.0, 1.0))
        else:
            until(lambda: is_at("starting", process, place) or has_ended(), PATIENCE_S)
            aim = n_artefacts(place) + dice.randint(0, 2)
            until(lambda: n_artefacts(place) >= aim or has_ended(), PATIENCE_S)
            time.sleep(dice.uniform(0.0, 0.1))
        was_running = not has_ended()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return was_running


def _end(place, reference, toll, *more):
    """Build to the end and compare with the undisturbed build."""
    kept = clips(place)
    build(place, *more)
    now = clips(place)
    toll.n_books += 1
    toll.n_spoken_twice += sum(now.get(path) != inode for path, inode in kept.items())
    toll.n_differing += finished(place) != finished(reference)
    toll.n_leftovers += len(leftovers(place))


def spoken(place, reference):
    """Give a place everything that the undisturbed build spoke, so that only mixing is left."""
    shutil.copytree(store_of(Path(reference)) / "clip", store_of(place) / "clip")
    return place
