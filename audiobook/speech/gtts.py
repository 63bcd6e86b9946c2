"""The online engine: Google Translate's voice through gTTS, asked politely and checked.

An empty, cut, undecodable or silent answer is a failure, and so is one that is far too short or too
long for its text. What cannot be told from outside is a right-sounding answer in another language,
and one that lacks less than half of its text at the border of two MP3 frames.
"""

from __future__ import annotations

import binascii
import hashlib
import importlib.util
import io
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from audiobook import ffmpeg
from audiobook.audio import Audio, silence
from audiobook.errors import FFmpegError, SpeechError, UnavailableError
from audiobook.speech.deadline import LateError, within
from audiobook.speech.engine import Clip, Utterance, Voice, WordTiming, take_step
from audiobook.speech.frames import is_cut
from audiobook.speech.gate import ClosedError, Gate, Kind, RefusedError, retry_after_s
from audiobook.speech.gttsvoices import Manner, manner_of, voices
from audiobook.speech.packing import CLOSING, cut_word, pack_words
from audiobook.speech.timing import estimate, makes_sound
from audiobook.speech.trim import trimmed_clip, voiced_span
from audiobook.store import Store, default_root, key_of

__all__ = ["Gtts"]

SAMPLE_RATE = 24_000  # what the service sends
MAX_CHARS = 100  # the service's limit for one request
TIMEOUT_S = 15.0  # for connecting, and for each wait on the answer; gTTS itself has none
DEADLINE_S = 60.0  # for the whole answer: one that drips is given up
MAX_TRIES = 12  # for one text, while others succeed
MAX_TEXT_TRIES = 5  # for one text, when the service answers and sends no sound of it
KIND = "answer"  # what the service sent, in the store: it is asked once for each text
MAX_LETTERS_PER_S = 30.0  # the fastest speech; an answer with more has lost text
MAX_S, MAX_S_PER_CHAR = 3.0, 1.0  # spelling a text out is not slower
_GAP_S = {".": 0.30, "!": 0.30, "?": 0.30, "…": 0.30, ",": 0.12, ";": 0.18, ":": 0.18, "—": 0.18}
_GAP_OTHER_S = 0.02  # where a phrase had to be cut without punctuation
_TAKE_SPEED = 0.02


class Gtts:
    """Some seventy languages; needs the network, and word times are estimates.

    Parameters
    ----------
    now, sleep : callable
        The wall clock in seconds, and waiting for so many seconds; tests pass their own.
    timeout_s, deadline_s : float > 0
        How long to wait for a sign of the service, and for a whole answer, in seconds.
    root : Path or None
        The store that answers and manners are kept in; None is the user's.
    """

    name = "gtts"
    default_voice = "en"
    deterministic = False
    online = True
    takes_ipa = False

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
        deadline_s: float = DEADLINE_S,
        root: Path | None = None,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._timeout_s = timeout_s
        self._deadline_s = deadline_s
        self._root = root

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        return "" if importlib.util.find_spec("gtts") else "gTTS is missing; pip install gtts"

    def voices(self) -> tuple[Voice, ...]:
        """Return every language that gTTS lists, with its accents, and all of them slowly."""
        return voices()

    def fingerprint(self) -> str:
        """Return gTTS's version; the service's own is not known."""
        from importlib.metadata import version

        return f"gtts/1 gtts={version('gtts')}"

    def unavailable(self) -> str:
        """Return why the service is not asked for now and until when, or ""."""
        why, wait_s = self._gate().closed()
        if not why:
            return ""
        minutes = max(1, round(wait_s / 60.0))
        at = time.strftime("%H:%M", time.localtime(self._now() + wait_s))
        return f"gtts: {why}; asked again after {at} (in {minutes} min)"

    def speak(self, utterance: Utterance) -> Clip:
        """Ask for the text piece by piece.

        Raises
        ------
        UnavailableError
            If the service gives nothing for now, or no sound of this text.
        """
        speed = utterance.speed * (1.0 - _TAKE_SPEED * take_step(utterance.take))
        what = f'gtts:{utterance.voice}: "{utterance.text[:40]}"'
        manner = manner_of(utterance.voice)
        sounds: list[Audio] = []
        timings: list[WordTiming] = []
        length_s = 0.0
        for words in pack_words([word.say for word in utterance.words], MAX_CHARS):
            if not any(makes_sound(word) for word in words):
                timings += [WordTiming(length_s, length_s, exact=False) for _ in words]
                continue
            text = " ".join(word for word in words if word)
            parts = [self._voiced(t, manner, utterance.take, speed) for t in _requests(text)]
            spoken_s = sum(map(len, parts)) / SAMPLE_RATE
            timings += estimate(words, length_s, length_s + spoken_s)
            gap = silence(round(_gap_s(text) / speed * SAMPLE_RATE))
            sounds += [*parts, gap]
            length_s += spoken_s + len(gap) / SAMPLE_RATE
        if not sounds:
            raise SpeechError(f"{what}: nothing in it can be spoken; skip it or give it a reading")
        return trimmed_clip(np.concatenate(sounds), SAMPLE_RATE, timings, what=what)

    def _voiced(self, text: str, manner: Manner, take: int, speed: float) -> Audio:
        """Return the sound of one request without its silent edges."""
        data = self._answer(text, manner, take)
        audio = ffmpeg.decode_bytes(data, sample_rate=SAMPLE_RATE, tempo=speed)
        start, end = voiced_span(audio, SAMPLE_RATE)
        return audio[start:end]

    def _answer(self, text: str, manner: Manner, take: int) -> bytes:
        """Return what the service sent for a text, now or earlier; another take asks again."""
        store = Store(self._root or default_root())
        asked = [manner.language, manner.domain, manner.is_slow, text, take]
        key = key_of({"service": "gtts", "asked": asked})

        def request() -> bytes:
            """Ask, unless another process has done so by the time that it is our turn."""
            kept = store.get(KIND, key)
            if kept is not None:
                return kept[1]
            data = self._fetch(text, manner)
            store.put(KIND, key, {}, data)
            return data

        kept = store.get(KIND, key)
        return kept[1] if kept is not None else self._ask(request, text, manner)

    def _ask(self, request: Callable[[], bytes], text: str, manner: Manner) -> bytes:
        """Ask until there is an answer, as long as that can help."""
        chance = random.Random(hashlib.sha256(text.encode()).digest())
        what = f'gtts:{manner.language}: "{text[:40]}"'
        gate = self._gate()
        n_tries = n_text = 0
        while True:
            try:
                return gate.ask(request, chance.random())
            except ClosedError as error:
                # It may open between two looks at it; then the next time round asks.
                if reason := self.unavailable():
                    raise UnavailableError(reason) from error
            except RefusedError as refusal:
                n_tries, n_text = n_tries + 1, n_text + (refusal.kind is Kind.TEXT)
                if n_tries == MAX_TRIES or n_text == MAX_TEXT_TRIES:
                    raise UnavailableError(
                        f"{what}: {refusal}; another voice may read it ([[segment]] in book.toml)"
                    ) from refusal

    def _gate(self) -> Gate:
        root = self._root or default_root()
        return Gate(root / "online" / "gtts.json", self._now, self._sleep)

    def _fetch(self, text: str, manner: Manner) -> bytes:
        """Make one request and look at the answer."""
        import requests
        from gtts import gTTS, gTTSError

        answer = io.BytesIO()
        # No check of the language, as it takes fr-CA and pt-PT for what they are not; and no
        # processing, as that makes texts longer than a request, which are then cut.
        asked = gTTS(
            text,
            tld=manner.domain,
            lang=manner.language,
            slow=manner.is_slow,
            lang_check=False,
            pre_processor_funcs=[],
            timeout=self._timeout_s,
        )
        try:
            within(self._deadline_s, lambda: asked.write_to_fp(answer))
        except gTTSError as error:
            raise _refusal(error, self._now()) from error
        except LateError as error:
            raise RefusedError("the service is too slow") from error
        except requests.RequestException as error:
            raise RefusedError("the connection broke off") from error
        except (binascii.Error, UnicodeError) as error:
            raise RefusedError("the answer was cut short") from error
        except (AssertionError, ValueError) as error:
            raise RefusedError(str(error) or "the text cannot be sent", Kind.TEXT) from error
        _check(answer.getvalue(), text, is_slow=manner.is_slow)
        return answer.getvalue()


