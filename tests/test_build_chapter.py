"""One chapter's job: clips in, a mastered and encoded chapter out."""

import numpy as np
import pytest
from readback import RATE, decoded, lufs, true_peak_dbtp

from audiobook.build import chapter as chapter_module
from audiobook.build.chapter import ChapterJob, produce
from audiobook.errors import LostError, MasterError
from audiobook.master import PROFILES
from audiobook.segments import segment_chapter
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
    monkeypatch.setattr(chapter_module, "MAX_TRIES", 1)
    monkeypatch.setattr(chapter_module, "limit", lambda blocks, _: blocks)
    with pytest.raises(MasterError, match="dBTP"):
        produce(job, store)
    assert not store.has("chapter", job.key)


def test_a_clip_that_is_gone_is_named(job, store):
    """A chapter is not mixed with a hole in it."""
    store.drop("clip", job.clips[1])
    with pytest.raises(LostError, match="One long burst"):
        produce(job, store)
    assert not store.has("chapter", job.key)
