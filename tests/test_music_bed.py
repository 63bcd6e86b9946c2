"""Composed beds: exact in length, the same each time, flat in memory, ended in silence."""

import itertools
import tracemalloc

import numpy as np
import pytest
from gates import sound_of

from audiobook.audio import SAMPLE_RATE, peak_db, to_int16
from audiobook.errors import MusicError
from audiobook.music.bed import Cues, edge_gain, open_cues, rechunk
from audiobook.music.composed import composed_bed
from audiobook.music.moods import PALETTES

MOODS = list(PALETTES["kazakh"].moods)


@pytest.mark.parametrize("seconds", [1.0, 1.5, 7.0, 33.3333, 59.99, 200.0001])
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


def test_the_cadence_rings_and_ends_in_silence():
    """The chord lifts the level on the last word, falls for the rest, and the end is silent."""
    cues = open_cues(30 * SAMPLE_RATE)
    sound, end = sound_of(composed_bed(cues, seed="steppe")), cues.speech_end

    def level_db(start_s, length_s):
        start = end + int(start_s * SAMPLE_RATE)
        return 10.0 * np.log10(np.mean(sound[start : start + int(length_s * SAMPLE_RATE)] ** 2))

    assert level_db(0.0, 0.5) > level_db(-0.3, 0.25) + 3.0
    assert level_db(1.0, 0.5) > level_db(4.0, 0.5) + 3.0
    assert np.abs(sound[-SAMPLE_RATE // 50 :]).max() == 0.0


def test_memory_does_not_grow_with_length():
    """Five minutes need hardly more than one, where whole they would take 85 MB more."""

    def peak_mb(seconds):
        tracemalloc.start()
        for _ in composed_bed(open_cues(seconds * SAMPLE_RATE), mood="solemn", seed="m").blocks():
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak / 1e6

    peak_mb(30)
    assert peak_mb(300) < peak_mb(60) + 34.0


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
