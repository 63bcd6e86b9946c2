"""The default engine: Kokoro through ONNX Runtime, with the model's own word timings."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.assets import assets_dir
from audiobook.audio import Audio, silence
from audiobook.errors import SpeechError
from audiobook.speech import weights
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming, take_step
from audiobook.speech.phonemes import Pronunciation, pronounce
from audiobook.speech.trim import trimmed_clip

__all__ = ["Kokoro", "split_line"]

SAMPLE_RATE = 24_000
MAX_TOKENS = 510  # what the model's position table and the voices' rows hold
VOICES_SHA256 = "cc686976b42228090c5b61c771b2458360e425165ce9a8aac4877afca9603fd5"
# Raised when the phonemes or the joining change the sound of what was spoken before.
FRONT_END = 1

# The first letter of a voice's name is its language, as espeak-ng calls it; the second its gender.
# Japanese (j) and Mandarin (z) need a front end of their own: espeak-ng reads kanji as "Chinese
# letter" and loses the tones, so these voices are not offered.
LANGUAGES = {
    "a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br",
}  # fmt: skip
GENDERS = {"f": "female", "m": "male"}
# The voice of each language that upstream grades best stands first in its list.
BEST = ("af_heart", "bf_emma", "ef_dora", "ff_siwis", "hf_alpha", "if_sara", "pf_dora")

# Tokens a second that real speech stays within, at speed 1; outside, something was cut or stuck.
_MIN_TOKENS_PER_S, _MAX_TOKENS_PER_S = 2.0, 40.0
_JOIN_SENTENCE_S, _JOIN_CLAUSE_S = 0.40, 0.12  # silence where a long text was cut in two; taste
_TAKE_ROWS = 9  # how many style rows the next take is away; taste
_TAKE_SPEED = 0.012  # and how much faster or slower it is


class Kokoro:
    """Natural voices for seven languages; deterministic, offline."""

    name = "kokoro"
    default_voice = "af_heart"
    deterministic = True
    online = False
    takes_ipa = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Any = None
        self._tables: dict[str, npt.NDArray[np.float32]] = {}

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        if not _voices_path().is_file():
            return f"{_voices_path()} is missing; install the program anew, or run script/assets"
        return weights.missing()

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices whose language has a front end."""
        return _voices()

    def fingerprint(self) -> str:
        """Return the weights, the voices and what makes the phonemes.

        ONNX Runtime's version is left out on purpose: it changes rounding, not the reading, and
        would have every book spoken anew at each of its releases.
        """
        from importlib.metadata import version

        espeak = version("espeakng-loader")
        model, voices = weights.MODEL_SHA256[:16], VOICES_SHA256[:16]
        return f"kokoro/{FRONT_END} model={model} voices={voices} espeakng-loader={espeak}"

    def speak(self, utterance: Utterance) -> Clip:
        """Speak, with exact word timings."""
        what = f'kokoro: "{utterance.text[:40]}"'
        language = _language(utterance)
        line = pronounce(utterance.words, language, _vocabulary())
        if all(span.start == span.end for span in line.spans):
            raise SpeechError(f"{what}: nothing in it can be spoken; skip it or give it a reading")
        audio, edges = self._speak_line(line.phonemes, utterance, what)
        return trimmed_clip(audio, SAMPLE_RATE, _timings(line, edges), what=what)

    def _speak_line(
        self, line: str, utterance: Utterance, what: str
    ) -> tuple[Audio, npt.NDArray[np.float64]]:
        """Return the samples, and where each character of the line begins, in seconds."""
        table = self._style(utterance.voice)
        sounds: list[Audio] = []
        edges: list[npt.NDArray[np.float64]] = []
        length_s = 0.0
        parts = split_line(line, MAX_TOKENS)
        for part in parts:
            audio, starts_s = self._infer(part, table, utterance, what)
            if part is not parts[-1]:
                pause_s = _JOIN_SENTENCE_S if part.rstrip()[-1] in ".!?…" else _JOIN_CLAUSE_S
                audio = _without_tail(audio, float(starts_s[len(part.rstrip())]), pause_s)
            sounds.append(audio)
            edges.append(starts_s[:-1] + length_s)
            length_s += len(audio) / SAMPLE_RATE
        return np.concatenate(sounds), np.concatenate([*edges, np.array([length_s])])

    def _infer(
        self, line: str, table: npt.NDArray[np.float32], utterance: Utterance, what: str
    ) -> tuple[Audio, npt.NDArray[np.float64]]:
        """Run the model once; return samples and the start of each character, and the end."""
        vocabulary = _vocabulary()
        tokens = [vocabulary[c] for c in line]
        row, speed = _reading(len(tokens), len(table), utterance)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": table[row],
            "speed": np.array([speed], dtype=np.float32),
        }
        samples, frames = self._model().run(["audio", "duration"], inputs)
        audio = np.asarray(samples, dtype=np.float32).reshape(-1, 1)
        length_s = len(audio) / SAMPLE_RATE
        per_s = len(tokens) / length_s / speed
        if per_s > _MAX_TOKENS_PER_S or (len(tokens) > 20 and per_s < _MIN_TOKENS_PER_S):
            raise SpeechError(f"{what}: implausible length of {length_s:.2f} s; try --take 2")
        ends = np.cumsum(np.asarray(frames, dtype=np.float64).ravel())
        return audio, ends[: len(tokens) + 1] * (length_s / ends[-1])

    def _model(self) -> Any:
        """Return the session; one for the process, made at the first use."""
        with self._lock:
            if self._session is None:
                self._session = _session()
            return self._session

    def _style(self, voice: str) -> npt.NDArray[np.float32]:
        """Return a voice's table of style rows, shape (510, 1, 256)."""
        if voice not in self._tables:
            with np.load(_voices_path()) as archive:
                if voice not in archive:
                    raise SpeechError(f'kokoro has no voice "{voice}"; see: audiobook voices')
                self._tables[voice] = archive[voice].astype(np.float32)
        return self._tables[voice]


