"""A build that is stopped, killed or starved of disk loses only what it was just making."""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from interruptions import (
    NAMES,
    PATIENCE_S,
    broken,
    build,
    clips,
    finished,
    is_at,
    kill_again_and_again,
    leftovers,
    spoken,
    started,
    tell,
)
from processes import members, until

from audiobook.build.folder import keys_in_use
from audiobook.store import Store

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="watches processes in /proc"
)

N_KILLS = 8
TITLES = ("The Riders", "The Riders Once More")
LAST_WORDS = {"planning": "stopped\n"}  # else what was kept
KEPT = re.compile(r"stopped; kept \d+ segments? and \d+ chapters? of this run: the same .*\n\Z")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Build undisturbed: a folder with the finished book and its cache."""
    place = tell(tmp_path_factory.mktemp("undisturbed"))
    build(place, "--jobs", "1")
    return place


@pytest.fixture
def place(tmp_path):
    return tell(tmp_path)


def test_killed_again_and_again_it_finishes_as_if_undisturbed(place, reference):
    """Kill -9 at any moment: nothing partial, nothing spoken twice, in the end the same bytes."""
    # The long form, script/bench --long, has more kills, more chapters and a worker for each core.
    toll = kill_again_and_again(place, reference, random.Random(20240501), N_KILLS, "--jobs", "1")
    assert toll.harm == 0, toll
    assert toll.n_hit >= N_KILLS // 2  # the others came too late


@dataclass
class Crowd:
    """What was seen while one folder was built, looked at, and built again, beside another."""

    first: int  # process
    seen: dict[str, set[str]]  # what each file of the folder was while the build ran
    refused: str
    waited: str
    place: Path
    other: Path


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Build two books with the same sentences on one store at once, and one of them twice."""
    place, other = (tell(tmp_path_factory.mktemp("crowd") / title, title) for title in TITLES)
    seen, refused = defaultdict(set), ""
    with (
        started(place, "--jobs", "1") as first,
        started(other, "--jobs", "1", cache=place / "cache") as beside,
        contextlib.ExitStack() as later,
    ):
        while first.poll() is None:
            for name, digest in finished(place).items():
                seen[name].add(digest)
            if clips(place) and not refused:
                second = later.enter_context(started(place, "--jobs", "1", "--wait"))
                refused = build(place, status=1)
            time.sleep(0.02)
        said = [p.communicate(timeout=PATIENCE_S)[1] for p in (first, beside, second)]
        assert [p.returncode for p in (first, beside, second)] == [0, 0, 0], said
    return Crowd(first.pid, seen, refused, said[-1], place, other)


def test_whoever_looks_while_a_build_runs_sees_whole_files(crowd, reference):
    """What has its final name has its final content."""
    wanted = finished(reference)
    assert len(crowd.seen) >= len(NAMES)
    assert all(digests == {wanted[name]} for name, digests in crowd.seen.items())
    assert finished(crowd.place) == wanted


def test_a_second_build_of_a_folder_is_refused_or_waits_and_says_for_whom(crowd):
    """Who holds the lock is named: process, machine and time."""
    holder = rf"another build of this folder is running \(process {crowd.first} on \S+, since .*\)"
    assert re.search(holder + "; wait for it with --wait", crowd.refused)
    assert crowd.refused.count("\n") == 1
    assert re.search(holder + "; waiting", crowd.waited)
    assert "nothing to do" in crowd.waited


def test_two_books_on_one_store_do_not_disturb_each_other(crowd, reference, tmp_path):
    """Each comes out as if it had been built alone, and neither leaves anything behind."""
    alone = tell(tmp_path / "alone", TITLES[1])
    shutil.copytree(reference / "cache", alone / "cache")
    build(alone, "--jobs", "1")
    assert finished(crowd.place) == finished(reference)
    assert finished(crowd.other) == finished(alone)
    assert not leftovers(crowd.place)


