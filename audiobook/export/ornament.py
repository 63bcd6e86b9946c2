"""A seed in, the lines of an ornament out, in the manner of Kazakh *oyu-örnek*.

The felt carpets of the steppe repeat one figure in endless turns: *qoshqar müiz*, the ram's horns,
a stem that parts into two volutes. Here it is drawn from a spiral whose bend grows with its length,
mirrored about its stem, set in four- and eightfold symmetry for the medallion and in rows for the
border. Everything is a stroke of changing width or a filled outline in units of its own frame, so
that the painter decides on size and colour.
"""

from __future__ import annotations

import cmath
import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Design",
    "Figure",
    "Shape",
    "Stroke",
    "around",
    "border_unit",
    "design",
    "disc",
    "heart",
    "horns",
    "leaf",
    "lozenge",
    "medallion",
    "outline",
    "placed",
]

Point: TypeAlias = complex  # x to the right, y upwards: turns and mirrors are arithmetic


@dataclass(frozen=True)
class Stroke:
    """A line of changing width: its middle, and half its width at each point."""

    points: tuple[Point, ...]
    radii: tuple[float, ...]


@dataclass(frozen=True)
class Shape:
    """A filled outline."""

    points: tuple[Point, ...]


Figure: TypeAlias = tuple[Stroke | Shape, ...]


@dataclass(frozen=True)
class Design:
    """What a seed decides.

    Attributes
    ----------
    curl : float
        How far the great horns turn in, in full turns.
    spread : float
        How wide they open.
    heart : str
        What stands in the middle: ``"shanyraq"`` (the crown of a yurt), ``"sun"`` or ``"diamond"``.
    between : str
        What stands between the horns: ``"horns"``, ``"leaf"`` or ``"bird"``.
    frame : str
        What encloses the medallion: ``"circle"``, ``"diamond"`` or ``"flower"``.
    row : str
        The figure of the border: ``"horns"``, ``"scroll"`` or ``"teeth"``.
    """

    curl: float
    spread: float
    heart: str
    between: str
    frame: str
    row: str


def design(seed: str) -> Design:
    """Return the design that belongs to a seed, such as a title."""
    chance = hashlib.sha256(seed.encode()).digest()
    return Design(
        curl=1.0 + 0.22 * chance[0] / 255,
        spread=0.84 + 0.16 * chance[1] / 255,
        heart=("shanyraq", "sun", "diamond")[chance[2] % 3],
        between=("horns", "leaf", "bird")[chance[3] % 3],
        frame=("circle", "diamond", "flower")[chance[4] % 3],
        row=("horns", "scroll", "teeth")[chance[5] % 3],
    )


def volute(turns: float, length: float, width: float, *, lean: float = 0.0) -> Stroke:
    """Return the right-hand horn of a pair, growing upwards from the origin.

    Parameters
    ----------
    turns : float
        How far it turns to the right, in full turns.
    length : float
        Of its middle line.
    width : float
        Half its width where it starts; it narrows a little and ends in a bud.
    lean : float
        Where it first points, in turns to the right of upwards.
    """
    n_steps = 160
    position, points, radii = 0j, [], []
    steps = [math.exp(-2.1 * k / n_steps) for k in range(n_steps)]
    scale = length / sum(steps)
    for k, step in enumerate(steps):
        along = k / (n_steps - 1)
        heading = 0.25 - lean - turns * along**1.25
        points.append(position)
        radii.append(width * (1 - 0.32 * along))
        position += step * scale * cmath.exp(2j * math.pi * heading)
    bud = [0.9 + 0.55 * math.sin(math.pi / 2 * k / 14) for k in range(15)]
    radii[-15:] = [width * 0.78 * b for b in bud]
    return Stroke(tuple(points), tuple(radii))


def horns(turns: float, width: float = 0.1, lean: float = 0.0) -> Figure:
    """Return *qoshqar müiz*: two volutes from one stem, about 1 high and 2 wide."""
    return mirrored([volute(turns, 2.2, width, lean=lean)])


def leaf(width: float = 0.24) -> Figure:
    """Return a pointed leaf from (0, 0) to (0, 1)."""
    side = [complex(width * math.sin(math.pi * t**0.8), t) for t in _steps(40)]
    return (Shape((*side, *(complex(-p.real, p.imag) for p in reversed(side)))),)


def lozenge(width: float = 0.6) -> Figure:
    """Return an upright lozenge from (0, 0) to (0, 1), its sides a little hollow."""
    corners = (0j, complex(width / 2, 0.5), 1j, complex(-width / 2, 0.5))
    points: list[Point] = []
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        hollow = (a + b) / 2 * 0.86 + 0.5j * 0.14
        points += [(1 - t) ** 2 * a + 2 * t * (1 - t) * hollow + t * t * b for t in _steps(12)]
    return (Shape(tuple(points)),)


def ring(radius: float, width: float) -> Figure:
    """Return a circle line about the origin."""
    points = tuple(cmath.rect(radius, 2 * math.pi * t) for t in _steps(240))
    return (Stroke(points, (width / 2,) * len(points)),)


