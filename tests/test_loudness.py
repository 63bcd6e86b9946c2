"""The meter, against the cases of EBU Tech 3341 (v4) and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from audiobook.loudness import Meter, integrated, mean_loudness, true_peak


def steps(sine, *levels_and_seconds, sample_rate=48_000):
    return np.concatenate(
        [sine(1000, seconds, level, sample_rate) for level, seconds in levels_and_seconds]
    )


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_integrated_loudness_of_the_ebu_cases(sine, programme, expected, sample_rate):
    """Cases 1 to 5 of EBU Tech 3341 are met within 0.1 LU."""
    meter = Meter(sample_rate)
    meter.feed(steps(sine, *programme, sample_rate=sample_rate))
    assert meter.integrated_lufs() == pytest.approx(expected, abs=0.1)


def test_blocks_of_any_size_measure_the_same(sine):
    """How the sound is cut on its way to the meter changes nothing."""
    sound = sine(440, 3.0, -20.0)
    whole, pieces = Meter(), Meter()
    whole.feed(sound)
    for start in range(0, len(sound), 1013):
        pieces.feed(sound[start : start + 1013])
    assert np.allclose(whole.energies(), pieces.energies())


def test_noise_measures_as_in_another_meter():
    """Modulated noise agrees with pyloudnorm's DeMan filters within 0.05 LU."""
    noise = np.random.default_rng(5).standard_normal((44_100 * 10, 2)) * 0.05
    noise *= (1 + np.sin(np.arange(len(noise)) / 20_000))[:, np.newaxis]
    meter = Meter()
    meter.feed(noise.astype(np.float32))
    other = pyloudnorm.Meter(44_100, filter_class="DeMan").integrated_loudness(noise)
    assert meter.integrated_lufs() == pytest.approx(other, abs=0.05)


def test_mono_counts_as_two_loudspeakers(sine):
    """A mono voice is as loud as the same voice on both channels."""
    mono, stereo = Meter(), Meter()
    mono.feed(sine(1000, 2.0, -20.0, n_channels=1))
    stereo.feed(sine(1000, 2.0, -20.0))
    assert mono.integrated_lufs() == pytest.approx(stereo.integrated_lufs(), abs=0.01)


def test_a_short_word_has_a_loudness(sine):
    """Less than one gating block is measured too, and nothing is the floor."""
    meter = Meter()
    meter.feed(sine(1000, 0.2, -20.0))
    assert meter.integrated_lufs() == pytest.approx(-20.0, abs=1.5)
    assert integrated(np.zeros(0)) == mean_loudness(np.zeros(500)) == -70.0


@pytest.mark.parametrize(
    ("divisor", "phase_deg", "amplitude", "expected"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0),
     (4, 45, 1.41, 3.0)],
)  # fmt: skip
def test_true_peaks_of_the_ebu_cases(divisor, phase_deg, amplitude, expected):
    """Cases 15 to 19 of EBU Tech 3341 are met within +0.2 and -0.4 dB."""
    n = np.arange(48_000)
    wave = amplitude * np.sin(2 * np.pi * n / divisor + np.deg2rad(phase_deg))
    fade = np.clip(np.minimum(n, n[::-1]) / 960, 0, 1)
    sound = (wave * (0.5 - 0.5 * np.cos(np.pi * fade)))[:, np.newaxis]
    peak = 20 * np.log10(true_peak(sound.astype(np.float32)).max())
    assert expected - 0.4 <= peak <= expected + 0.2
