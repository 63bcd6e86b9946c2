"""An engine's samples in, a clip out: silent edges cut to one length, timings moved along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiobook.audio import Audio, db_to_gain, seconds_to_samples, silence
from audiobook.errors import SpeechError
from audiobook.speech.engine import Clip, WordTiming

__all__ = ["EDGE_S", "SILENT_PEAK", "trimmed_clip", "voiced_span"]

EDGE_S = 0.030  # what stays before the first and after the last sound: room for a soft consonant
FADE_S = 0.005  # the cut itself is not heard
SILENT_PEAK = db_to_gain(-60.0)  # a clip that never gets louder is no speech
_FRAME_S, _HOP_S = 0.010, 0.005
_THRESHOLD_DB = -46.0  # of the loudest frame: under a soft "f" or "h", above an engine's own hiss
_MIN_FRAMES = 3  # a lone click of up to 10 ms is no speech


def voiced_span(audio: Audio, sample_rate: int) -> tuple[int, int]:
    """Return where sound begins and ends, in samples; (0, 0) when there is none.

    Sound is three frames of 10 ms in a row above -46 dB of the loudest frame.
    """
    hop, frame = seconds_to_samples(_HOP_S, sample_rate), seconds_to_samples(_FRAME_S, sample_rate)
    if len(audio) < frame:
        return (0, len(audio)) if np.any(np.abs(audio) > SILENT_PEAK) else (0, 0)
    energy = np.concatenate([[0.0], np.cumsum(np.square(audio[:, 0], dtype=np.float64))])
    starts = np.arange(0, len(audio) - frame + 1, hop)
    power = energy[starts + frame] - energy[starts]
    if power.max() <= frame * SILENT_PEAK**2 / 2:
        return 0, 0
    loud = power > power.max() * db_to_gain(_THRESHOLD_DB) ** 2
    together = min(_MIN_FRAMES, len(loud))
    runs = np.convolve(loud, np.ones(together, dtype=int), mode="valid") == together
    found = np.flatnonzero(runs) if runs.any() else np.flatnonzero(loud)
    last = found[-1] + (together - 1 if runs.any() else 0)
    return int(starts[found[0]]), int(min(starts[last] + frame, len(audio)))


def trimmed_clip(audio: Audio, sample_rate: int, words: Sequence[WordTiming], *, what: str) -> Clip:
    """Cut an engine's output to `EDGE_S` of quiet at both edges, or fill it up to that.

    Parameters
    ----------
    audio : Audio, shape (n_samples, 1)
        As the engine gave it.
    words : sequence of WordTiming
        On the clock of ``audio``; moved, kept inside the clip and in order.
    what : str
        Engine and text, for the message.

    Raises
    ------
    SpeechError
        If there is no sound, or what there is is not finite.
    """
    if not np.isfinite(audio).all():
        raise SpeechError(f"{what}: the engine gave broken samples; try another voice or speed")
    start, end = voiced_span(audio, sample_rate)
    if end <= start:
        raise SpeechError(f"{what}: the engine gave silence; try another voice or speed")
    edge = seconds_to_samples(EDGE_S, sample_rate)
    before, after = max(0, edge - start), max(0, end + edge - len(audio))
    body = audio[max(0, start - edge) : end + edge].astype(np.float32)
    fade = min(seconds_to_samples(FADE_S, sample_rate), len(body) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(fade, 1))).astype(np.float32)
    body[:fade, 0] *= ramp
    body[len(body) - fade :, 0] *= ramp[::-1]
    cut = np.concatenate([silence(before), body, silence(after)])
    shift_s = (edge - start) / sample_rate
    return Clip(cut, sample_rate, _moved(words, shift_s, len(cut) / sample_rate))


def _moved(words: Sequence[WordTiming], shift_s: float, length_s: float) -> tuple[WordTiming, ...]:
    """Shift timings, keep them inside the clip, starts never decreasing, ends never before."""
    moved, earliest = [], 0.0
    for word in words:
        start = min(max(word.start_s + shift_s, earliest), length_s)
        end = min(max(word.end_s + shift_s, start), length_s)
        moved.append(WordTiming(start, end, word.exact))
        earliest = start
    return tuple(moved)
