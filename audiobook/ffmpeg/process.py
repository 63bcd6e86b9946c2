"""ffmpeg as a process: where it is, how it is started, and what it complains about."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from audiobook.errors import FFmpegError

__all__ = [
    "LOCAL_ONLY",
    "PIPE_INPUT",
    "QUIET",
    "SOUND_INPUT",
    "complaint",
    "executable",
    "file_input",
    "file_name",
    "running",
    "version",
]

QUIET = ["-hide_banner", "-nostats", "-loglevel", "error", "-nostdin"]
# Containers that hold sound themselves. Playlists and scripts (hls, concat, dash, sdp, lavfi and
# their like) name other files, and a local file is no less another one for being local.
SOUND_FORMATS = (
    *(
        "mp3",
        "flac",
        "wav",
        "w64",
        "ogg",
        "mov,mp4,m4a,3gp,3g2,mj2",
        "matroska,webm",
        "aac",
        "aiff",
    ),
    *("ac3", "eac3", "dts", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "flv", "mpc"),
    *("mpc8", "mpeg", "mpegts", "tak", "tta", "voc", "wv"),
)
LOCAL_ONLY = [
    *("-protocol_whitelist", "file,pipe"),
    *("-format_whitelist", ",".join(SOUND_FORMATS)),
]
PIPE_INPUT = ["-protocol_whitelist", "pipe", "-i", "pipe:0"]
SOUND_INPUT = ["-format_whitelist", ",".join(SOUND_FORMATS), *PIPE_INPUT]
NOWHERE = subprocess.DEVNULL


@cache
def executable() -> str:
    """Return the path of ffmpeg.

    Raises
    ------
    FFmpegError
        If there is none; the message names the command that mends it.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FFmpegError(
            "ffmpeg is missing; install it with: pip install --force-reinstall imageio-ffmpeg"
        ) from error


@cache
def version() -> str:
    """Return ffmpeg's version, as in ``7.1``."""
    first = subprocess.run(
        [executable(), "-version"], capture_output=True, text=True, check=False
    ).stdout.partition("\n")[0]
    match = re.match(r"ffmpeg version (\S+)", first)
    return match.group(1) if match else "unknown"


def file_name(path: Path) -> str:
    """Name a local file so that neither "-i.mp3" nor "concat:x" is anything but a file."""
    return f"file:{os.path.abspath(path)}"  # noqa: PTH100  (resolve() would follow links)


def file_input(path: Path) -> list[str]:
    """Return the arguments that open a local file and nothing else."""
    return [*LOCAL_ONLY, "-i", file_name(path)]


def complaint(stderr: bytes, status: int = 1) -> str:
    """Return the line of ffmpeg's complaint that tells most: the last one."""
    text = stderr.decode("utf-8", "replace")
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    if "No space left" in last:
        return "the disk is full; make room and build again"
    if unknown := re.search(r"Unknown encoder '(\w+)'", text):
        return (
            f"{executable()} has no encoder {unknown[1]}; unset IMAGEIO_FFMPEG_EXE, or install "
            "one that has: pip install --force-reinstall imageio-ffmpeg"
        )
    return last or f"no reason given (exit status {status})"


@contextlib.contextmanager
def running(
    arguments: Sequence[str],
    what: str,
    *,
    stdin: int = NOWHERE,
    stdout: int = NOWHERE,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ffmpeg while the caller talks to it; end it if the caller leaves early.

    Its complaints go to a temporary file, so that no pipe can fill up and block it.
    """
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [executable(), *QUIET, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=complaints,
            cwd=folder,
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            _close(process.stdin)
            _close(process.stdout)
            status = process.wait()
        if status != 0:
            complaints.seek(0)
            raise FFmpegError(f"{what}: ffmpeg failed: {complaint(complaints.read(), status)}")


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
