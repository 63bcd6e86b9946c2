"""The online engine: Google Translate's voice through gTTS, asked politely and checked."""

from __future__ import annotations

import binascii
import hashlib
import importlib.util
import io
import random
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from audiobook import ffmpeg
from audiobook.audio import Audio, silence
from audiobook.errors import FFmpegError, SpeechError
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming, take_step
from audiobook.speech.timing import estimate, makes_sound
from audiobook.speech.trim import trimmed_clip, voiced_span

__all__ = ["Gtts", "pack_words"]

SAMPLE_RATE = 24_000  # what the service sends
MAX_CHARS = 100  # the service's limit for one request
TIMEOUT_S = 15.0  # for connecting, and for each wait on the answer; gTTS itself has none
ATTEMPTS = 4
BACK_OFF_S = 2.0  # before the second attempt; doubled for each one after
SPACING_S = 0.5  # between requests; users report blocks when it is shorter
JITTER = 0.5  # every wait is up to this part longer, so that no rhythm shows
_GAP_S = {".": 0.30, "!": 0.30, "?": 0.30, "…": 0.30, ",": 0.12, ";": 0.18, ":": 0.18, "—": 0.18}
_GAP_OTHER_S = 0.02  # where a phrase had to be cut without punctuation
_TAKE_SPEED = 0.02
_CLAUSE_ENDS = tuple(_GAP_S)
_CLOSING = "\"'”’»)]"


class Gtts:
    """One voice for each of some seventy languages; needs the network, times are estimated.

    Parameters
    ----------
    sleep : callable
        Waits for so many seconds; tests pass their own.
    timeout_s : float > 0
        How long to wait for the service, in seconds.
    """

    name = "gtts"
    default_voice = "en"
    deterministic = False
    online = True
    takes_ipa = False

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._sleep = sleep
        self._timeout_s = timeout_s
        self._one_at_a_time = threading.Lock()
        self._asked_before = False

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        return "" if importlib.util.find_spec("gtts") else "gTTS is missing; pip install gtts"

    def voices(self) -> tuple[Voice, ...]:
        """Return one voice for each language, as gTTS lists them."""
        return _voices()

    def fingerprint(self) -> str:
        """Return gTTS's version; the service's own is not known."""
        from importlib.metadata import version

        return f"gtts/1 gtts={version('gtts')}"

    def speak(self, utterance: Utterance) -> Clip:
        """Ask for the text piece by piece; raises `SpeechError` when the service does not give."""
        speed = utterance.speed * (1.0 - _TAKE_SPEED * take_step(utterance.take))
        what = f'gtts:{utterance.voice}: "{utterance.text[:40]}"'
        sounds: list[Audio] = []
        timings: list[WordTiming] = []
        length_s = 0.0
        pieces = pack_words([word.say for word in utterance.words])
        for words in pieces:
            text = " ".join(word for word in words if word)
            if not any(makes_sound(word) for word in words):
                timings += [WordTiming(length_s, length_s, exact=False) for _ in words]
                continue
            audio = self._ask(text, utterance.voice, speed)
            start, end = voiced_span(audio, SAMPLE_RATE)
            at_s = length_s - start / SAMPLE_RATE
            for word in estimate(words, start / SAMPLE_RATE, end / SAMPLE_RATE):
                timings.append(WordTiming(word.start_s + at_s, word.end_s + at_s, exact=False))
            gap = silence(round(_gap_s(text) / speed * SAMPLE_RATE))
            sounds += [audio[start:end], gap]
            length_s += (end - start + len(gap)) / SAMPLE_RATE
        if not sounds:
            raise SpeechError(f"{what}: nothing in it can be spoken; skip it or give it a reading")
        return trimmed_clip(np.concatenate(sounds), SAMPLE_RATE, timings, what=what)

    def _ask(self, text: str, language: str, speed: float) -> Audio:
        """Ask for one piece, again where that can help; raises with the last reason."""
        chance = random.Random(hashlib.sha256(text.encode()).digest())
        with self._one_at_a_time:
            for attempt in range(ATTEMPTS):
                if self._asked_before:
                    wait_s = BACK_OFF_S * 2.0 ** (attempt - 1) if attempt else SPACING_S
                    self._sleep(wait_s * (1.0 + JITTER * chance.random()))
                self._asked_before = True
                reason, may_pass = "", True
                try:
                    return self._fetch(text, language, speed)
                except _RefusedError as refused:
                    reason, may_pass = str(refused), refused.may_pass
                if not may_pass:
                    break
        raise SpeechError(
            f'gtts:{language}: "{text[:40]}": {reason}; try later, or an offline engine '
            "(audiobook voices lists them)"
        )

    def _fetch(self, text: str, language: str, speed: float) -> Audio:
        """Make one request and decode the answer."""
        import requests
        from gtts import gTTS, gTTSError

        answer = io.BytesIO()
        try:
            gTTS(text, lang=language, timeout=self._timeout_s).write_to_fp(answer)
        except gTTSError as error:
            raise _RefusedError(*_explained(error)) from error
        except requests.RequestException as error:
            raise _RefusedError("the connection broke off") from error
        except (binascii.Error, UnicodeError) as error:
            raise _RefusedError("the answer was cut short") from error
        except (AssertionError, ValueError) as error:
            raise _RefusedError(str(error) or "the text cannot be sent", may_pass=False) from error
        return _decoded(answer.getvalue(), speed)


