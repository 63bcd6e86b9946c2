"""Scores and what was heard of them in, panels of a picture out, one above the other in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from audiobook.audio import db_to_gain, gain_to_db
from audiobook.export.axes import GRID, INK, PAPER, time_ticks
from audiobook.export.hearing import HIGHEST_HZ, LOWEST_HZ, Hearing
from audiobook.export.lettering import fitted, font, printable
from audiobook.export.roll import Part, Roll, rgb
from audiobook.export.waveform import MUSIC_COLOUR
from audiobook.music.score import Score, pitch_name

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont

__all__ = ["Box", "Sheet"]

HOME = "#cdb98f"  # lines of the home note
TITLE_PX, TEXT_PX, SMALL_PX = 34, 19, 17
LEAST_TITLE_PX = 200
GAP_PX = 24  # from one thing to the next on a line
TEXT_STEP_PX = 18  # two labels one above the other need as much
STROKE_PX = 4  # a drum is struck, whatever time it takes to fall silent
RMS_COLOUR = "#94560c"
# From silence to loud: each darker than the one before, so that it reads without colours too.
HEAT = ("#fbf6ea", "#f6dca0", "#eaa741", "#cf5f2a", "#8f2a45", "#4a1850", "#170d2b")
HEAT_STEPS = 60
RANGE_DB = 66.0
# What parts of the form are tinted with: the higher the register, the deeper.
TINTS = {"low": "#efe3c8", "middle": "#e3cd9a", "climax": "#d6ac5b"}
OTHER_TINT = "#e6e2da"
FREQUENCIES_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True)
class Box:
    """A panel, in pixels of the picture."""

    left: int
    top: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        """First row under it."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """First column beside it."""
        return self.left + self.width


class Sheet:
    """A picture that panels are drawn on, all of them as wide as the same time."""

    def __init__(self, size_px: tuple[int, int], duration_s: float) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", size_px, PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.duration_s = duration_s

    def few_colours(self) -> Image.Image:
        """Return the picture in 256 colours, which looks the same and is a third of the size."""
        from PIL import Image

        cover = Image.Quantize.MAXCOVERAGE
        return self.image.quantize(256, method=cover, kmeans=2, dither=Image.Dither.NONE)

    def text(
        self, x: float, y: float, text: str, anchor: str, size_px: int = SMALL_PX, fill: str = INK
    ) -> None:
        """Write a line; letters that the font does not have are left out."""
        self.draw.text((x, y), printable(text), fill=fill, font=font(size_px), anchor=anchor)

    def heading(self, box: Box, title: str, about: str, parts: Sequence[Part]) -> None:
        """Write the title, what it is about, and who plays."""
        entries = [(part.name, part.colour) for part in parts]
        room = self._legend(box.right, box.bottom, entries, font(TEXT_PX)) - box.left
        x = float(box.left)
        beside = font(TEXT_PX).getlength(printable(about)) + GAP_PX
        if printable(title):
            lines = fitted(
                printable(title),
                max(LEAST_TITLE_PX, int(room - beside)),
                2 * TITLE_PX - 1,  # less than two lines: it stays on one
                largest_px=TITLE_PX,
                smallest_px=TEXT_PX,
            )
            self.text(x, box.bottom, lines.lines[0], "ls", lines.size_px)
            x += font(lines.size_px).getlength(lines.lines[0]) + GAP_PX
        if x - box.left + beside < room:
            self.text(x, box.bottom, about, "ls", TEXT_PX)

    def _legend(
        self, right: float, base: float, entries: Sequence[tuple[str, str]], letters: FreeTypeFont
    ) -> float:
        """Write names behind squares of their colours, ending at ``right``; return the left end."""
        side = round(0.7 * letters.size)
        for name, colour in reversed(entries):
            right -= letters.getlength(printable(name))
            self.draw.text((right, base), printable(name), fill=INK, font=letters, anchor="ls")
            right -= side + 7
            self.draw.rectangle((right, base - side, right + side - 1, base - 1), fill=colour)
            right -= GAP_PX
        return right

    def times(self, panels: Sequence[Box]) -> None:
        """Mark the same times in all panels, and label them under the last."""
        last = panels[-1]
        for time_s, label in time_ticks(self.duration_s, last.width // 110):
            x = last.left + round(last.width * time_s / self.duration_s)
            for box in panels:
                self.draw.line((x, box.top, x, box.bottom - 1), fill=GRID)
            self.draw.line((x, last.bottom, x, last.bottom + 7), fill=INK)
            self.text(x, last.bottom + 12, label, "mt")

    def spans(self, box: Box, score: Score) -> None:
        """Tint the parts of the form, each with its name where there is room."""
        onsets = [mark.onset for mark in score.marks] or [0]
        names = [(mark.name, mark.kind) for mark in score.marks] or [("", "")]
        places = [box.left + round(box.width * onset / score.n_samples) for onset in onsets]
        places[0] = box.left
        spans = zip(names, pairwise([*places, box.right]), strict=True)
        for (name, kind), group in groupby(spans, key=lambda span: span[0]):
            edges = [edge for _, pair in group for edge in pair]
            self._span(Box(edges[0], box.top, edges[-1] - edges[0], box.height), name, kind)

    def moods(self, box: Box, score: Score) -> None:
        """Name each mood where it begins to hold."""
        places = [box.left + round(box.width * m.onset / score.n_samples) for m in score.modes]
        places[0] = box.left
        for mode, (left, right) in zip(score.modes, pairwise([*places, box.right]), strict=True):
            self._span(Box(left, box.top, right - left, box.height), mode.mood, "")

    def _span(self, box: Box, name: str, kind: str) -> None:
        if box.width < 1:
            return
        gap = 2 if box.width > 8 else 0
        tint = TINTS.get(kind, OTHER_TINT)
        self.draw.rectangle((box.left, box.top, box.right - 1 - gap, box.bottom - 1), fill=tint)
        if font(SMALL_PX).getlength(printable(name)) + 12 < box.width:
            self.text(box.left + (box.width - gap) / 2, box.top + box.height / 2, name, "mm")

    def roll(self, box: Box, score: Score, parts: Sequence[Part]) -> None:
        """Draw notes by pitch over lines for the tones of the scale, the home note's darkest."""
        pitches = [note.pitch for part in parts for note in part.notes] or [score.tonic]
        roll = Roll(
            box.width,
            box.height,
            min([*pitches, score.tonic]) - 2,
            max([*pitches, score.tonic + 12]) + 2,
            self.duration_s,
        )
        written: list[int] = []
        for pitch in self._scale(score, roll):
            y = box.top + round(roll.y(pitch))
            is_home = (pitch - score.tonic) % 12 == 0
            self.draw.line((box.left, y, box.right - 1, y), fill=HOME if is_home else GRID)
            if pitch % 1 == 0 and all(abs(y - other) >= TEXT_STEP_PX for other in written):
                self.text(box.left - 10, y, pitch_name(pitch), "rm")
                written.append(y)
        self._paint(box, roll, parts)

    @staticmethod
    def _scale(score: Score, roll: Roll) -> list[float]:
        """Return the tones of the first scale within the roll: home notes, fifths, the others."""
        scale = score.modes[0].scale if score.modes else (0.0,)
        octaves = range(-10, 11)
        tones = [score.tonic + 12 * octave + step for octave in octaves for step in scale]
        inside = [pitch for pitch in tones if roll.lowest < pitch < roll.highest]
        rank = {0.0: 0, 7.0: 1}
        return sorted(inside, key=lambda pitch: rank.get((pitch - score.tonic) % 12, 2))

    def _paint(self, box: Box, roll: Roll, parts: Sequence[Part]) -> None:
        from PIL import Image

        place = (box.left, box.top, box.right, box.bottom)
        ground = np.array(self.image.crop(place))
        roll.paint(ground, parts)
        self.image.paste(Image.fromarray(ground), place[:2])

    def drums(self, box: Box, parts: Sequence[Part]) -> None:
        """Draw the strokes of drums in a lane of their own, high ones above low ones."""
        pitches = [note.pitch for part in parts for note in part.notes]
        low, high = min(pitches), max(pitches)
        reach = max(1.0, high - low)
        roll = Roll(
            box.width,
            box.height,
            low - reach * 0.5,
            high + reach * 0.5,
            self.duration_s,
            box.height / 3.0,
        )
        stroke_s = STROKE_PX * self.duration_s / box.width
        strokes = [
            replace(
                part, rings=False, notes=tuple(replace(n, duration_s=stroke_s) for n in part.notes)
            )
            for part in parts
        ]
        self._paint(box, roll, strokes)
        self.text(box.left - 10, box.top + box.height / 2, "drum", "rm")

    def levels(self, box: Box, hearing: Hearing) -> None:
        """Draw peak and RMS, the left channel upwards and the right one downwards."""
        highest = max(1e-4, float(hearing.peak.max()))
        peak_db = gain_to_db(highest)
        marked_db = 6.0 * math.floor((peak_db - 0.5) / 6.0)
        half, middle = box.height / 2.0, box.top + box.height // 2
        unit = half / highest
        for values, colour in ((hearing.peak, MUSIC_COLOUR), (hearing.rms, RMS_COLOUR)):
            for column, (left, right) in enumerate(values.T * unit):
                x = box.left + column
                self.draw.line((x, middle - round(left), x, middle + round(right)), fill=colour)
        for sign, name in ((-1, "left"), (1, "right")):
            self.text(box.left - 10, middle + sign * half * 0.75, name, "rm")
            y = middle + sign * round(unit * db_to_gain(marked_db))
            self.draw.line((box.right, y, box.right + 6, y), fill=INK)
            self.text(box.right + 12, y, decibels(marked_db), "lm")
        self._legend(
            box.right,
            box.top - 8,
            (("peak", MUSIC_COLOUR), ("RMS", RMS_COLOUR)),
            font(SMALL_PX),
        )

    def spectrum(self, box: Box, hearing: Hearing) -> None:
        """Draw the spectrum over time, and beside it what its colours mean."""
        from PIL import Image

        level_db = 10.0 * np.log10(np.maximum(hearing.power, 1e-20))
        top_db = 6.0 * math.ceil(max(-90.0, float(level_db.max())) / 6.0)
        part = np.clip((level_db - top_db) / RANGE_DB + 1.0, 0.0, 1.0)
        colours = _heat()
        self.image.paste(Image.fromarray(colours[_steps(part)]), (box.left, box.top))
        octaves = math.log2(HIGHEST_HZ / LOWEST_HZ)
        for hz in FREQUENCIES_HZ:
            y = box.top + round(box.height * math.log2(HIGHEST_HZ / hz) / octaves)
            self.draw.line((box.left - 6, y, box.left - 1, y), fill=INK)
            label = f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz"
            self.text(box.left - 10, y, label, "rm")
        self._colour_bar(Box(box.right + 14, box.top, 14, box.height), top_db)

    def _colour_bar(self, box: Box, top_db: float) -> None:
        from PIL import Image

        steps = _steps(np.linspace(1.0, 0.0, box.height))
        bar = np.repeat(_heat()[steps][:, None, :], box.width, axis=1)
        self.image.paste(Image.fromarray(bar), (box.left, box.top))
        for below_db in range(0, int(RANGE_DB) + 1, 12):
            y = box.top + box.height * below_db / RANGE_DB
            self.text(box.right + 6, y, decibels(top_db - below_db), "lm")


def decibels(level_db: float) -> str:
    """Write a level with a minus sign that is as wide as a digit."""
    return f"{level_db:.0f} dB".replace("-", "−")


def _steps(part: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.asarray(np.rint(part * (HEAT_STEPS - 1)), dtype=np.int64)


def _heat() -> npt.NDArray[np.uint8]:
    """Return the colours from quiet to loud, shape (HEAT_STEPS, 3)."""
    corners = np.stack([rgb(colour) for colour in HEAT])
    places = np.linspace(0, len(HEAT) - 1, HEAT_STEPS)
    channels = [np.interp(places, range(len(HEAT)), corners[:, i]) for i in range(3)]
    return np.asarray(np.rint(np.stack(channels, axis=1)), dtype=np.uint8)
