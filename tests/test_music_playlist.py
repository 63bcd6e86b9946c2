"""Several pieces of the listener's own music: one after another, evenly loud, changed in pauses."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import MusicError
from audiobook.mix import crossfade
from audiobook.music import own
from audiobook.music.bed import Cues
from audiobook.music.own import own_bed
from audiobook.music.track import check_music
from audiobook.music.turns import ends_well, take_turns

KEYS_HZ = (220.0, 330.0, 495.0)


def cues(seconds, breaths=(), outro_s=5.0):
    """Return the cues of a chapter; breaths are (start, end, weight) in seconds."""
    n_samples = round(seconds * SAMPLE_RATE)
    end = max(0, n_samples - round(outro_s * SAMPLE_RATE))
    found = tuple((int(a * SAMPLE_RATE), int(b * SAMPLE_RATE), w) for a, b, w in breaths)
    return Cues(n_samples, min(4 * SAMPLE_RATE, end), end, found)


def piece(seconds, hz, level=0.1, seed=0):
    """Return a tone that swells a little, so that a piece is known by where its energy lies."""
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    slow = np.random.default_rng(seed).uniform(0.95, 1.05, round(5 * seconds) + 2)
    swell = np.interp(time_s, np.arange(len(slow)) / 5.0, slow)
    sound = level * swell * np.sin(2 * np.pi * hz * time_s)
    return np.column_stack([sound, sound]).astype(np.float32)


@pytest.fixture
def shelf(tmp_path):
    """Write pieces of given lengths and levels in files of several kinds; return their paths."""

    def write(*pieces):
        paths = []
        for number, (seconds, level) in enumerate(pieces):
            path = tmp_path / f"{number}.{('wav', 'flac', 'mp3')[number % 3]}"
            soundfile.write(path, piece(seconds, KEYS_HZ[number % 3], level), SAMPLE_RATE)
            paths.append(path)
        return paths

    return write


def sound_of(bed):
    return np.concatenate(list(bed.blocks()))


def share(sound, hz):
    """Return how much of a stretch lies within 30 Hz of a tone."""
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))) ** 2
    at = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    return power[np.abs(at - hz) < 30].sum() / power.sum()


def second(sound, number):
    return sound[number * SAMPLE_RATE : (number + 1) * SAMPLE_RATE]


def level_db(sound):
    return 10.0 * np.log10((sound.astype(np.float64) ** 2).mean())


def test_pieces_play_in_their_order_and_again(shelf):
    """Three pieces of 20 s fill 75 s as one, two, three, one, to the sample."""
    bed = own_bed(shelf((20, 0.1), (20, 0.1), (20, 0.1)), cues(75), crossfade)
    sound = sound_of(bed)
    assert sound.shape == (75 * SAMPLE_RATE, 2)
    assert [turn.track for turn in bed.turns] == [0, 1, 2, 0, 1]
    for turn in bed.turns[:4]:
        middle = (turn.start + turn.n_samples // 2) // SAMPLE_RATE
        assert share(second(sound, middle), KEYS_HZ[turn.track]) > 0.95
    assert np.array_equal(sound, sound_of(bed))


def test_pieces_change_in_a_pause_and_rather_in_a_scene_break(shelf):
    """Of the pauses after most of a piece the scene break is taken; the joint lies around it."""
    pauses = [(12, 13, 3), (26, 27, 1), (30, 33, 3), (35, 36, 1)]
    bed = own_bed(shelf((40, 0.1), (60, 0.1)), cues(80, pauses), crossfade)
    first = bed.turns[0]
    joint = (first.n_samples - first.fade / 2) / SAMPLE_RATE
    assert joint == pytest.approx(31.5, abs=0.01)
    sound = sound_of(bed)
    assert share(second(sound, 28), KEYS_HZ[0]) > 0.95
    assert share(second(sound, 34), KEYS_HZ[1]) > 0.95


def test_joints_neither_sag_nor_click(shelf):
    """Around every change the level stays within 1.5 dB, and nothing is heard above 4 kHz."""
    bed = own_bed(shelf((15, 0.1), (18, 0.1), (16, 0.1)), cues(70), crossfade)
    sound = sound_of(bed)
    body = sound[5 * SAMPLE_RATE : 60 * SAMPLE_RATE]
    usual_db = level_db(body)
    n = SAMPLE_RATE * 4 // 10
    levels = [level_db(body[i : i + n]) for i in range(0, len(body) - n, n // 4)]
    assert usual_db - min(levels) < 1.5
    assert max(levels) - usual_db < 1.5
    clicks = np.abs(sosfilt(butter(6, 4000, "high", fs=SAMPLE_RATE, output="sos"), body, axis=0))
    assert len(bed.turns) == 6
    assert 20.0 * np.log10(clicks[SAMPLE_RATE:].max()) < usual_db - 45.0


def test_soft_and_loud_files_come_out_equally_loud(shelf):
    """Files 26 dB apart are within 1 LU of each other, and every one is kept from clipping."""
    bed = own_bed(shelf((15, 0.02), (15, 0.4), (15, 0.08)), cues(44), crossfade)
    sound = sound_of(bed)
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    loudness = []
    for turn in bed.turns:
        inner = sound[turn.start + 4 * SAMPLE_RATE :][: turn.n_samples - 8 * SAMPLE_RATE]
        loudness.append(meter.integrated_loudness(inner.astype(np.float64)))
    assert max(loudness[:3]) - min(loudness[:3]) < 1.0
    assert np.mean(loudness[:2]) == pytest.approx(-23.0, abs=1.0)
    assert np.abs(sound).max() < 10 ** (-3 / 20)


def test_dynamic_music_takes_the_others_down_with_it(tmp_path):
    """Where peaks leave no room for -23 LUFS all files lie lower, still even, nothing clipped."""
    struck = piece(20, 330.0, 0.004)
    struck[:: SAMPLE_RATE * 2] = 0.9  # a crest of 40 dB
    paths = [tmp_path / "struck.wav", tmp_path / "even.wav"]
    soundfile.write(paths[0], struck, SAMPLE_RATE, subtype="FLOAT")
    soundfile.write(paths[1], piece(30, 220.0), SAMPLE_RATE)
    bed = own_bed(paths, cues(38), crossfade)
    lufs = [t.lufs + 20 * np.log10(g) for t, g in zip(bed.tracks, bed.gains, strict=True)]
    assert lufs[0] == pytest.approx(lufs[1], abs=0.01)
    assert lufs[0] < -25.0
    assert np.abs(sound_of(bed)).max() <= 10 ** (-3 / 20) + 1e-3


def test_a_playlist_decoded_again_sounds_the_same(shelf, monkeypatch):
    """What does not fit into memory is read from its file each time."""
    paths = shelf((12, 0.1), (14, 0.1))
    kept = sound_of(own_bed(paths, cues(60), crossfade))
    monkeypatch.setattr(own, "IN_MEMORY_S", 13.0)
    bed = own_bed(paths, cues(60), crossfade)
    assert [t.kept_samples > 0 for t in bed.tracks] == [True, False]
    assert np.abs(sound_of(bed) - kept).max() < 1e-4


def test_files_that_are_not_needed_are_not_read(shelf, tmp_path):
    """A short chapter opens the first file alone."""
    paths = [*shelf((30, 0.1)), tmp_path / "gone.mp3"]
    assert len(own_bed(paths, cues(20), crossfade).tracks) == 1
    with pytest.raises(MusicError, match="no such music file"):
        own_bed(paths, cues(90), crossfade)


def test_a_short_file_is_repeated_without_memory(shelf):
    """Five minutes, 106 MB, from 20 s of music: the blocks pass, at most 40 MB are held."""
    bed = own_bed(shelf((20, 0.1)), cues(300), crossfade)
    tracemalloc.start()
    n_samples = sum(len(block) for block in bed.blocks())
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_samples == 300 * SAMPLE_RATE
    assert held < 40e6


def test_a_broken_download_is_refused_with_what_is_missing(shelf):
    """A FLAC that ends half-way is not played as far as it goes."""
    path = shelf((1, 0.1), (20, 0.1))[1]
    check_music(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MusicError, match=r"is cut off, its last (9|10|11) s are missing"):
        check_music(path)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 400_000), min_size=2, max_size=5),
    st.integers(1, 4_000_000),
    st.lists(st.tuples(st.integers(0, 4_000_000), st.integers(1, 3)), max_size=30),
    st.integers(0, 400_000),
)
def test_turns_cover_the_chapter(lengths, n_samples, starts, outro):
    """Whatever the lengths: turns join without a hole, in order, past the last word."""
    total = max(n_samples, 20 * max(lengths) // 10)
    breaths = tuple((s, s + 40_000, w) for s, w in sorted(starts) if s + 40_000 <= total)
    found = Cues(total, 0, max(0, total - outro), breaths)
    lengths = [max(length, total // 500 + 1) for length in lengths]
    turns = take_turns(len(lengths), lambda track, _wanted: lengths[track], found)
    assert turns[0].start == 0
    for number, turn in enumerate(turns):
        assert turn.track == number % len(lengths)
        assert 1 <= turn.n_samples <= lengths[turn.track]
        assert turn.fade <= turn.n_samples
    for turn, following in pairwise(turns):
        assert following.start == turn.start + turn.n_samples - turn.fade
        assert turn.fade <= following.n_samples or following is turns[-1]
    assert ends_well(turns[-1].start + turns[-1].n_samples, found)
    assert turns[-1].start + turns[-1].n_samples <= total
