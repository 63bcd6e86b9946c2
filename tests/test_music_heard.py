"""Beds as an independent transcriber hears them: what is scored is what sounds.

The transcriber is ``nmp.onnx`` out of the wheel ``basic-pitch`` 0.4.0 (Bittner et al., ICASSP
2022); the variable ``AUDIOBOOK_TRANSCRIBER`` names the file. Never install that package: it pins
other versions of what this one needs.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE
from audiobook.music.bed import open_cues
from audiobook.music.composed import composed_bed
from audiobook.music.moods import MOODS, PALETTES

MODEL = Path(os.environ.get("AUDIOBOOK_TRANSCRIBER", "nmp.onnx"))
WINDOW, STEP, FRAME = 43_844, 36_164, 256  # samples at 22,050 Hz
OVERLAP = 15  # frames that are cut from each side of a window
LOWEST_KEY = 21

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not MODEL.is_file(),
        reason="set AUDIOBOOK_TRANSCRIBER to nmp.onnx, taken out of the basic-pitch wheel",
    ),
]


def heard(sound):
    """Return the probabilities of keys 21 to 108, held and struck: shape (2, frames, 88).

    Frame j of window i lies at i·36164 + j·256 samples, not at n·256.
    """
    import onnxruntime
    import soxr

    session = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"])
    mono = soxr.resample(sound.mean(axis=1), SAMPLE_RATE, 22_050)
    padded = np.concatenate([np.zeros(OVERLAP * FRAME), mono, np.zeros(WINDOW)])
    starts = range(0, len(mono), STEP)
    windows = np.stack([padded[s : s + WINDOW] for s in starts]).astype(np.float32)[:, :, None]
    names = ["StatefulPartitionedCall:1", "StatefulPartitionedCall:2"]
    held, struck = session.run(names, {session.get_inputs()[0].name: windows})
    frames = np.arange(OVERLAP, held.shape[1] - OVERLAP)
    at_s = (np.array(starts)[:, None] + frames * FRAME - OVERLAP * FRAME).ravel() / 22_050
    kept = [out[:, OVERLAP:-OVERLAP].reshape(-1, 88) for out in (held, struck)]
    return at_s, *kept


def events(held, struck):
    """Yield (frame, key) of each note: a peak of onset, then held for 128 ms (the net's defaults).

    Where a key sounds an octave, a twelfth or two octaves and a third over a stronger one struck
    with it, it is that one's overtone, which the ear does not take for a note either.
    """
    before, after = np.roll(struck, 1, axis=0), np.roll(struck, -1, axis=0)
    peaks = (struck >= 0.5) & (struck >= before) & (struck > after)
    for frame, key in np.argwhere(peaks):
        during = held[frame : frame + 11, key]
        below = [held[frame : frame + 11, key - up] for up in (12, 19, 24, 28) if key >= up]
        is_overtone = any(np.mean(other) > np.mean(during) for other in below)
        if np.min(during) >= 0.3 and not is_overtone:
            yield frame, key + LOWEST_KEY


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("mood", MOODS)
def test_scored_notes_are_heard(palette, mood):
    """At least .95 of the tune's notes are found; .97 of what is heard is in the scale."""
    if any(tone % 1.0 for tone in PALETTES[palette].mood(mood).scale):
        pytest.skip("the transcriber knows semitones alone")
    bed = composed_bed(open_cues(60 * SAMPLE_RATE), palette, mood, "heard")
    at_s, held, struck = heard(np.concatenate(list(bed.blocks())))
    found, beside = [], []
    for note in bed.score.notes:
        if note.role == "lead":  # a flute takes its time to speak
            onset_s = note.onset / SAMPLE_RATE
            near = held[(at_s >= onset_s - 0.05) & (at_s <= onset_s + 0.40)].max(axis=0)
            key = round(note.pitch) - LOWEST_KEY
            found.append(near[key] >= 0.3)
            beside.append(near[key + 1] >= 0.3)
    keys = np.array([key for _, key in events(held, struck)])
    degrees = (keys - bed.score.tonic) % 12
    in_scale = np.isin(degrees, PALETTES[palette].mood(mood).scale)
    assert np.mean(found) >= 0.95
    assert np.mean(beside) <= 0.25  # the measure does not find whatever it is asked for
    assert np.mean(in_scale) >= 0.97
