"""The engine that speaks nearly everything: espeak-ng, with its own word timings."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from functools import cache

import numpy as np

from audiobook.audio import Audio
from audiobook.errors import SpeechError
from audiobook.speech import espeakng
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming, take_step
from audiobook.speech.timing import makes_sound
from audiobook.speech.trim import trimmed_clip, voiced_span

__all__ = ["Espeak"]

WORDS_PER_MINUTE = 160  # at speed 1; a narrator's pace, espeak-ng's own is 175
_RATE_RANGE = (80, 450)  # what the library accepts, words a minute
_PITCH, _TAKE_PITCH = 50, 4  # of 0 to 99


class Espeak:
    """A formant synthesiser: robotic, tiny, instant, more than 130 languages, Kazakh among them."""

    name = "espeak"
    default_voice = "en-us"
    deterministic = True
    online = False
    takes_ipa = False

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        try:
            espeakng.data_dir()
        except SpeechError as error:
            return str(error)
        return ""

    def voices(self) -> tuple[Voice, ...]:
        """Return one voice for each language."""
        return _voices()

    def fingerprint(self) -> str:
        """Return the library's version and the pace of speed 1."""
        from importlib.metadata import version

        return f"espeak/1 espeakng-loader={version('espeakng-loader')} wpm={WORDS_PER_MINUTE}"

    def speak(self, utterance: Utterance) -> Clip:
        """Speak; word timings are exact but where the library joins words."""
        text, positions = _laid_out(utterance)
        slow, fast = _RATE_RANGE
        spoken = espeakng.speak(
            text,
            utterance.voice,
            words_per_minute=min(max(round(WORDS_PER_MINUTE * utterance.speed), slow), fast),
            pitch=_pitch(utterance.take),
        )
        audio = (spoken.samples.astype(np.float32) / 32768.0).reshape(-1, 1)
        audible = [makes_sound(word.say) for word in utterance.words]
        timings = _timings(spoken, positions, audible, audio)
        return trimmed_clip(
            audio, spoken.sample_rate, timings, what=f'espeak:{utterance.voice}: "{text[:40]}"'
        )


@cache
def _voices() -> tuple[Voice, ...]:
    return tuple(Voice("espeak", code, code) for code in espeakng.languages())


def _pitch(take: int) -> int:
    """Return a pitch for a take: a little up, a little down, further each time."""
    return min(max(_PITCH + _TAKE_PITCH * take_step(take), 0), 99)


def _laid_out(utterance: Utterance) -> tuple[str, list[int]]:
    """Return the text, and where each word begins in it."""
    parts: list[str] = []
    positions: list[int] = []
    length = 0
    for word in utterance.words:
        positions.append(length)
        if word.say:
            parts.append(word.say)
            length += len(word.say) + 1
    return " ".join(parts), positions


def _timings(
    spoken: espeakng.Spoken, positions: Sequence[int], audible: Sequence[bool], audio: Audio
) -> list[WordTiming]:
    """Give each printed word the time of what the library announced inside it.

    A word that was not announced was spoken as one with the word before: both get that span. What
    was announced at a lone dash is the word after it.
    """
    spans: dict[int, tuple[int, int]] = {}
    for event in spoken.words:
        word = max(0, bisect.bisect_right(positions, event.position) - 1)
        while not audible[word] and word + 1 < len(audible):
            word += 1
        start, _ = spans.get(word, (event.start, 0))
        spans[word] = (start, event.end)
    sounding = {w: _sounding(audio, s, spoken.sample_rate) for w, s in spans.items()}
    return _filled(sounding, audible, spoken.sample_rate)


def _sounding(audio: Audio, span: tuple[int, int], sample_rate: int) -> tuple[int, int]:
    """Leave out the pause that the library counts to the word before it."""
    start, end = span
    _, last = voiced_span(audio[start:end], sample_rate)
    return start, start + last if last else end


def _filled(
    spans: dict[int, tuple[int, int]], audible: Sequence[bool], sample_rate: int
) -> list[WordTiming]:
    """Return a timing for every word; one without a span of its own shares the one before."""
    timings: list[WordTiming] = []
    latest, owner = min(spans.values(), default=(0, 0)), -1
    for word, is_heard in enumerate(audible):
        if word in spans:
            latest, owner = spans[word], word
        elif not is_heard:
            latest = (latest[1], latest[1])
        elif owner >= 0:
            before = timings[owner]
            timings[owner] = WordTiming(before.start_s, before.end_s, exact=False)
        start_s, end_s = latest[0] / sample_rate, latest[1] / sample_rate
        timings.append(WordTiming(start_s, end_s, exact=word in spans))
    return timings
