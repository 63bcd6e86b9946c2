"""The online engine against a service on this machine that fails in every known way."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import MAX_WAIT_S, NO_PROXIES, PROXIES, Clock, TranslateService, encoded

from audiobook.errors import StoreError, UnavailableError
from audiobook.lexicon import SpokenWord
from audiobook.speech.clips import speak_checked
from audiobook.speech.engine import Clip, Utterance
from audiobook.speech.frames import is_cut
from audiobook.speech.gtts import MAX_CHARS, Gtts
from audiobook.speech.packing import cut_word, pack_words

Serve = Callable[..., TranslateService]

TEXT = "The wolf came home."
LONG_TEXT = (
    "Once upon a time, in the small town of Akbulak, there lived a girl who danced; and when she "
    "danced, the whole steppe held its breath. Nobody knew why. Nobody asked."
)
# Faults after which the same request may succeed.
PASSING = ("429 1", "sorry", "500", "503", "reset", "empty", "null", "cut", "cut mp3", "noise")
PASSING += ("silent", "short", "long")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Give a function that starts a service with faults and leads gTTS to it."""
    running: list[TranslateService] = []

    def start(*faults: str) -> TranslateService:
        service = TranslateService(faults).__enter__()
        running.append(service)
        for name in PROXIES:
            monkeypatch.setenv(name, service.proxy)
        for name in NO_PROXIES:
            monkeypatch.delenv(name, raising=False)
        return service

    yield start
    for service in running:
        service.__exit__()


class Reader:
    """The engine with a clock and a store of its own."""

    def __init__(self, root: Path, timeout_s: float = 5.0, deadline_s: float = 10.0) -> None:
        self.clock = Clock()
        self.root = root
        self.engine = Gtts(self.clock.now, self.clock.sleep, timeout_s, deadline_s, root)

    def say(self, text: str, voice: str = "en", take: int = 1, speed: float = 1.0) -> Clip:
        """Speak, checked as a build does it."""
        words = tuple(SpokenWord(w, w) for w in text.split())
        return speak_checked(self.engine, Utterance(words, voice, "en", speed, take))

    @property
    def waits_s(self) -> list[float]:
        """How long it has waited each time."""
        return self.clock.waits_s


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_long_text_is_asked_in_few_pieces(serve: Serve, reader: Reader) -> None:
    """Pieces hold up to 100 characters, keep their punctuation and lose no word.

    Between two requests lies half a second and a little more.
    The words' times are in order, inside the clip and nearly fill it, and none claims to be exact.
    """
    service = serve()
    clip = reader.say(LONG_TEXT)
    assert " ".join(service.texts) == LONG_TEXT
    assert len(service.texts) == 2
    assert len(reader.waits_s) == 1
    assert 0.5 <= reader.waits_s[0] <= 0.75
    assert max(len(text) for text in service.texts) <= MAX_CHARS
    assert len(clip.words) == len(LONG_TEXT.split())
    assert not any(word.exact for word in clip.words)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(clip.words))
    assert clip.words[0].start_s < 0.1
    assert clip.duration_s - 0.1 < clip.words[-1].end_s <= clip.duration_s


def test_word_longer_than_a_request_is_divided(serve: Serve, reader: Reader) -> None:
    """A sentence without spaces is asked in parts that lose nothing, with their distance kept."""
    service = serve()
    sentence = "むかしむかし、あるところに、" * 12
    clip = reader.say(sentence, "ja")
    assert "".join(service.texts) == sentence
    assert max(len(text) for text in service.texts) <= MAX_CHARS
    assert service.texts[0].endswith("、")
    assert len(reader.waits_s) == len(service.texts) - 1
    assert len(clip.words) == 1


