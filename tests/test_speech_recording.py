"""A reader's own recording: cut, trimmed and timed, measured on speech whose words are known."""

from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import SpeechError
from audiobook.lexicon import say
from audiobook.segments import segment_chapter
from audiobook.speech.clips import pack
from audiobook.speech.engine import Utterance
from audiobook.speech.recording import check_recording, recorded_chapter, recorded_clip
from audiobook.speech.registry import load_engine
from audiobook.speech.spread import spread
from audiobook.speech.trim import voiced_span
from audiobook.story.read import parse_story

RATE = 22_050
TEXT = """# The Ferry

In the evening the old ferryman, who had not spoken all day, put down his oars and looked up. "They
will not come any more," he said. Nobody answered. The river went by without a sound, as it had gone
by when he was young; and on the other side, far away, a single light was burning in a window.

He thought of his daughter. She had crossed the water in April, with a basket and a blue scarf, and
waved once from the other bank. After that there were letters, then one letter in a year, then none.

***

The wind rose. He tied the boat to the post, twice, because the first knot slipped, and went up the
path between the willows. A dog barked at him, but not for long. When he came to the door of his
house it stood open, and somebody had lit the lamp.
"""
PAUSES_S = {
    "sentence": 0.5,
    "clause": 0.2,
    "paragraph": 1.1,
    "title": 1.6,
    "scene": 2.4,
    "end": 0.0,
}


def segments_of(text=TEXT):
    (chapter,) = parse_story(text, "tale.md", is_markdown=True).chapters
    return segment_chapter(chapter, language="en", lexicon={}, speak_title=True)