def _refusal(error: Any, now_s: float) -> RefusedError:
    """Return what went wrong in plain words, and what that means for the next request."""
    import requests

    if error.rsp is None:
        cause = error.__context__
        if isinstance(cause, requests.ReadTimeout):
            return RefusedError("the service does not answer")
        if _is_nobody_there(cause):
            return RefusedError("the service cannot be reached", Kind.UNREACHABLE)
        return RefusedError("the connection broke off")
    status = int(error.rsp.status_code)
    wait_s = retry_after_s(error.rsp.headers.get("Retry-After", ""), now_s)
    if status == 429:
        return RefusedError("blocked for now, too many requests (429)", Kind.BUSY, wait_s)
    if status == 200:
        return RefusedError("the service sends no sound for it", Kind.TEXT)
    kind = Kind.PASSING if status >= 500 or status == 408 else Kind.LASTING
    return RefusedError(f"the service answers {status}", kind, wait_s)


def _is_nobody_there(cause: BaseException | None) -> bool:
    """Tell a service that cannot be reached at all from one that breaks off."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    if isinstance(reason, ProxyError):  # whatever fails on the way through a proxy
        reason = reason.original_error
    refused_by_proxy = str(reason).startswith("Tunnel connection failed")
    return refused_by_proxy or isinstance(reason, ConnectTimeoutError | NewConnectionError)


def _check(data: bytes, text: str, *, is_slow: bool) -> None:
    """Refuse an answer that cannot be speech of the whole text."""
    if not data:
        raise RefusedError("the service sends empty answers", Kind.TEXT)
    if is_cut(data):
        raise RefusedError("the answer was cut short")
    try:
        audio = ffmpeg.decode_bytes(data, sample_rate=SAMPLE_RATE)
    except FFmpegError as error:
        raise RefusedError("the service sends what is not sound", Kind.TEXT) from error
    start, end = voiced_span(audio, SAMPLE_RATE)
    if end <= start:
        raise RefusedError("the service sends silence", Kind.TEXT)
    seconds = (end - start) / SAMPLE_RATE * (0.5 if is_slow else 1.0)
    letters = sum(c.isalnum() for c in text)
    if letters / seconds > MAX_LETTERS_PER_S:
        cut = f"{letters} letters in {seconds:.1f} s, text is missing"
        raise RefusedError(cut, Kind.TEXT)
    if seconds > MAX_S + MAX_S_PER_CHAR * len(text):
        other = f"{seconds:.0f} s of sound for {letters} letters, that is something else"
        raise RefusedError(other, Kind.TEXT)


def _requests(text: str) -> Iterator[str]:
    """Yield what is asked for a piece: itself, or the parts of a word too long for one request."""
    return (part for part in cut_word(text, MAX_CHARS) if makes_sound(part))


def _gap_s(text: str) -> float:
    return _GAP_S.get(text.rstrip(CLOSING)[-1:], _GAP_OTHER_S)
