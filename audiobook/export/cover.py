"""A title and an author in, the cover's JPEG out, drawn after the title.

A frame of felt ornament, a medallion, and below it the title and the author. The title is the seed:
the same one always gives the same picture, another one another ornament in other colours.
"""

from __future__ import annotations

import hashlib
import io
import math
from typing import TYPE_CHECKING

from audiobook.export.lettering import fitted, font, printable
from audiobook.export.ornament import (
    Design,
    Figure,
    Shape,
    around,
    border_unit,
    design,
    disc,
    heart,
    horns,
    leaf,
    lozenge,
    medallion,
    outline,
    placed,
)
from audiobook.export.painter import PALETTES, Cloth, Palette

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["SIZE_PX", "as_jpeg", "draw_cover"]

SIZE_PX = 1600
JPEG_QUALITY = 82

# Measures in pixels of the picture; all are taste.
MIDDLE = SIZE_PX / 2
BAND_OUTER, BAND_INNER, CORD = 40, 148, 6
N_UNITS = 13  # repeats of the border on a side
TITLE_WIDTH, TITLE_TOP, TITLE_BOTTOM = 1140, 1010, 1284
TITLE_SIZES = (136, 40)
AUTHOR_MIDDLE, AUTHOR_WIDTH = 1380, 900
AUTHOR_SIZES = (50, 28)
AUTHOR_TRACKING = 0.12  # space between capitals, as a part of the size


def draw_cover(title: str, author: str = "") -> bytes:
    """Draw a cover.

    Parameters
    ----------
    title, author : str
        Any script. One that the font does not have is left off, and the ornament takes its place.

    Returns
    -------
    bytes
        A JPEG of `SIZE_PX` by `SIZE_PX` pixels, the same for the same title and author.
    """
    seed = " ".join(title.encode("utf-8", "replace").decode("utf-8").split())
    plan = design(seed)
    palette = PALETTES[hashlib.sha256(seed.encode()).digest()[-1] % len(PALETTES)]
    return as_jpeg(paint(seed, author, plan, palette))


def paint(title: str, author: str, plan: Design, palette: Palette) -> Image.Image:
    """Return the picture of a title in a given design and colours."""
    name, by = printable(title), printable(author)
    cloth = Cloth(SIZE_PX, SIZE_PX, palette.ground)
    _lay_frame(cloth, plan, palette)
    if name:
        _lay_medallion(cloth, plan, palette, middle_y=592, radius=336)
    else:
        _lay_medallion(cloth, plan, palette, middle_y=MIDDLE - (60 if by else 0), radius=460)
    if name and by:
        _lay_divider(cloth, palette, AUTHOR_MIDDLE - 56)
    picture = cloth.finished(title)
    if name:
        _write_title(picture, name, palette.text)
    if by:
        _write_author(picture, by, palette.text)
    return picture


def as_jpeg(picture: Image.Image, icc_profile: bytes = b"") -> bytes:
    """Encode without metadata, which could tell where and when a picture was taken."""
    buffer = io.BytesIO()
    picture.save(
        buffer, "JPEG", quality=JPEG_QUALITY, optimize=True, icc_profile=icc_profile or None
    )
    return buffer.getvalue()


def _lay_frame(cloth: Cloth, plan: Design, palette: Palette) -> None:
    cloth.box(BAND_OUTER, palette.accent)
    cloth.box(BAND_OUTER + CORD, palette.patch)
    cloth.box(BAND_INNER, palette.accent)
    cloth.box(BAND_INNER + CORD, palette.ground)
    band_middle = (BAND_OUTER + CORD + BAND_INNER) / 2
    step = (SIZE_PX - 2 * BAND_INNER) / N_UNITS
    unit = border_unit(plan.row)
    for side in range(4):
        quarter = complex(0, -1) ** side
        for k in range(-1, N_UNITS):  # half of one more shows at the near corner
            along = BAND_INNER + step * (k + 0.5) - MIDDLE
            at = complex(along, MIDDLE - band_middle) * quarter
            figure = placed(unit, at, step, -side / 4)
            cloth.lay(figure, (MIDDLE, MIDDLE), 1, palette.ground)
    far = SIZE_PX - band_middle
    rosette = around(placed(leaf(0.32), 0.05j, 0.42), 4, 1 / 8)
    for corner in [(x, y) for x in (band_middle, far) for y in (band_middle, far)]:
        half = (BAND_INNER - BAND_OUTER - CORD) / 2
        cloth.lay(_square(half), corner, 1, palette.accent)
        cloth.lay(_square(half - CORD), corner, 1, palette.ground)
        cloth.lay(rosette, corner, 2 * half - 2 * CORD, palette.patch)
    _lay_spandrels(cloth, plan, palette)


