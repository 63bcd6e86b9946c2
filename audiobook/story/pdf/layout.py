"""Runs of text on a page in, its lines in the order in which they are read, out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Row", "rows_of"]

MIN_COLUMN_ROWS = 5
MAX_CROSSING = 0.2  # of the rows may run over the gap between columns: titles, pictures' captions
MAX_DEPTH = 3
GAP_HEIGHTS = 1.6  # of a line: a wider gap is no space between words
SPACE_HEIGHTS = 0.12


@dataclass(frozen=True)
class Row:
    """A line of text, or the part of it in one column; in points, y upwards.

    Attributes
    ----------
    page : int
        From 0.
    left, bottom, right, top : float
        Its box.
    column : (float, float)
        Left and right edge of the column it is in.
    """

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
    column: tuple[float, float] = (0.0, 0.0)

    @property
    def height(self) -> float:
        """Of its box, in points."""
        return self.top - self.bottom


def rows_of(runs: Iterable[Sequence[float | str]], page: int) -> list[Row]:
    """Return the rows of a page as they are read: columns from left to right."""
    found = [Row(str(r[4]), page, float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in runs]
    return _ordered([*_joined(found)], 0)


def _joined(runs: list[Row]) -> Iterable[Row]:
    """Yield rows of the runs that stand beside one another."""
    lines: list[list[Row]] = []
    for run in sorted(runs, key=lambda r: -(r.top + r.bottom)):
        middle = (run.top + run.bottom) / 2
        if lines and any(r.bottom < middle < r.top for r in lines[-1][-8:]):
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        height = median(run.height for run in line)
        line.sort(key=lambda run: run.left)
        start = 0
        for i in range(1, len(line) + 1):
            is_apart = i < len(line) and line[i].left - line[i - 1].right > GAP_HEIGHTS * max(
                height, 6.0
            )
            if i == len(line) or is_apart:
                yield _row(line[start:i])
                start = i


def _row(runs: list[Row]) -> Row:
    if _is_from_right(runs):
        runs = runs[::-1]
    text = ""
    for i, run in enumerate(runs):
        gap = max(run.left - runs[i - 1].right, runs[i - 1].left - run.right) if i else 0.0
        text += f" {run.text}" if gap > SPACE_HEIGHTS * run.height else run.text
    return Row(
        " ".join(text.split()),
        runs[0].page,
        min(run.left for run in runs),
        min(run.bottom for run in runs),
        max(run.right for run in runs),
        max(run.top for run in runs),
    )


def _is_from_right(runs: list[Row]) -> bool:
    kinds = [unicodedata.bidirectional(char) for run in runs for char in run.text[:50]]
    return sum(kind in ("R", "AL") for kind in kinds) > sum(kind == "L" for kind in kinds)


def _ordered(rows: list[Row], depth: int) -> list[Row]:
    gutter = _gutter(rows) if depth < MAX_DEPTH else None
    if gutter is None:
        edges = _edges(rows)
        return [
            Row(r.text, r.page, r.left, r.bottom, r.right, r.top, edges)
            for r in sorted(rows, key=lambda r: (-r.top, r.left))
        ]
    ordered: list[Row] = []
    sides: tuple[list[Row], list[Row]] = ([], [])
    for row in sorted(rows, key=lambda r: -r.top):
        if row.left < gutter < row.right:
            ordered += [*_ordered(sides[0], depth + 1), *_ordered(sides[1], depth + 1)]
            sides = ([], [])
            ordered.append(Row(row.text, row.page, row.left, row.bottom, row.right, row.top,
                               _edges(rows)))  # fmt: skip
        else:
            sides[row.left >= gutter].append(row)
    return [*ordered, *_ordered(sides[0], depth + 1), *_ordered(sides[1], depth + 1)]


def _edges(rows: Sequence[Row]) -> tuple[float, float]:
    return min((r.left for r in rows), default=0.0), max((r.right for r in rows), default=0.0)


def _gutter(rows: Sequence[Row]) -> float | None:
    """Return where a page is divided into columns: where few rows cross and many end or begin."""
    if len(rows) < 2 * MIN_COLUMN_ROWS:
        return None
    left, right = _edges(rows)
    best: tuple[int, float] | None = None
    for step in range(25, 76):
        x = left + (right - left) * step / 100
        n_before = sum(row.right <= x for row in rows)
        n_after = sum(row.left >= x for row in rows)
        n_across = len(rows) - n_before - n_after
        if min(n_before, n_after) >= MIN_COLUMN_ROWS and n_across <= MAX_CROSSING * len(rows):
            beside = [r for r in rows if r.left >= x and _has_neighbour(r, rows, x)]
            if len(beside) * 2 >= n_after and (best is None or n_across < best[0]):
                best = (n_across, x)
    return best[1] if best else None


def _has_neighbour(row: Row, rows: Sequence[Row], x: float) -> bool:
    return any(o.right <= x and o.bottom < row.top and row.bottom < o.top for o in rows)
