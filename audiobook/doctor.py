"""The installation in, findings out: what works, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from audiobook import __version__, ffmpeg
from audiobook.assets import assets_dir
from audiobook.errors import AudiobookError
from audiobook.speech.registry import engine_names, load_engine
from audiobook.store import Store, default_root

__all__ = ["Finding", "examine"]

CLASHING = "audiobook"  # an old package on the index with the same module and command
LITTLE_SPACE_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    is_optional : bool
        The program works without it.
    """

    name: str
    ok: bool
    text: str
    is_optional: bool = False


def examine() -> list[Finding]:
    """Look at everything that a build needs."""
    return [*_program(), _ffmpeg(), *_engines(), _assets(), _store()]


def _program() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("program", True, f"kuibook {__version__} on Python {python}")
    try:
        other = importlib.metadata.version(CLASHING)
    except importlib.metadata.PackageNotFoundError:
        return
    yield Finding(
        "clash",
        False,
        f'the package "{CLASHING}" {other} owns the same module and command; mend it with: '
        f"pip uninstall {CLASHING} && pip install --force-reinstall --no-deps kuibook",
    )


def _ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", True, f"{ffmpeg.version()} ({ffmpeg.executable()})")
    except (AudiobookError, OSError) as error:
        return Finding("ffmpeg", False, str(error))


def _engines() -> Iterator[Finding]:
    for name in engine_names():
        engine = load_engine(name)
        missing = engine.missing()
        n_voices = 0 if missing else len(engine.voices())
        voices = "1 voice" if n_voices == 1 else f"{n_voices} voices"
        network = ", needs the network" if engine.online else ""
        # Every engine but the default one can be done without.
        optional = name != "kokoro"
        yield Finding(name, not missing, missing or voices + network, optional)


def _assets() -> Finding:
    voices = assets_dir() / "voices" / "kokoro.npz"
    if voices.is_file():
        return Finding("assets", True, str(assets_dir()))
    return Finding(
        "assets",
        False,
        f"{voices} is missing; mend it with: pip install --force-reinstall --no-deps kuibook",
    )


def _store() -> Finding:
    root = default_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            free = shutil.disk_usage(root).free
    except OSError as error:
        return Finding(
            "store",
            False,
            f"{root}: {error.strerror or error}; set XDG_CACHE_HOME to a folder that can be "
            "written",
        )
    used = sum(u.n_bytes for u in Store(root).usage())
    text = f"{root}, {used / 1e6:.0f} MB used, {free / 1e9:.1f} GB free"
    if free < LITTLE_SPACE_BYTES:
        return Finding("store", False, f"{text}; make room or run: audiobook cache prune")
    return Finding("store", True, text)