class _RefusedError(Exception):
    """One request failed; ``may_pass`` when another attempt can help."""

    def __init__(self, reason: str, may_pass: bool = True) -> None:
        super().__init__(reason)
        self.may_pass = may_pass


def _explained(error: Any) -> tuple[str, bool]:
    """Return what went wrong in plain words, and whether trying again can help."""
    if error.rsp is None:
        return "the service cannot be reached", True
    status = int(error.rsp.status_code)
    if status == 429:
        return "the service blocks for now, too many requests (429)", True
    if status == 200:
        return "the service sent no sound for it", False
    return f"the service answered {status}", status >= 500


def _decoded(data: bytes, speed: float) -> Audio:
    """Decode an answer; an empty, undecodable or silent one is refused."""
    if not data:
        raise _RefusedError("the service sent an empty answer")
    try:
        audio = ffmpeg.decode_bytes(data, sample_rate=SAMPLE_RATE, tempo=speed)
    except FFmpegError as error:
        raise _RefusedError("the service sent what is not sound") from error
    if voiced_span(audio, SAMPLE_RATE) == (0, 0):
        raise _RefusedError("the service sent silence")
    return audio


def _gap_s(text: str) -> float:
    return _GAP_S.get(text.rstrip(_CLOSING)[-1:], _GAP_OTHER_S)


def pack_words(words: Sequence[str]) -> list[list[str]]:
    """Divide words into pieces of up to `MAX_CHARS`, at a clause's end where there is one.

    Nothing is lost: the pieces' words are the words, and punctuation stays (gTTS's own division
    drops it and makes a request of every clause). A word longer than a piece is a piece of its
    own, which gTTS then divides.
    """
    pieces: list[list[str]] = []
    piece: list[str] = []
    for word in words:
        if piece and len(" ".join([*piece, word])) > MAX_CHARS:
            cut = _clause_cut(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
            if piece and len(" ".join([*piece, word])) > MAX_CHARS:
                pieces.append(piece)
                piece = []
        piece.append(word)
    return [*pieces, piece] if piece else pieces


def _clause_cut(piece: Sequence[str]) -> int:
    """Return after how many words to cut: the last clause's end in the second half, else all."""
    length = len(" ".join(piece))
    for n in range(len(piece), 0, -1):
        if len(" ".join(piece[:n])) < length / 2:
            break
        if piece[n - 1].rstrip(_CLOSING).endswith(_CLAUSE_ENDS):
            return n
    return len(piece)


@cache
def _voices() -> tuple[Voice, ...]:
    """Read gTTS's table of languages by itself: importing the package takes a fifth of a second."""
    spec = importlib.util.find_spec("gtts")
    if spec is None or spec.origin is None:
        return ()
    path = Path(spec.origin).parent / "langs.py"
    table = importlib.util.spec_from_file_location("_gtts_langs", path)
    assert table is not None
    assert table.loader is not None
    module = importlib.util.module_from_spec(table)
    table.loader.exec_module(module)
    return tuple(Voice("gtts", code, code.lower()) for code in sorted(module._main_langs()))
