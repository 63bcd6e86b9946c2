"""What a bed is held against: one measure for each gate, and the bars.

The measures know nothing of the composer: they take scores and sounds. The tests use them on one
seed of every palette and mood, script/bench on many.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from transcriber import HELD, LOWEST_KEY, heard, struck_keys

from audiobook.audio import SAMPLE_RATE
from audiobook.music.bed import open_cues
from audiobook.music.composed import composed_bed, ensemble_of
from audiobook.music.instruments import instrument
from audiobook.music.instruments.bowed import BowedString
from audiobook.music.instruments.drone import Drone
from audiobook.music.instruments.drum import FrameDrum
from audiobook.music.instruments.flute import Flute
from audiobook.music.instruments.plucked import PluckedString
from audiobook.music.moods import PALETTES
from audiobook.music.score import Mark

SECONDS = 60
GRID_S = 0.05  # onset patterns are compared in cells of this length
AROUND_ONSET_S = (-0.05, 0.40)  # where a note may be heard: a flute takes its time to speak


@dataclass(frozen=True)
class Bar:
    """A gate: what a measured value must be at least and at most."""

    least: float = -math.inf
    most: float = math.inf

    def __str__(self):
        """Return the bar as the table has it."""
        if math.isinf(self.most):
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}" if math.isinf(self.least) else f"{self.least:g} to {self.most:g}"

    def holds(self, value):
        """Tell whether a value passes."""
        return self.least <= value <= self.most

    def margin(self, value):
        """Return how far within the bar a value lies; negative outside."""
        return min(value - self.least, self.most - value)


BARS = {
    # of the score
    "notes in the scale": Bar(1.0),
    "interval 3-grams repeated": Bar(0.20, 0.80),
    "steps of up to 4 semitones": Bar(0.60),
    "leaps over an octave": Bar(most=0.05),
    "climax above the opening, semitones": Bar(7.0),
    "onset patterns of two seeds, correlation": Bar(most=0.5),
    # of the sound
    "loudness as played, LUFS": Bar(-25.0, -21.0),
    "true peak at -23 LUFS, dBTP": Bar(most=-3.0),
    "loudness range, LU": Bar(most=9.0),
    "loudest 3 s, LU": Bar(most=4.0),
    "energy at 1-4 kHz": Bar(most=0.20),
    "energy above 4 kHz": Bar(most=0.005),
    "energy below 40 Hz": Bar(most=0.001),
    "left against right, dB": Bar(-3.0, 3.0),
    "in mono, dB": Bar(-3.0, -0.01),
    "clicks, dB": Bar(most=-42.0),
    # of what an independent transcriber hears
    "scored notes heard": Bar(0.95),
    "heard notes in the scale": Bar(0.97),
}


def missed(measured):
    """Return the gates that measured values do not pass, as text."""
    return [
        f"{gate}: {value:.4g}" for gate, value in measured.items() if not BARS[gate].holds(value)
    ]


def bed_of(palette, mood, seed, seconds=SECONDS):
    """Compose music that is heard alone."""
    return composed_bed(open_cues(seconds * SAMPLE_RATE), palette, mood, seed)


def sound_of(bed):
    """Play a bed; shape (n_samples, 2)."""
    return np.concatenate(list(bed.blocks()))


# The score


def tune(score):
    """Return the notes of the tune."""
    return [note for note in score.notes if note.role == "lead"]


def part_of(score, kind):
    """Return the tune's notes within the parts of a kind."""
    marks = [*score.marks, Mark(score.n_samples, "end")]
    spans = [(a.onset, b.onset) for a, b in pairwise(marks) if a.kind == kind]
    return [n for n in tune(score) if any(a <= n.onset < b for a, b in spans)]


def score_measures(score):
    """Measure the melody.

    Returns
    -------
    dict of str to float
        The share of pitched notes in the scale; of the tune's moves from note to note: the share
        of triples that have occurred before, of moves up to 4 semitones, of moves over 12; and
        by how many semitones the median of the climax lies over that of the intro.
    """
    pitched = [note for note in score.notes if note.role != "drum"]
    in_scale = [(n.pitch - score.tonic) % 12 in score.mode_at(n.onset).scale for n in pitched]
    moves = np.diff([note.pitch for note in tune(score)])
    triples = list(zip(moves, moves[1:], moves[2:], strict=False))
    opening, climax = (
        np.median([note.pitch for note in part_of(score, kind)]) for kind in ("intro", "climax")
    )
    return {
        "notes in the scale": np.mean(in_scale),
        "interval 3-grams repeated": 1.0 - len(set(triples)) / len(triples),
        "steps of up to 4 semitones": np.mean(np.abs(moves) <= 4.0),
        "leaps over an octave": np.mean(np.abs(moves) > 12.0),
        "climax above the opening, semitones": climax - opening,
    }


