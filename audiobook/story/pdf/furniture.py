"""Rows of all pages in; those without running heads and page numbers, and how many went, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from audiobook.story.headings import numeral_value
from audiobook.story.pdf.layout import Row

__all__ = ["without_furniture"]

EDGE_SHARE = 0.14  # of the page's height, above and below: where running heads are
MIN_PAGES = 3  # on which a line has to come again
COMMON_SHARE = 0.25  # of the pages: what comes so often is a head, however close to the text
APART = 1.25  # times the usual step from line to line
_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}\b", re.IGNORECASE)


def without_furniture(
    pages: Sequence[Sequence[Row]], heights: Sequence[float]
) -> tuple[list[list[Row]], Counter[str]]:
    """Take off what stands at the edges of pages and comes again on others, numbers aside."""
    common = max(MIN_PAGES, COMMON_SHARE * len(pages))
    edges = [
        [row for row in rows if _is_edge(row, rows, height)]
        for rows, height in zip(pages, heights, strict=True)
    ]
    forms = Counter(form for rows in edges for form in {_form(row.text) for row in rows})
    numbers = sum(any(_is_number(row.text) for row in rows) for rows in edges)
    gone: Counter[str] = Counter()
    kept: list[list[Row]] = []
    for rows, at_edge in zip(pages, edges, strict=True):
        kept.append([])
        for row in rows:
            is_number = row in at_edge and _is_number(row.text) and numbers * 2 >= len(pages)
            times = forms[_form(row.text)] if row in at_edge else 0
            is_head = times >= common or (times >= MIN_PAGES and _stands_apart(row, rows))
            gone["page numbers"] += is_number
            gone["running heads"] += is_head and not is_number
            if not is_number and not is_head:
                kept[-1].append(row)
    return kept, gone


def _is_edge(row: Row, rows: Sequence[Row], height: float) -> bool:
    """Tell whether a row stands at the top or the bottom, with nothing but its like beyond it."""
    middle = (row.top + row.bottom) / 2
    share = middle / height if height else 0.5
    if EDGE_SHARE < share < 1 - EDGE_SHARE:
        return False
    beyond = [r for r in rows if (r.bottom > row.top if share > 0.5 else r.top < row.bottom)]
    return len(beyond) <= 2


def _stands_apart(row: Row, rows: Sequence[Row]) -> bool:
    """Tell whether more than the usual space lies between a row and the next one inwards."""
    levels = sorted({round(other.bottom) for other in rows})
    steps = [after - before for before, after in pairwise(levels) if after - before > 2]
    at = min(range(len(levels)), key=lambda i: abs(levels[i] - row.bottom))
    inwards = at + 1 if at * 2 < len(levels) else at - 1
    if not steps or not 0 <= inwards < len(levels):
        return True
    return abs(levels[inwards] - levels[at]) > APART * median(steps)


def _form(text: str) -> str:
    return _NUMBER.sub("#", text.casefold()).strip()


def _is_number(text: str) -> bool:
    bare = text.strip("-–—[]()|. ")
    return bare.isdigit() or numeral_value(bare) > 0
