"""The dip: what is left of a bed between 1 and 4 kHz while somebody speaks."""

import numpy as np
import pytest
from readback import hiss_db
from scipy.signal import welch
from test_mix import chapter

from audiobook.audio import SAMPLE_RATE
from audiobook.dip import dipped
from audiobook.duck import ATTACK_S, RELEASE_S, nearness


def whole(blocks):
    return np.concatenate(list(blocks))


def near(share):
    """Return a nearness that is the same throughout."""
    return lambda _start, n_samples: np.full(n_samples, share, dtype=np.float32)


def noise(seconds, seed=3):
    rng = np.random.default_rng(seed)
    samples = rng.standard_normal((round(seconds * SAMPLE_RATE), 2)) * 0.1
    return samples.astype(np.float32)


def gains_db(before, after, *bands_hz):
    """Return what became of narrow bands, in dB."""
    spectra = [welch(x[:, 0], SAMPLE_RATE, nperseg=8192) for x in (before, after)]
    (at, one), (_, other) = spectra
    bands = [(at > hz * 0.95) & (at < hz * 1.05) for hz in bands_hz]
    return np.array([10.0 * np.log10(other[band].sum() / one[band].sum()) for band in bands])


def test_the_dip_is_where_consonants_are():
    """8 dB at 1.7 and 3 kHz, nothing below 500 Hz, where the music lives, nor above 8 kHz."""
    bed = noise(8.0)
    found = gains_db(bed, whole(dipped([bed], near(1.0), 8.0)), 100, 300, 500, 1700, 3000, 9000)
    assert found == pytest.approx([0.0, 0.0, 0.0, -8.0, -8.0, 0.0], abs=0.3)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_half_way_there_is_no_comb(share):
    """On the way into the dip no frequency is lower than at its end: both copies are in phase."""
    bed = noise(8.0)
    half = whole(dipped([bed], near(share), 12.0))
    full = whole(dipped([bed], near(1.0), 12.0))
    bands_hz = np.geomspace(100.0, 15_000.0, 40)
    between = gains_db(bed, half, *bands_hz)
    assert (gains_db(bed, full, *bands_hz) - 0.3 <= between).all()
    assert between.max() <= 0.3


def test_nothing_comes_early_or_late():
    """What is no sample long stays where it is, and the bed is as long as before."""
    bed = np.zeros((40_000, 2), dtype=np.float32)
    bed[20_000] = 0.5
    heard = whole(dipped([bed], near(1.0), 8.0))
    assert heard.shape == bed.shape
    assert np.abs(heard).argmax(axis=0).tolist() == [20_000, 20_000]
    assert np.allclose(heard[19_900:20_000], heard[20_100:20_000:-1], atol=1e-6)


@pytest.mark.parametrize("length", [441, 10_000, 65_536])
def test_blocks_change_nothing(length):
    """The same bed in other blocks is dipped to the same sound."""
    line = chapter()
    bed = noise(line.n_samples / SAMPLE_RATE)
    pieces = [bed[i : i + length] for i in range(0, len(bed), length)]
    curve = nearness(line)
    assert np.abs(whole(dipped(pieces, curve, 8.0)) - whole(dipped([bed], curve, 8.0))).max() < 1e-6


def test_sides_stay_apart():
    """What is only on the left stays only on the left."""
    bed = noise(2.0)
    bed[:, 1] = 0.0
    assert np.abs(whole(dipped([bed], near(1.0), 8.0))[:, 1]).max() == 0.0


def test_it_comes_and_goes_with_the_duck_and_never_clicks(sine):
    """Whole from the first sample of speech, gone where the bed is at rest, slow between."""
    line = chapter(gap_s=3.0)
    near_speech = nearness(line)
    curve = near_speech(0, line.n_samples)
    speech = slice(line.speech_start, line.placed[0].end)
    assert curve[speech].min() == 1.0
    assert curve[: line.speech_start - round((ATTACK_S + 0.01) * SAMPLE_RATE)].max() == 0.0
    assert curve[line.placed[1].start - round(0.5 * SAMPLE_RATE)] == 0.0
    assert np.abs(np.diff(curve)).max() < 2.0 / (ATTACK_S * SAMPLE_RATE)
    assert ATTACK_S < RELEASE_S
    tone = sine(2000, line.n_samples / SAMPLE_RATE, -12.0)
    heard = whole(dipped([tone], near_speech, 12.0))
    assert hiss_db(heard) < -90.0


def test_nearness_in_windows_is_nearness_in_one_piece():
    """The windows of a chapter see the same slopes as the whole of it."""
    line = chapter()
    curve = nearness(line)
    pieces = [curve(s, 4410) for s in range(0, line.n_samples - 4410, 4410)]
    assert np.array_equal(np.concatenate(pieces), curve(0, len(pieces) * 4410))