def onset_pattern(score):
    """Return in which cells of 50 ms a note begins, 0 or 1."""
    cell = GRID_S * SAMPLE_RATE
    pattern = np.zeros(int(score.n_samples / cell) + 1)
    pattern[[int(note.onset / cell) for note in score.notes]] = 1.0
    return pattern


def likeness(scores):
    """Return the highest correlation between the onset patterns of any two scores."""
    correlation = np.corrcoef([onset_pattern(score) for score in scores])
    return correlation[~np.eye(len(scores), dtype=bool)].max()


# The players

PLUCKED_HZ = (80.0, 800.0)  # where plucked strings must be in tune
PLUCKED_BAR_CENTS = 2.0


def plucked_strings():
    """Return the plucked strings of all palettes as their players have them, by name."""
    strings = {
        f"{palette.name} {name}": instrument(scored.model, scored.parameters)
        for palette in PALETTES.values()
        for name, scored in palette.instruments.items()
    }
    return {name: model for name, model in strings.items() if isinstance(model, PluckedString)}


def tuning_cents(model, f0_hz):
    """Return how far a plucked string's first partial lies from where it should, in cents.

    The top of a parabola through the highest three points of a windowed transform's logarithm,
    from 0.2 to 1 s after the stroke; a string that is struck along is left out.
    """
    from scipy import fft

    pitch = 69.0 + 12.0 * np.log2(f0_hz / 440.0)
    stroke = replace(model, under_pitch=0.0).play(pitch, 2.0, 0.55, 0)
    part = stroke[SAMPLE_RATE // 5 : SAMPLE_RATE].astype(np.float64)
    n_transform = 1 << 19
    level = np.log(np.abs(fft.rfft(part * np.hanning(len(part)), n_transform)) + 1e-12)
    first, last = (round(f0_hz * edge * n_transform / SAMPLE_RATE) for edge in (0.97, 1.03))
    top = first + int(np.argmax(level[first : last + 1]))
    before, at, after = level[top - 1 : top + 2]
    peak = top + 0.5 * (before - after) / (before - 2.0 * at + after)
    return 1200.0 * np.log2(peak * SAMPLE_RATE / n_transform / f0_hz)


FAMILIES = {
    PluckedString: "plucked",
    BowedString: "bowed",
    Flute: "flute",
    FrameDrum: "drum",
    Drone: "pad",
}


def family_shares(bed):
    """Return which share of the energy each family of instruments plays, before the room."""
    players = ensemble_of(bed.palette)
    energy, played = Counter(), Counter()
    for note in bed.score.notes:
        player = players[note.instrument]
        sound = player.play(note, played[note.instrument]) * (player.gain * note.velocity)
        played[note.instrument] += 1
        family = FAMILIES[type(player.instrument)]
        energy[family] += float(np.sum(sound**2, dtype=np.float64))
    return {family: energy[family] / energy.total() for family in FAMILIES.values()}


# The sound


def sound_measures(score, sound):
    """Measure a bed's sound.

    Parameters
    ----------
    score : Score
        What was played; clicks are looked for away from its onsets.
    sound : array, shape (n_samples, 2)
        As it was played; it is measured as loud as -23 LUFS.
    """
    weighted = _weighted_power(sound)
    loudness = _integrated_lufs(weighted)
    gain = 10.0 ** ((-23.0 - loudness) / 20.0)
    levels = _levels_lufs(weighted, 3.0, 0.1) + 20.0 * np.log10(gain)
    return {
        "loudness as played, LUFS": loudness,
        "true peak at -23 LUFS, dBTP": true_peak_db(sound) + 20.0 * np.log10(gain),
        "loudness range, LU": _range_lu(levels),
        "loudest 3 s, LU": levels.max() + 23.0,
        **_spectrum(sound),
        **_stereo(sound),
        "clicks, dB": clicks_db(score, sound),
    }


def true_peak_db(sound):
    """Return the peak of the waveform between the samples (BS.1770-5 annex 2, four times)."""
    from scipy.signal import resample_poly

    # Between samples music rises by less than 3 dB: only its loudest moments are looked at.
    n, around = SAMPLE_RATE // 20, 100
    padded = np.pad(sound, ((around, around + n), (0, 0)))
    peaks = np.array([np.abs(sound[i : i + n]).max() for i in range(0, len(sound), n)])
    highest = 0.0
    for place in np.flatnonzero(peaks >= 0.7 * peaks.max()):
        part = resample_poly(padded[place * n : (place + 1) * n + 2 * around], 4, 1, axis=0)
        highest = max(highest, np.abs(part[4 * around : -4 * around]).max())
    return 20.0 * np.log10(highest)


def _weighted_power(sound):
    """Return the running sum of K-weighted power over both channels (BS.1770-5 annex 1)."""
    import pyloudnorm

    weighted = sound.astype(np.float64)
    for stage in pyloudnorm.Meter(SAMPLE_RATE)._filters.values():
        weighted = np.stack([stage.apply_filter(side) for side in weighted.T], axis=1)
    return np.concatenate([[0.0], np.cumsum(np.sum(weighted**2, axis=1))])


def _levels_lufs(weighted, window_s, step_s):
    """Return the loudness of windows that follow each other by a step."""
    window = round(window_s * SAMPLE_RATE)
    ends = np.arange(window, len(weighted), round(step_s * SAMPLE_RATE))
    return -0.691 + 10.0 * np.log10((weighted[ends] - weighted[ends - window]) / window + 1e-12)


def _gated(levels, below_lu):
    """Return the levels above -70 LUFS and above their own mean less some LU."""
    levels = levels[levels > -70.0]
    return levels[levels > 10.0 * np.log10(np.mean(10.0 ** (levels / 10.0))) - below_lu]


def _integrated_lufs(weighted):
    """Return the loudness over two gates (BS.1770-5: 400 ms, three quarters overlapping)."""
    levels = _gated(_levels_lufs(weighted, 0.4, 0.1), 10.0)
    return 10.0 * np.log10(np.mean(10.0 ** (levels / 10.0)))


def _range_lu(levels):
    """Return the loudness range: 10th to 95th percentile over two gates (EBU Tech 3342)."""
    return np.ptp(np.percentile(_gated(levels, 20.0), [10, 95]))


def _spectrum(sound):
    """Return which shares of the energy lie where speech has its consonants, and beyond."""
    from scipy import fft

    power = np.sum(np.abs(fft.rfft(sound, axis=0)) ** 2, axis=1, dtype=np.float64)
    hz = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE)
    edges = np.searchsorted(hz, [40.0, 1000.0, 4000.0])
    low, _, speech, high = np.add.reduceat(power, [0, *edges]) / power.sum()
    return {"energy at 1-4 kHz": speech, "energy above 4 kHz": high, "energy below 40 Hz": low}


