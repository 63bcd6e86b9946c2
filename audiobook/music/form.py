"""Cues in, the places of phrases out: where each begins, how high it lies, when the end is struck.

Phrases have the length their metre gives them; what is left between them and the next cue is rest.
So nothing is squeezed to fit, and an edit that moves a cue moves the phrases after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.arcs import Climb, Part
from audiobook.music.bed import Cues
from audiobook.music.palette import Plan
from audiobook.music.sections import Section, scene_at, sections

__all__ = ["Form", "Pace", "Slot", "lay_out"]

OPENING_S = 0.1  # the first stroke
RING_S = 5.0  # what the last chord needs to die away in
BREATH_S = 1.5  # between the cadence on the last word and music that follows it


@dataclass(frozen=True)
class Pace:
    """How long things take in a mood, in samples: each bar of a phrase, and the rest to aim at."""

    bars: tuple[int, ...]
    rest: int

    @property
    def phrase(self) -> int:
        """All bars together."""
        return sum(self.bars)


@dataclass(frozen=True)
class Slot:
    """Room for one phrase and the rest that follows it.

    Attributes
    ----------
    start, stop : int
        First sample, and first sample after the rest.
    part : Part
        Where in the form it lies.
    mood : str
        What it is played in.
    scene, ordinal : int
        Which phrase of which scene it is.
    first_bar : int
        Bars left out at the phrase's beginning, where there is no time for all.
    ending : str
        What it leads to: "" the next phrase, "home" a scene break, "half" a change of mood or the
        first word, "closing" the cadence.
    """

    start: int
    stop: int
    part: Part
    mood: str
    scene: int = 0
    ordinal: int = 0
    first_bar: int = 0
    ending: str = ""

    @property
    def purpose(self) -> tuple[object, ...]:
        """What the slot's chance is drawn for: its place in the music, never its time."""
        spoken = self.part.kind not in _OUTER
        return ("speech" if spoken else self.part.kind, self.mood, self.scene, self.ordinal)


@dataclass(frozen=True)
class Form:
    """Where everything lies; ``cadences`` are the samples at which a final chord is strummed."""

    slots: tuple[Slot, ...]
    cadences: tuple[int, ...]
    opening: int | None
    sections: tuple[Section, ...]


INTRO = Part("intro", "intro", fullness=0.84)  # over silence it already stands out
CODA = Part("coda", "coda", fullness=1.0)
CLOSING = Part("closing", "closing", fullness=0.85)
_OUTER = ("intro", "coda", "closing")


def lay_out(cues: Cues, mood: str, pace: Callable[[str], Pace], plan: Plan) -> Form:
    """Place phrases between the cues.

    Parameters
    ----------
    cues : Cues
        What must be met.
    mood : str
        What holds where the cues ask for no other.
    pace : callable (str) -> Pace
        How long a mood's phrases are.
    plan : Plan
        How the register goes.
    """
    parts = sections(cues, mood, lambda name: 2 * pace(name).phrase + 2 * pace(name).rest)
    opening = seconds_to_samples(OPENING_S)
    first, last = parts[0].mood, parts[-1].mood
    coda, last_chord = _coda(cues, last, pace(last))
    slots = (*_intro(cues, first, pace(first), opening), *_body(cues, parts, pace, plan), *coda)
    begin = min([slot.start for slot in slots] + [cues.speech_end])
    starts_bare = begin - opening > pace(first).bars[0] // 2
    cadence = _first_cadence(cues)
    return Form(
        slots,
        (cadence,) if last_chord is None else (cadence, last_chord),
        opening if starts_bare else None,
        parts,
    )