@pytest.fixture(scope="module")
def reading():
    """Return a chapter as espeak-ng reads it over a hissing room, and when each word begins."""
    dice = np.random.default_rng(7)
    engine = load_engine("espeak")
    sound, starts_s, at = [np.zeros(RATE)], [], RATE
    for segment in segments_of():
        clip = engine.speak(Utterance(segment.words, "en-us", "en"))
        starts_s.append([(w.start_s + at / RATE, w.exact) for w in clip.words])
        pause = np.zeros(round(PAUSES_S[segment.after] * dice.uniform(0.7, 1.3) * RATE))
        sound += [0.5 * clip.audio[:, 0], pause]
        at += len(clip.audio) + len(pause)
    sound = np.concatenate([*sound, np.zeros(RATE // 2)])
    return sound + dice.standard_normal(len(sound)) * 10 ** (-62 / 20), starts_s


@pytest.fixture
def recording(reading, tmp_path):
    path = tmp_path / "chapter.flac"
    soundfile.write(path, reading[0], RATE)
    return path


def cut(path, segments):
    return [*recorded_chapter(path, [(s.id, s.words) for s in segments])]


def test_a_chapter_is_cut_where_its_segments_end(recording, reading):
    """Segments begin within 50 ms of their first words, and no sound is lost or doubled."""
    segments = segments_of()
    parts = cut(recording, segments)
    assert [name for name, _, _ in parts] == [s.id for s in segments]
    whole = np.concatenate([clip.audio for _, clip, _ in parts])
    source = soundfile.read(recording, always_2d=True)[0]
    assert len(whole) / 44_100 == pytest.approx(len(source) / RATE - 1.5, abs=0.2)
    at_s, first_s = 0.0, reading[1][0][0][0]
    for (_, clip, pause), truth in zip(parts, reading[1], strict=True):
        assert at_s + clip.words[0].start_s == pytest.approx(truth[0][0] - first_s + 0.05, abs=0.05)
        assert clip.words[-1].end_s <= clip.duration_s - pause / 44_100 + 1e-6
        at_s += clip.duration_s


def test_words_are_found_to_a_tenth_of_a_second(recording, reading):
    """Against the engine's own events the median error is under 0.1 s, nine tenths under 0.4."""
    errors, at_s = [], 0.0
    offset_s = reading[1][0][0][0] - 0.05
    for (_, clip, _), truth in zip(cut(recording, segments_of()), reading[1], strict=True):
        assert not any(word.exact for word in clip.words)
        errors += [
            abs(word.start_s + at_s + offset_s - known)
            for word, (known, is_exact) in zip(clip.words, truth, strict=True)
            if is_exact
        ]
        at_s += clip.duration_s
    assert len(errors) > 120
    assert np.median(errors) < 0.1
    assert np.percentile(errors, 90) < 0.4


@pytest.mark.parametrize("n_channels", [1, 2])
def test_one_segment_is_trimmed_and_keeps_its_sound(tmp_path, n_channels):
    """The silence around it is cut to 50 ms, and stereo becomes mono without getting louder."""
    words = say("They will not come, he said, not any more.", {}, "en")
    clip = load_engine("espeak").speak(Utterance(words, "en-us", "en"))
    sound = np.concatenate([np.zeros((30_000, 1)), clip.audio, np.zeros((50_000, 1))])
    path = tmp_path / "line.wav"
    soundfile.write(path, np.repeat(sound, n_channels, axis=1), RATE)
    found = recorded_clip(path, words)
    start, end = voiced_span(found.audio, found.sample_rate)
    assert start / found.sample_rate == pytest.approx(0.05, abs=0.03)
    assert found.duration_s - end / found.sample_rate == pytest.approx(0.05, abs=0.05)
    assert len(found.words) == len(words)
    assert np.max(np.abs(found.audio)) == pytest.approx(np.max(np.abs(clip.audio)), rel=0.1)
    pack(found)


@pytest.mark.parametrize("noise_db", [-90, -50, -40])
def test_a_noisy_room_is_no_speech(tmp_path, noise_db):
    """Where hiss fills the pauses, a word after a long pause is still found after it."""
    dice = np.random.default_rng(3)
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    sound = np.concatenate([np.zeros(RATE), tone, np.zeros(2 * RATE), tone, np.zeros(RATE)])
    sound += dice.standard_normal(len(sound)) * 10 ** (noise_db / 20)
    path = tmp_path / "two.wav"
    soundfile.write(path, sound, RATE)
    clip = recorded_clip(path, say("Onward. Onward.", {}, "en"))
    assert clip.words[1].start_s - clip.words[0].start_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("silence", "holds only silence; choose another recording"),
        ("text", "no recording that can be decoded; give a sound file"),
        ("short", "s of speech are too short for 22 letters"),
        ("half", "is cut off, its last"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path, content, message):
    """One line says which file, and what is wrong with it."""
    path = tmp_path / "voice.flac"
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(8 * RATE) / RATE)
    soundfile.write(path, {"silence": 0 * tone, "short": tone[:4000]}.get(content, tone), RATE)
    if content == "text":
        path.write_bytes(b"no sound " * 99)
    if content == "half":
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
    with pytest.raises(SpeechError, match=message):
        check_recording(path, say("They will not come any more.", {}, "en"))


@given(
    st.lists(st.sampled_from(["a", "of,", "ferryman", "came.", "—", "", "1984"]), min_size=1),
    st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.03, 9.0)), min_size=1, max_size=30),
)
def test_any_words_over_any_stretches_are_in_order(words, parts):
    """Each word gets one time inside the stretches' reach, whether or not they go together."""
    stretches, at = [], 0.0
    for gap_s, length_s in parts:
        stretches.append((at + gap_s, at + gap_s + length_s))
        at += gap_s + length_s
    timings = spread(words, stretches)
    assert len(timings) == len(words)
    assert all(w.start_s <= w.end_s for w in timings)
    assert all(a.start_s <= b.start_s and a.end_s <= b.start_s + 1e-9 for a, b in pairwise(timings))
    assert stretches[0][0] <= timings[0].start_s
    assert timings[-1].end_s <= stretches[-1][1] + 1e-9