def _session() -> Any:
    """Load the model single-threaded: one process per core is faster than threads.

    Memory patterns are remembered for each input length, and every segment has another: without
    them a process needs 400 MB in place of 560 at the same speed (measured). The arena stays:
    without it the model runs at two thirds of the speed.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False
    options.log_severity_level = 3  # errors only: its warnings are about the model's making
    model = weights.timed(weights.load(), "/encoder/Clip_output_0", "duration", element_type=1)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _voices_path() -> Path:
    return assets_dir() / "voices" / "kokoro.npz"


@cache
def _voices() -> tuple[Voice, ...]:
    import zipfile

    try:
        with zipfile.ZipFile(_voices_path()) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise SpeechError(
            f"{_voices_path()}: kokoro's voices cannot be read; "
            "install the program anew, or run script/assets"
        ) from error
    return tuple(
        Voice("kokoro", name, LANGUAGES[name[0]], GENDERS.get(name[1], ""))
        for name in sorted(names, key=lambda n: (n[0], n not in BEST, n))
        if name[0] in LANGUAGES
    )


@cache
def _vocabulary() -> dict[str, int]:
    """Return the model's token for each character."""
    import json

    text = (assets_dir() / "voices" / "kokoro-tokens.json").read_text("utf-8")
    return dict(json.loads(text))


def _language(utterance: Utterance) -> str:
    """Return whose phonemes to use: the voice's own accent where it speaks the language."""
    own = LANGUAGES.get(utterance.voice[:1], "")
    base = utterance.language.partition("-")[0].lower()
    if own and (not base or own.partition("-")[0] == base):
        return own
    for language in LANGUAGES.values():
        if language.partition("-")[0] == base:
            return language
    raise SpeechError(f"kokoro:{utterance.voice} cannot speak {utterance.language}")


def _reading(n_tokens: int, n_rows: int, utterance: Utterance) -> tuple[int, float]:
    """Return the style row and the speed: the length's own row, another for another take."""
    row = min(n_tokens, n_rows) - 1
    away = take_step(utterance.take)
    if away:
        row += _TAKE_ROWS * away if 0 <= row + _TAKE_ROWS * away < n_rows else -_TAKE_ROWS * away
    speed = utterance.speed * (1.0 - _TAKE_SPEED * away)
    return min(max(row, 0), n_rows - 1), min(max(speed, 0.5), 2.0)


def split_line(line: str, limit: int) -> list[str]:
    """Cut a line of phonemes into parts the model can hold; joined they are the line again.

    A cut follows the last sentence's end in the second half of what fits, else a comma, else a
    space; a line without any is cut at the limit.
    """
    parts = []
    while len(line) > limit:
        cut = 0
        for marks in (".!?…", ";:,—", " "):
            cut = max(line.rfind(mark, limit // 2, limit - 1) for mark in marks) + 1
            if cut > 0:
                break
        cut = cut or limit
        if cut < limit and line[cut : cut + 1] == " ":
            cut += 1
        parts.append(line[:cut])
        line = line[cut:]
    return [*parts, line] if line else parts


def _without_tail(audio: Audio, end_s: float, pause_s: float) -> Audio:
    """Cut what follows the last sound of a part, and let a pause follow instead."""
    n_kept = min(len(audio), round((end_s + 0.03) * SAMPLE_RATE))
    kept = audio[:n_kept].copy()
    n_fade = min(round(0.02 * SAMPLE_RATE), n_kept)
    kept[n_kept - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)[:, None]
    return np.concatenate([kept, silence(round(pause_s * SAMPLE_RATE))])


def _timings(line: Pronunciation, edges: npt.NDArray[np.float64]) -> list[WordTiming]:
    """Read each word's time off the characters it has."""
    return [
        WordTiming(
            float(edges[span.start]),
            float(edges[span.end]),
            exact=span.end > span.start and not span.shared,
        )
        for span in line.spans
    ]
