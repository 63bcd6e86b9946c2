"""A slot in, its tune out: the phrase's tones as strokes or long tones of whoever leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from audiobook.audio import samples_to_seconds, seconds_to_samples
from audiobook.music.chance import Chance
from audiobook.music.figures import Tone, phrase
from audiobook.music.form import Slot
from audiobook.music.palette import Mood, Scored
from audiobook.music.score import Note
from audiobook.music.setting import Bar, Setting

__all__ = ["JITTER_S", "lead_of", "melody", "pulse"]

JITTER_S = 0.007  # a player's unevenness, standard deviation
STRING_GAP_S = (0.007, 0.016)  # the pick's way from string to string
RING_S = 1.6  # a stroke is let ring at least this long
BREATH = 0.96  # share of its length that a bowed or blown tone sounds
OVERLAP_S = 0.05  # and so much longer, so that tones join
DRONE_VELOCITY = 0.62  # the other string under the melody, against it
DRONE_PAN = -0.16  # the other string, beside the melody's place
CLEAR = 5.0  # semitones that a drone string must lie under the tune
ANSWER_EIGHTHS = 2.0  # after this a long tone is answered by the drone string
ANSWER_VELOCITY = 0.45
REST_VELOCITY = 0.5  # single strokes in a rest, against the melody
LOW = 2.0  # degrees under the head from which a phrase is lifted in a climax
WIDEST_LEAP = 12.0  # semitones from phrase to phrase
GRACE_S = 0.07  # a grace note, before the beat
GRACE_VELOCITY = 0.6
GRACED_EIGHTHS = 1.0  # only notes at least so long are graced
ALWAYS_LED = ("climax", "intro", "closing", "coda")  # where the lead never gives the tune away


def lead_of(mood: Mood, slot: Slot) -> str:
    """Return who has the tune: in every other scene it is taken over."""
    taken_over = mood.turn and slot.scene % 2 == 1 and slot.part.kind not in ALWAYS_LED
    return mood.turn if taken_over else mood.lead


def melody(
    setting: Setting, slot: Slot, following: Mood | None, before: float | None
) -> Iterator[Note]:
    """Write the tune of a slot.

    Parameters
    ----------
    setting : Setting
        The mood.
    slot : Slot
        Place, register, and what the phrase leads to.
    following : Mood or None
        The mood that comes next, if it is another.
    before : float or None
        The pitch that the tune comes from.
    """
    mood = setting.mood
    scored = setting.scored(lead_of(mood, slot))
    goal = _goal(mood, slot, following)
    tones = phrase(
        mood, setting.seed, slot.scene, slot.ordinal, goal=goal, head=slot.ending == "closing"
    )
    height = _height(setting, slot, tones)
    shift = setting.within(scored, [setting.pitch(scored, t.degree + height) for t in tones])
    degrees = [tone.degree + height for tone in tones]
    if len(degrees) > 1:
        degrees = _met(setting, scored, degrees, before, shift)
    bars = {bar.number: bar for bar in setting.bars_of(slot) if not bar.is_rest}
    rng = setting.chance("strokes", slot)
    for number, (tone, degree) in enumerate(zip(tones, degrees, strict=True)):
        if tone.bar in bars:
            at = _Stroke(setting, slot, scored, bars[tone.bar], tone, number % 2 == 1)
            pitch, above = (setting.pitch(scored, d) + shift for d in (degree, degree + 1))
            yield from at.notes(pitch, above, rng)


def _height(setting: Setting, slot: Slot, tones: Sequence[Tone]) -> int:
    """Return by how many degrees the slot's register lifts a phrase.

    One that lies lower than the head of the piece is lifted so much more, or a climax would not
    stand out from it.
    """
    head = phrase(setting.mood, setting.seed, 0, 0, head=True)
    middles = [median(tone.degree for tone in each) for each in (head, tones)]
    lower = middles[0] - middles[1]
    octaves = setting.mood.climax * len(setting.mood.scale)
    return round(slot.part.height * (octaves + (lower if lower >= LOW else 0.0)))


def _met(
    setting: Setting, scored: Scored, degrees: list[int], before: float | None, shift: float
) -> list[int]:
    """Move the first tone so that the tune never leaps far from phrase to phrase.

    A change of register is taken in two steps, as a hand moves along the neck; the figure itself
    stays as it is.
    """
    first, second = (setting.pitch(scored, degree) + shift for degree in degrees[:2])
    if before is None or abs(first - before) <= WIDEST_LEAP:
        return degrees

    def widest(degree: int) -> float:
        pitch = setting.pitch(scored, degree) + shift
        return max(abs(pitch - before), abs(second - pitch))

    reach = range(degrees[0] - len(setting.mood.scale), degrees[0] + len(setting.mood.scale) + 1)
    return [min(reach, key=widest), *degrees[1:]]


def _goal(mood: Mood, slot: Slot, following: Mood | None) -> int | None:
    """Return the degree to end on: home, or one that asks for what follows.

    Before another mood it is the second degree if both moods have it, else the fifth: the half
    close belongs to both sides of the change.
    """
    if slot.ending == "home":
        return 0
    if not slot.ending or (slot.part.kind == "intro" and slot.ordinal == 0):
        return None  # a first phrase ends open by itself
    if following is not None and mood.scale[1] not in following.scale:
        return mood.fifth
    return 1


class _Stroke:
    """One tone of the tune, as its instrument plays it."""

    def __init__(
        self, setting: Setting, slot: Slot, scored: Scored, bar: Bar, tone: Tone, upward: bool
    ) -> None:
        self._setting = setting
        self._scored = scored
        self._tone = tone
        self._upward = upward
        beat = tone.beat - sum(setting.bars[: tone.bar])
        self._opens_bar = beat == 0.0
        self._onset = setting.sample(bar, beat)
        self._length_s = samples_to_seconds(setting.sample(bar, beat + tone.length) - self._onset)
        weight = 1.0 if self._opens_bar else 0.90 if beat % 2.0 == 0.0 else 0.80
        self._velocity = setting.mood.velocity * slot.part.fullness * weight

    def notes(self, pitch: float, above: float, rng: Chance) -> Iterator[Note]:
        """Write the tone, with what the instrument adds to it."""
        velocity = self._velocity * rng.uniform(0.92, 1.08)
        at = self._onset + self._uneven(rng)
        gap = seconds_to_samples(rng.uniform(*STRING_GAP_S))
        takes_drone, graced = rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0)
        if graced < self._setting.mood.grace and self._tone.length >= GRACED_EIGHTHS:
            before, soft = at - seconds_to_samples(GRACE_S), velocity * GRACE_VELOCITY
            yield self._setting.note(self._scored, before, GRACE_S, above, soft, "grace")
        if self._scored.sustains:
            sounding_s = self._length_s * BREATH + OVERLAP_S
            yield self._setting.note(self._scored, at, sounding_s, pitch, velocity, "lead")
            return
        ring_s = max(RING_S, 2.0 * self._length_s)
        late = at + (0 if self._upward else gap)
        yield self._setting.note(self._scored, late, ring_s, pitch, velocity, "lead")
        wanted = self._opens_bar or takes_drone < self._setting.mood.drone_strokes
        yield from self._drone(at, gap if wanted else -1, ring_s, pitch, velocity)

    def _uneven(self, rng: Chance) -> int:
        """Return how much late or early the stroke is; nobody comes in before the phrase."""
        late = seconds_to_samples(rng.gauss(JITTER_S))
        return abs(late) if self._tone.beat == 0.0 or self._opens_bar else late

    def _drone(
        self, at: int, gap: int, ring_s: float, pitch: float, velocity: float
    ) -> Iterator[Note]:
        """Take the open string along (unless gap is -1), and let it answer long tones."""
        open_string = _string_below(self._setting.strings(self._scored), pitch)
        if open_string is None:
            return
        if gap >= 0:
            onset = at + (gap if self._upward else 0)
            yield _on_string(
                self._setting,
                self._scored,
                onset,
                2.0 * ring_s,
                open_string,
                velocity * DRONE_VELOCITY,
            )
        if self._tone.length > ANSWER_EIGHTHS:
            answer = at + round(ANSWER_EIGHTHS * self._setting.eighth)
            yield _on_string(
                self._setting,
                self._scored,
                answer,
                ring_s,
                open_string,
                velocity * ANSWER_VELOCITY,
            )


def pulse(setting: Setting, slot: Slot) -> Iterator[Note]:
    """Keep the pulse in a rest: one soft open string at each bar's beginning."""
    scored = setting.scored(lead_of(setting.mood, slot))
    strings = setting.strings(scored)
    if scored.sustains or not strings:
        return
    rng = setting.chance("rest", slot)
    velocity = setting.mood.velocity * slot.part.fullness * REST_VELOCITY
    for bar in setting.bars_of(slot):
        if bar.is_rest:
            at = bar.start + seconds_to_samples(rng.gauss(JITTER_S))
            pitch, loud = rng.choice(strings), velocity * rng.uniform(0.9, 1.1)
            yield _on_string(setting, scored, at, 4.0, pitch, loud)


def _string_below(strings: tuple[float, ...], pitch: float) -> float | None:
    """Return the highest open string that lies clearly under the tune, or the lowest."""
    below = [string for string in strings if string + CLEAR <= pitch]
    return below[-1] if below else strings[0] if strings else None


def _on_string(
    setting: Setting, scored: Scored, onset: int, ring_s: float, pitch: float, velocity: float
) -> Note:
    note = setting.note(scored, onset, ring_s, pitch, velocity, "drone")
    return replace(note, pan=max(-1.0, scored.pan + DRONE_PAN))
