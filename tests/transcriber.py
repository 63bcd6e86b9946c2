"""An independent ear: which keys of a piano sound in a recording, and which are struck.

The net is basic-pitch's (Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic
Note Transcription and Multipitch Estimation", ICASSP 2022); see tests/data/README.md.
"""

from functools import cache
from pathlib import Path

import numpy as np

MODEL = Path(__file__).parent / "data" / "transcriber" / "nmp.onnx"
RATE = 22_050
WINDOW, STEP, FRAME = 43_844, 36_164, 256  # samples
OVERLAP = 15  # frames that are cut from each side of a window
BATCH = 8  # windows at a time
LOWEST_KEY = 21
HELD, STRUCK = 0.3, 0.5  # probabilities from which a key counts; the net's own defaults
SHORTEST_FRAMES = 11  # 128 ms, its default too
OVERTONES = (12, 19, 24, 28)  # semitones: the second to fifth partial


@cache
def _session():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # tests run side by side
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


def heard(sound, sample_rate):
    """Listen to a recording.

    Parameters
    ----------
    sound : array, shape (n_samples, n_channels)
        Any loudness.
    sample_rate : int
        In Hz.

    Returns
    -------
    at_s : array, shape (n_frames,)
        Time of each frame. Frame j of window i lies at i·36164 + j·256 samples, not at n·256.
    held, struck : array, shape (n_frames, 88)
        Probability that a key from `LOWEST_KEY` on sounds, and that it begins.
    """
    import soxr

    mono = soxr.resample(sound.mean(axis=1), sample_rate, RATE)
    padded = np.concatenate([np.zeros(OVERLAP * FRAME), mono, np.zeros(WINDOW)]).astype(np.float32)
    starts = np.arange(0, len(mono), STEP)
    names = ["StatefulPartitionedCall:1", "StatefulPartitionedCall:2"]
    outputs = []
    for first in range(0, len(starts), BATCH):
        windows = np.stack([padded[s : s + WINDOW] for s in starts[first : first + BATCH]])
        feed = {_session().get_inputs()[0].name: windows[:, :, None]}
        outputs.append(_session().run(names, feed))
    held, struck = (np.concatenate(parts) for parts in zip(*outputs, strict=True))
    frames = np.arange(held.shape[1] - 2 * OVERLAP)
    at_s = (starts[:, None] + frames * FRAME).ravel() / RATE
    return at_s, *(out[:, OVERLAP:-OVERLAP].reshape(-1, 88) for out in (held, struck))


def struck_keys(held, struck):
    """Return the MIDI key of each note that is heard: a peak of onset, then held for 128 ms.

    Where a key sounds an octave, a twelfth or two octaves and a third over a stronger one struck
    with it, it is that one's overtone, which the ear does not take for a note either.
    """
    before, after = np.roll(struck, 1, axis=0), np.roll(struck, -1, axis=0)
    peaks = (struck >= STRUCK) & (struck >= before) & (struck > after)
    keys = []
    for frame, key in np.argwhere(peaks):
        span = slice(frame, frame + SHORTEST_FRAMES)
        below = [held[span, key - up].mean() for up in OVERTONES if key >= up]
        is_overtone = any(level > held[span, key].mean() for level in below)
        if held[span, key].min() >= HELD and not is_overtone:
            keys.append(int(key) + LOWEST_KEY)
    return np.array(keys, dtype=int)
