"""What was heard of a chapter in, an SVG drawing of it out: waveform, and levels over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from audiobook.check.hear import Heard
from audiobook.loudness import CELL_S, SILENT_LUFS, Energies, momentary, short_term

__all__ = ["draw"]

WIDTH, LEFT, RIGHT = 960, 44, 8
WAVE_TOP, WAVE_HEIGHT = 4, 56
PLOT_TOP, PLOT_HEIGHT, BOTTOM = 70, 150, 20
HEIGHT = PLOT_TOP + PLOT_HEIGHT + BOTTOM
FLOOR_LUFS, CEILING_LUFS, GRID_LU = -60, 0, 12
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TIMES = 10

Values = npt.NDArray[np.float64]


def draw(
    heard: Heard,
    speech: Energies | None,
    music: Energies | None,
    *,
    name: str,
    n_columns: int,
    target_lufs: float,
    faults: Sequence[tuple[float, str]] = (),
) -> str:
    """Draw a file.

    Parameters
    ----------
    speech, music : array or None
        Energies of the stems, if they could be had.
    name : str
        What it is, for those who do not see it.
    n_columns : int
        Points of each curve, however long the sound is: what bounds the drawing's size.
    target_lufs : float
        A line is drawn there.
    faults : sequence of (seconds, str)
        Moments to point at.
    """
    duration_s = max(heard.duration_s, CELL_S)
    parts = [*_grid(duration_s, target_lufs), _wave(heard, n_columns)]
    for energies, kind in ((speech, "speech"), (music, "music")):
        if energies is not None and len(energies):
            parts.append(_area(_levels(momentary, energies, n_columns), kind))
    parts.append(_line(_levels(momentary, heard.energies, n_columns), "momentary"))
    parts.append(_line(_levels(short_term, heard.energies, n_columns), "short-term"))
    parts += [_fault(time_s / duration_s, text) for time_s, text in faults]
    label = escape(f"{name}: waveform, and loudness over {duration_s:.0f} s", quote=True)
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg {view} role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _levels(measure: Callable[[Energies], Energies], energies: Energies, n_columns: int) -> Values:
    """Return the highest loudness in each column; a window is shown at its middle."""
    levels = measure(energies)
    missing = len(energies) - len(levels)
    if not len(levels):
        return np.full(2, SILENT_LUFS)
    padded = np.pad(levels, (missing // 2, missing - missing // 2), mode="edge")
    return _columns(padded, n_columns)


def _columns(values: Values, n_columns: int) -> Values:
    """Return the highest value of each column; fewer values than columns stay as they are."""
    if len(values) <= n_columns:
        return values
    starts = np.arange(n_columns) * len(values) // n_columns
    return np.asarray(np.maximum.reduceat(values, starts))


def _wave(heard: Heard, n_columns: int) -> str:
    peaks = _columns(np.append(heard.peaks, 0.0), n_columns)
    middle, half = WAVE_TOP + WAVE_HEIGHT / 2, WAVE_HEIGHT / 2
    xs = _xs(len(peaks))
    upper = [f"{x} {middle - half * min(1.0, p):.1f}" for x, p in zip(xs, peaks, strict=True)]
    lower = [f"{x} {middle + half * min(1.0, p):.1f}" for x, p in zip(xs, peaks, strict=True)]
    return f'<path class="wave" d="M{"L".join([*upper, *reversed(lower)])}Z"/>'


def _line(levels: Values, kind: str) -> str:
    return f'<path class="{kind}" d="M{"L".join(_points(levels))}"/>'


def _area(levels: Values, kind: str) -> str:
    base = PLOT_TOP + PLOT_HEIGHT
    right = _xs(len(levels))[-1]
    points = "L".join(_points(levels))
    return f'<path class="{kind}" d="M{LEFT} {base}L{points}L{right} {base}Z"/>'


def _points(levels: Values) -> list[str]:
    return [f"{x} {_y(level):.1f}" for x, level in zip(_xs(len(levels)), levels, strict=True)]


def _xs(n_points: int) -> list[str]:
    width = WIDTH - LEFT - RIGHT
    return [f"{LEFT + width * (i + 0.5) / n_points:.1f}" for i in range(n_points)]


def _y(level_lufs: float) -> float:
    share = (CEILING_LUFS - min(CEILING_LUFS, max(FLOOR_LUFS, level_lufs))) / (
        CEILING_LUFS - FLOOR_LUFS
    )
    return PLOT_TOP + PLOT_HEIGHT * share


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _grid(duration_s: float, target_lufs: float) -> Iterator[str]:
    for level in range(FLOOR_LUFS, CEILING_LUFS + 1, GRID_LU):
        y = _y(level)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        label = str(level).replace("-", "−")
        yield f'<text class="y" x="{LEFT - 6}" y="{y + 3.5:.1f}">{label}</text>'
    target = _y(target_lufs)
    yield f'<path class="target" d="M{LEFT} {target:.1f}H{WIDTH - RIGHT}"/>'
    step_s = next((s for s in TIME_STEPS_S if duration_s / s <= MOST_TIMES), TIME_STEPS_S[-1])
    for time_s in range(0, math.ceil(duration_s), step_s):
        yield f'<text class="x" x="{_x(time_s / duration_s):.1f}" y="{HEIGHT - 5}">'
        yield f"{time_s // 60}:{time_s % 60:02d}</text>"


def _fault(share: float, text: str) -> str:
    x = f"{_x(min(1.0, share)):.1f}"
    return (
        f'<g class="fault"><title>{escape(text)}</title>'
        f'<path d="M{x} {WAVE_TOP}V{PLOT_TOP + PLOT_HEIGHT}"/></g>'
    )
