"""The sound of a quiet room, to lie under speech: the same every time, and without an end.

Digital silence between words is heard as the speaker leaving the room, and those who take in
audiobooks refuse it. Where a recording has its room, a synthetic voice gets this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from audiobook.audio import SAMPLE_RATE, Audio, db_to_gain

__all__ = ["over_room_tone", "room_tone"]

SEED = 0x500_11  # any; the tone is the same in every file, as a room is
BLOCK_SAMPLES = 10 * SAMPLE_RATE
# A room hums more than it hisses: from 60 Hz, where a booth's high-pass stands, falling above
# 500 Hz. Taste, and loud enough in every band up to 4 kHz for an encoder to keep it.
HIGH_PASS_HZ, LOW_PASS_HZ = 60.0, 500.0


def room_tone(level_db: float) -> Iterator[Audio]:
    """Yield room tone for ever, in mono blocks of ten seconds, shape (n_samples, 1).

    Parameters
    ----------
    level_db : float
        RMS, in dB of full scale.
    """
    from scipy.signal import sosfilt

    sos, gain = _filter()
    dice = np.random.Generator(np.random.PCG64(SEED))
    state = np.zeros((len(sos), 2))
    # What the filter does before it has settled is left out.
    _, state = sosfilt(sos, dice.standard_normal(BLOCK_SAMPLES), zi=state)
    while True:
        shaped, state = sosfilt(sos, dice.standard_normal(BLOCK_SAMPLES), zi=state)
        yield (shaped * (gain * db_to_gain(level_db))).astype(np.float32)[:, np.newaxis]


def over_room_tone(blocks: Iterable[Audio], level_db: float) -> Iterator[Audio]:
    """Lay sound over room tone, whatever the lengths of its blocks."""
    tone = room_tone(level_db)
    rest = next(tone)
    for block in blocks:
        while len(rest) < len(block):
            rest = np.concatenate([rest, next(tone)])
        yield block + rest[: len(block)]
        rest = rest[len(block) :]


@cache
def _filter() -> tuple[Any, float]:
    """Return the filter, and the gain after it that makes white noise of RMS 1 come out so."""
    from scipy.signal import butter, sosfreqz

    low = butter(1, LOW_PASS_HZ, "lowpass", fs=SAMPLE_RATE, output="sos")
    sos = np.vstack([butter(2, HIGH_PASS_HZ, "highpass", fs=SAMPLE_RATE, output="sos"), low])
    _, response = sosfreqz(sos, worN=1 << 15)
    return sos, float(1.0 / np.sqrt(np.mean(np.abs(response) ** 2)))
