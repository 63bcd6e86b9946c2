"""Clips in, bytes out and back: what the store keeps of speech, and the last look at a clip."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from audiobook.audio import Audio, samples_to_seconds
from audiobook.errors import SpeechError
from audiobook.speech.engine import Clip, Engine, Utterance, WordTiming
from audiobook.speech.trim import SILENT_PEAK

__all__ = ["pack", "speak_checked", "unpack", "unpack_words"]

MIN_CLIP_S = 0.08  # two edges of 30 ms and the shortest of sounds
MAX_LETTERS_PER_S = 60.0  # at speed 1; the fastest speech is under 30, more means text was lost


def pack(clip: Clip) -> tuple[dict[str, Any], bytes]:
    """Return what describes a clip, as JSON's types, and its sound as mono 16-bit FLAC.

    The description is all the timeline needs: ``sample_rate``, ``n_samples``, ``peak`` (linear),
    ``gain`` (what the sound was divided by, 1.0 unless it passed full scale) and ``words`` as
    ``[start_s, end_s, exact]``, rounded to 0.1 ms.
    """
    import soundfile

    peak = float(np.max(np.abs(clip.audio)))
    gain = max(1.0, peak)
    sound = io.BytesIO()
    samples = np.clip(np.rint(clip.audio / gain * 32767.0), -32767, 32767).astype(np.int16)
    soundfile.write(sound, samples, clip.sample_rate, format="FLAC", subtype="PCM_16")
    meta = {
        "sample_rate": clip.sample_rate,
        "n_samples": len(clip.audio),
        "peak": round(peak, 6),
        "gain": gain,
        "words": [[round(w.start_s, 4), round(w.end_s, 4), w.exact] for w in clip.words],
    }
    return meta, sound.getvalue()


def unpack(meta: dict[str, Any], data: bytes) -> Clip:
    """Return the clip that `pack` described.

    Raises
    ------
    SpeechError
        If the two do not belong together or the bytes are damaged.
    """
    import soundfile

    try:
        samples, sample_rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
        gain = float(meta["gain"])
        words = unpack_words(meta)
        expected = (int(meta["n_samples"]), int(meta["sample_rate"]))
    except (soundfile.SoundFileError, KeyError, TypeError, ValueError) as error:
        raise SpeechError(f"a kept clip is damaged ({error}); build again with --force") from error
    if (len(samples), sample_rate) != expected or samples.shape[1] != 1:
        raise SpeechError("a kept clip is not what its description says; build again with --force")
    audio: Audio = samples.astype(np.float32) * np.float32(gain / 32767.0)
    return Clip(audio, sample_rate, words)


def unpack_words(meta: dict[str, Any]) -> tuple[WordTiming, ...]:
    """Return the word timings of a description, without its sound."""
    return tuple(WordTiming(float(s), float(e), bool(x)) for s, e, x in meta["words"])


def speak_checked(engine: Engine, utterance: Utterance) -> Clip:
    """Speak, and make sure that what came is speech of this utterance.

    Raises
    ------
    SpeechError
        If the engine failed, or its clip breaks the contract: mono float32, finite, heard, long
        enough for its text, one timing for each word, in order and inside the clip.
    """
    clip = engine.speak(utterance)
    fault = _fault(clip, utterance)
    if fault:
        raise SpeechError(
            f'{engine.name}:{utterance.voice}: "{_opening(utterance)}": {fault}; '
            "try another take or voice"
        )
    return clip


def _opening(utterance: Utterance) -> str:
    opening = " ".join(utterance.text.split()[:6])[:60]
    return opening + ("" if opening == utterance.text else " ...")


def _fault(clip: Clip, utterance: Utterance) -> str:
    """Return what is wrong with a clip, or ""."""
    audio = clip.audio
    if audio.ndim != 2 or audio.shape[1] != 1 or audio.dtype != np.float32:
        return "the sound is not mono float32"
    if clip.duration_s < MIN_CLIP_S:
        return f"only {1000 * clip.duration_s:.0f} ms of sound"
    if not np.isfinite(audio).all():
        return "the sound has broken samples"
    if float(np.max(np.abs(audio))) < SILENT_PEAK:
        return "the sound is silence"
    letters = sum(c.isalnum() for c in utterance.text)
    if letters / clip.duration_s > MAX_LETTERS_PER_S * max(1.0, utterance.speed):
        return f"{letters} letters in {clip.duration_s:.2f} s, text was lost"
    return _timing_fault(clip, len(utterance.words))


def _timing_fault(clip: Clip, n_words: int) -> str:
    if len(clip.words) != n_words:
        return f"{len(clip.words)} timings for {n_words} words"
    length_s = samples_to_seconds(len(clip.audio), clip.sample_rate) + 1e-6
    before_s = 0.0
    for word in clip.words:
        if not before_s <= word.start_s <= word.end_s <= length_s:
            return "word timings are out of order"
        before_s = word.start_s
    return ""
