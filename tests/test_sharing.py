"""One store for many builds, versions and machines, on disks and with clocks that are not ideal."""

import contextlib
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiobook.build.folder import building, keys_in_use, keys_used
from audiobook.build.state import VERSION, BuildState, load_state, save_state
from audiobook.cli import app
from audiobook.errors import BuildError, StoreError
from audiobook.store import Lock, Store, default_root, host_name, key_of, sweep

KEY = key_of("an artefact")
FAR_S = 10 * 365 * 86_400.0
STORY = "# Two Tales\n\n## The Wolf\n\nA wolf came.\n\n## The Fox\n\nA fox left.\n"


def build(*more, status=0):
    """Build the story of this folder; return what was printed."""
    options = ["--voice", "tone:hum", "--music", "none", "--format", "mp3", "--jobs", "1"]
    done = CliRunner().invoke(app, ["build", "tales.md", "-o", "out", *options, *more])
    assert done.exit_code == status, done.output
    return done.output


@pytest.fixture
def tales(tmp_path, monkeypatch):
    """Stand in a folder with a story."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")
    return tmp_path


@contextlib.contextmanager
def read_only(folder):
    """Take the right to write away: by a mount for root, who may write everywhere else."""
    folder.mkdir(exist_ok=True)
    if os.name != "posix":
        pytest.skip("needs the rights of POSIX")
    if os.geteuid():
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    bind = ["mount", "--bind", str(folder), str(folder)]
    if not shutil.which("mount") or subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("root that may not mount writes everywhere")
    subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    yield
    subprocess.run(["umount", "-l", str(folder)], check=True)


def newer(file, version):
    """Make a file of the store one of another version."""
    file.write_bytes(file.read_bytes().replace(b'"format": 1', b'"format": %d' % version))
    return file.read_bytes()


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_s_artefact_is_ignored_and_kept(store, version):
    """It is as good as absent, nothing removes it, and what is made anew takes its place."""
    store.put("clip", KEY, {"n": 1}, b"sound")
    path = store.path("clip", KEY)
    content = newer(path, version)
    assert not store.has("clip", KEY)
    assert store.meta("clip", KEY) is None
    assert store.get("clip", KEY) is None
    assert path.read_bytes() == content
    store.put("clip", KEY, {"n": 1}, b"sound")
    assert store.get("clip", KEY) == ({"n": 1}, b"sound")


def test_another_version_s_record_of_a_folder_is_ignored_and_kept(store, tmp_path):
    """It stands beside ours; and a record that is none costs nothing but the reasons."""
    save_state(store, tmp_path, BuildState(duration_s=3.0))
    (path,) = (store.root / "books").glob("*.json")
    ours = path.read_text("utf-8")
    version, other = f"{VERSION}", f"{VERSION + 1}"
    theirs = path.with_name(path.name.replace(f".{version}.json", f".{other}.json"))
    theirs.write_text(f'{{"version": {other}, "everything": "else"}}', "utf-8")
    assert load_state(store, tmp_path).duration_s == 3.0
    for strange in ("[]", "{}", "", ours.replace(f'"version": {version}', f'"version": {other}')):
        path.write_text(strange, "utf-8")
        assert load_state(store, tmp_path) == BuildState()
    save_state(store, tmp_path, BuildState())
    assert "everything" in theirs.read_text("utf-8")


def test_a_lock_says_who_holds_it(store, tmp_path):
    """Process, machine and time; only while it is held, and not what a killed build left."""
    with building(store, tmp_path):
        with pytest.raises(BuildError, match="--wait") as refused, building(store, tmp_path):
            pass
        assert f"(process {os.getpid()} on " in str(refused.value)
        (record,) = (store.root / "books").glob("*.building")
        left = record.read_text("utf-8")
    assert not record.exists()
    record.write_text(left, "utf-8")
    with building(store, tmp_path):
        pass


def test_what_a_running_build_stands_on_is_not_pruned(store, tmp_path):
    """The least recently used goes first, but not from under a build; a dead one counts no more."""
    keys = [key_of(n) for n in range(3)]
    for age, key in enumerate(keys):
        store.put("clip", key, {}, bytes(1000))
        os.utime(store.path("clip", key), (1e9 + age, 1e9 + age))
    with building(store, tmp_path):
        keys_used(store, tmp_path, keys[:1])
        (record,) = (store.root / "books").glob("*.building")
        left = record.read_text("utf-8")
        assert keys_in_use(store) == {keys[0]}
        assert store.prune(2500, keys_in_use(store)).n_files == 1
        assert [store.has("clip", key) for key in keys] == [True, False, True]
        done = CliRunner().invoke(app, ["cache", "prune", "--keep", "0"])
        assert "removed 0 files" in done.output  # another store
        pruned = store.prune(0, keys_in_use(store))
        assert pruned.n_bytes_in_use > 1000
    record.write_text(left, "utf-8")  # as if it had been killed
    assert keys_in_use(store) == frozenset()
    assert not record.exists()


def test_files_from_the_future_were_used_before_the_clock_was_set_back(store):
    """They go before what was used since; machines may differ by minutes."""
    ages = {"future": FAR_S, "old": -FAR_S, "minutes ahead": 600.0, "now": 0.0}
    store.put("clip", KEY, {}, b"")
    now_s = store.path("clip", KEY).stat().st_mtime
    store.drop("clip", KEY)
    for name, age_s in ages.items():
        store.put("clip", key_of(name), {}, bytes(1000))
        os.utime(store.path("clip", key_of(name)), (now_s + age_s, now_s + age_s))
    left = [list(ages)]
    for keep_bytes in (4000, 3000, 1500):
        store.prune(keep_bytes)
        left.append([name for name in ages if store.has("clip", key_of(name))])
    assert left[1:] == [
        ["old", "minutes ahead", "now"],
        ["minutes ahead", "now"],
        ["minutes ahead"],
    ]


def test_the_clock_may_be_set_back(tales):
    """A book that was built in the future is finished today, and one sentence is one sentence."""
    build()
    later_s = (tales / "out" / "build.json").stat().st_mtime + FAR_S
    for file in [*(tales / "out").rglob("*"), *default_root().rglob("*")]:
        os.utime(file, (later_s, later_s))
    (record,) = (default_root() / "books").glob("*.json")
    data = json.loads(record.read_text("utf-8"))
    for name, file in data["files"].items():
        file["mtime_ns"] = (tales / "out" / name).stat().st_mtime_ns
    record.write_text(json.dumps(data), "utf-8")
    assert "nothing to do" in build()
    (tales / "tales.md").write_text(STORY.replace("A fox left.", "A fox stayed."), "utf-8")
    result = json.loads(build("--json"))
    assert (result["made"], result["spoken"]) == ([2], 1)
    assert "nothing to do" in build()


def test_an_output_folder_that_cannot_be_written_costs_one_line_at_once(tales):
    """Nothing is spoken for a folder that would not take it."""
    with read_only(tales / "out"):
        line = build(status=1)
    assert line.count("\n") == 1
    assert "out: cannot be written; name another output folder with -o" in line


def test_a_cache_that_cannot_be_written_costs_one_line_at_once(tales):
    """The line names the variable that leads elsewhere."""
    with read_only(tales / "cache"):
        line = build(status=1)
    assert line.count("\n") == 1
    assert "XDG_CACHE_HOME" in line


@pytest.mark.skipif(sys.platform == "win32", reason="locks otherwise")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_refused(store, tmp_path, monkeypatch, number):
    """The reason and the way out are named, and no mark that outlives its holder is made."""
    import fcntl

    def flock(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with (
        pytest.raises(StoreError, match=f"{os.strerror(number)}.*XDG_CACHE_HOME"),
        building(store, tmp_path / "out"),
    ):
        pass


def scratch(store, name, age_s=0.0):
    """Leave a folder with a file in it, as a process that was killed does."""
    folder = store.root / "scratch" / name
    folder.mkdir(parents=True)
    for path in (folder / "bed", folder):
        path.touch()
        moment = path.stat().st_mtime - age_s
        os.utime(path, (moment, moment))
    return folder


def test_only_what_nobody_works_on_is_swept(store):
    """The lock tells, not the number, which is given away again; another machine gets a day."""
    host = host_name()
    dead = scratch(store, f"{host}-{os.getpid() + 1}")
    reused = scratch(store, f"{host}-{os.getppid()}")  # its number is another process's now
    theirs = scratch(store, "elsewhere-17")
    abandoned = scratch(store, "elsewhere-18", age_s=2 * 86_400.0)
    at_work = scratch(store, f"{host}-1")
    lock = Lock(at_work / "lock")
    assert lock.take()
    own = store.scratch_dir()
    sweep(store.root)
    assert [path.exists() for path in (dead, reused, abandoned)] == [False] * 3
    assert [path.exists() for path in (theirs, at_work, own)] == [True] * 3
    lock.release()


def test_a_scratch_folder_is_one_process_s_own(store):
    """It is named by machine and process, and what an earlier one left in it is taken away."""
    left = scratch(store, f"{host_name()}-{os.getpid()}")
    own = store.scratch_dir()
    assert own == left
    assert not (own / "bed").exists()
    assert store.scratch_dir() == own
    taken = Store(store.root.parent / "another")
    lock = Lock(taken.root / "scratch" / own.name / "lock")
    assert lock.take()  # a container with the same name and number
    assert taken.scratch_dir() == taken.root / "scratch" / f"{own.name}-1"
    lock.release()


def test_a_server_may_rename_and_lose_the_answer(store, monkeypatch):
    """What is there whole is kept, whatever the rename said; what is not is an error."""
    real = Path.replace

    def forgetful(self, target):
        real(self, target)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Path, "replace", forgetful)
    store.put("clip", KEY, {}, b"sound")
    assert store.get("clip", KEY) == ({}, b"sound")

    def broken(self, _target):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(StoreError):
        store.put("clip", key_of("another"), {}, b"sound")
    assert not [p for p in store.scratch_dir().iterdir() if p.name != "lock"]
