"""A build that is stopped, killed or starved of disk loses only what it was just making."""

import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from processes import is_importing, members, until
from readback import RATE, audiobook, command, environment

from audiobook.store import Store

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="watches processes in /proc"
)

N_KILLS = 7
OPTIONS = ("--voice", "tone:hum", "--jobs", "2", "-o", "out")
NAMES = ["Aidar", "Botagoz", "Daulet", "Gaukhar"]
# Own music goes through every stage but the composer, who would take most of the time.
BOOK = """
story = "riders.md"
[music]
palette = "tune.wav"
intro_s = 1.0
outro_s = 1.0
"""
ENDS_WITHIN_S = 3.0  # a second or two, and room for a busy machine


def tell(place):
    """Write a story of chapters of a few sentences, every sentence its own."""
    chapters = [
        f"## {name}\n\n{name} rode out at dawn. The horse knew the way to {name}'s house.\n\n"
        f'"Where is everybody?" {name} asked, and only the wind answered {name}.\n'
        for name in NAMES
    ]
    (place / "riders.md").write_text("# Four Riders\n\n" + "\n".join(chapters), "utf-8")
    (place / "book.toml").write_text(BOOK, "utf-8")
    time_s = np.arange(7 * RATE) / RATE
    soundfile.write(place / "tune.wav", 0.1 * np.sin(2 * np.pi * 220 * time_s), RATE)
    return place


