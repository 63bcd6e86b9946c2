"""The doctor: what is installed, what is missing, and the command that mends it."""

import json
from collections import namedtuple

import pytest
from click.testing import CliRunner

from audiobook import doctor
from audiobook.cli import app
from audiobook.doctor import examine
from audiobook.errors import FFmpegError
from audiobook.speech.registry import load_engine
from audiobook.store import default_root

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def roomy_disk(monkeypatch):
    """Make sure of room: the disk of the machine that tests is not the subject."""
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: Usage(9e10, 1e10, 8e10))


def run(*arguments):
    return CliRunner(mix_stderr=False).invoke(app, ["doctor", *arguments], catch_exceptions=False)


def found(name):
    return next(f for f in examine() if f.name == name)


def test_a_good_installation_is_well():
    """Everything a build needs is named and fine, and the status says so."""
    done = run("--json")
    findings = json.loads(done.stdout)
    assert all(f.keys() == {"name", "ok", "text"} for f in findings)
    needed = {"program", "ffmpeg", "kokoro", "assets", "store"}
    assert {f["name"] for f in findings if f["ok"]} >= needed
    assert done.exit_code == 0
    assert str(default_root()) in run().stdout


def test_the_old_package_of_that_name_is_a_clash(tmp_path, monkeypatch):
    """A distribution called audiobook owns the same module; the command that mends it is named."""
    info = tmp_path / "audiobook-0.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: audiobook\nVersion: 0.2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    done = run()
    assert done.exit_code == 1
    line = next(line for line in done.stdout.splitlines() if line.startswith("NO"))
    assert 'clash      the package "audiobook" 0.2 owns the same module and command' in line
    assert "pip uninstall audiobook && pip install --force-reinstall --no-deps kuibook" in line


def test_without_ffmpeg_nothing_can_be_built(monkeypatch):
    """The finding is ffmpeg's own line, and the status is 1."""

    def gone():
        raise FFmpegError("ffmpeg is missing; pip install imageio-ffmpeg")

    monkeypatch.setattr("audiobook.ffmpeg.executable", gone)
    done = run()
    assert done.exit_code == 1
    assert "NO  ffmpeg     ffmpeg is missing; pip install imageio-ffmpeg" in done.stdout


def test_an_optional_engine_may_be_missing(monkeypatch):
    """What is only optional is shown with the command that brings it, and harms no status."""
    mend = 'piper is not installed; pip install "kuibook[piper]"'
    monkeypatch.setattr(type(load_engine("piper")), "missing", lambda _self: mend)
    done = run()
    assert f"--  piper      {mend}" in done.stdout
    assert done.exit_code == 0
    monkeypatch.setattr(type(load_engine("kokoro")), "missing", lambda _self: "gone")
    assert run().exit_code == 1


def test_little_room_is_named_with_its_remedy(monkeypatch):
    """Less than two gigabytes do not hold a long book."""
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: Usage(9e10, 8.9e10, 1e9))
    store = found("store")
    assert not store.ok
    assert store.text.endswith("1.0 GB free; make room or run: audiobook cache prune")


def test_a_store_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    """A file where the cache should be is found, with the variable that names another place."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    store = found("store")
    assert not store.ok
    assert "set XDG_CACHE_HOME to a folder that can be written" in store.text


def test_assets_that_are_gone_are_named(tmp_path, monkeypatch):
    """A wheel without its voices is found, with the command that brings them back."""
    monkeypatch.setattr(doctor, "assets_dir", lambda: tmp_path)
    assets = found("assets")
    assert not assets.ok
    assert "kokoro.npz is missing" in assets.text
    assert "pip install --force-reinstall --no-deps kuibook" in assets.text