def _first_cadence(cues: Cues) -> int:
    """Return where the last word's chord falls: on its end, unless the music ends there too."""
    latest = cues.n_samples - min(2 * SAMPLE_RATE, cues.n_samples // 2)
    return min(cues.speech_end, latest)


def _intro(cues: Cues, mood: str, pace: Pace, opening: int) -> list[Slot]:
    """Lead into the first word: the last phrase ends on it, shortened if there is no time."""
    room = cues.speech_start - opening
    first_bar = next((b for b in range(len(pace.bars)) if sum(pace.bars[b:]) <= room), None)
    if first_bar is None:
        return []
    start = cues.speech_start - sum(pace.bars[first_bar:])
    before = _fill([(opening, 0)], start - pace.bars[0], pace)
    ends = [*(begin for begin, _ in before[1:]), start]
    slots = [Slot(begin, end, INTRO, mood) for (begin, _), end in zip(before, ends, strict=False)]
    slots.append(Slot(start, cues.speech_start, INTRO, mood, first_bar=first_bar, ending="half"))
    return [replace(slot, ordinal=number) for number, slot in enumerate(slots)]


def _body(
    cues: Cues, parts: Sequence[Section], pace: Callable[[str], Pace], plan: Plan
) -> list[Slot]:
    """Fill the time of the speech; begin phrases in pauses, and close on the last word."""
    length = cues.speech_end - cues.speech_start
    climax = None if cues.climax is None else cues.climax - cues.speech_start
    way = Climb(plan, length, climax)
    slots: list[Slot] = []
    for section in parts:
        is_last = section is parts[-1]
        for start, stop, ending in _places(cues, section, pace(section.mood), is_last=is_last):
            part = CLOSING if ending == "closing" else way.part_at(start - cues.speech_start)
            slots.append(Slot(start, stop, part, section.mood, ending=ending))
    return _numbered(cues, _peaked(slots, cues, way))


def _peaked(slots: list[Slot], cues: Cues, way: Climb) -> list[Slot]:
    """See that there is a climax, and that it lies where the text has its own."""
    free = [i for i, slot in enumerate(slots) if not slot.ending]
    reached = any(slot.part.kind == "climax" for slot in slots)
    if not free or (reached and cues.climax is None):
        return slots
    peak = cues.speech_start + way.peak
    nearest = min(free, key=lambda i: max(slots[i].start - peak, peak - slots[i].stop + 1, 0))
    slots[nearest] = replace(slots[nearest], part=way.part_at(way.peak))
    return slots


def _places(
    cues: Cues, section: Section, pace: Pace, *, is_last: bool
) -> list[tuple[int, int, str]]:
    """Return where the phrases of a section begin and stop, and what they lead to.

    The last one prepares what follows: the cadence, or the other mood, before which there is a
    rest of its own.
    """
    starts_spoken = section.start == cues.speech_start
    length = section.stop - section.start
    closes = length >= 2 * pace.phrase + pace.rest
    stop = section.stop if is_last else section.stop - pace.rest
    end = stop - pace.phrase if closes else stop
    anchors = [(section.start + (pace.rest if starts_spoken else 0), 0)]
    anchors += [
        (start, weight) for start, _, weight in cues.breaths if section.start < start < section.stop
    ]
    found = [(begin, until, "") for begin, until in _fill(anchors, end, pace)]
    if closes:
        found.append((end, section.stop, "closing" if is_last else "half"))
    return found


def _numbered(cues: Cues, slots: Iterable[Slot]) -> list[Slot]:
    """Give each phrase its place within its scene, so that an edit moves no other scene's."""
    count: Counter[tuple[str, int]] = Counter()
    numbered: list[Slot] = []
    for slot in slots:
        scene = scene_at(cues, slot.start)
        before = numbered[-1] if numbered else None
        if before and before.mood == slot.mood and before.scene != scene and not before.ending:
            numbered[-1] = replace(before, ending="home")
        ordinal = 0 if slot.part is CLOSING else count[slot.mood, scene]
        numbered.append(replace(slot, scene=scene, ordinal=ordinal))
        count[slot.mood, scene] += 1
    return numbered


def _coda(cues: Cues, mood: str, pace: Pace) -> tuple[list[Slot], int | None]:
    """Play on after the last word where there is time for it; return slots and the last chord."""
    last_chord = cues.n_samples - seconds_to_samples(RING_S)
    begin = cues.speech_end + seconds_to_samples(BREATH_S)
    last = last_chord - pace.phrase
    if last < begin:
        return [], None
    before = _fill([(begin, 0)], last, pace)
    slots = [
        Slot(start, stop, CODA, mood, ordinal=number) for number, (start, stop) in enumerate(before)
    ]
    return [*slots, Slot(last, last_chord, CODA, mood, ordinal=len(slots), ending="closing")], (
        last_chord
    )


def _fill(anchors: Sequence[tuple[int, int]], end: int, pace: Pace) -> list[tuple[int, int]]:
    """Place phrases from anchor to anchor, evenly between, each followed by about the rest."""
    kept = _thin(anchors, end, pace.phrase)
    slots = []
    for start, stop in pairwise([*kept, end] if kept else []):
        span = stop - start
        count = max(1, min(span // pace.phrase, round(span / (pace.phrase + pace.rest))))
        edges = [start + span * i // count for i in range(count + 1)]
        slots += list(pairwise(edges))
    return slots


def _thin(anchors: Sequence[tuple[int, int]], end: int, phrase: int) -> list[int]:
    """Keep anchors at least a phrase apart, the weightier of two that are too near."""
    kept: list[tuple[int, int]] = []
    for position, weight in anchors:
        if position + phrase > end:
            break
        while kept and position - kept[-1][0] < phrase and weight > kept[-1][1]:
            kept.pop()
        if not kept or position - kept[-1][0] >= phrase:
            kept.append((position, weight))
    return [position for position, _ in kept]