def _stereo(sound):
    """Return how far the middle is off, and what is left in mono against both sides."""
    left, right = np.mean(sound**2, axis=0, dtype=np.float64)
    mono = np.mean(sound.mean(axis=1) ** 2, dtype=np.float64)
    return {
        "left against right, dB": 10.0 * np.log10(left / right),
        "in mono, dB": 10.0 * np.log10(2.0 * mono / (left + right)),
    }


def clicks_db(score, sound):
    """Return the loudest 1 ms above 10 kHz away from scored onsets, against the whole, in dB.

    Strokes are crisp from 4 ms before to 32 ms after their onset. A step of 2 % of full scale is
    found at -32 to -36 dB.
    """
    from scipy.signal import butter, sosfilt

    high = sosfilt(butter(6, 10_000, "high", fs=SAMPLE_RATE, output="sos"), sound, axis=0)
    n = SAMPLE_RATE // 1000
    windows = np.mean(high[: len(high) // n * n] ** 2, axis=1).reshape(-1, n).mean(axis=1)
    away = np.ones(len(windows), dtype=bool)
    for note in score.notes:
        first = (note.onset - 4 * SAMPLE_RATE // 1000) // n
        away[max(0, first) : (note.onset + 32 * SAMPLE_RATE // 1000) // n + 1] = False
    return 10.0 * np.log10(windows[away].max() / np.mean(sound**2, dtype=np.float64))


# The transcriber


def heard_measures(score, sound):
    """Measure what an independent transcriber hears.

    Returns
    -------
    dict of str to float
        The share of the tune's notes that are heard from 50 ms before to 400 ms after their
        onset, and of struck notes that are in the scale. The transcriber knows semitones alone:
        it is not asked for tones between the keys, nor for the scale of a mood that has any.
    """
    at_s, held, struck = heard(sound, SAMPLE_RATE)
    measured = {"scored notes heard": np.mean(list(_found(score, at_s, held, 0)))}
    if not any(tone % 1.0 for mode in score.modes for tone in mode.scale):
        degrees = (struck_keys(held, struck) - score.tonic) % 12
        measured["heard notes in the scale"] = np.mean(np.isin(degrees, score.modes[0].scale))
    return measured


def chance_measure(score, sound):
    """Return the share of notes heard a semitone beside the tune: what would be found anyway."""
    at_s, held, _ = heard(sound, SAMPLE_RATE)
    return np.mean(list(_found(score, at_s, held, 1)))


def _found(score, at_s, held, beside):
    early_s, late_s = AROUND_ONSET_S
    for note in tune(score):
        if note.pitch % 1.0:
            continue
        onset_s = note.onset / SAMPLE_RATE
        first, last = np.searchsorted(at_s, [onset_s + early_s, onset_s + late_s])
        key = round(note.pitch) - LOWEST_KEY + beside
        yield held[first : last + 1, key].max() >= HELD
