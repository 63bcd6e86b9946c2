"""The engine that hums: any text in any language becomes a tune of its own, at once.

It stands in for a voice in tests, dry runs and drafts of the music: pace, pauses, loudness and
word timings are those of speech, only nobody speaks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from audiobook.audio import Audio, seconds_to_samples, silence
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming
from audiobook.speech.timing import spoken_weight
from audiobook.speech.trim import EDGE_S

__all__ = ["Tone"]

SAMPLE_RATE = 24_000
LETTER_S = 0.047  # per unit of `spoken_weight`: English prose comes to about 160 words a minute
GAP_S = 0.03  # between words
PAUSES_S = {",": 0.15, ";": 0.2, ":": 0.2, "—": 0.2, ".": 0.35, "!": 0.35, "?": 0.35}
PEAK = 0.28  # hummed words lie near -20 LUFS, as the engines' voices do
# Semitones over 110 Hz: a minor pentatonic scale, so that any order of words is bearable.
SCALE = (0, 3, 5, 7, 10, 12)
BASE_HZ = 110.0
PARTIALS = (1.0, 0.6, 0.35, 0.2, 0.1)
FADE_S = 0.025
DRONE_S = 4.0  # kept for each pitch; a longer word repeats it


class Tone:
    """A deterministic hum, thousands of times faster than speech; needs nothing but numpy."""

    name = "tone"
    default_voice = "hum"
    deterministic = True
    online = False
    takes_ipa = False

    def missing(self) -> str:
        """Return "": there is nothing that could be missing."""
        return ""

    def voices(self) -> tuple[Voice, ...]:
        """Return the one voice, which hums in every language."""
        return (Voice("tone", "hum", ""),)

    def fingerprint(self) -> str:
        """Return the version of the tune."""
        return "tone/1"

    def speak(self, utterance: Utterance) -> Clip:
        """Hum, with exact timings."""
        seed = hashlib.sha256(utterance.text.encode()).digest()
        parts, timings = [], []
        edge = silence(seconds_to_samples(EDGE_S, SAMPLE_RATE))
        position = len(edge)
        for i, (text, length_s) in enumerate(_lengths(utterance)):
            n_samples = round(length_s / utterance.speed * SAMPLE_RATE)
            pitch = SCALE[seed[i % len(seed)] % len(SCALE)] + utterance.take - 1
            start_s = position / SAMPLE_RATE
            end_s = (position + n_samples) / SAMPLE_RATE
            timings.append(WordTiming(start_s, end_s, exact=n_samples > 0))
            gap = silence(round(_gap_s(text) / utterance.speed * SAMPLE_RATE))
            parts += [_hum(pitch, n_samples), gap]
            position += n_samples + len(gap)
        sound = np.concatenate([edge, *parts[:-1], edge])
        return Clip(sound, SAMPLE_RATE, tuple(timings))


def _lengths(utterance: Utterance) -> Iterator[tuple[str, float]]:
    """Yield each word as said and how long it is hummed; at least one word sounds."""
    weights = [spoken_weight(word.say) for word in utterance.words]
    if not any(weights):
        weights[0] = spoken_weight("hum")
    for word, weight in zip(utterance.words, weights, strict=True):
        yield word.say, weight * LETTER_S


def _gap_s(text: str) -> float:
    return GAP_S + PAUSES_S.get(text.rstrip("\"'”’»)]")[-1:], 0.0)


@lru_cache(maxsize=64)
def _drone(semitones: int) -> Audio:
    """Return a long hum at one pitch; words are cut from it."""
    time_s = np.arange(round(DRONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    frequency_hz = BASE_HZ * 2.0 ** (semitones / 12.0)
    wave = sum(
        level * np.sin(2.0 * np.pi * frequency_hz * (n + 1) * time_s)
        for n, level in enumerate(PARTIALS)
    )
    return np.asarray(PEAK * wave / np.max(np.abs(wave)), dtype=np.float32).reshape(-1, 1)


@lru_cache(maxsize=2048)
def _hum(semitones: int, n_samples: int) -> Audio:
    """Return one word: it swells and falls like a syllable."""
    drone = _drone(semitones)
    sound = np.resize(drone, (n_samples, 1)) if n_samples > len(drone) else drone[:n_samples].copy()
    fade = min(round(FADE_S * SAMPLE_RATE), n_samples // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / max(fade, 1))).astype(np.float32)
    sound[:fade, 0] *= ramp
    sound[len(sound) - fade :, 0] *= ramp[::-1]
    return sound
