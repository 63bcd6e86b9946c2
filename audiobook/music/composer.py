"""Cues, a mood and a seed in, a `Score` out: figures set into the form for a whole ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from audiobook.audio import seconds_to_samples
from audiobook.music.accompany import accompaniment, opening, pad, strum
from audiobook.music.bed import Cues
from audiobook.music.chance import Chance
from audiobook.music.form import Form, Slot, lay_out
from audiobook.music.instruments import within_reach
from audiobook.music.melody import melody, pulse
from audiobook.music.palette import Mood, Palette
from audiobook.music.score import Mark, Mode, Note, Score
from audiobook.music.setting import Setting

__all__ = ["compose"]


TEMPO_SPREAD = 0.07  # pieces differ by this share in tempo, either way
REST_SPREAD = 0.4  # and by this share in the length of their rests
PRESSED = 0.04  # and a phrase may be played this much faster than its piece: nobody is a clock
ENTRY_S = 0.4  # the longest a player waits after a cue
PAD_FADE_S = 4.0  # before the end the pad begins to fade


def compose(cues: Cues, palette: Palette, mood: Mood, seed: str) -> Score:
    """Write the music of one chapter.

    Parameters
    ----------
    cues : Cues
        Length, where the speech lies, and where the text changes mood or peaks. They decide where
        phrases are, never what they are.
    palette, mood : Palette, Mood
        Instruments, scale, metre, rhythms; the mood holds where the cues ask for no other.
    seed : str
        The piece: figures, tempo and all small chances come from it.

    Returns
    -------
    Score
        From one stroke (a second of music) to hours.

    Raises
    ------
    MusicError
        If the cues ask for a mood that the palette does not have.
    """
    return _Composer(cues, palette, mood, seed).score()


class _Composer:
    """One piece while it is being written."""

    def __init__(self, cues: Cues, palette: Palette, mood: Mood, seed: str) -> None:
        chance = Chance(seed, "pace")
        tempo = 1.0 + chance.uniform(-TEMPO_SPREAD, TEMPO_SPREAD)
        patience = 1.0 + chance.uniform(-REST_SPREAD, REST_SPREAD)
        names = dict.fromkeys([mood.name, *(name for _, name in cues.moods)])
        self._cues = cues
        self._palette = palette
        self._settings = {
            name: Setting.of(palette, palette.mood(name), seed, tempo, patience) for name in names
        }
        paces = {name: setting.pace for name, setting in self._settings.items()}
        form = lay_out(cues, mood.name, paces.__getitem__, palette.plan)
        self._form = replace(form, slots=tuple(self._entered(slot) for slot in form.slots))

    def score(self) -> Score:
        n_samples = self._cues.n_samples
        inside = (self._placed(n) for n in self._notes() if n.onset < n_samples)
        return Score(
            n_samples=n_samples,
            tonic=self._palette.tonic,
            modes=tuple(
                Mode(start, setting.mood.name, setting.mood.scale)
                for start, setting in self._modes()
            ),
            notes=tuple(sorted(inside, key=lambda n: (n.onset, n.instrument, n.pitch))),
            marks=_marks(self._form),
        )

    def _placed(self, note: Note) -> Note:
        """Let nobody play before the beginning, or where the instrument has no tones."""
        model = self._palette.instruments[note.instrument].model
        return replace(note, onset=max(0, note.onset), pitch=within_reach(model, note.pitch))

    def _modes(self) -> list[tuple[int, Setting]]:
        """Return from which sample on which mood holds; the first from the beginning."""
        found = [(part.start, self._settings[part.mood]) for part in self._form.sections]
        return [(0, found[0][1]), *found[1:]]

    def _setting(self, slot: Slot) -> Setting:
        """Return the setting of a slot's mood, at the slot's own pace."""
        setting = self._settings[slot.mood]
        pressed = setting.chance("pressed", slot).uniform(0.0, PRESSED)
        return replace(setting, eighth=setting.eighth * (1.0 - pressed))

    def _entered(self, slot: Slot) -> Slot:
        """Let the player wait a moment before a phrase that has time."""
        setting = self._settings[slot.mood]
        length = sum(setting.pace.bars[slot.first_bar :])
        wait = min(seconds_to_samples(ENTRY_S), max(0, slot.stop - slot.start - length))
        late = round(wait * setting.chance("entry", slot).uniform(0.0, 1.0))
        return replace(slot, start=slot.start + late)

    def _notes(self) -> Iterator[Note]:
        form, modes = self._form, self._modes()
        until_fade = self._cues.n_samples - seconds_to_samples(PAD_FADE_S)
        yield from pad(modes, max(*form.cadences, until_fade), self._cues.speech_start)
        if form.opening is not None:
            yield from opening(modes[0][1], form.opening)
        before: float | None = None
        for number, slot in enumerate(form.slots):
            following = form.slots[number + 1] if number + 1 < len(form.slots) else None
            tune = list(self._tune(slot, following, before))
            before = next((n.pitch for n in reversed(tune) if n.role == "lead"), before)
            yield from tune
            yield from accompaniment(self._setting(slot), slot)
        for cadence in form.cadences:
            yield from strum(modes[-1][1], cadence, self._cues.n_samples)

    def _tune(self, slot: Slot, following: Slot | None, before: float | None) -> Iterator[Note]:
        setting = self._setting(slot)
        changes = following is not None and following.mood != slot.mood
        other = self._settings[following.mood].mood if following and changes else None
        yield from melody(setting, slot, other, before)
        if slot.ending != "half":
            yield from pulse(setting, slot)


def _marks(form: Form) -> tuple[Mark, ...]:
    marks = [Mark(slot.start, slot.part.name, slot.part.kind) for slot in form.slots]
    marks += [Mark(position, "cadence", "cadence") for position in form.cadences]
    if form.opening is not None:
        marks.append(Mark(form.opening, "opening", "opening"))
    return tuple(sorted(marks, key=lambda mark: mark.onset))
