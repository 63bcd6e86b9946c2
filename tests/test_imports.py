"""The one dependency rule: data flows to the right, and a module imports only from its left."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "audiobook"
ORDER = [
    *("errors", "assets", "profiles", "audio", "loudness", "ffmpeg", "store"),
    *("story", "cast", "lexicon", "segments", "mood", "speech", "timeline"),
    *("music", "duck", "dip", "mix", "stems", "roomtone", "master", "export"),
    *("build", "check", "doctor", "serve", "cli"),
]
# Who starts processes besides ffmpeg, and why.
STARTERS = {
    "build/workers.py": "the workers of a build",
    "story/convert.py": "the converter of story/",
}
HEAVY = {"numpy", "scipy", "onnxruntime", "phonemizer", "PIL", "pydub", "soundfile", "rich"}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def room(path):
    """Return the room a file is in: its name at the top level, or its folder's."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path):
    """Yield every module that a file imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module == "audiobook":
                yield from (f"audiobook.{alias.name}" for alias in node.names)


def module_imports(path):
    """Yield what is imported as a module; `from random import Random` needs a seed and is fine."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from node.names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_left(path):
    """The listing of the package is the pipeline, and nothing flows back."""
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    assert here in ORDER, f"{here} has no place in the order"
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "audiobook" and len(parts) > 1 and parts[1] in ORDER:
            assert ORDER.index(parts[1]) <= ORDER.index(here), f"{here} imports {name}"


def test_the_order_names_every_room_and_nothing_else():
    """A new module has to be given its place."""
    rooms = {room(p) for p in modules()} - {"__init__", "__main__"}
    assert rooms == set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_ffmpeg_starts_processes(path):
    """Starting a program, printing, and reading click stay where they belong."""
    name = str(path.relative_to(PACKAGE))
    names = set(imported(path))
    if room(path) != "ffmpeg" and name not in STARTERS:
        assert not names & {"subprocess", "multiprocessing"}, name
    if room(path) != "cli":
        assert "click" not in names, name
    if room(path) != "mix":
        assert "pydub" not in names, name


@pytest.mark.parametrize(
    "path",
    [p for p in modules() if room(p) in ORDER[: ORDER.index("build")]],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_stages_read_no_clock_and_no_dice(path):
    """Time and chance are passed in: the same input gives the same output."""
    if path.name == "gtts.py":
        return  # waits between requests; its sleep and its dice can be given
    names = {node.name for node in module_imports(path)}
    assert not names & {"time", "datetime", "random", "secrets", "uuid"}, path


def test_help_needs_nothing_heavy():
    """Asking for help loads no numeric library, no model and no display."""
    code = (
        "import sys; from audiobook.cli import app; "
        "app.main(['--help'], standalone_mode=False); "
        "print(*sorted(m for m in sys.modules if '.' not in m), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())
