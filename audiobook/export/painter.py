"""Figures in, a picture out: the cloth on which the cover's ornament is laid."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audiobook.export.ornament import Shape, Stroke

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PALETTES", "Cloth", "Palette"]


@dataclass(frozen=True)
class Palette:
    """The colours of one cover, as ``#rrggbb``: traditional dyes of felt, names are what they were.

    Attributes
    ----------
    ground : str
        The cover.
    patch : str
        What lies on it: the medallion's ground and the border's figures.
    figure : str
        The horns on the patch.
    accent : str
        Cords and hearts.
    text : str
        Letters on the ground.
    """

    name: str
    ground: str
    patch: str
    figure: str
    accent: str
    text: str


PALETTES = (
    Palette("sky", "#0d6986", "#f5e6c3", "#0d6986", "#e3a72f", "#fbefd2"),
    Palette("madder", "#861a2a", "#f4e3c4", "#861a2a", "#d9962b", "#f9ead0"),
    Palette("indigo", "#222c58", "#e6b450", "#222c58", "#c6432f", "#f4dca2"),
    Palette("spruce", "#1c4a39", "#f1e2bf", "#1c4a39", "#cf5a2e", "#f6e9cb"),
    Palette("ochre", "#d39a3a", "#4b2016", "#f0d59b", "#cf4a2e", "#3c170e"),
    Palette("walnut", "#3a2318", "#dcb57e", "#3a2318", "#2b7f86", "#ecd0a1"),
    Palette("night", "#131f30", "#1b8594", "#f6e7c4", "#e6a931", "#f6e7c4"),
    Palette("mulberry", "#561c43", "#f3e0c6", "#561c43", "#db932f", "#f8e8d0"),
)


class Cloth:
    """A square picture drawn twice as large as it is shown, so that edges are smooth.

    Positions are pixels of the finished picture, from its upper left corner.
    """

    OVERSAMPLING = 2

    def __init__(self, width: int, height: int, colour: str) -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        self.image = Image.new(
            "RGB", (width * self.OVERSAMPLING, height * self.OVERSAMPLING), colour
        )
        self.draw = ImageDraw.Draw(self.image)

    def lay(
        self,
        figure: Iterable[Stroke | Shape],
        at: tuple[float, float],
        size: float,
        colour: str,
        *,
        wider_by: float = 0.0,
    ) -> None:
        """Lay a figure with its origin at a place, one unit ``size`` pixels long.

        ``wider_by`` pixels are added all around, as for a cord that shows beneath the figure.
        """
        x, y = (place * self.OVERSAMPLING for place in at)
        scale, grown = size * self.OVERSAMPLING, wider_by * self.OVERSAMPLING
        for part in figure:
            points = [(x + p.real * scale, y - p.imag * scale) for p in part.points]
            if isinstance(part, Shape):
                self.draw.polygon(points, fill=colour)
                radii = [grown] * len(points)
            else:
                radii = [radius * scale + grown for radius in part.radii]
            self._run_along(points, radii, colour)

    def _run_along(
        self, points: list[tuple[float, float]], radii: list[float], colour: str
    ) -> None:
        """Press a round stamp along a line."""
        for (x, y), radius in zip(points, radii, strict=True):
            if radius > 0:
                self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        for a, b, radius in zip(points, points[1:], radii, strict=False):
            if radius > 0:
                self.draw.line((a, b), fill=colour, width=max(1, round(2 * radius)))

    def box(self, inset: float, colour: str) -> None:
        """Fill all but a margin of ``inset`` pixels."""
        left = inset * self.OVERSAMPLING
        right = (self.width - inset) * self.OVERSAMPLING - 1
        bottom = (self.height - inset) * self.OVERSAMPLING - 1
        self.draw.rectangle((left, left, right, bottom), fill=colour)

    def finished(self, seed: str, *, grain: float = 0.15) -> Image.Image:
        """Return the picture at its size, with the faint grain of felt."""
        from PIL import Image, ImageChops, ImageFilter

        picture = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        size = (self.width // 3, self.height // 3)
        wool = hashlib.shake_256(seed.encode("utf-8", "replace")).digest(size[0] * size[1])
        fibres = Image.frombytes("L", size, wool)
        fibres = fibres.filter(ImageFilter.GaussianBlur(1.0)).resize(picture.size)
        # Around the middle grey, which an overlay leaves as it is.
        lit = fibres.point([round(127.5 + (value - 127.5) * grain) for value in range(256)])
        return ImageChops.overlay(picture, Image.merge("RGB", [lit] * 3))
