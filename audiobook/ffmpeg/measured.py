"""Blocks of sound in, an encoded file and its loudness out, in one go."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from audiobook.audio import Audio
from audiobook.ffmpeg.meter import METER, Loudness, read_summary
from audiobook.ffmpeg.process import executable, running
from audiobook.ffmpeg.sound import REPRODUCIBLE, feed, raw_input

__all__ = ["encode_measured"]

READ_AS = {"adts": "aac"}  # containers that ffmpeg reads by another name than it writes them


def encode_measured(
    blocks: Iterable[Audio],
    target: Path,
    codec: Sequence[str],
    *,
    container: str,
    options: str = "",
    piped_options: str = "",
    n_channels: int = 2,
) -> Loudness:
    """Encode sound at `SAMPLE_RATE` and measure what comes out of a decoder.

    A second ffmpeg decodes the packets as they are made, beside the encoder: measuring the
    finished file would take a quarter as long again.

    Parameters
    ----------
    target : Path
        Its name is letters, digits, dots and hyphens: it stands in a list of outputs.
    codec : sequence of str
        What ffmpeg is told of the encoder.
    container : str
        One that can be read from a pipe as well.
    options, piped_options : str
        The container's, ``:name=value`` each, in the file and in the pipe.

    Raises
    ------
    FFmpegError
        If ffmpeg has no such encoder, or the disk is full.
    """
    if not re.fullmatch(r"[\w.-]+", target.name):
        raise ValueError(f"target={target.name!r} must be a plain name")
    muxer = f"f={container}:fflags=+bitexact"
    outputs = f"[{muxer}{options}]{target.name}|[{muxer}{piped_options}]pipe:1"
    arguments = [*REPRODUCIBLE, "-map", "0:a", *codec, "-f", "tee", outputs, "-y"]
    heard = ["-f", READ_AS.get(container, container), "-i", "pipe:0", *METER]
    # Whatever becomes of the encoder, the meter ends after it and is waited for.
    with tempfile.TemporaryFile() as report, contextlib.ExitStack() as meters:
        with running(
            [*raw_input(n_channels=n_channels), *arguments],
            str(target),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            folder=target.parent,
        ) as encoder:
            meter = meters.enter_context(
                subprocess.Popen(
                    [executable(), "-hide_banner", "-nostats", *heard],
                    stdin=encoder.stdout,
                    stdout=subprocess.DEVNULL,
                    stderr=report,
                )
            )
            assert encoder.stdout is not None
            encoder.stdout.close()  # the meter's alone now: it ends when the encoder does
            feed(encoder, blocks)
        status = meter.wait()
        report.seek(0)
        return read_summary(report.read(), status, str(target))
