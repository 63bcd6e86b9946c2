"""The converter of `audiobook.story`: a program that is started for formats nobody should parse.

It gets the document on its standard input and gives the result on its standard output, within
bounds of time and memory, and reads no other file.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from audiobook.errors import StoryError

__all__ = ["run_converter"]

TIMEOUT_S = 180
MAX_REASON_CHARS = 160


def run_converter(command: Sequence[str], data: bytes, name: str, *, what: str) -> bytes:
    """Return what a program makes of ``data``.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    name : str
        What to call the document in errors.
    what : str
        What it should be: ``"a DOCX document"``.

    Raises
    ------
    StoryError
        If the program fails, or takes longer than three minutes.
    """
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StoryError(
            f"{name} could not be read in {TIMEOUT_S // 60} minutes; save it as .epub or .txt"
        ) from error
    except OSError as error:
        raise StoryError(
            f"{name}: the converter cannot be started: {(error.strerror or str(error)).lower()}; "
            "install it again: pip install --force-reinstall 'kuibook[documents]'"
        ) from error
    if done.returncode:
        raise StoryError(
            f"{name} cannot be read as {what}{_reason(done.stderr)}; save it as .epub or .txt"
        )
    return done.stdout


def _reason(stderr: bytes) -> str:
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").split("\n")]
    # Where a parser stopped is of use; how the program calls itself is not.
    said = [
        line for line in lines if line and not line.startswith(("pandoc", "[WARNING]", "CallS"))
    ]
    reason = said[0] if said else ""
    return f" ({reason[:MAX_REASON_CHARS].rstrip('.:;')})" if reason else ""
