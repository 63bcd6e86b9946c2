"""A title in, the ornament of its pages out: a small SVG in the manner of the cover's.

Four horns grow out of one heart, with a leaf on either side. The page uses it as a mask, so that it
takes the colour of whatever it stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from audiobook.export.ornament import design, leaf, lozenge, placed, volute

__all__ = ["ornament_uri"]

# The cover's figures have many points; a mark as high as a line of text does with few.
_EVERY_STROKE, _EVERY_SHAPE = 9, 6
_HEARTS = {"shanyraq": 0.5, "sun": 0.7, "diamond": 0.9}  # how wide its middle is
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-60 -20 120 40"><defs>'
    '<path id="h" d="{horn}" fill="none" stroke="#000" stroke-width="3" stroke-linecap="round"/>'
    '<path id="l" d="{leaf}"/></defs><path d="{heart}"/>{uses}</svg>'
)
_FLIPS = ("1 1", "-1 1", "1 -1", "-1 -1")


def ornament_uri(title: str) -> str:
    """Return the ornament of a title as an image that can stand in a style sheet.

    The same title always gives the same one, by the design of its cover.
    """
    plan = design(" ".join(title.encode("utf-8", "replace").decode("utf-8").split()))
    horn = placed([volute(plan.curl, 2.2, 0.1)], 0j, 23 * plan.spread, -0.06)
    tail = placed(leaf(0.05), 27 + 0j, 32, -1 / 4)
    heart = placed(lozenge(_HEARTS[plan.heart]), -6j, 12)
    uses = "".join(f'<use href="#h" transform="scale({flip})"/>' for flip in _FLIPS)
    uses += '<use href="#l"/><use href="#l" transform="scale(-1 1)"/>'
    svg = _SVG.format(
        horn=_path(horn[0].points, _EVERY_STROKE),
        leaf=_path(tail[0].points, _EVERY_SHAPE),
        heart=_path(heart[0].points, _EVERY_SHAPE),
        uses=uses,
    )
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), safe=" =:/'")


def _path(points: Sequence[complex], every: int) -> str:
    return "M" + " ".join(f"{p.real:.1f} {-p.imag:.1f}" for p in points[::every])
