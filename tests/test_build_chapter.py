"""One chapter's job: clips in, a mastered and encoded chapter out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readback import RATE, decoded, lufs, true_peak_dbtp

from audiobook.build import mastering
from audiobook.build.arrange import ChapterJob, lay_out
from audiobook.build.chapter import produce
from audiobook.errors import LostError, MasterError
from audiobook.profiles import PROFILES
from audiobook.segments import Boundary, segment_chapter
from audiobook.speech.clips import pack
from audiobook.speech.engine import Clip, WordTiming
from audiobook.story import open_project
from audiobook.story.book import Pauses

STORY = "# A\n\nOne long burst of noise. Another long burst of noise. A third one.\n"


def bursts(seconds, seed):
    """Make noise whose peaks stand far above its loudness, as a plosive close to the microphone."""
    dice = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE)) / RATE
    envelope = 0.16 + np.exp(-(((time_s % 0.5) - 0.25) ** 2) / 0.00002)
    sound = dice.standard_normal(len(time_s)) * envelope
    return (0.9 * sound / np.abs(sound).max()).astype(np.float32)[:, np.newaxis]


@pytest.fixture
def job(store, tmp_path):
    """Return a chapter's job with clips in the store that no engine would make worse."""
    (tmp_path / "story.md").write_text(STORY, "utf-8")
    (chapter,) = open_project(tmp_path / "story.md").story.chapters
    segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
    keys = tuple(f"{i:040d}" for i in range(len(segments)))
    for seed, (key, segment) in enumerate(zip(keys, segments, strict=True)):
        words = tuple(WordTiming(0.1, 0.2, True) for _ in segment.words)
        meta, payload = pack(Clip(bursts(2.0, seed), RATE, words))
        store.put("clip", key, meta, payload)
    voices = ("noise",) * len(keys)
    return ChapterJob("c" * 40, segments, keys, voices, Pauses(), None, PROFILES["storybook"])


def timed(job, store, lengths_s, **more):
    """Return a job whose clips are so long, as far as their descriptions say; nothing sounds."""
    afters = [Boundary.CLAUSE, Boundary.SENTENCE, Boundary.PARAGRAPH]
    segments, keys = [], []
    for i, length_s in enumerate(lengths_s):
        segment = replace(job.segments[-1], id=f"{i:08x}", after=afters[i % 3], words=())
        segments.append(segment)
        keys.append(f"{i:x}".rjust(40, "e"))
        meta = {"n_samples": round(length_s * RATE), "sample_rate": RATE, "words": []}
        store.put("clip", keys[-1], meta, b"")
    voices = ("noise",) * len(keys)
    return replace(job, segments=tuple(segments), clips=tuple(keys), voices=voices, **more)


@pytest.mark.parametrize(("minutes", "tail_s"), [(2, 5.0), (29.8, 5.0), (29.95, 10.0), (50, 10.0)])
def test_the_tail_of_a_long_file_is_longer(job, store, minutes, tail_s):
    """LibriVox wants ten seconds after half an hour, five before."""
    long = timed(job, store, [minutes * 60.0], profile=PROFILES["librivox"])
    timeline = lay_out(long, store)
    assert timeline.speech_start == round(0.75 * RATE)
    assert (timeline.n_samples - timeline.speech_end) / RATE == pytest.approx(tail_s, abs=0.02)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.floats(0.1, 20.0), min_size=1, max_size=30), st.floats(30.0, 300.0))
def test_an_excerpt_fits_and_ends_where_a_reader_may_stop(job, store, lengths_s, at_most_s):
    """It is never too long, never stops in a sentence, and at a paragraph after half of it."""
    excerpt = timed(job, store, lengths_s, profile=PROFILES["acx"], at_most_s=at_most_s)
    timeline = lay_out(excerpt, store)
    assert timeline.n_samples / RATE <= at_most_s
    n_segments = len(timeline.placed)
    last = excerpt.segments[n_segments - 1].after
    if n_segments > 1 and n_segments < len(lengths_s):
        assert last is not Boundary.CLAUSE
    if last is not Boundary.PARAGRAPH and n_segments >= 3:
        before = timeline.placed[n_segments // 3 * 3 - 1]
        assert before.end / RATE - 0.75 < at_most_s / 2 or n_segments == len(lengths_s)


def sound_of(job, store, tmp_path):
    _, data = store.get("chapter", job.key)
    (tmp_path / "chapter.mp3").write_bytes(data)
    return decoded(tmp_path / "chapter.mp3")


def test_peaks_stay_under_the_ceiling_after_decoding(job, store, tmp_path):
    """Where the codec adds to the peaks, the chapter is limited deeper until -1 dBTP holds."""
    produce(job, store)
    meta = store.meta("chapter", job.key)
    sound = sound_of(job, store, tmp_path)
    peak = true_peak_dbtp(sound)
    assert -2.5 < peak <= -1.0
    assert meta["loudness"]["true_peak_dbtp"] == pytest.approx(peak, abs=0.2)


def test_the_limiter_costs_no_more_loudness_than_it_must(job, store, tmp_path):
    """Peaks 2.7 dB above the ceiling are held, and the chapter is still within 2 LU."""
    produce(job, store)
    meta = store.meta("chapter", job.key)
    assert lufs(sound_of(job, store, tmp_path)) == pytest.approx(-18.0, abs=2.0)
    assert meta["loudness"]["speech_lufs"] == pytest.approx(-18.0, abs=0.1)


def test_a_ceiling_that_cannot_be_kept_is_an_error(job, store, monkeypatch):
    """A chapter that stays too loud is not kept: the build says how loud it is."""
    monkeypatch.setattr(mastering, "MAX_TRIES", 1)
    monkeypatch.setattr(mastering, "limit", lambda blocks, _: blocks)
    with pytest.raises(MasterError, match="dBTP"):
        produce(job, store)
    assert not store.has("chapter", job.key)


def test_a_clip_that_is_gone_is_named(job, store):
    """A chapter is not mixed with a hole in it."""
    store.drop("clip", job.clips[1])
    with pytest.raises(LostError, match="One long burst"):
        produce(job, store)
    assert not store.has("chapter", job.key)
