"""Cues, a mood and a seed in, a `Score` out: figures set into the form, with strokes and drones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from audiobook.audio import SAMPLE_RATE, samples_to_seconds, seconds_to_samples
from audiobook.music.bed import Cues
from audiobook.music.chance import Chance
from audiobook.music.figures import Tone, metre, phrase
from audiobook.music.form import UNDER_SPEECH, Form, Slot, lay_out
from audiobook.music.moods import Mood, Palette
from audiobook.music.score import Mark, Note, Score

__all__ = ["COMPOSER_VERSION", "compose"]

COMPOSER_VERSION = 1  # part of every bed's key: raise it when the same cues would sound different

TEMPO_SPREAD = 0.06  # pieces differ by this share in tempo, either way
REST_SPREAD = 0.4  # and by this share in the length of their rests
ENTRY_S = 0.4  # the longest a player waits after a cue
JITTER_S = 0.007  # a player's unevenness, standard deviation
STRING_GAP_S = (0.007, 0.016)  # the pick's way from string to string
RING_S = 1.6  # a stroke is let ring at least this long
DRONE_VELOCITY = 0.62  # the other string under the melody, against it
REST_VELOCITY = 0.5  # single strokes in a rest, against the melody
ANSWER_EIGHTHS = 2.0  # after this a long tone is answered by the drone string
ANSWER_VELOCITY = 0.45
PAD_S = 14.0  # a pad's note; its level may change from one to the next
SHORTEST_PAD_S = 0.1
PAD_CHORD = ((0, 1.0, 0.0), (7, 0.6, -0.25), (12, 0.3, 0.25))  # (semitones, share, pan)
STRUM = (-5, 0, 7, 12)  # I-V-VIII over the open low string, semitones from the tonic
STRUM_GAP_S = 0.028
AFTER_EIGHTHS, AFTER_VELOCITY = 4.0, 0.45  # the soft octave that follows a last chord
PAD_FADE_S = 4.0  # before the end the pad begins to fade
MELODY_PAN, DRONE_PAN = 0.08, -0.08


def compose(cues: Cues, palette: Palette, mood: Mood, seed: str) -> Score:
    """Write the music of one chapter.

    Parameters
    ----------
    cues : Cues
        Length, and where the speech lies. They decide where phrases are, never what they are.
    palette, mood : Palette, Mood
        Instruments, scale, metre, rhythms.
    seed : str
        The piece: figures, tempo and all small chances come from it.

    Returns
    -------
    Score
        From one stroke (a second of music) to hours.
    """
    chance = Chance(seed, "pace")
    tempo = 1.0 + chance.uniform(-TEMPO_SPREAD, TEMPO_SPREAD)
    patience = 1.0 + chance.uniform(-REST_SPREAD, REST_SPREAD)
    eighth = 30.0 / (mood.bpm * tempo) * SAMPLE_RATE
    bars = metre(mood, seed)
    form = lay_out(cues, bars, eighth, patience * mood.rest_bars * sum(bars) / len(bars))
    writer = _Writer(palette, mood, seed, eighth, bars)
    notes = [*writer.pad(form, cues), *writer.opening(form)]
    form = replace(form, slots=tuple(writer.entry(s, i) for i, s in enumerate(form.slots)))
    for ordinal, slot in enumerate(form.slots):
        notes += writer.phrase(slot, ordinal)
        notes += writer.rest(slot, ordinal)
    for cadence in form.cadences:
        notes += writer.strum(cadence, cues.n_samples)
    inside = (replace(n, onset=max(0, n.onset)) for n in notes if n.onset < cues.n_samples)
    ordered = sorted(inside, key=lambda n: (n.onset, n.instrument, n.pitch))
    return Score(
        n_samples=cues.n_samples,
        tonic=palette.tonic,
        scale=mood.scale,
        melody=palette.melody,
        notes=tuple(ordered),
        marks=_marks(form),
    )


def _marks(form: Form) -> tuple[Mark, ...]:
    marks = [Mark(slot.start, slot.part.name) for slot in form.slots]
    marks += [Mark(position, "cadence") for position in form.cadences]
    if form.opening is not None:
        marks.append(Mark(form.opening, "opening"))
    return tuple(sorted(marks, key=lambda mark: mark.onset))


class _Writer:
    """Turns places into notes; every decision draws from chance of its own slot."""

    def __init__(
        self, palette: Palette, mood: Mood, seed: str, eighth: float, bars: tuple[int, ...]
    ) -> None:
        self._palette = palette
        self._mood = mood
        self._seed = seed
        self._eighth = eighth
        self._bars = bars

    def entry(self, slot: Slot, ordinal: int) -> Slot:
        """Let the player wait a moment before a phrase that has time."""
        length = round(sum(self._bars[slot.first_bar :]) * self._eighth)
        wait = min(seconds_to_samples(ENTRY_S), max(0, slot.stop - slot.start - length))
        rng = Chance(self._seed, "entry", ordinal)
        return replace(slot, start=slot.start + round(wait * rng.uniform(0.0, 1.0)))

    def phrase(self, slot: Slot, ordinal: int) -> Iterator[Note]:
        """Write the melody of a slot, with the drone string under it."""
        rng = Chance(self._seed, "strokes", ordinal)
        skipped = sum(self._bars[: slot.first_bar])
        tones = phrase(self._mood, self._seed, ordinal, closing=slot.closing)
        for number, tone in enumerate(tones):
            if tone.bar < slot.first_bar:
                continue
            onset = slot.start + round((tone.beat - skipped) * self._eighth)
            yield from self._stroke(slot, tone, onset, number % 2 == 1, rng)

    def _stroke(
        self, slot: Slot, tone: Tone, onset: int, upward: bool, rng: Chance
    ) -> Iterator[Note]:
        """Write one stroke: the melody string, and the drone string where it is taken along."""
        opens_bar = tone.beat in self._bar_starts()
        weight = 1.0 if opens_bar else 0.90 if tone.beat % 2.0 == 0.0 else 0.80
        velocity = self._mood.velocity * slot.part.fullness * weight * rng.uniform(0.92, 1.08)
        pitch = self._pitch(tone.degree + round(slot.part.register * len(self._mood.scale)))
        at = onset + seconds_to_samples(rng.gauss(JITTER_S))
        gap = seconds_to_samples(rng.uniform(*STRING_GAP_S))
        ring_s = max(RING_S, 2.0 * samples_to_seconds(round(tone.length * self._eighth)))
        yield self._pluck(at + (0 if upward else gap), ring_s, pitch, velocity, MELODY_PAN)
        if opens_bar or rng.uniform(0.0, 1.0) < self._mood.drone_strokes:
            drone, under = self._drone_below(pitch), velocity * DRONE_VELOCITY
            yield self._pluck(at + (gap if upward else 0), 2.0 * ring_s, drone, under, DRONE_PAN)
        if tone.length > ANSWER_EIGHTHS:
            answer = at + round(ANSWER_EIGHTHS * self._eighth)
            yield self._pluck(
                answer, ring_s, self._drone_below(pitch), velocity * ANSWER_VELOCITY, DRONE_PAN
            )

    def rest(self, slot: Slot, ordinal: int) -> Iterator[Note]:
        """Keep the pulse in a rest: one soft open string at each bar's beginning."""
        rng = Chance(self._seed, "rest", ordinal)
        bar = round(self._bars[0] * self._eighth)
        end_of_phrase = slot.start + round(sum(self._bars[slot.first_bar :]) * self._eighth)
        velocity = self._mood.velocity * slot.part.fullness * REST_VELOCITY
        for onset in range(end_of_phrase, slot.stop - bar // 2, bar):
            at = onset + seconds_to_samples(rng.gauss(JITTER_S))
            pitch = rng.choice(self._palette.strings)
            yield self._pluck(at, 4.0, pitch, velocity * rng.uniform(0.9, 1.1), DRONE_PAN)

    def opening(self, form: Form) -> Iterator[Note]:
        """Begin with the open strings where the melody waits."""
        if form.opening is None:
            return
        velocity = self._mood.velocity * 0.7
        gap = seconds_to_samples(STRUM_GAP_S)
        for number, pitch in enumerate(self._palette.strings):
            yield self._pluck(form.opening + number * gap, 4.0, pitch, velocity, DRONE_PAN)

    def strum(self, onset: int, n_samples: int) -> Iterator[Note]:
        """Strum the last chord and let it ring to the end."""
        ring_s = samples_to_seconds(n_samples - onset)
        gap = seconds_to_samples(STRUM_GAP_S)
        for number, interval in enumerate(STRUM):
            pitch = self._palette.tonic + interval
            velocity = self._mood.velocity * (0.6 if interval < 0 else 0.75)
            pan = -0.15 + 0.075 * number
            yield self._pluck(onset + number * gap, ring_s, pitch, velocity, pan)
        after = onset + round(AFTER_EIGHTHS * self._eighth)
        for number, interval in enumerate((0, 12)):
            pitch = self._palette.tonic + interval
            velocity = self._mood.velocity * AFTER_VELOCITY
            yield self._pluck(after + number * gap, ring_s, pitch, velocity, MELODY_PAN)

    def pad(self, form: Form, cues: Cues) -> Iterator[Note]:
        """Lay the pad from the first sample until it must fade to end with the music."""
        until_fade = cues.n_samples - seconds_to_samples(PAD_FADE_S)
        end_s = samples_to_seconds(max((*form.cadences, until_fade)))
        count = max(1, round(end_s / PAD_S))
        duration_s = max(end_s / count, SHORTEST_PAD_S)
        for number in range(count):
            onset = seconds_to_samples(number * duration_s)
            level = self._mood.pad * (1.0 if onset < cues.speech_start else UNDER_SPEECH)
            for interval, share, pan in PAD_CHORD:
                pitch = float(self._palette.tonic + interval)
                yield Note(onset, self._palette.pad, duration_s, pitch, level * share, pan)

    def _pluck(self, onset: int, ring_s: float, pitch: float, velocity: float, pan: float) -> Note:
        return Note(onset, self._palette.melody, ring_s, float(pitch), min(1.0, velocity), pan)

    def _bar_starts(self) -> set[float]:
        return {float(sum(self._bars[:number])) for number in range(len(self._bars))}

    def _pitch(self, degree: int) -> int:
        octave, step = divmod(degree, len(self._mood.scale))
        return self._palette.tonic + 12 * octave + self._mood.scale[step]

    def _drone_below(self, pitch: int) -> int:
        """Return the string that lies clearly under the melody: the thumb stops the low one."""
        low, high = self._palette.strings
        return high if pitch >= high + 5 else low
