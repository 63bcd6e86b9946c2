"""Conversions of decibels, seconds and samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook import audio


@given(st.floats(-100, 40))
def test_decibels_and_gain_are_inverse(level_db):
    """A level turned into a gain and back is the same level."""
    assert audio.gain_to_db(audio.db_to_gain(level_db)) == pytest.approx(level_db)


def test_silence_has_a_finite_level():
    """Digital silence is reported as a number, not as minus infinity."""
    assert audio.gain_to_db(0.0) == audio.SILENCE_DB
    assert audio.peak_db(audio.silence(0)) == audio.SILENCE_DB


@given(st.integers(0, 10_000_000))
def test_samples_and_seconds_are_inverse(n_samples):
    """A sample position survives the way to seconds and back."""
    assert audio.seconds_to_samples(audio.samples_to_seconds(n_samples)) == n_samples


@pytest.mark.parametrize("from_hz", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("n_samples", [1, 999, 24_001])
def test_resampling_gives_the_length_it_announces(from_hz, n_samples):
    """The timeline can be laid from lengths alone."""
    sound = np.ones((n_samples, 1), dtype=np.float32)
    assert len(audio.resample(sound, from_hz)) == audio.resampled_length(n_samples, from_hz)


def test_resampling_keeps_a_tone_and_adds_no_image(sine):
    """A 9 kHz tone at 24 kHz arrives at 44.1 kHz within 0.1 dB, its image 80 dB lower."""
    tone = audio.resample(sine(9000, 1.0, -6.0, 24_000, 1), 24_000)
    spectrum = np.abs(np.fft.rfft(tone[4410:39690, 0] * np.hanning(35280)))
    hz = np.fft.rfftfreq(35280, 1 / 44_100)
    wanted = spectrum[np.abs(hz - 9000) < 50].max()
    image = spectrum[np.abs(hz - 15000) < 50].max()
    level = 20 * np.log10(wanted / (35280 / 4))
    assert level == pytest.approx(-6.0, abs=0.1)
    assert 20 * np.log10(image / wanted) < -80


def test_sixteen_bits_hold_full_scale_without_wrapping():
    """Values beyond full scale stay at the rail instead of changing sign."""
    beyond = np.array([[1.5, -1.5]], dtype=np.float32)
    assert audio.to_int16(beyond).tolist() == [[32767, -32768]]


def test_mono_is_heard_from_both_sides():
    """Mono made stereo has equal channels, and stereo made mono is their mean."""
    mono = np.array([[0.5], [-0.25]], dtype=np.float32)
    stereo = audio.to_stereo(mono)
    assert stereo.shape == (2, 2)
    assert np.array_equal(audio.to_mono(stereo), mono)
