"""Rows in reading order in; headings and paragraphs, over columns and pages, out."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from audiobook.story.pdf.layout import Row
from audiobook.story.titles import reads_as_title

__all__ = ["Paragraph", "paragraphs_of"]

LARGE = 1.25  # times the height of the text: type of headings
MAX_TITLE_ROWS = 3
INDENT_HEIGHTS = 0.8
SHORT_ROW = 0.85  # of the column: a row that ends before it may end its paragraph
_ENDS = '.!?…:"”»’)'


@dataclass(frozen=True)
class Paragraph:
    """Rows that belong together; ``height`` is that of their type, in points."""

    rows: tuple[Row, ...]
    is_large: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines; a word divided by a hyphen at a line's end is one again."""
        lines = [row.text for row in self.rows]
        for i in range(len(lines) - 1):
            if lines[i][-1:] in "-‐" and lines[i][-2:-1].isalpha() and lines[i + 1][:1].islower():
                head, _, rest = lines[i + 1].partition(" ")
                lines[i], lines[i + 1] = lines[i][:-1] + head, rest
        return tuple(line for line in lines if line)

    @property
    def page(self) -> int:
        """The page on which it begins, from 0."""
        return self.rows[0].page

    @property
    def height(self) -> float:
        """Of its first row."""
        return self.rows[0].height


def paragraphs_of(pages: Iterable[Sequence[Row]], opening: Container[int]) -> list[Paragraph]:
    """Return the paragraphs of all pages; on the pages ``opening`` none goes on."""
    rows = [row for page in pages for row in page]
    if not rows:
        return []
    body = median(row.height for row in rows)
    gap = _line_gap(rows)
    found: list[list[Row]] = []
    for row in rows:
        is_new = found and row.page != found[-1][-1].page and row.page in opening
        if found and not is_new and not _opens(row, found[-1], body, gap):
            found[-1].append(row)
        else:
            found.append([row])
    return [Paragraph(tuple(group), _is_large_title(group, body)) for group in found]


def _line_gap(rows: Sequence[Row]) -> float:
    """Return the usual distance from one line to the next, in points."""
    steps = [
        a.bottom - b.bottom
        for a, b in itertools.pairwise(rows)
        if a.page == b.page and a.bottom > b.bottom
    ]
    return median(steps) if steps else 0.0


def _is_large(row: Row, body: float) -> bool:
    return row.height > LARGE * body


def _is_large_title(group: Sequence[Row], body: float) -> bool:
    text = " ".join(row.text for row in group)
    is_large = all(_is_large(row, body) for row in group)
    return is_large and len(group) <= MAX_TITLE_ROWS and reads_as_title(text.rstrip(".?!"))


def _opens(row: Row, group: Sequence[Row], body: float, gap: float) -> bool:
    """Tell whether a row begins a paragraph."""
    before = group[-1]
    is_large = _is_large(row, body)
    if is_large != _is_large(before, body):
        return True
    goes_on = before.page == row.page and before.bottom > row.bottom
    if goes_on and before.bottom - row.bottom > 1.45 * gap * (LARGE if is_large else 1):
        return True
    left, right = before.column if goes_on else row.column
    is_indented = row.left > row.column[0] + INDENT_HEIGHTS * body
    was_indented = before.left > before.column[0] + INDENT_HEIGHTS * body
    ended = before.text[-1:] in _ENDS
    if is_indented and (not was_indented or len(group) == 1) and (ended or not goes_on):
        return ended or not row.text[:1].islower()
    left, right = before.column
    is_short = before.right < left + SHORT_ROW * (right - left)
    return is_short and ended
