"""The listener's own music as a bed."""

import numpy as np
import pytest
import soundfile

from audiobook.audio import SAMPLE_RATE, peak_db
from audiobook.errors import MusicError
from audiobook.music import own
from audiobook.music.bed import Cues
from audiobook.music.loop import FRAME_SAMPLES, audible, features, find_loop
from audiobook.music.own import own_bed


def crossfade(tail, head):
    """Join two pieces at equal power."""
    angle = np.linspace(0.0, np.pi / 2, len(tail), dtype=np.float32)[:, None]
    return (tail * np.cos(angle) + head * np.sin(angle)).astype(np.float32)


def cues(seconds, outro_s=5):
    n_samples = round(seconds * SAMPLE_RATE)
    end = max(0, n_samples - outro_s * SAMPLE_RATE)
    return Cues(n_samples, min(SAMPLE_RATE, end), end)


def tune(seconds, seed=0):
    """Return steady music: a chord whose tones swell slowly."""
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    rng = np.random.default_rng(seed)
    voices = [
        np.sin(2 * np.pi * hz * time_s) * (1.2 + np.sin(2 * np.pi * time_s / period))
        for hz, period in zip((220, 277, 330), rng.uniform(3, 7, 3), strict=True)
    ]
    return np.repeat(0.08 * np.sum(voices, axis=0)[:, None], 2, axis=1).astype(np.float32)


@pytest.fixture
def music_file(tmp_path):
    def write(sound, name="music.wav"):
        path = tmp_path / name
        soundfile.write(path, sound, SAMPLE_RATE, subtype="PCM_16")
        return path

    return write


def sound_of(bed):
    return np.concatenate(list(bed.blocks()))


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1.1, 3.0, 11.0, 40.0])
def test_short_music_is_looped_to_the_exact_length(music_file, seconds):
    """Music of any length fills a chapter to the sample, without a hole or a jump."""
    bed = own_bed([music_file(tune(seconds))], cues(60.0001), crossfade)
    sound = sound_of(bed)
    assert sound.shape == (cues(60.0001).n_samples, 2)
    assert sound.dtype == np.float32
    seconds_of_speech = sound[SAMPLE_RATE : 50 * SAMPLE_RATE].reshape(-1, SAMPLE_RATE, 2)
    assert np.abs(seconds_of_speech).max(axis=(1, 2)).min() > 0.02
    if seconds >= 3.0:
        assert np.abs(np.diff(sound, axis=0)).max() < 0.05


def test_every_call_starts_anew(music_file):
    """Two passes over a bed give the same samples: the first measures, the second mixes."""
    bed = own_bed([music_file(tune(9.0))], cues(30.0), crossfade)
    assert np.array_equal(sound_of(bed), sound_of(bed))


