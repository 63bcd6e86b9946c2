"""A chapter's stems in, files out: speech and music as they are heard, apart and unmastered."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from audiobook.audio import Audio, db_to_gain, peak_db
from audiobook.export.edition import MUSIC, SPEECH
from audiobook.export.sounds import write_sound
from audiobook.stems import MusicStem, SpeechStem

__all__ = ["write_stems"]


def write_stems(voice: SpeechStem, music: MusicStem | None, folder: Path) -> dict[str, Path]:
    """Write a chapter's stems as 16-bit FLAC, each as long as the chapter.

    They are what the mixer is given: their sum is the mix before the limiter. Where a peak would
    not fit into 16 bits both are lowered by the same whole number of decibels, and say so in a
    comment.

    Parameters
    ----------
    folder : Path
        Where to.

    Returns
    -------
    dict of str to Path
        The file of each stem by its name; no music has none.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    stems: dict[str, Callable[[], Iterator[Audio]]] = {SPEECH: voice.windows}
    if music:
        stems[MUSIC] = music.windows
    lower_db = max(0, math.ceil(max(_peak_db(windows()) for windows in stems.values())))
    comment = f"lowered by {lower_db} dB, as its sister" if lower_db else ""
    gain = np.float32(db_to_gain(-lower_db))
    for name, windows in stems.items():
        write_sound(_file(folder, name), (w * gain for w in windows()), comment=comment)
    return {name: _file(folder, name) for name in stems}


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.flac"


def _peak_db(windows: Iterable[Audio]) -> float:
    return max(peak_db(window) for window in windows)
