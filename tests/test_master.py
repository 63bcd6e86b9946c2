"""The limiter and the profiles."""

import numpy as np
import pytest

from audiobook.errors import MasterError
from audiobook.loudness import true_peak
from audiobook.master import limit
from audiobook.profiles import PROFILES, profile_named


def burst(peak_db):
    """Make speech-like noise with a crest far above its level."""
    rng = np.random.default_rng(7)
    envelope = np.exp(-(((np.arange(88_200) % 22_050) - 11_025) ** 2) / 2e6)
    tone = np.sin(np.arange(88_200) * 0.11) * envelope + 0.02 * rng.standard_normal(88_200)
    wave = tone / np.abs(tone).max() * 10 ** (peak_db / 20)
    return np.repeat(wave[:, np.newaxis], 2, axis=1).astype(np.float32)


def limited(sound, ceiling=-1.5, block=44_100):
    blocks = [sound[i : i + block] for i in range(0, len(sound), block)]
    return np.concatenate(list(limit(blocks, ceiling)))


@pytest.mark.parametrize("peak_db", [-6.0, 0.0, 6.0])
def test_no_true_peak_above_the_ceiling(peak_db):
    """Whatever comes in, the oversampled peak stays within 0.1 dB of the ceiling."""
    peak = 20 * np.log10(true_peak(limited(burst(peak_db))).max())
    assert peak <= -1.4


def test_what_is_under_the_ceiling_is_untouched():
    """A master that needs no limiting is the mix, bit for bit."""
    sound = burst(-6.0)
    assert np.array_equal(limited(sound), sound)


def test_only_the_surroundings_of_a_peak_are_lowered():
    """Half a second away from the only peak nothing has changed."""
    sound = burst(-20.0)
    sound[44_100] = 1.2
    out = limited(sound)
    assert np.array_equal(out[:22_050], sound[:22_050])
    assert np.array_equal(out[66_150:], sound[66_150:])


@pytest.mark.parametrize("block", [100, 4_410, 30_001, 88_200])
def test_the_limiter_neither_shifts_nor_depends_on_blocks(block):
    """Every sample comes out once, in place, however the sound is cut."""
    sound = burst(4.0)
    out = limited(sound, block=block)
    assert out.shape == sound.shape
    assert np.abs(out - limited(sound)).max() < 1e-5


def test_the_gain_moves_smoothly():
    """Limiting adds no click: the gain changes by less than 1 % from sample to sample."""
    sound = burst(6.0)
    audible = np.abs(sound[:, 0]) > 0.05
    gain = limited(sound)[audible, 0] / sound[audible, 0]
    assert np.abs(np.diff(gain))[np.diff(np.flatnonzero(audible)) == 1].max() < 0.01


def test_unknown_profiles_are_named():
    """A typing error gets a suggestion."""
    with pytest.raises(MasterError, match="storybook"):
        profile_named("storybok")
    assert profile_named("storybook") is PROFILES["storybook"]
