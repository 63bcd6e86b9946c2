"""The one contract that every speech engine keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from loopback import Clock, TranslateService

from audiobook.lexicon import SpokenWord
from audiobook.speech.clips import pack, speak_checked, unpack
from audiobook.speech.engine import Clip, Engine, Utterance
from audiobook.speech.gtts import Gtts
from audiobook.speech.registry import ENGINES, find_voice, load_engine
from audiobook.speech.trim import voiced_span

SHORT = "One of the wolves came home."
LONG = SHORT + " Nobody had seen it go; nobody asked."
SLOW = ("kokoro", "piper")
PARAMETERS = [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in ENGINES]


class Speaker:
    """An engine with its default voice, which says each thing once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.say = cache(self.say_again)

    def say_again(self, text: str, speed: float = 1.0, take: int = 1) -> Clip:
        """Speak, whether or not it was said before."""
        words = tuple(SpokenWord(w, w) for w in text.split())
        voice = self.engine.default_voice
        return speak_checked(self.engine, Utterance(words, voice, "en", speed, take))


@pytest.fixture(scope="module", params=PARAMETERS)
def speaker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Speaker]:
    """Each engine in turn; the online one talks to a service on this machine."""
    with pytest.MonkeyPatch.context() as patch, TranslateService() as service:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        for name in ("HTTPS_PROXY", "https_proxy"):
            patch.setenv(name, service.proxy)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        engine = load_engine(request.param)
        if request.param == "gtts":
            clock = Clock()
            engine = Gtts(clock.now, clock.sleep, root=tmp_path_factory.mktemp("store"))
        if engine.missing():
            pytest.skip(engine.missing())
        yield Speaker(engine)


def digest(clip: Clip) -> str:
    return hashlib.sha256(clip.audio.tobytes()).hexdigest()


def test_clip_is_mono_sound(speaker: Speaker) -> None:
    """A clip is mono float32, finite, and loud enough to be heard without clipping."""
    clip = speaker.say(SHORT)
    assert clip.audio.dtype == np.float32
    assert clip.audio.shape == (len(clip.audio), 1)
    assert np.isfinite(clip.audio).all()
    assert 0.05 < np.max(np.abs(clip.audio)) <= 1.0


def test_every_word_is_timed(speaker: Speaker) -> None:
    """Each word has its time: in order, inside the clip, and nearly filling it."""
    clip = speaker.say(LONG)
    starts = [w.start_s for w in clip.words]
    assert len(clip.words) == len(LONG.split())
    assert starts == sorted(starts)
    assert all(0 <= w.start_s < w.end_s <= clip.duration_s for w in clip.words)
    assert clip.words[0].start_s < 0.2
    assert clip.words[-1].end_s > clip.duration_s - 0.5


def test_a_comma_word_ends_before_the_pause(speaker: Speaker) -> None:
    """Timings leave room at a clause's end: the words do not all touch."""
    words = speaker.say(LONG).words
    gaps = [b.start_s - a.end_s for a, b in pairwise(words)]
    assert max(gaps) > 0.05


def test_longer_text_takes_longer(speaker: Speaker) -> None:
    """Twice the words take at least half as long again."""
    assert speaker.say(LONG).duration_s > 1.5 * speaker.say(SHORT).duration_s


def test_pace_is_a_narrators(speaker: Speaker) -> None:
    """At speed 1 an engine speaks 100 to 240 words a minute."""
    per_minute = 60 * len(LONG.split()) / speaker.say(LONG).duration_s
    assert 100 < per_minute < 240


def test_speed_shortens(speaker: Speaker) -> None:
    """At speed 1.2 a clip is 5 to 25 % shorter; the models count in frames of 12 to 25 ms."""
    ratio = speaker.say(SHORT, speed=1.2).duration_s / speaker.say(SHORT).duration_s
    assert 0.75 < ratio < 0.95


def test_same_text_gives_the_same_samples(speaker: Speaker) -> None:
    """A deterministic engine says a thing the same way twice."""
    if not speaker.engine.deterministic:
        pytest.skip("the engine does not promise it")
    assert digest(speaker.say(SHORT)) == digest(speaker.say_again(SHORT))


def test_another_take_is_another_reading(speaker: Speaker) -> None:
    """Take 2 differs from take 1, and is itself the same each time."""
    second = speaker.say(SHORT, take=2)
    assert digest(second) != digest(speaker.say(SHORT))
    if speaker.engine.deterministic:
        assert digest(second) == digest(speaker.say_again(SHORT, take=2))


def test_edges_are_trimmed(speaker: Speaker) -> None:
    """Before the first and after the last sound there are 20 to 45 ms of quiet."""
    clip = speaker.say(SHORT)
    start, end = voiced_span(clip.audio, clip.sample_rate)
    assert 0.020 < start / clip.sample_rate < 0.045
    assert 0.020 < (len(clip.audio) - end) / clip.sample_rate < 0.045


def test_packed_clip_comes_back(speaker: Speaker) -> None:
    """FLAC keeps a clip to 16 bits and its timings to 0.1 ms."""
    clip = speaker.say(SHORT)
    again = unpack(*pack(clip))
    assert again.sample_rate == clip.sample_rate
    assert np.max(np.abs(again.audio - clip.audio)) < 1 / 32767
    for a, b in zip(again.words, clip.words, strict=True):
        assert abs(a.start_s - b.start_s) < 1e-4
        assert a.exact == b.exact


def test_engine_describes_itself(speaker: Speaker) -> None:
    """An engine names its default voice, and its fingerprint stays the same."""
    engine = speaker.engine
    assert engine.default_voice in {v.name for v in engine.voices()}
    assert find_voice(engine.name, "en").engine == engine.name
    assert engine.fingerprint() == engine.fingerprint() != ""
