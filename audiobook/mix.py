"""Stems in, mix out. pydub is the mixer, and it lives here and nowhere else.

pydub thinks in whole milliseconds and in integers, and copies its whole base at each overlay. So
it is given prepared stems at one rate, in short windows of whole 10 ms, as 32-bit integers with
`HEADROOM_DB` to spare; it never resamples, never appends in a loop and never ducks in steps.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np

from audiobook.audio import SAMPLE_RATE, Audio, db_to_gain
from audiobook.errors import MixError
from audiobook.timeline import GRID_SAMPLES

__all__ = ["HEADROOM_DB", "WINDOW_SAMPLES", "crossfade", "overlay"]

HEADROOM_DB = 12.0  # speech at -18 LUFS peaks near +2 dBFS before the limiter
WINDOW_SAMPLES = 1000 * GRID_SAMPLES  # ten seconds: about 60 MB at the mixer's worst moment

_FULL_SCALE = 2.0**31 * db_to_gain(-HEADROOM_DB)


def overlay(speech: Audio, music: Audio) -> Audio:
    """Lay music under speech, sample on sample.

    Parameters
    ----------
    speech, music : Audio, shape (n_samples, 2)
        Equally long, a multiple of `GRID_SAMPLES`; peaks below +`HEADROOM_DB` dBFS.

    Returns
    -------
    Audio, shape (n_samples, 2)

    Raises
    ------
    MixError
        If the two do not fit each other.
    """
    if speech.shape != music.shape or len(speech) % GRID_SAMPLES:
        raise MixError(f"stems do not fit: speech {speech.shape}, music {music.shape}")
    return _from_segment(_to_segment(speech).overlay(_to_segment(music)))


def crossfade(tail: Audio, head: Audio) -> Audio:
    """Fade from the end of one piece into the beginning of another.

    Parameters
    ----------
    tail, head : Audio, shape (n_samples, 2)
        Equally long, a multiple of `GRID_SAMPLES`.

    Returns
    -------
    Audio, shape (n_samples, 2)
        Equal power, so that music that differs does not sag in the middle.
    """
    if tail.shape != head.shape or len(tail) % GRID_SAMPLES:
        raise MixError(f"pieces do not fit: {tail.shape} and {head.shape}")
    # pydub's own fades are linear in amplitude and stepped by the millisecond; the curves are ours.
    angle = np.linspace(0.0, np.pi / 2.0, len(tail), dtype=np.float32)[:, np.newaxis]
    return overlay(tail * np.cos(angle), head * np.sin(angle))


@cache
def _pydub() -> Any:
    """Import pydub without its warnings: it looks for a system-wide ffmpeg that is not needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    return AudioSegment


def _to_segment(audio: Audio) -> Any:
    # Above full scale the integer would wrap around: hold it at the rail.
    scaled = np.clip(np.rint(audio * _FULL_SCALE), -(2.0**31), 2.0**31 - 256)
    return _pydub()(
        data=scaled.astype("<i4").tobytes(),
        sample_width=4,
        frame_rate=SAMPLE_RATE,
        channels=audio.shape[1],
    )


def _from_segment(segment: Any) -> Audio:
    samples = np.frombuffer(segment.raw_data, dtype="<i4").astype(np.float32)
    return (samples * np.float32(1.0 / _FULL_SCALE)).reshape(-1, segment.channels)
