"""Levels of speech and music over time in, a picture of them out."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.export.axes import GRID, INK, PAPER, time_ticks
from audiobook.export.files import write_whole
from audiobook.export.lettering import font

if TYPE_CHECKING:
    from PIL import ImageDraw

__all__ = ["MUSIC_COLOUR", "SPEECH_COLOUR", "draw_levels"]

FLOOR_DB, CEILING_DB, GRID_DB = -60.0, 0.0, 10
OVERSAMPLING = 2
SPEECH_COLOUR, MUSIC_COLOUR = "#0d6986", "#e3a72f"


@dataclass(frozen=True)
class _Plot:
    """Where the axes lie, in pixels of the enlarged picture."""

    left: int
    top: int
    right: int
    bottom: int
    duration_s: float

    def x(self, time_s: float) -> float:
        return self.left + (self.right - self.left) * time_s / self.duration_s

    def y(self, level_db: float) -> float:
        part = (CEILING_DB - min(CEILING_DB, max(FLOOR_DB, level_db))) / (CEILING_DB - FLOOR_DB)
        return self.top + (self.bottom - self.top) * part


def draw_levels(
    speech_db: Sequence[float],
    music_db: Sequence[float],
    step_s: float,
    path: Path,
    *,
    title: str = "",
    size_px: tuple[int, int] = (1600, 460),
) -> None:
    """Draw how loud speech and music are over time, one behind the other, as a PNG.

    Parameters
    ----------
    speech_db, music_db : sequence of float
        Levels in dB or LUFS, one for each ``step_s``; below -60 is drawn as silence. The shorter
        is silent to the end of the longer.
    step_s : float > 0
        Time between two levels, in seconds.
    path : Path
        The picture; appears whole or not at all.
    title : str
        Stands above the picture.
    size_px : (int, int)
        Width and height.

    Raises
    ------
    ValueError
        If there is no level, or ``step_s`` is not positive.
    ExportError
        If the picture cannot be written.
    """
    n_levels = max(len(speech_db), len(music_db))
    if n_levels == 0 or step_s <= 0:
        raise ValueError(f"{n_levels} levels at step_s={step_s}: nothing to draw")
    from PIL import Image, ImageDraw

    width, height = (side * OVERSAMPLING for side in size_px)
    plot = _Plot(130, 110, width - 50, height - 90, n_levels * step_s)
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    _draw_grid(draw, plot)
    areas = ((speech_db, SPEECH_COLOUR), (music_db, MUSIC_COLOUR))
    _draw_areas(draw, plot, areas, step_s)
    _draw_legend(draw, plot, title)
    buffer = io.BytesIO()
    picture.resize(size_px, Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    write_whole(path, buffer.getvalue())


def _draw_areas(
    draw: ImageDraw.ImageDraw,
    plot: _Plot,
    areas: Sequence[tuple[Sequence[float], str]],
    step_s: float,
) -> None:
    """Fill what is below each level, the louder behind: one column of pixels after another."""
    seconds_per_column = plot.duration_s / (plot.right - plot.left)
    for column in range(plot.left, plot.right):
        start_s = (column - plot.left) * seconds_per_column
        first = int(start_s / step_s)
        last = max(first + 1, math.ceil((start_s + seconds_per_column) / step_s))
        heard = [(_highest(levels[first:last]), colour) for levels, colour in areas]
        for level_db, colour in sorted(heard, reverse=True):
            if level_db > FLOOR_DB:
                draw.line(((column, plot.y(level_db)), (column, plot.bottom)), fill=colour)


def _highest(levels: Sequence[float]) -> float:
    return max((level for level in levels if not math.isnan(level)), default=FLOOR_DB)


def _draw_grid(draw: ImageDraw.ImageDraw, plot: _Plot) -> None:
    letters = font(15 * OVERSAMPLING)
    for level_db in range(int(FLOOR_DB), int(CEILING_DB) + 1, GRID_DB):
        y = plot.y(level_db)
        draw.line(((plot.left, y), (plot.right, y)), fill=GRID, width=2)
        level = f"{level_db} dB".replace("-", "−")
        draw.text((plot.left - 16, y), level, fill=INK, font=letters, anchor="rm")
    room_for = max(2, (plot.right - plot.left) // 220)
    for time_s, label in time_ticks(plot.duration_s, room_for):
        x = plot.x(time_s)
        draw.line(((x, plot.bottom), (x, plot.bottom + 12)), fill=INK, width=2)
        draw.text((x, plot.bottom + 22), label, fill=INK, font=letters, anchor="mt")
    draw.line(((plot.left, plot.bottom), (plot.right, plot.bottom)), fill=INK, width=2)


def _draw_legend(draw: ImageDraw.ImageDraw, plot: _Plot, title: str) -> None:
    letters = font(18 * OVERSAMPLING)
    draw.text((plot.left, plot.top - 30), title, fill=INK, font=letters, anchor="ls")
    x = float(plot.right)
    for name, colour in (("music", MUSIC_COLOUR), ("speech", SPEECH_COLOUR)):
        x -= letters.getlength(name)
        draw.text((x, plot.top - 30), name, fill=INK, font=letters, anchor="ls")
        draw.rectangle((x - 40, plot.top - 54, x - 14, plot.top - 28), fill=colour)
        x -= 90