@pytest.mark.parametrize("fault", PASSING)
def test_passing_fault_is_outlived(serve: Serve, reader: Reader, fault: str) -> None:
    """After a fault that can pass the piece is asked for again, later, and the clip is whole."""
    service = serve(fault)
    clip = reader.say(TEXT)
    assert service.texts == [TEXT, TEXT]
    assert clip.duration_s > 0.8
    least = {"429 1": 1.0, "sorry": 30.0}.get(fault, 2.0)
    assert len(reader.waits_s) == 1
    assert least <= reader.waits_s[0] <= 1.5 * least


def test_a_third_of_all_requests_may_fail(serve: Serve, reader: Reader) -> None:
    """With 30 % of all answers wrong in every way, each text is spoken, and got once."""
    dice = random.Random(6)
    faults = [dice.choice(PASSING[:-1]) if dice.random() < 0.3 else "" for _ in range(60)]
    service = serve(*faults)
    texts = [f"Then came guest number {name}." for name in "abcdefghij"]
    for text in [*texts, *texts]:
        assert reader.say(text).duration_s > 0.8
    wrong = sum(map(bool, faults[: len(service.texts)]))
    assert wrong > 2
    assert len(service.texts) == len(texts) + wrong


def test_block_closes_the_gate_for_everybody(serve: Serve, reader: Reader) -> None:
    """A service that stays blocked is asked four times, ever later, and then left alone.

    Another engine over the same store, as in another process or the next day, asks nothing either
    and says until when; an answer that came before is spoken all the same.
    """
    service = serve("", *["429"] * 9)
    reader.say("Before.")
    reader.waits_s.clear()
    with pytest.raises(UnavailableError, match=r"too many requests \(429\); asked again") as caught:
        reader.say(TEXT)
    assert "\n" not in str(caught.value)
    assert len(service.texts) == 5
    _, *backing_off = reader.waits_s
    assert all(later > 1.3 * sooner for sooner, later in pairwise(backing_off))
    assert backing_off[0] >= 30.0
    other = Reader(reader.root)
    other.clock.now_s = reader.clock.now_s + 600.0
    assert "(in 5 min)" in other.engine.unavailable()
    with pytest.raises(UnavailableError, match="blocked for now"):
        other.say(TEXT)
    assert other.say("Before.").duration_s > 0.2
    assert len(service.texts) == 5
    assert not other.waits_s


def test_blocks_grow_and_are_forgotten(serve: Serve, reader: Reader) -> None:
    """After a block one request decides; each further block is twice as long, up to four hours."""
    service = serve(*["429"] * 40)
    minutes = []
    for n_asked in range(4, 10):
        with pytest.raises(UnavailableError):
            reader.say(TEXT)
        assert len(service.texts) == n_asked
        blocked_s = state(reader)["next_s"] - reader.clock.now_s
        minutes.append(round(blocked_s / 60))
        reader.clock.now_s += blocked_s
    assert minutes == [15, 30, 60, 120, 240, 240]
    service.faults.clear()
    reader.say(TEXT)
    assert reader.engine.unavailable() == ""
    reader.clock.now_s += 7 * 3600
    service.faults += ["429"] * 4
    with pytest.raises(UnavailableError, match="in 15 min"):
        reader.say("Something else.")


def state(reader: Reader) -> dict[str, float]:
    found: dict[str, float] = json.loads((reader.root / "online/gtts.json").read_text())
    return found


@pytest.mark.parametrize(
    ("header", "minutes"),
    [("3600", 60), ("99999999", 240), ("Tue, 14 Nov 2023 23:13:20 GMT", 60), ("200", 15)],
)
def test_long_retry_after_is_obeyed(
    serve: Serve, reader: Reader, header: str, minutes: int
) -> None:
    """What the service asks for in ``Retry-After``, as seconds or date, is given up to four hours.

    It is never less than a first block, and nothing is asked on the way.
    """
    service = serve(f"429 {header}")
    with pytest.raises(UnavailableError, match=rf"in {minutes} min"):
        reader.say(TEXT)
    assert len(service.texts) == 1