@pytest.mark.parametrize("moment", ["importing", "mixing"])
def test_workers_die_with_their_parent(place, reference, moment):
    """When the program alone is killed, its workers and their ffmpeg are gone in a moment."""
    with started(spoken(place, reference), "--jobs", "1") as process:
        until(lambda: is_at(moment, process, place), PATIENCE_S)
        process.kill()
        process.wait()
        until(lambda: not members(process.pid), PATIENCE_S)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        *product(["planning", "starting", "importing"], [signal.SIGINT, signal.SIGTERM]),
        ("speaking", signal.SIGTERM),  # both at every moment, again and again: script/bench --long
        ("mixing", signal.SIGINT),
    ],
)
def test_a_request_to_stop_is_obeyed_at_once(place, reference, moment, number):
    """Ctrl-C and terminate end it, with 130 and one line that says what was kept."""
    if moment == "mixing":
        spoken(place, reference)
    with started(place, "--jobs", "2") as process:
        until(lambda: is_at(moment, process, place), PATIENCE_S)
        os.killpg(process.pid, number)
        _, complaints = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130, complaints
        last = complaints.splitlines(keepends=True)[-1]
        assert last == LAST_WORDS.get(moment) or KEPT.match(last), complaints
        assert complaints.count("stopped") == 1
        assert "\n\n" not in complaints
        assert "Traceback" not in complaints
        until(lambda: not members(process.pid), PATIENCE_S)
    assert not broken(place, reference)


def workers(process):
    return [pid for pid, line in members(process.pid).items() if "spawn_main" in line]


def test_a_killed_worker_costs_no_work(place, reference):
    """The memory killer takes a worker: a note says so, and the book is finished all the same."""
    kept = clips(spoken(place, reference))
    with started(place, "--jobs", "2") as process:
        until(lambda: is_at("mixing", process, place), PATIENCE_S)
        os.kill(workers(process)[0], signal.SIGKILL)
        _, complaints = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, complaints
    assert complaints.count("a worker process died") == 1
    assert "Traceback" not in complaints
    assert kept == clips(place)
    assert finished(place) == finished(reference)
    assert not leftovers(place)


def test_what_kills_its_worker_twice_is_named(place, reference):
    """A chapter that no worker survives ends the build with one line, and the rest is kept."""
    kept = clips(spoken(place, reference))
    with started(place, "--jobs", "1") as process:
        while process.poll() is None:
            for worker in workers(process):
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.01)
        _, complaints = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    last = complaints.splitlines()[-1]
    assert re.match(r'Error: chapter \d "\w+": a worker process died twice while mixing it', last)
    assert "divide it with a heading" in last
    assert "Traceback" not in complaints
    assert kept == clips(place)


def starve(limit_bytes):
    """Limit the size of any file this process and its children write."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


def test_files_that_cannot_grow_cost_one_line(place, reference):
    """Where no file may pass a size, a build ends with one line; it finishes when it may."""
    sizes = [path.stat().st_size for path in clips(reference)]
    places = []
    for limit_bytes in (min(sizes) // 2, max(sizes) + 4096):  # too little for a clip, for a bed
        kept = clips(place)
        limits = {"preexec_fn": lambda size=limit_bytes: starve(size)}
        complaints = build(place, "--jobs", "1", status=1, **limits)
        assert "Traceback" not in complaints
        places.append(complaints.splitlines()[-1])
        assert not broken(place, reference)
        assert kept.items() <= clips(place).items()
    assert [error[: len("Error: ")] for error in places] == ["Error: "] * 2
    assert "segment" in places[0]
    assert "chapter" in places[1]
    build(place, "--jobs", "1")
    assert finished(place) == finished(reference)


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of two hundred kilobytes, where that is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = "size=200k"
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
    complaints = build(place, "--jobs", "1", status=1)
    error = complaints.splitlines()[-1]
    assert error.startswith("Error: ")
    assert re.search("no space left|disk is full", error, re.IGNORECASE)
    assert "Traceback" not in complaints
    assert not broken(place, reference)
    kept = clips(place)
    remount = ["mount", "-o", "remount,size=64m", str(small_disk)]
    subprocess.run(remount, check=True, capture_output=True)
    build(place, "--jobs", "1")
    assert kept.items() <= clips(place).items()
    assert finished(place) == finished(reference)


def test_pruning_leaves_a_running_build_alone(place, reference):
    """Nothing that it needs is taken while it runs, be it stopped or not; afterwards all is."""
    kept = clips(spoken(place, reference))
    store = Store(place / "cache" / "audiobook")
    with started(place, "--jobs", "1") as process:
        until(lambda: is_at("mixing", process, place), PATIENCE_S)
        os.killpg(process.pid, signal.SIGSTOP)
        pruned = store.prune(0, keys_in_use(store))
        assert pruned.n_files == 0
        assert pruned.n_bytes_in_use > 0
    assert clips(place) == kept
    assert store.prune(0, keys_in_use(store)).n_files >= len(kept)  # the build is dead now
    assert not clips(place)
