"""The instruments: plucked strings and the pad."""

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE
from audiobook.music.instruments.drone import hum
from audiobook.music.instruments.plucked import pluck
from audiobook.music.instruments.presets import DOMBRA, DRONE
from audiobook.music.players import ENSEMBLE
from audiobook.music.score import Note, pitch_hz


def fundamental_hz(sound, near_hz, start_s=0.25, length_s=1.0):
    """Measure a partial by the highest point of a long, padded transform."""
    start = int(start_s * SAMPLE_RATE)
    part = sound[start : start + int(length_s * SAMPLE_RATE)].astype(np.float64)
    n_transform = 1 << 21
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), n_transform))
    hz = np.fft.rfftfreq(n_transform, 1.0 / SAMPLE_RATE)
    near = np.flatnonzero(np.abs(hz / near_hz - 1.0) < 0.03)
    return hz[near[np.argmax(spectrum[near])]]


def cents(measured_hz, wanted_hz):
    return abs(1200.0 * np.log2(measured_hz / wanted_hz))


def decay_s(sound, from_s, to_s):
    """Return the time to fall by 60 dB, from two short stretches."""
    n = int(0.1 * SAMPLE_RATE)

    def level_db(at_s):
        start = int(at_s * SAMPLE_RATE)
        return 10.0 * np.log10(np.mean(sound[start : start + n].astype(np.float64) ** 2))

    return 60.0 * (to_s - from_s) / (level_db(from_s) - level_db(to_s))


@pytest.mark.parametrize("f0_hz", [80.0, 110.0, 146.83, 233.08, 311.13, 440.0, 587.33, 800.0])
def test_plucked_strings_are_in_tune(f0_hz):
    """A stroke settles within 2 cents of its pitch, where a whole delay may be 11 cents out."""
    sound = pluck(DOMBRA, f0_hz=f0_hz, velocity=0.6, seed=0)
    assert cents(fundamental_hz(sound, f0_hz, length_s=0.8), f0_hz) <= 2.0


def test_a_string_rings_as_long_as_it_should():
    """A fundamental of 147 Hz takes about 2.6 s to fall by 60 dB, and a high note less."""
    low = pluck(DOMBRA, f0_hz=146.83, velocity=0.5, seed=1)
    high = pluck(DOMBRA, f0_hz=587.33, velocity=0.5, seed=1)
    assert decay_s(low, 0.8, 1.6) == pytest.approx(2.6, abs=0.4)
    assert decay_s(high, 0.5, 1.0) < 2.2


def test_a_stroke_begins_at_once_and_ends_in_silence():
    """The attack is over within 15 ms; the last sample is silent; nothing is off centre."""
    sound = pluck(DOMBRA, f0_hz=196.0, velocity=0.7, seed=2)
    assert np.argmax(np.abs(sound)) < 0.015 * SAMPLE_RATE
    assert abs(sound[0]) < 1e-6
    assert abs(sound[-1]) < 1e-6
    assert 1.0 < len(sound) / SAMPLE_RATE < 6.0
    assert abs(float(sound.mean())) < 1e-3 * float(np.abs(sound).max())


def test_harder_strokes_are_brighter():
    """The share of energy above 1 kHz grows with velocity."""

    def bright(velocity):
        power = np.abs(np.fft.rfft(pluck(DOMBRA, f0_hz=196.0, velocity=velocity, seed=0))) ** 2
        return power[int(len(power) / 22.05) :].sum() / power.sum()

    assert bright(0.9) > 1.3 * bright(0.2)


def test_strokes_are_reproducible_and_differ_by_seed():
    """The same stroke is the same samples; another seed is another stroke of one loudness."""
    first = pluck(DOMBRA, f0_hz=220.0, velocity=0.5, seed=3)
    again = pluck(DOMBRA, f0_hz=220.0, velocity=0.5, seed=3)
    other = pluck(DOMBRA, f0_hz=220.0, velocity=0.5, seed=4)
    assert np.array_equal(first, again)
    n = int(0.5 * SAMPLE_RATE)
    assert not np.allclose(first[:n], other[:n], atol=1e-3)
    assert np.std(first[:n]) == pytest.approx(np.std(other[:n]), rel=0.25)


@pytest.mark.parametrize("f0_hz", [20.0, 5000.0])
def test_strings_refuse_what_they_cannot_play(f0_hz):
    """A fundamental out of range is the programmer's mistake."""
    with pytest.raises(ValueError, match="f0_hz"):
        pluck(DOMBRA, f0_hz=f0_hz, velocity=0.5, seed=0)


def test_the_pad_is_in_tune_and_steady():
    """The pad stays within 2 cents, and its level over 1 s within 6 dB."""
    sound = hum(DRONE, f0_hz=146.83, duration_s=20.0, position=0)
    assert cents(fundamental_hz(sound, 146.83, start_s=4.0, length_s=4.0), 146.83) <= 2.0
    seconds = sound[4 * SAMPLE_RATE : 20 * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    levels_db = 10.0 * np.log10(np.mean(seconds.astype(np.float64) ** 2, axis=1))
    assert np.ptp(levels_db) < 6.0


def test_pads_take_over_without_a_seam():
    """Where one pad fades and the next of its pitch swells, the sum is one endless tone."""
    change = 8 * SAMPLE_RATE
    first = hum(DRONE, f0_hz=220.0, duration_s=8.0, position=0)
    second = hum(DRONE, f0_hz=220.0, duration_s=8.0, position=change)
    whole = hum(DRONE, f0_hz=220.0, duration_s=16.0, position=0)
    joined = np.zeros(len(whole), dtype=np.float32)
    joined[: len(first)] += first
    joined[change : change + len(second)] += second
    assert np.allclose(joined, whole[: len(joined)], atol=1e-4)


def test_the_pad_never_ends_early():
    """A pad longer than its table goes on without a jump."""
    sound = hum(DRONE, f0_hz=110.0, duration_s=30.0, position=123_456)
    steps = np.abs(np.diff(sound[4 * SAMPLE_RATE : 30 * SAMPLE_RATE]))
    assert steps.max() < 6.0 * np.sqrt(np.mean(steps.astype(np.float64) ** 2))
    with pytest.raises(ValueError, match="f0_hz"):
        hum(DRONE, f0_hz=10.0, duration_s=1.0, position=0)


@pytest.mark.parametrize("name", ENSEMBLE)
def test_every_player_keeps_the_contract(name):
    """A note is mono float32, in tune, below 0 dBFS, silent at its end, the same each time."""
    play = ENSEMBLE[name].play
    note = Note(onset=1000, instrument=name, duration_s=2.0, pitch=57.0, velocity=0.5)
    sound = play(note, 0)
    assert sound.dtype == np.float32
    assert sound.ndim == 1
    assert np.array_equal(sound, play(note, 0))
    assert np.abs(sound).max() < 1.0
    assert abs(sound[-1]) < 1e-4
    assert cents(fundamental_hz(sound, pitch_hz(57.0), 0.3, 1.5), pitch_hz(57.0)) <= 2.0


def test_a_stopped_string_falls_silent():
    """The dombra stops within a tenth of a second of its note's duration, and varies strokes."""
    play = ENSEMBLE["dombra"].play
    note = Note(onset=0, instrument="dombra", duration_s=0.5, pitch=50.0, velocity=0.5)
    stopped = play(note, 0)
    assert 0.5 < len(stopped) / SAMPLE_RATE < 0.6
    assert np.abs(stopped[-50:]).max() < 1e-3 * np.abs(stopped).max()
    assert not np.array_equal(play(note, 0), play(note, 1))
