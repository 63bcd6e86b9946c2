"""The online engine against a service on this machine that fails in every known way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import MAX_WAIT_S, TranslateService

from audiobook.errors import SpeechError
from audiobook.lexicon import SpokenWord
from audiobook.speech.engine import Utterance
from audiobook.speech.gtts import MAX_CHARS, Gtts, pack_words

Serve = Callable[..., TranslateService]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Give a function that starts a service with faults and leads gTTS to it."""
    running: list[TranslateService] = []

    def start(*faults: str) -> TranslateService:
        service = TranslateService(faults).__enter__()
        running.append(service)
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, service.proxy)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        return service

    yield start
    for service in running:
        service.__exit__()


def utterance(text: str, voice: str = "en") -> Utterance:
    return Utterance(tuple(SpokenWord(w, w) for w in text.split()), voice, "en")


TEXT = "The wolf came home."
LONG_TEXT = (
    "Once upon a time, in the small town of Akbulak, there lived a girl who danced; and when she "
    "danced, the whole steppe held its breath. Nobody knew why. Nobody asked."
)


def test_long_text_is_asked_in_few_pieces(serve: Serve) -> None:
    """Pieces hold up to 100 characters, keep their punctuation and lose no word."""
    service = serve()
    clip = Gtts(sleep=lambda _: None).speak(utterance(LONG_TEXT))
    asked = [text for text, _ in service.requests]
    assert " ".join(asked) == LONG_TEXT
    assert len(asked) == 2
    assert max(len(text) for text in asked) <= MAX_CHARS
    assert len(clip.words) == len(LONG_TEXT.split())


@pytest.mark.parametrize("fault", ["429", "500", "empty", "cut", "noise", "silent", "reset"])
def test_passing_fault_is_outlived(serve: Serve, fault: str) -> None:
    """After a fault that can pass the piece is asked for again, later, and the clip is whole."""
    service, waits = serve(fault), []
    clip = Gtts(sleep=waits.append).speak(utterance(TEXT))
    assert len(service.requests) == 2
    assert clip.duration_s > 0.8
    assert len(waits) == 1
    assert 2.0 <= waits[0] <= 3.0


def test_waits_grow(serve: Serve) -> None:
    """A service that stays blocked is asked four times, ever later, and then given up on."""
    service, waits = serve(*["429"] * 9), []
    with pytest.raises(SpeechError, match=r"too many requests \(429\)") as caught:
        Gtts(sleep=waits.append).speak(utterance(TEXT))
    assert len(service.requests) == 4
    assert len(waits) == 3
    assert all(later > sooner for sooner, later in pairwise(waits))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("empty", "an empty answer"),
        ("noise", "what is not sound"),
        ("silent", "sent silence"),
        ("cut", "cut short"),
        ("503", "answered 503"),
    ],
)
def test_lasting_fault_is_explained(serve: Serve, fault: str, reason: str) -> None:
    """A fault that stays is told in plain words, never turned into an empty clip."""
    serve(*[fault] * 4)
    with pytest.raises(SpeechError, match=reason):
        Gtts(sleep=lambda _: None).speak(utterance(TEXT))


@pytest.mark.parametrize("fault", ["403", "null"])
def test_lasting_fault_is_not_asked_again(serve: Serve, fault: str) -> None:
    """A refusal that will not pass costs one request."""
    service = serve(*[fault] * 9)
    with pytest.raises(SpeechError, match="gtts:en"):
        Gtts(sleep=lambda _: None).speak(utterance(TEXT))
    assert len(service.requests) == 1


def test_hanging_service_is_left(serve: Serve) -> None:
    """A service that never answers is left after the time-out, not waited for."""
    service, began = serve("hang"), time.monotonic()
    clip = Gtts(sleep=lambda _: None, timeout_s=0.3).speak(utterance(TEXT))
    assert time.monotonic() - began < 0.8 * MAX_WAIT_S
    assert clip.duration_s > 0.8
    assert len(service.requests) == 2


def test_requests_keep_their_distance(serve: Serve) -> None:
    """Between two requests there is at least half a second."""
    serve()
    waits: list[float] = []
    Gtts(sleep=waits.append).speak(utterance(LONG_TEXT))
    assert len(waits) == 1
    assert 0.5 <= waits[0] <= 0.75


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network the message says so, in one line."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(SpeechError, match="cannot be reached; try later, or an offline engine"):
        Gtts(sleep=lambda _: None).speak(utterance(TEXT))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc.,;!— ", min_size=1, max_size=40).map(lambda t: t.replace(" ", "x"))))
def test_packing_loses_nothing(words: list[str]) -> None:
    """Whatever the words, the pieces are the words, and none is too long."""
    pieces = pack_words(words)
    assert [word for piece in pieces for word in piece] == words
    assert all(len(" ".join(piece)) <= MAX_CHARS for piece in pieces)
    assert all(pieces)
