"""Composed beds as they sound: exact, clean, balanced, calm."""

import itertools
import tracemalloc

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE, peak_db, to_int16
from audiobook.errors import MusicError
from audiobook.music.bed import Cues, edge_gain, open_cues, rechunk
from audiobook.music.composed import composed_bed
from audiobook.music.moods import PALETTES

MOODS = list(PALETTES["kazakh"].moods)
SECONDS = 60


def sound_of(bed):
    return np.concatenate(list(bed.blocks()))


@pytest.fixture(scope="module")
def beds():
    """Return one minute of each mood: its bed and its sound, as loud as -23 LUFS."""
    import pyloudnorm

    made = {}
    for mood in MOODS:
        bed = composed_bed(open_cues(SECONDS * SAMPLE_RATE), "kazakh", mood, "steppe")
        sound = sound_of(bed)
        loudness = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(sound.astype(np.float64))
        made[mood] = bed, sound * 10.0 ** ((-23.0 - loudness) / 20.0), loudness
    return made


def short_term_lufs(sound):
    """Return loudness over 3 s, every 0.1 s (BS.1770 weighting)."""
    import pyloudnorm

    weighted = sound.astype(np.float64)
    for stage in pyloudnorm.Meter(SAMPLE_RATE)._filters.values():
        weighted = np.stack([stage.apply_filter(side) for side in weighted.T], axis=1)
    power = np.concatenate([[0.0], np.cumsum(np.sum(weighted**2, axis=1))])
    ends = np.arange(3 * SAMPLE_RATE, len(power), SAMPLE_RATE // 10)
    mean = (power[ends] - power[ends - 3 * SAMPLE_RATE]) / (3 * SAMPLE_RATE)
    return -0.691 + 10.0 * np.log10(mean + 1e-12)


def range_lu(levels):
    """Return the loudness range: 10th to 95th percentile over two gates (EBU Tech 3342)."""
    levels = levels[levels > -70.0]
    gate = 10.0 * np.log10(np.mean(10.0 ** (levels / 10.0))) - 20.0
    levels = levels[levels > gate]
    return np.percentile(levels, 95) - np.percentile(levels, 10)


@pytest.mark.parametrize("seconds", [1.0, 1.337, 2.5, 5.0, 9.9, 33.3333, 61.0, 200.0001])
def test_beds_are_exactly_as_long_as_asked(seconds):
    """Any length from a second up comes out to the sample, in float32 stereo, not silent."""
    n_samples = round(seconds * SAMPLE_RATE)
    sound = sound_of(composed_bed(open_cues(n_samples), seed="length"))
    assert sound.shape == (n_samples, 2)
    assert sound.dtype == np.float32
    assert -50.0 < peak_db(sound) <= -3.0


def test_a_bed_without_an_ending_still_ends():
    """When the last word falls on the last sample the chord comes before it."""
    n_samples = 10 * SAMPLE_RATE
    sound = sound_of(composed_bed(Cues(n_samples, 0, n_samples), seed="x"))
    assert np.abs(sound[-2 * SAMPLE_RATE : -SAMPLE_RATE]).max() > 0.02
    assert np.abs(sound[-882:]).max() == 0.0


@pytest.mark.parametrize("block_samples", [441, 44_100, 999_983])
def test_blocks_of_any_size_hold_the_same_sound(block_samples):
    """Samples are the same whatever the blocks; each but the last is full."""
    bed = composed_bed(open_cues(20 * SAMPLE_RATE + 17), seed="blocks")
    blocks = list(bed.blocks(block_samples))
    assert all(len(block) == block_samples for block in blocks[:-1])
    assert np.array_equal(np.concatenate(blocks), sound_of(bed))


def test_rechunk_keeps_everything():
    """Cutting anew neither drops nor adds, with nothing and with less than a block."""
    sound = np.arange(20, dtype=np.float32).reshape(10, 2)
    for size in (1, 3, 10, 11):
        again = np.concatenate(list(rechunk([sound[:4], sound[4:5], sound[5:]], size)))
        assert np.array_equal(again, sound)
    assert list(rechunk([], 5)) == []


@pytest.mark.parametrize("mood", MOODS)
def test_the_same_seed_is_the_same_music(mood):
    """Equal inputs give equal 16-bit samples, and another seed another piece."""
    cues = open_cues(15 * SAMPLE_RATE)
    first, again, other = (
        to_int16(sound_of(composed_bed(cues, "kazakh", mood, seed))) for seed in ("a", "a", "b")
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("mood", MOODS)
def test_beds_are_calm(beds, mood):
    """Around -23 LUFS as made; there: peak to -3 dBFS, range to 9 LU, 3 s at most +4 LU."""
    _, sound, loudness = beds[mood]
    levels = short_term_lufs(sound)
    assert loudness == pytest.approx(-23.0, abs=1.5)
    assert peak_db(sound) <= -3.0
    assert range_lu(levels) <= 9.0
    assert levels.max() + 23.0 <= 4.0


@pytest.mark.parametrize("mood", MOODS)
def test_beds_leave_room_for_speech(beds, mood):
    """At most 20 % of the energy lies in 1-4 kHz and 0.5 % above; nothing is off centre."""
    _, sound, _ = beds[mood]
    power = np.sum(np.abs(np.fft.rfft(sound.astype(np.float64), axis=0)) ** 2, axis=1)
    hz = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE)
    assert power[(hz > 1000) & (hz <= 4000)].sum() / power.sum() <= 0.20
    assert power[hz > 4000].sum() / power.sum() <= 0.005
    assert power[hz < 40].sum() / power.sum() <= 0.001


@pytest.mark.parametrize("mood", MOODS)
def test_beds_are_balanced(beds, mood):
    """Left and right are within 3 dB; in mono at most 3 dB are lost; stereo is not mono."""
    _, sound, _ = beds[mood]
    left, right = np.mean(sound.astype(np.float64) ** 2, axis=0)
    mono = np.mean(sound.mean(axis=1, dtype=np.float64) ** 2)
    assert abs(10.0 * np.log10(left / right)) <= 3.0
    assert -3.0 <= 10.0 * np.log10(mono / ((left + right) / 2.0)) <= -0.05


def clicks_db(bed, sound):
    """Return the loudest 1 ms above 10 kHz away from scored onsets, against the whole."""
    from scipy.signal import butter, sosfilt

    high = sosfilt(butter(6, 10_000, "high", fs=SAMPLE_RATE, output="sos"), sound, axis=0)
    n = SAMPLE_RATE // 1000
    windows = np.mean(high[: len(high) // n * n] ** 2, axis=1).reshape(-1, n).mean(axis=1)
    away = np.ones(len(windows), dtype=bool)
    for note in bed.score.notes:
        first = (note.onset - 4 * SAMPLE_RATE // 1000) // n
        away[max(0, first) : (note.onset + 32 * SAMPLE_RATE // 1000) // n + 1] = False
    return 10.0 * np.log10(windows[away].max() / np.mean(sound**2))


@pytest.mark.parametrize("mood", MOODS)
def test_beds_do_not_click(beds, mood):
    """Clicks stay under -42 dB, and the measure finds a step of 2 % of full scale."""
    bed, sound, _ = beds[mood]
    assert clicks_db(bed, sound) <= -42.0
    onsets = np.array([note.onset for note in bed.score.notes])
    away = np.argmax(np.diff(onsets[: len(onsets) // 2]))  # the longest wait: no stroke hides it
    broken = sound.copy()
    broken[(onsets[away] + onsets[away + 1]) // 2 :] += 0.02
    assert clicks_db(bed, broken) > -42.0


def test_the_cadence_rings_and_ends_in_silence(beds):
    """The chord lifts the level on the last word, falls for the rest, and the end is silent."""
    bed, sound, _ = beds["tender"]
    end = open_cues(SECONDS * SAMPLE_RATE).speech_end
    assert bed.n_samples == len(sound)

    def level_db(start_s, length_s):
        start = end + int(start_s * SAMPLE_RATE)
        return 10.0 * np.log10(np.mean(sound[start : start + int(length_s * SAMPLE_RATE)] ** 2))

    assert level_db(0.0, 0.5) > level_db(-0.3, 0.25) + 3.0
    assert level_db(1.0, 0.5) > level_db(4.0, 0.5) + 3.0
    assert np.abs(sound[-SAMPLE_RATE // 50 :]).max() == 0.0


def test_memory_does_not_grow_with_length():
    """Ten minutes need hardly more than three, where whole they would take 150 MB more."""

    def peak_mb(seconds):
        tracemalloc.start()
        for _ in composed_bed(open_cues(seconds * SAMPLE_RATE), mood="solemn", seed="m").blocks():
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak / 1e6

    peak_mb(30)
    assert peak_mb(600) < peak_mb(180) + 60.0


def test_unknown_palettes_are_refused():
    """A palette that does not exist is one clear line."""
    with pytest.raises(MusicError, match="unknown music palette"):
        composed_bed(open_cues(SAMPLE_RATE), "celtik")


def test_edges_meet_block_by_block():
    """The gain at the edges is the same in blocks as in one, 0 at the end, 1 in between."""
    total = 20_000
    whole = edge_gain(0, total, total, fade_in=100, fade_out=5000)
    cuts = itertools.pairwise([0, 3, 14_000, 19_999, total])
    parts = [edge_gain(a, b - a, total, fade_in=100, fade_out=5000) for a, b in cuts]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole[1000:12_000].min() == 1.0
    assert whole[-2000:].max() == 0.0