def test_long_music_is_cut_and_faded(music_file):
    """Music longer than the chapter plays from its start and fades after the last word."""
    source = tune(40.0)
    bed = own_bed([music_file(source)], cues(20.0), crossfade)
    sound = sound_of(bed)
    assert bed.loop is None
    middle = slice(5 * SAMPLE_RATE, 6 * SAMPLE_RATE)
    assert np.allclose(sound[middle], bed.gains[0] * source[middle], atol=2e-3)
    levels = [np.abs(sound[s * SAMPLE_RATE : (s + 1) * SAMPLE_RATE]).max() for s in (14, 17, 19)]
    assert levels[0] > levels[1] > levels[2]
    assert np.abs(sound[-SAMPLE_RATE // 50 :]).max() == 0.0


def test_silence_at_both_ends_is_left_out(music_file):
    """Leading silence is skipped, and no loop passes through silence."""
    rest = np.zeros((3 * SAMPLE_RATE, 2), dtype=np.float32)
    bed = own_bed([music_file(np.concatenate([rest, tune(20.0), rest]))], cues(70.0), crossfade)
    sound = sound_of(bed)
    assert abs(bed.tracks[0].start - 3 * SAMPLE_RATE) <= FRAME_SAMPLES
    tenths = sound[SAMPLE_RATE : 60 * SAMPLE_RATE].reshape(-1, SAMPLE_RATE // 10, 2)
    assert np.abs(tenths).max(axis=(1, 2)).min() > 0.01


def test_loops_join_where_the_music_is_alike():
    """A piece that ends in a coda is taken back before it, to where it sounds the same."""
    noise = 0.2 * np.random.default_rng(0).standard_normal((6 * SAMPLE_RATE, 2))
    sound = np.concatenate([tune(60.0), noise.astype(np.float32)])
    loop = find_loop(features(sound), len(sound))
    assert loop.end <= 60.2 * SAMPLE_RATE
    assert loop.end - loop.start >= len(sound) // 2
    assert 1.0 <= loop.fade / SAMPLE_RATE <= 4.0
    assert loop.fade % FRAME_SAMPLES == 0


def test_quiet_places_are_preferred():
    """Of places equally alike the joint takes the quiet ones."""
    sound = tune(60.0)
    sound[4 * SAMPLE_RATE : 9 * SAMPLE_RATE] *= 0.1
    sound[51 * SAMPLE_RATE : 56 * SAMPLE_RATE] *= 0.1
    loop = find_loop(features(sound), len(sound))
    assert 4.0 <= loop.start / SAMPLE_RATE <= 9.0
    assert 51.0 <= loop.end / SAMPLE_RATE <= 56.2


def test_features_measure_power_in_octaves():
    """A sine of -20 dBFS peak has -23 dB in its own octave and next to nothing elsewhere."""
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    sine = np.repeat(0.1 * np.sin(2 * np.pi * 700 * time_s)[:, None], 2, axis=1)
    heard = features(sine.astype(np.float32))
    assert heard[5].argmax() == 3
    assert heard[5].max() == pytest.approx(-23.0, abs=0.5)
    assert audible(heard).all()
    assert not audible(features(np.zeros((SAMPLE_RATE, 2), dtype=np.float32))).any()


def test_music_that_is_streamed_sounds_like_music_in_memory(music_file, monkeypatch):
    """Decoding again instead of keeping the samples changes nothing that can be heard."""
    path = music_file(tune(25.0))
    kept = sound_of(own_bed([path], cues(60.0), crossfade))
    monkeypatch.setattr(own, "IN_MEMORY_S", 1.0)
    streamed = own_bed([path], cues(60.0), crossfade)
    assert np.abs(sound_of(streamed) - kept).max() < 1e-4


def test_a_long_file_is_not_read_further_than_needed(music_file, monkeypatch):
    """For a chapter of 5 s a minute of music is decoded for 10 s at most."""
    from audiobook import ffmpeg

    decoded = []
    real = ffmpeg.decode_blocks

    def counting(path, **options):
        for block in real(path, **options):
            decoded.append(len(block))
            yield block

    monkeypatch.setattr(ffmpeg, "decode_blocks", counting)
    own_bed([music_file(tune(60.0))], cues(5.0, outro_s=2), crossfade)
    assert sum(decoded) <= 10 * SAMPLE_RATE


def test_loud_music_is_brought_under_minus_three(music_file):
    """A file at full scale comes out at -3 dBFS or below."""
    loud = tune(10.0)
    bed = own_bed([music_file(loud / np.abs(loud).max())], cues(8.0, outro_s=2), crossfade)
    assert peak_db(sound_of(bed)) <= -2.9


def test_music_leads_into_the_title(music_file):
    """The first audible moment is at the chapter's start, and has risen before the first word."""
    bed = own_bed([music_file(tune(30.0))], cues(20.0), crossfade)
    sound = np.abs(sound_of(bed)).max(axis=1)
    assert 0.0 < sound[: SAMPLE_RATE // 100].max() < 0.02
    assert sound[SAMPLE_RATE // 2 : SAMPLE_RATE].max() > 0.05
    full = own_bed([music_file(tune(30.0))], cues(20.0, outro_s=0), crossfade)
    assert len(sound_of(full)) == 20 * SAMPLE_RATE


def test_a_piece_that_ends_in_the_outro_is_not_begun_again(music_file):
    """Music that outlives half of the outro ends there by itself, and silence follows."""
    bed = own_bed([music_file(tune(28.0))], cues(30.0), crossfade)
    sound = sound_of(bed)
    assert bed.loop is None
    assert len(sound) == 30 * SAMPLE_RATE
    assert np.abs(sound[28 * SAMPLE_RATE + 10 :]).max() == 0.0
    assert np.abs(sound[26 * SAMPLE_RATE : 27 * SAMPLE_RATE]).max() > 0.01


def test_a_file_that_shrinks_is_reported(music_file, monkeypatch):
    """A file replaced by a shorter one while it is read stops the build with one line."""
    monkeypatch.setattr(own, "IN_MEMORY_S", 0.0)
    path = music_file(tune(25.0))
    bed = own_bed([path], cues(60.0), crossfade)
    music_file(tune(2.0))
    with pytest.raises(MusicError, match="became shorter"):
        sound_of(bed)


def test_what_is_not_music_is_refused_in_one_line(tmp_path, music_file):
    """Missing, undecodable, empty and silent files each say what to do."""
    text = tmp_path / "notes.mp3"
    text.write_text("not music at all " * 100, encoding="utf-8")
    empty = tmp_path / "empty.wav"
    empty.touch()
    silent = music_file(np.zeros((SAMPLE_RATE, 2), dtype=np.float32), "silent.wav")
    for path, reason in (
        (tmp_path / "gone.mp3", "no such music file"),
        (tmp_path, "is a folder; name the music files in it"),
        (text, "no music that can be decoded"),
        (empty, "no music that can be decoded"),
        (silent, "only silence"),
    ):
        with pytest.raises(MusicError, match=reason) as refused:
            own_bed([path], cues(5.0), crossfade)
        assert "\n" not in str(refused.value)