@pytest.mark.parametrize("header", ["soon", "-5", "Tue, 14 Nov 1999 23:13:20 GMT", "inf"])
def test_senseless_retry_after_is_none(serve: Serve, reader: Reader, header: str) -> None:
    """A header that says nothing is no reason to stop, nor to hurry."""
    serve(f"429 {header}")
    reader.say(TEXT)
    assert 30.0 <= reader.waits_s[0] <= 45.0


def test_short_wall_is_outlived(serve: Serve, reader: Reader) -> None:
    """A wall of 429 for some minutes costs waiting, nothing else."""
    service = serve("429", "sorry", "429")
    assert reader.say(TEXT).duration_s > 0.8
    assert len(service.texts) == 4
    assert 210.0 <= sum(reader.waits_s) <= 315.0


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\xfe", b"null"])
def test_damaged_memory_is_none(serve: Serve, reader: Reader, damage: bytes) -> None:
    """A file that makes no sense closes nothing, and is replaced."""
    serve()
    path = reader.root / "online/gtts.json"
    path.parent.mkdir()
    path.write_bytes(damage)
    reader.say(TEXT)
    assert json.loads(path.read_text())["n_failures"] == 0


def test_clock_set_back_locks_nobody_out(serve: Serve, reader: Reader) -> None:
    """A block noted in what is now the future is none; a memory of the far future neither."""
    service = serve("429 14400")
    with pytest.raises(UnavailableError):
        reader.say(TEXT)
    reader.clock.now_s -= 365 * 86_400.0
    assert reader.engine.unavailable() == ""
    assert reader.say(TEXT).duration_s > 0.8
    noted = state(reader)
    noted |= {"next_s": noted["noted_s"] + 1e6, "why": "blocked"}
    (reader.root / "online/gtts.json").write_text(json.dumps(noted))
    assert reader.engine.unavailable() == ""
    assert len(service.texts) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "n_asked"),
    [
        ("null", "sends no sound for it", 5),
        ("silent", "sends silence", 5),
        ("short", "text is missing", 5),
        ("long", "something else", 5),
        ("cut mp3", "cut short", 8),
        ("reset", "broke off", 8),
        ("503", "answers 503", 8),
        ("403", "answers 403", 1),
    ],
)
def test_lasting_fault_is_explained(
    serve: Serve, reader: Reader, fault: str, reason: str, n_asked: int
) -> None:
    """A fault that stays is told in plain words after some tries, never made into a clip."""
    service = serve(*[fault] * 20)
    with pytest.raises(UnavailableError, match=reason):
        reader.say(TEXT)
    assert len(service.texts) == n_asked
    is_about_text = n_asked == 5
    assert bool(reader.engine.unavailable()) != is_about_text
    assert reader.root.joinpath("answer").exists() is False


@pytest.mark.parametrize(("fault", "limit"), [("hang", "timeout_s"), ("drip", "deadline_s")])
def test_service_that_does_not_finish_is_left(
    serve: Serve, tmp_path: Path, fault: str, limit: str
) -> None:
    """A service that never answers, or never ends to, is left after a while, and let go of."""
    service, began = serve(fault), time.monotonic()
    reader = Reader(tmp_path, **{limit: 2.0})
    assert reader.say(TEXT).duration_s > 0.8
    assert time.monotonic() - began < 0.8 * MAX_WAIT_S
    assert len(service.texts) == 2
    if fault == "drip":
        while service.at_once and time.monotonic() - began < MAX_WAIT_S:
            time.sleep(0.02)
        assert service.at_once == 0


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    """Without a network a whole book costs a few seconds; the way is tried again in a minute."""
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for n in range(300):
        with pytest.raises(UnavailableError, match=r"cannot be reached; asked again after .*1 min"):
            reader.say(f"Sentence {n}.")
    assert sum(reader.waits_s) < 10.0


