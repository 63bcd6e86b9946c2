"""Text in, lines of letters that fit a box out, in the bundled font."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from audiobook.assets import assets_dir

if TYPE_CHECKING:
    from PIL import ImageFont

__all__ = ["Lines", "fitted", "font", "printable"]

FONT = "EBGaramond-SemiBold.ttf"
LEADING = 1.06  # from line to line, as a multiple of the size; taste, for large letters
_ABSENT = "\U000f0000"  # a private character that no font has: it shows what "missing" looks like


@dataclass(frozen=True)
class Lines:
    """Text broken into lines, and the size in pixels at which they fit."""

    lines: tuple[str, ...]
    size_px: int

    @property
    def step_px(self) -> float:
        """From line to line."""
        return self.size_px * LEADING


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont:
    """Return the bundled font (Latin, Cyrillic with the Kazakh letters, Greek)."""
    from PIL import ImageFont

    path = assets_dir() / "fonts" / FONT
    # The basic layout is in every build of Pillow, so a title looks the same everywhere.
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


def printable(text: str) -> str:
    """Return the text as far as the font has it, or nothing if a letter or digit is missing.

    Emoji and signs are left out; a name without some of its letters would be another name.
    """
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    kept = []
    for character in composed:
        if character == " " or _has_glyph(character):
            kept.append(character)
        elif unicodedata.category(character)[0] in "LNM" and character not in "\ufe0e\ufe0f":
            return ""
    return " ".join("".join(kept).split())


@cache
def _has_glyph(character: str) -> bool:
    if unicodedata.category(character)[0] == "C":
        return False
    return _shape(character) != _shape(_ABSENT)


@cache
def _shape(character: str) -> tuple[tuple[int, int], bytes]:
    mask = font(48).getmask(character)
    return mask.size, bytes(mask)


def fitted(text: str, width_px: int, height_px: int, *, largest_px: int, smallest_px: int) -> Lines:
    """Return the text in the largest letters at which its lines fit, the lines about equally long.

    A text that is too long at the smallest size ends in an ellipsis.
    """
    for size_px in range(largest_px, smallest_px - 1, -2):
        n_lines = max(1, int(height_px / (size_px * LEADING)))
        lines = _wrapped(text, width_px, font(size_px).getlength)
        whole = all(font(size_px).getlength(line) <= width_px for line in lines)
        if whole and len(lines) <= n_lines:
            return Lines(_balanced(text, width_px, len(lines), font(size_px).getlength), size_px)
    n_lines = max(1, int(height_px / (smallest_px * LEADING)))
    return Lines(_cut_off(text, width_px, n_lines, font(smallest_px).getlength), smallest_px)


def _wrapped(text: str, width_px: float, length: Callable[[str], float]) -> tuple[str, ...]:
    """Return lines of whole words; a word that is longer than a line has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _balanced(
    text: str, width_px: int, n_lines: int, length: Callable[[str], float]
) -> tuple[str, ...]:
    """Return as many lines, as narrow as they can be: no line is left with a single short word."""
    narrow, wide = 0, width_px
    while wide - narrow > 4:
        middle = (narrow + wide) // 2
        lines = _wrapped(text, middle, length)
        fits = len(lines) <= n_lines and max(length(line) for line in lines) <= middle
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return _wrapped(text, wide, length)


def _cut_off(
    text: str, width_px: int, n_lines: int, length: Callable[[str], float]
) -> tuple[str, ...]:
    """Return as many lines as there is room for; words longer than a line are broken."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if length(joined) <= width_px:
            lines[-1] = joined
            continue
        lines.append("")
        for character in word:
            if length(lines[-1] + character) > width_px:
                lines.append("")
            lines[-1] += character
    kept = [line for line in lines if line][:n_lines]
    if len(" ".join(kept)) < len(text):
        while kept[-1] and length(kept[-1] + "…") > width_px:
            kept[-1] = kept[-1][:-1]
        kept[-1] = kept[-1].rstrip(" ,;:.-") + "…"
    return tuple(kept)
