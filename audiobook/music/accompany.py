"""A slot in, what the others play out: broken chords, long tones against the tune, drum, pad.

All of it thins out before another mood, so that the change is heard coming.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from audiobook.audio import samples_to_seconds, seconds_to_samples
from audiobook.music.arcs import UNDER_SPEECH
from audiobook.music.form import Slot
from audiobook.music.melody import JITTER_S
from audiobook.music.palette import Mood, Scored
from audiobook.music.score import Note
from audiobook.music.setting import Bar, Setting

__all__ = ["accompaniment", "opening", "pad", "strum"]

ARPEGGIO_RING_S = 3.0
TOUCH_BARS = 1.6  # a long tone, against its bar
LIGHT = 0.55  # a drum's high stroke, against the low
REST_SHARE = 0.5  # how loud broken chords are in a rest, against under the tune
PAD_S = 14.0  # a pad's note; its level may change from one to the next
SHORTEST_PAD_S = 0.1
PAD_SHARES = ((1.0, 0.0), (0.6, -0.25), (0.3, 0.25))  # (level, pan) of tonic, fifth, octave
STRUM_GAP_S = 0.028
CADENCE_S = 6.0  # the longest that a bowed or blown last tone is held
LAST_TONE = 0.55  # of a bowed or blown lead over the last chord, against its tune
AFTER_EIGHTHS, AFTER_VELOCITY = 4.0, 0.45  # the soft octave that follows a last chord
OPENING_VELOCITY = 0.7


def accompaniment(setting: Setting, slot: Slot) -> Iterator[Note]:
    """Write what accompanies the tune of a slot."""
    bars = setting.bars_of(slot)
    thins_out = slot.ending == "half" and slot.part.kind != "intro"
    if thins_out:
        bars = bars[: max(1, (len(setting.bars) - slot.first_bar) // 2)]
    yield from _broken_chords(setting, slot, bars)
    if not thins_out:
        yield from _touches(setting, slot, bars)
        yield from _drumming(setting, slot, bars)


def _broken_chords(setting: Setting, slot: Slot, bars: Sequence[Bar]) -> Iterator[Note]:
    arpeggio = setting.mood.arpeggio
    if arpeggio is None:
        return
    scored = setting.scored(arpeggio.instrument)
    rng = setting.chance("arpeggio", slot)
    for bar in bars:
        if rng.uniform(0.0, 1.0) >= arpeggio.share and slot.part.kind != "intro":
            continue
        degrees = arpeggio.patterns[bar.number % len(arpeggio.patterns)]
        pitches = [setting.pitch(scored, degree, arpeggio.octave) for degree in degrees]
        shift = setting.within(scored, pitches)
        velocity = arpeggio.velocity * slot.part.fullness * (REST_SHARE if bar.is_rest else 1.0)
        for number in range(int(bar.eighths / arpeggio.every)):
            at = setting.sample(bar, number * arpeggio.every)
            at += seconds_to_samples(rng.gauss(JITTER_S))
            loud = velocity * rng.uniform(0.85, 1.1) * (1.0 if number == 0 else 0.9)
            pitch = pitches[number % len(pitches)] + shift
            if at < slot.stop:
                ring_s = _ring_s(setting, scored, arpeggio.every)
                yield setting.note(scored, at, ring_s, pitch, loud, "arpeggio")


def _ring_s(setting: Setting, scored: Scored, eighths: float) -> float:
    length_s = samples_to_seconds(round(eighths * setting.eighth))
    return length_s if scored.sustains else max(ARPEGGIO_RING_S, length_s)


def _touches(setting: Setting, slot: Slot, bars: Sequence[Bar]) -> Iterator[Note]:
    """Hold a long tone against each later bar of the phrase, from the fifth or octave down."""
    touch = setting.mood.touch
    rng = setting.chance("touch", slot)
    if touch is None or rng.uniform(0.0, 1.0) >= touch.share:
        return
    scored = setting.scored(touch.instrument)
    n_degrees = len(setting.mood.scale)
    degree = rng.choice((setting.mood.fifth, n_degrees))
    for bar in bars[1:]:
        pitch = setting.pitch(scored, degree, touch.octave)
        pitch += setting.within(scored, [pitch])
        held_s = samples_to_seconds(round(bar.eighths * setting.eighth))
        velocity = touch.velocity * slot.part.fullness * rng.uniform(0.9, 1.1)
        at = bar.start + seconds_to_samples(abs(rng.gauss(4.0 * JITTER_S)))
        if at < slot.stop:
            yield setting.note(scored, at, held_s * TOUCH_BARS, pitch, velocity, "touch")
        degree = max(0, degree - rng.choice((1, 1, 2)))


def _drumming(setting: Setting, slot: Slot, bars: Sequence[Bar]) -> Iterator[Note]:
    drum = setting.mood.drum
    rng = setting.chance("drum", slot)
    if drum is None or (rng.uniform(0.0, 1.0) >= drum.share and slot.part.kind != "climax"):
        return
    scored = setting.scored(drum.instrument)
    home = setting.palette.tonic + 12 * scored.octave
    low, high = (scored.tuning or (0.0,))[0], (scored.tuning or (0.0,))[-1]
    for bar in bars:
        strokes = "D" if bar.is_rest else drum.patterns[bar.eighths]
        for beat, stroke in enumerate(strokes):
            if stroke == ".":
                continue
            at = setting.sample(bar, float(beat)) + seconds_to_samples(rng.gauss(JITTER_S))
            velocity = drum.velocity * slot.part.fullness * rng.uniform(0.85, 1.1)
            pitch = home + (low if stroke == "D" else high)
            loud = velocity * (1.0 if stroke == "D" else LIGHT)
            if at < slot.stop:
                yield setting.note(scored, at, 1.0, pitch, loud, "drum")


def pad(settings: Sequence[tuple[int, Setting]], end: int, speech_start: int) -> Iterator[Note]:
    """Lay the pad from the first sample until it must fade to end with the music.

    Parameters
    ----------
    settings : sequence of (start, Setting)
        From which sample on which mood holds.
    end : int
        The sample at which the pad begins its last fade.
    speech_start : int
        From here on it is softer.
    """
    starts = [start for start, _ in settings]
    for (start, stop), (_, setting) in zip(pairwise([*starts, end]), settings, strict=True):
        if setting.mood.pad is not None and stop > start:
            yield from _held(setting, start, stop, speech_start)


def _held(setting: Setting, start: int, stop: int, speech_start: int) -> Iterator[Note]:
    held = setting.mood.pad
    if held is None:
        return
    scored = setting.scored(held.instrument)
    home = setting.palette.tonic + 12 * (scored.octave + held.octave)
    chord = (0.0, setting.mood.scale[setting.mood.fifth], 12.0)
    length_s = samples_to_seconds(stop - start)
    count = max(1, round(length_s / PAD_S))
    duration_s = max(length_s / count, SHORTEST_PAD_S)
    for number in range(count):
        onset = start + seconds_to_samples(number * duration_s)
        level = held.velocity * (1.0 if onset < speech_start else UNDER_SPEECH)
        for interval, (share, pan) in zip(chord, PAD_SHARES, strict=True):
            pitch = home + interval
            yield Note(onset, scored.name, duration_s, pitch, level * share, pan, "pad")


def opening(setting: Setting, onset: int) -> Iterator[Note]:
    """Begin with the open strings, where the tune waits."""
    scored = setting.scored(setting.mood.cadence)
    home = setting.palette.tonic + 12 * scored.octave
    pitches = setting.strings(scored) or (home, home + setting.mood.scale[setting.mood.fifth])
    velocity = setting.mood.velocity * OPENING_VELOCITY
    gap = seconds_to_samples(STRUM_GAP_S)
    for number, pitch in enumerate(pitches):
        yield setting.note(scored, onset + number * gap, 4.0, pitch, velocity, "chord")


def strum(setting: Setting, onset: int, n_samples: int) -> Iterator[Note]:
    """Strike the last chord, V-I-V-I without a third, and let it ring to the end."""
    mood = setting.mood
    scored = setting.scored(mood.cadence)
    ring_s = samples_to_seconds(n_samples - onset)
    fifth = mood.scale[mood.fifth]
    home = setting.palette.tonic + 12 * scored.octave
    chord = [home + interval for interval in (fifth - 12.0, 0.0, fifth, 12.0)]
    shift = setting.within(scored, chord[1:])
    gap = seconds_to_samples(STRUM_GAP_S)
    held_s = min(ring_s, CADENCE_S) if scored.sustains else ring_s
    for number, pitch in enumerate(chord):
        velocity = mood.velocity * (0.6 if number == 0 else 0.75)
        yield setting.note(scored, onset + number * gap, held_s, pitch + shift, velocity, "chord")
    after = onset + round(AFTER_EIGHTHS * setting.eighth)
    for number, pitch in enumerate((chord[1], chord[3])):
        soft = mood.velocity * AFTER_VELOCITY
        left_s = max(0.1, samples_to_seconds(n_samples - after))
        ring_s = min(left_s, CADENCE_S) if scored.sustains else left_s
        yield setting.note(scored, after + number * gap, ring_s, pitch + shift, soft, "chord")
    yield from _last_tone(setting, mood, onset, n_samples)


def _last_tone(setting: Setting, mood: Mood, onset: int, n_samples: int) -> Iterator[Note]:
    """Let a bowed or blown lead hold the tonic over the chord."""
    scored = setting.scored(mood.lead)
    if not scored.sustains or mood.lead == mood.cadence:
        return
    pitch = setting.pitch(scored, 0)
    pitch += setting.within(scored, [pitch])
    held_s = min(CADENCE_S, 0.6 * samples_to_seconds(n_samples - onset))
    yield setting.note(scored, onset, held_s, pitch, mood.velocity * LAST_TONE, "chord")