def test_accent_and_slowness_are_asked_for(serve: Serve, reader: Reader) -> None:
    """Language, accent and slow reading reach the service, each its own clip; so does a region."""
    service = serve()
    for voice in ("en", "en@co.uk", "en@com.au+slow", "fr-CA", "pt-PT", "zh-TW+slow"):
        reader.say(TEXT, voice)
        reader.say(TEXT, voice)
    assert [language for _, language in service.requests] == [
        *("en", "en", "en", "fr-CA", "pt-PT", "zh-TW")
    ]
    assert service.domains == ["com", "co.uk", "com.au", "com", "com", "com"]
    assert service.slow == [False, False, True, False, False, True]


def test_nothing_is_asked_twice(serve: Serve, reader: Reader) -> None:
    """What came stays, after a failure in mid-sentence or at another speed; a new take asks."""
    service = serve("", "403")
    with pytest.raises(UnavailableError):
        reader.say(LONG_TEXT)
    again = Reader(reader.root)
    again.clock.now_s = reader.clock.now_s + 3600.0
    again.say(LONG_TEXT)
    again.say(LONG_TEXT, speed=1.3)
    first, second = service.texts[0], service.texts[1]
    assert service.texts == [first, second, second]
    again.say(LONG_TEXT, take=2)
    assert service.texts[3:] == [first, second]


def test_two_processes_ask_as_one(serve: Serve, tmp_path: Path) -> None:
    """Two books at once: one request at a time, half a second apart, and none for the same text."""
    service = serve()
    code = (
        "import sys; from pathlib import Path; from audiobook.speech.gtts import Gtts; "
        "from audiobook.speech.engine import Utterance; from audiobook.lexicon import SpokenWord\n"
        "for n in (sys.argv[1], 'One', 'Two'):\n"
        "    word = SpokenWord(n, n)\n"
        "    Gtts(root=Path(sys.argv[2])).speak(Utterance((word,), 'en', 'en'))"
    )
    books = [
        subprocess.Popen([sys.executable, "-c", code, name, str(tmp_path)]) for name in ("Ab", "Ba")
    ]
    assert [book.wait() for book in books] == [0, 0]
    assert sorted(service.texts) == ["Ab", "Ba", "One", "Two"]
    assert service.most_at_once == 1
    assert all(later - sooner >= 0.5 for sooner, later in pairwise(service.arrivals_s))


def test_folder_that_cannot_be_written_is_named(serve: Serve, tmp_path: Path) -> None:
    """Where nothing can be remembered nothing is asked."""
    service = serve()
    (tmp_path / "online").write_text("a file")
    with pytest.raises(StoreError, match="online: files cannot be written and locked there"):
        Reader(tmp_path).say(TEXT)
    assert not service.texts


@pytest.mark.parametrize("kbits", [32, 64])
def test_cut_is_seen_at_every_byte(kbits: int) -> None:
    """An MP3 is whole at the ends of its frames and cut everywhere else."""
    hum = np.sin(np.arange(24_000) / 20.0, dtype=np.float32).reshape(-1, 1)
    data = encoded(hum, kbits)
    whole = [n for n in range(4, 2000) if not is_cut(data[:n])]
    assert not is_cut(data)
    assert len({b - a for a, b in pairwise(whole)}) == 1
    assert whole[0] == kbits * 1000 // 8 * 576 // 24_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abc.,;!— ", min_size=1, max_size=40).map(lambda t: t.replace(" ", "x"))))
def test_packing_loses_nothing(words: list[str]) -> None:
    """Whatever the words, the pieces are the words, and none is too long."""
    pieces = pack_words(words, MAX_CHARS)
    assert [word for piece in pieces for word in piece] == words
    assert all(len(" ".join(piece)) <= MAX_CHARS for piece in pieces)
    assert all(pieces)


@given(st.text("あ。、", max_size=300), st.integers(1, 100))
def test_cutting_loses_nothing(text: str, most: int) -> None:
    """Whatever the text, its parts are the text, and none is too long."""
    parts = list(cut_word(text, most))
    assert "".join(parts) == text
    assert all(len(part) <= most for part in parts)
