"""Beds of every palette and mood against the gates, and the measures against known signals."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import gates
import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE, to_int16
from audiobook.music.moods import MOODS, PALETTES

SEED = "well"  # nothing was tuned with it
EVERY = [(palette, mood) for palette in PALETTES for mood in MOODS]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_beds_pass_the_gates(palette, mood):
    """A minute of music is melodic, calm, clean, balanced, and clear where speech has consonants.

    Of the Kazakh ones an independent transcriber finds the tune, and no tones outside its scale.
    """
    bed = gates.bed_of(palette, mood, SEED)
    sound = gates.sound_of(bed)
    measured = {**gates.score_measures(bed.score), **gates.sound_measures(bed.score, sound)}
    if palette == "kazakh":
        measured.update(gates.heard_measures(bed.score, sound))
    assert not gates.missed(measured)


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_melodies_are_good_in_every_seed(palette, mood):
    """The gates of the score hold for other seeds too, and those are other pieces."""
    scores = [gates.bed_of(palette, mood, seed).score for seed in ("a", "b", "Ж", "")]
    for score in scores:
        assert not gates.missed(gates.score_measures(score))
    assert gates.likeness(scores) < 0.5


@pytest.mark.parametrize("name", gates.plucked_strings())
def test_plucked_strings_of_palettes_are_in_tune(name):
    """With a palette's own parameters too a string is within 2 cents from 80 to 800 Hz."""
    model = gates.plucked_strings()[name]
    for f0_hz in np.geomspace(*gates.PLUCKED_HZ, 6):
        assert abs(gates.tuning_cents(model, f0_hz)) <= gates.PLUCKED_BAR_CENTS


@pytest.mark.parametrize(
    ("mood", "families"),
    [
        ("tender", ["plucked"]),
        ("lively", ["plucked"]),
        ("solemn", ["bowed"]),
        ("wistful", ["flute"]),
        ("triumphant", ["plucked"]),
        ("mysterious", ["plucked"]),
    ],
)
def test_moods_sound_of_their_instruments(mood, families):
    """Strings are plucked in tender and lively, bowed in solemn; a flute sings in wistful.

    The family has at least .4 of the energy and more than any other; strings are heard beside the
    flute; the pad, which no hand or breath shapes, has less than two fifths.
    """
    shares = gates.family_shares(gates.bed_of("kazakh", mood, SEED))
    assert max(shares, key=shares.get) in families
    assert max(shares.values()) >= 0.4
    assert shares["pad"] < 0.4
    assert shares["plucked"] >= 0.03


def test_threads_do_not_change_the_samples():
    """One seed gives the same 16-bit samples in another process, with one thread and with four."""
    code = (
        "import hashlib, gates; from audiobook.audio import to_int16; "
        "sound = gates.sound_of(gates.bed_of('kazakh', 'triumphant', 'threads', 12)); "
        "print(hashlib.sha256(to_int16(sound).tobytes()).hexdigest())"
    )
    sound = gates.sound_of(gates.bed_of("kazakh", "triumphant", "threads", 12))
    hashes = {hashlib.sha256(to_int16(sound).tobytes()).hexdigest()}
    for count in ("1", "4"):
        environment = {**os.environ, **dict.fromkeys(THREADS, count)}
        environment["PYTHONPATH"] = str(Path(gates.__file__).parent)
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True
        )
        hashes.add(done.stdout.decode().strip())
    assert len(hashes) == 1


# The measures themselves


@pytest.fixture(scope="module")
def bed():
    """Return half a minute of music and its sound."""
    made = gates.bed_of("kazakh", "tender", SEED, 30)
    return made.score, gates.sound_of(made)


def test_clicks_are_found(bed):
    """A step of 2 % of full scale between two strokes is a click."""
    score, sound = bed
    assert gates.BARS["clicks, dB"].holds(gates.clicks_db(score, sound))
    onsets = np.array([note.onset for note in score.notes])
    longest = np.argmax(np.diff(onsets))  # no stroke hides it there
    broken = sound.copy()
    broken[(onsets[longest] + onsets[longest + 1]) // 2 :] += 0.02
    assert not gates.BARS["clicks, dB"].holds(gates.clicks_db(score, broken))


def test_the_transcriber_does_not_find_what_is_not_there(bed):
    """It hears the tune, but hardly a semitone beside; and transposed music is off the scale."""
    score, sound = bed
    assert gates.heard_measures(score, sound)["scored notes heard"] >= 0.95
    assert gates.chance_measure(score, sound) <= 0.25
    higher = np.interp(
        np.arange(0, len(sound) - 1, 2 ** (1 / 12)), np.arange(len(sound)), sound[:, 0]
    )
    measured = gates.heard_measures(score, np.stack([higher, higher], axis=1))
    assert measured["heard notes in the scale"] < 0.5


def test_loudness_is_measured_as_the_ebu_does(sine):
    """Tech 3342 case 1 and BS.1770: tones of -20 and -30 dBFS have a range of 10 LU, -20 LUFS."""
    loud, soft = sine(1000.0, 20.0, -20.0), sine(1000.0, 20.0, -30.0)
    weighted = gates._weighted_power(np.concatenate([loud, soft]))
    assert gates._range_lu(gates._levels_lufs(weighted, 3.0, 0.1)) == pytest.approx(10.0, abs=1.0)
    assert gates._integrated_lufs(gates._weighted_power(loud)) == pytest.approx(-20.0, abs=0.1)


def test_peaks_between_samples_are_found():
    """Tech 3341 case 16: a quarter of the rate at 45 degrees, half of full scale, is -6 dBTP."""
    t = np.arange(SAMPLE_RATE)
    fade = np.minimum(1.0, np.minimum(t, t[::-1]) / 900.0)
    wave = 0.5 * np.sin(np.pi / 2.0 * t + np.pi / 4.0) * fade
    peak = gates.true_peak_db(np.stack([wave, wave], axis=1))
    assert -6.4 <= peak <= -5.8


def test_aimless_melodies_are_missed():
    """A tune of random notes repeats no figure and leaps, and lies no higher at its climax."""
    score = gates.bed_of("kazakh", "lively", SEED).score
    rng = np.random.default_rng(1)
    notes = tuple(replace(n, pitch=float(rng.integers(45, 75))) for n in score.notes)
    missed = gates.missed(gates.score_measures(replace(score, notes=notes)))
    assert len(missed) == 5


def test_a_loud_left_side_and_hiss_are_missed(bed):
    """Half the right side is off the middle; the other side inverted leaves nothing in mono."""
    score, sound = bed
    left = gates.sound_measures(score, sound * np.float32([1.0, 0.5]))
    inverted = gates.sound_measures(score, sound * np.float32([1.0, -1.0]))
    noise = np.random.default_rng(0).standard_normal(sound.shape).astype(np.float32)
    hissing = gates.sound_measures(score, sound + 0.01 * noise)
    names = [{text.split(":")[0] for text in gates.missed(m)} for m in (left, inverted, hissing)]
    assert "left against right, dB" in names[0]
    assert "in mono, dB" in names[1]
    assert {"energy above 4 kHz", "clicks, dB"} <= names[2]