def disc(radius: float) -> Figure:
    """Return a filled circle about the origin."""
    return (Shape(tuple(cmath.rect(radius, 2 * math.pi * t) for t in _steps(120))),)


def line(a: Point, b: Point, width: float) -> Stroke:
    """Return a straight stroke with round ends."""
    points = tuple(a + (b - a) * t for t in _steps(60))
    return Stroke(points, (width / 2,) * len(points))


def around(figure: Iterable[Stroke | Shape], times: int, first: float = 0.0) -> Figure:
    """Return the figure turned about the origin into each of ``times`` equal directions."""
    parts = tuple(figure)
    turns = (first + k / times for k in range(times))
    return tuple(part for turn in turns for part in placed(parts, 0j, 1.0, turn))


def outline(kind: str, radius: float) -> Figure:
    """Return what encloses the medallion, filled: about ``radius`` from the middle to its edge."""
    points = []
    for t in _steps(480):
        angle = 2 * math.pi * t
        reach = radius
        if kind == "flower":
            reach *= 1 + 0.055 * abs(math.cos(4 * angle)) ** 0.7 - 0.02
        elif kind == "diamond":
            # A square on its tip with round sides: a norm between the square's and the circle's.
            power = 1.45
            c, s = abs(math.cos(angle)), abs(math.sin(angle))
            reach *= 1.06 / (c**power + s**power) ** (1 / power)
        points.append(cmath.rect(reach, angle))
    return (Shape(tuple(points)),)


def medallion(plan: Design) -> Figure:
    """Return the ornament of the middle: fourfold, within 0.95 of the origin."""
    great = placed(horns(plan.curl, 0.13), 0.22j, 0.36 * plan.spread)
    small = placed(horns(plan.curl, 0.15), 0.64j, 0.22)
    tip = placed(lozenge(0.7), 0.83j, 0.15)
    axis = (*great, *small, *tip, line(0.2j, 0.72j, 0.06))
    between = {
        "horns": (*placed(horns(plan.curl, 0.15), 0.64j, 0.24), line(0.2j, 0.68j, 0.05)),
        "leaf": (*placed(leaf(0.22), 0.56j, 0.4), line(0.2j, 0.62j, 0.05)),
        "bird": (
            *placed(horns(0.6, 0.12, lean=0.05), 0.62j, 0.22),
            *placed(lozenge(0.7), 0.76j, 0.15),
            line(0.2j, 0.68j, 0.05),
        ),
    }[plan.between]
    return around(axis, 4) + around(between, 4, 1 / 8)


def heart(plan: Design) -> Figure:
    """Return what stands in the middle of the medallion, within 0.2 of the origin."""
    if plan.heart == "shanyraq":
        bars = [line(complex(x, -0.13), complex(x, 0.13), 0.02) for x in (-0.045, 0.0, 0.045)]
        return (*ring(0.15, 0.035), *around(bars, 4))
    if plan.heart == "sun":
        return (*disc(0.075), *around(placed(leaf(0.3), 0.1j, 0.1), 8))
    return (*around(placed(lozenge(0.8), 0.02j, 0.15), 4), *disc(0.03))


def border_unit(kind: str) -> Figure:
    """Return one repeat of the border, 1 wide and 1 high, about the origin.

    What is laid is as wide as what is left, as in felt where one cut gives two cloths.
    """
    if kind == "horns":
        up = (*placed(horns(1.12, 0.15), -0.4j, 0.35), *placed(lozenge(0.8), -0.1j, 0.2))
        return (*up, *placed(up, 0.5, 1.0, 0.5))
    if kind == "scroll":
        half = placed([volute(1.2, 2.2, 0.19, lean=0.03)], 0j, 0.4, -0.16)
        return (*half, *placed(half, 0j, 1.0, 0.5), *placed(lozenge(0.9), 0.5 - 0.13j, 0.26))
    teeth = Shape((-0.44 - 0.4j, 0.44 - 0.4j, 0.3j))
    return (teeth, *placed(lozenge(0.9), 0.5 + 0.02j, 0.36))


def mirrored(figure: Iterable[Stroke | Shape]) -> Figure:
    """Return the figure and its mirror image about the upright."""
    parts = tuple(figure)
    return parts + tuple(_mapped(part, lambda p: complex(-p.real, p.imag), 1.0) for part in parts)


def placed(figure: Iterable[Stroke | Shape], at: Point, size: float, turn: float = 0.0) -> Figure:
    """Return the figure scaled, turned by a part of a full turn, and moved."""
    factor = size * cmath.exp(2j * math.pi * turn)
    return tuple(_mapped(part, lambda p: at + factor * p, size) for part in figure)


def _mapped(part: Stroke | Shape, move: Callable[[Point], Point], scale: float) -> Stroke | Shape:
    points = tuple(move(p) for p in part.points)
    if isinstance(part, Shape):
        return Shape(points)
    return Stroke(points, tuple(r * scale for r in part.radii))


def _steps(n_steps: int) -> list[float]:
    return [k / n_steps for k in range(n_steps + 1)]