def _square(half: float) -> Figure:
    return (Shape((-half - half * 1j, half - half * 1j, half + half * 1j, -half + half * 1j)),)


def _lay_spandrels(cloth: Cloth, plan: Design, palette: Palette) -> None:
    """Lay a pair of horns in each corner of the field, growing towards the middle."""
    figure = (*horns(plan.curl, 0.1), *placed(lozenge(0.7), 0.95j, 0.4))
    inset = BAND_INNER + CORD + 44
    for side in range(4):
        corner = complex(MIDDLE - inset, MIDDLE - inset) * complex(0, -1) ** side
        turned = placed(figure, corner, 76, 3 / 8 - side / 4)
        cloth.lay(turned, (MIDDLE, MIDDLE), 1, palette.accent)


def _lay_medallion(
    cloth: Cloth, plan: Design, palette: Palette, *, middle_y: float, radius: float
) -> None:
    at = (MIDDLE, middle_y)
    rings = (
        (1.15, palette.accent),
        (1.135, palette.ground),
        (1.07, palette.accent),
        (1.04, palette.patch),
    )
    for reach, colour in rings:
        cloth.lay(outline(plan.frame, reach), at, radius, colour)
    figure = medallion(plan)
    cloth.lay(figure, at, radius, palette.accent, wider_by=5)
    cloth.lay(figure, at, radius, palette.figure)
    cloth.lay(disc(0.215), at, radius, palette.figure)
    cloth.lay(disc(0.195), at, radius, palette.patch)
    cloth.lay(heart(plan), at, radius, palette.accent)


def _lay_divider(cloth: Cloth, palette: Palette, y: float) -> None:
    """Lay a lozenge between two lines, above the author."""
    cloth.lay(placed(lozenge(1.0), -0.5j, 1.0), (MIDDLE, y), 26, palette.accent)
    for sign in (-1, 1):
        tail = placed(leaf(0.05), 0.9 * sign, 4.2, -sign / 4)
        cloth.lay(tail, (MIDDLE, y), 26, palette.accent)


def _write_title(picture: Image.Image, title: str, colour: str) -> None:
    from PIL import ImageDraw

    largest, smallest = TITLE_SIZES
    height = TITLE_BOTTOM - TITLE_TOP
    block = fitted(title, TITLE_WIDTH, height, largest_px=largest, smallest_px=smallest)
    draw = ImageDraw.Draw(picture)
    top = (TITLE_TOP + TITLE_BOTTOM) / 2 - block.step_px * (len(block.lines) - 1) / 2
    for k, line in enumerate(block.lines):
        at = (MIDDLE, top + k * block.step_px)
        draw.text(at, line, fill=colour, font=font(block.size_px), anchor="mm")


def _write_author(picture: Image.Image, author: str, colour: str) -> None:
    """Write the author in capitals, set apart."""
    from PIL import ImageDraw

    capitals = author.upper() if printable(author.upper()) else author
    largest, smallest = AUTHOR_SIZES
    room = int(AUTHOR_WIDTH / (1 + AUTHOR_TRACKING * 1.6))
    block = fitted(capitals, room, smallest * 2, largest_px=largest, smallest_px=smallest)
    letters, size_px = block.lines[0], block.size_px
    tracking = size_px * AUTHOR_TRACKING
    lengths = [font(size_px).getlength(letter) for letter in letters]
    x = MIDDLE - (math.fsum(lengths) + tracking * (len(letters) - 1)) / 2
    draw = ImageDraw.Draw(picture)
    for letter, length in zip(letters, lengths, strict=True):
        draw.text((x, AUTHOR_MIDDLE), letter, fill=colour, font=font(size_px), anchor="lm")
        x += length + tracking
