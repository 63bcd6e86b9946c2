"""The wheel: what a user installs holds all that the program needs beside its dependencies."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORK = """
import sys
from pathlib import Path
import audiobook
from audiobook.assets import assets_dir
assert Path(audiobook.__file__).is_relative_to(sys.argv[1]), audiobook.__file__
assert assets_dir().is_relative_to(sys.argv[1]), assets_dir()
sys.argv = ["audiobook", *sys.argv[2:]]
from audiobook.cli import main
main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel offline, as the index would get it."""
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked, *arguments):
    """Run the unpacked program, away from the checkout; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(unpacked), *map(str, arguments)],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked), "XDG_CACHE_HOME": str(unpacked / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_source_and_asset(wheel):
    """Each module, schema and asset of the checkout is in it, and nothing but that."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "audiobook").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wanted |= {
        f"audiobook/_assets/{path.relative_to(ROOT / 'assets').as_posix()}"
        for path in (ROOT / "assets").rglob("*")
        if path.is_file()
    }
    assert {name for name in names if ".dist-info/" not in name} == wanted
    assert {"audiobook/py.typed", "audiobook/export/build.schema.json"} <= names


def test_the_wheel_brings_the_command(unpacked):
    """Installing it makes `audiobook`, under a name that no old package owns."""
    (info,) = unpacked.glob("*.dist-info")
    assert info.name.startswith("kuibook-")
    entry_points = (info / "entry_points.txt").read_text("utf-8")
    assert "audiobook = audiobook.__main__:main" in entry_points


def test_voices_are_found_in_it(unpacked):
    """`audiobook voices` works from the wheel, with Kokoro's voices out of its assets."""
    listed = run(unpacked, "voices")
    assert "kokoro:af_heart" in listed
    assert "tone:hum" in listed


def test_a_book_is_built_from_it(unpacked):
    """The bundled story becomes an audiobook with a drawn cover, from what is in the wheel."""
    story = unpacked / "audiobook" / "_assets" / "stories" / "marat-kalmurzaeva"
    out = unpacked / "out"
    options = ("--voice", "tone:hum", "--music", "none", "--chapter", "1", "--jobs", "1")
    run(unpacked, "build", story, *options, "-o", out, "--quiet")
    assert len(list((out / "chapters").glob("01 *.mp3"))) == 1
    assert (out / "chapters" / "cover.jpg").stat().st_size > 10_000
    assert (out / "build.json").is_file()
