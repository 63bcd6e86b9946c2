"""A score in, its notes as bars of colour out: time runs right, pitch up.

Each instrument's bars are gathered as the share of a pixel that they cover. Where hours of notes
are narrower than a pixel, that is how densely it plays, and nothing has to be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from audiobook.audio import samples_to_seconds
from audiobook.music.palette import Palette
from audiobook.music.score import Note, Score

__all__ = ["DRUM", "Part", "Roll", "parts_of", "rgb"]

DRUM = "drum"  # role of notes that have a lane of their own: their pitch is no tone of the tune
PAD = "pad"
# Distinct to the colour-blind on a light ground, after Okabe and Ito, "Color Universal Design".
COLOURS = ("#0068a8", "#d1510a", "#00876a", "#b5508a", "#c08a00", "#3a9bd1")
PAD_COLOUR, DRUM_COLOUR = "#a89a86", "#4a3a2a"
LOUD = 0.45  # velocity at which a bar has its full colour; taste
FAINTEST, RUNG_OUT = 0.35, 0.25  # of the full colour: a note that is soft, a string that rang long
DENSER = 0.6  # exponent: what covers a tenth of a pixel is still seen

Layer = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """What one instrument plays, and its colour; ``rings`` says that tones fade by themselves."""

    name: str
    colour: str
    notes: tuple[Note, ...]
    rings: bool

    @property
    def is_drum(self) -> bool:
        """Whether it lies in the drums' lane."""
        return all(note.role == DRUM for note in self.notes)


def parts_of(score: Score, palette: Palette) -> list[Part]:
    """Return who plays, each with its colour: who has the tune first, pads and drums last."""
    found: dict[str, list[Note]] = {}
    for note in score.notes:
        found.setdefault(note.instrument, []).append(note)
    roles = {name: {note.role for note in notes} for name, notes in found.items()}
    last = {name: played <= {PAD, DRUM} for name, played in roles.items()}
    seats = list(palette.instruments)
    order = sorted(found, key=lambda n: (last[n], "lead" not in roles[n], seats.index(n)))
    return [
        Part(
            name,
            _colour(roles[name], number),
            tuple(found[name]),
            rings=not palette.instruments[name].sustains,
        )
        for number, name in enumerate(order)
    ]


def _colour(roles: set[str], number: int) -> str:
    if roles <= {PAD, DRUM}:
        return DRUM_COLOUR if DRUM in roles else PAD_COLOUR
    return COLOURS[number % len(COLOURS)]


@dataclass(frozen=True)
class Roll:
    """Where pitches lie in a picture of notes, ``width`` by ``height`` pixels.

    Attributes
    ----------
    lowest, highest : float
        MIDI pitches at the lower and the upper edge.
    duration_s : float
        What the width shows.
    bar_px : float
        How thick bars are; 0 for most of a semitone.
    """

    width: int
    height: int
    lowest: float
    highest: float
    duration_s: float
    bar_px: float = 0.0

    @property
    def step(self) -> float:
        """Pixels in a semitone."""
        return self.height / (self.highest - self.lowest)

    def y(self, pitch: float) -> float:
        """Return how far below the upper edge a pitch lies."""
        return (self.highest - pitch) * self.step

    def paint(self, ground: npt.NDArray[np.uint8], parts: Sequence[Part]) -> None:
        """Lay the notes on a ground, shape (height, width, 3): the tune, which is first, on top."""
        for part in reversed(parts):
            share = np.power(np.minimum(self._covered(part), 1.0), DENSER)[..., None]
            ground[:] = np.rint(ground * (1.0 - share) + share * rgb(part.colour))

    def _covered(self, part: Part) -> Layer:
        layer = np.zeros((self.height, self.width), dtype=np.float32)
        half = max(1.5, (self.bar_px or 0.72 * self.step) / 2.0)
        scale = self.width / self.duration_s
        for note in _until_struck_again(part.notes) if part.rings else part.notes:
            top = max(0, round(self.y(note.pitch) - half))
            rows = slice(top, max(top + 2, round(self.y(note.pitch) + half)))
            start = samples_to_seconds(note.onset) * scale
            strength = FAINTEST + (1.0 - FAINTEST) * min(1.0, note.velocity / LOUD)
            columns, bar = _bar(start, start + note.duration_s * scale, self.width, part.rings)
            layer[rows, columns] += bar * np.float32(strength ** (1.0 / DENSER))
        return layer


def _bar(start: float, stop: float, width: int, rings: bool) -> tuple[slice, Layer]:
    """Return which columns a bar covers, and how much of each."""
    if stop - start > 6.0:
        stop -= 1.5  # so that the next note of the same pitch is seen to begin
    first, last = int(start), min(width, int(np.ceil(stop)))
    columns = np.arange(first, last)
    covered = np.minimum(columns + 1, stop) - np.maximum(columns, start)
    if rings:
        faded = np.clip((columns - start) / max(1.0, stop - start), 0.0, 1.0)
        covered = covered * np.power(1.0 - (1.0 - RUNG_OUT) * faded, 1.0 / DENSER)
    return slice(first, last), covered.astype(np.float32)


def _until_struck_again(notes: Iterable[Note]) -> Iterator[Note]:
    """End each note where the same string is struck again."""
    following: dict[float, int] = {}
    for note in reversed(list(notes)):
        until = following.get(note.pitch)
        following[note.pitch] = note.onset
        if until is not None:
            until_s = samples_to_seconds(until - note.onset)
            note = replace(note, duration_s=min(note.duration_s, until_s))
        yield note


def rgb(colour: str) -> npt.NDArray[np.float32]:
    """Return ``#rrggbb`` as three numbers from 0 to 255.

    Examples
    --------
    >>> rgb("#0068a8").tolist()
    [0.0, 104.0, 168.0]
    """
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)