def build(place, *more, status=0, **limits):
    """Build to the end; return what was said on stderr."""
    cache = place / "cache"
    return audiobook(
        "build", ".", *OPTIONS, *more, cache=cache, cwd=place, status=status, **limits
    )[1]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Build undisturbed: a folder with the finished book and its cache."""
    place = tell(tmp_path_factory.mktemp("undisturbed"))
    build(place)
    return place


@pytest.fixture
def place(tmp_path):
    return tell(tmp_path)


@contextlib.contextmanager
def started(place, *more):
    """Start a build as the leader of a process group; leave nothing of it behind."""
    process = subprocess.Popen(
        command("build", ".", *OPTIONS, *more),
        env=environment(place / "cache"),
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


def clips(place):
    """Return each finished clip's file, and which file on disk it is."""
    folder = place / "cache" / "audiobook" / "clip"
    return {p: p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def finished(place):
    """Return the hash of every file of the output folder that has its final name."""
    files = [p for p in (place / "out").rglob("*") if p.is_file() and p.suffix != ".part"]
    return {
        p.relative_to(place / "out").as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
    }


def n_artefacts(place):
    """Return how many clips, chapters and outputs are finished."""
    store = place / "cache" / "audiobook"
    made = [p for kind in ("clip", "chapter") for p in (store / kind).rglob("*") if p.is_file()]
    return len(made) + len(list((place / "out").rglob("*.mp3")))


def is_at(moment, process, place):
    """Return whether a build has come to a moment."""
    alive = members(process.pid)
    workers = [pid for pid, line in alive.items() if "spawn_main" in line]
    if moment == "starting":
        return bool(workers)
    if moment == "importing":
        return any(is_importing(worker) for worker in workers)
    if moment == "speaking":
        return bool(clips(place))
    return any("libmp3lame" in line for line in alive.values())


def assert_whole(place, reference):
    """Everything that has its final name is whole: outputs, clips and chapters."""
    wanted = finished(reference)
    for name, digest in finished(place).items():
        assert digest == wanted[name], name
    store, good = (Store(p / "cache" / "audiobook") for p in (place, reference))
    for kind in ("clip", "chapter"):
        for path in (store.root / kind).rglob("*"):
            if path.is_file():
                assert store.get(kind, path.name) == good.get(kind, path.name), path


def test_killed_again_and_again_it_finishes_as_if_undisturbed(place, reference):
    """Kill -9 at any moment: nothing partial, nothing spoken twice, in the end the same bytes."""
    dice = random.Random(20240501)
    kept, n_hit = {}, 0
    for _ in range(N_KILLS):
        with started(place) as process:
            until(lambda: is_at("starting", process, place) or process.poll() is not None)
            aim = n_artefacts(place) + dice.randint(0, 2)
            until(lambda: n_artefacts(place) >= aim or process.poll() is not None)  # noqa: B023
            time.sleep(dice.uniform(0.0, 0.1))
            n_hit += process.poll() is None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert_whole(place, reference)
        now = clips(place)
        assert kept.items() <= now.items()
        kept = now
    assert kept
    assert n_hit >= 3  # the others came too late: piece by piece, it had got to the end
    build(place)
    assert kept.items() <= clips(place).items()
    assert finished(place) == finished(reference)
    assert not [p for p in (place / "out").rglob("*") if p.name.endswith(".part")]
    assert not any((place / "cache" / "audiobook" / "scratch").glob("*/*"))


def test_no_partial_file_ever_has_a_final_name(place, reference):
    """Whoever looks while a build runs sees whole files; a second build is refused."""
    seen, refused = set(), ""
    wanted = finished(reference)
    with started(place) as process:
        while process.poll() is None:
            for name, digest in finished(place).items():
                assert digest == wanted[name], name
                seen.add(name)
            if clips(place) and not refused:
                refused = build(place, status=1)
            time.sleep(0.02)
        assert process.returncode == 0
    assert len(seen) >= len(NAMES)
    assert refused.count("\n") == 1
    assert "another build of this folder is running" in refused
    assert finished(place) == wanted


@pytest.mark.parametrize("moment", ["starting", "speaking", "mixing"])
def test_workers_die_with_their_parent(place, moment):
    """When the program alone is killed, its workers and their ffmpeg are gone in a moment."""
    with started(place) as process:
        until(lambda: is_at(moment, process, place))
        process.kill()
        process.wait()
        until(lambda: not members(process.pid), seconds=ENDS_WITHIN_S)


@pytest.mark.parametrize("moment", ["starting", "importing", "speaking", "mixing"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_is_obeyed_at_once(place, moment, number):
    """Ctrl-C and terminate end it within a second or two, with 130, and say what was kept."""
    with started(place) as process:
        until(lambda: is_at(moment, process, place))
        began = time.monotonic()
        os.killpg(process.pid, number)
        _, complaints = process.communicate(timeout=20)
        assert time.monotonic() - began < ENDS_WITHIN_S
        assert process.returncode == 130
        assert "stopped; kept" in complaints
        assert "goes on from here" in complaints
        assert "Traceback" not in complaints
        until(lambda: not members(process.pid), seconds=ENDS_WITHIN_S)


def test_a_killed_worker_costs_one_line_and_no_work(place, reference):
    """The memory killer takes a worker: exit 1 with a hint, and the next build finishes."""
    with started(place) as process:
        until(lambda: is_at("mixing", process, place))
        worker = next(p for p, line in members(process.pid).items() if "spawn_main" in line)
        os.kill(worker, signal.SIGKILL)
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 1
        assert "a worker process was killed" in complaints.splitlines()[-1]
        assert "Traceback" not in complaints
    assert_whole(place, reference)
    kept = clips(place)
    build(place)
    assert kept.items() <= clips(place).items()
    assert finished(place) == finished(reference)


def starve(limit_bytes):
    """Limit the size of any file this process and its children write."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


def test_files_that_cannot_grow_cost_one_line(place, reference):
    """Where no file may pass a size, a build ends with one line; it finishes when it may."""
    places = []
    for limit_bytes in (20_000, 200_000):  # too little for a clip, and for a bed
        kept = clips(place)
        limits = {"preexec_fn": lambda size=limit_bytes: starve(size)}
        complaints = build(place, status=1, **limits)
        assert "Traceback" not in complaints
        places.append(complaints.splitlines()[-1])
        assert_whole(place, reference)
        assert kept.items() <= clips(place).items()
    assert [error[: len("Error: ")] for error in places] == ["Error: "] * 2
    assert "segment" in places[0]
    assert "chapter" in places[1]
    build(place)
    assert finished(place) == finished(reference)


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of four hundred kilobytes, where that is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = "size=400k"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True, capture_output=True)


@pytest.mark.parametrize("what", ["cache", "out"])
def test_a_full_disk_costs_one_line(place, reference, small_disk, what):
    """The disk fills up: exit 1, where and what to do; with more room the build finishes."""
    if what == "out":  # everything is made, and has only to be written
        shutil.copytree(reference / "cache", place / "cache")
    (place / what).symlink_to(small_disk)
    complaints = build(place, status=1)
    error = complaints.splitlines()[-1]
    assert error.startswith("Error: ")
    assert re.search("no space left|disk is full", error, re.IGNORECASE)
    assert "Traceback" not in complaints
    assert_whole(place, reference)
    kept = clips(place)
    remount = ["mount", "-o", "remount,size=64m", str(small_disk)]
    subprocess.run(remount, check=True, capture_output=True)
    build(place)
    assert kept.items() <= clips(place).items()
    assert finished(place) == finished(reference)
