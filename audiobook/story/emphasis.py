"""Lines with ``_emphasis_`` in; the lines without its signs, and the places it had, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.story.model import Span, SpanKind

__all__ = ["set_off"]

# A sign opens before a word and closes after one; names_like_this have none.
_SIGNED = re.compile(
    r"(?<![\w=])_(?=[^\s_])([^_]*?[^\s_])_(?!_)|(?<![\w=])=(?=[^\s=])([^=]*?[^\s=])=(?![\w=])"
)
_LONE = re.compile(r"(?<![\w_])_(?=[^\W_])|(?<=[^\W_])_(?![\w_])|(?<=[.,;:!?”’\"'])_(?![\w_])")


def set_off(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Return lines without signs of emphasis, and where it was, in characters that are visible.

    ``_so_`` is emphasis and ``=so=`` strong, as Project Gutenberg writes them. A sign that stands
    alone at a word belongs to emphasis that goes on over paragraphs, and is taken off.

    Examples
    --------
    >>> set_off(["He _did_", "go."])[0], set_off(["snake_case_name"])[0]
    (('He did', 'go.'), ('snake_case_name',))
    """
    text = "\n".join(lines)
    if "_" not in text and "=" not in text:
        return tuple(lines), ()
    marks: list[Span] = []
    plain, at, n_visible = "", 0, 0
    for found in _SIGNED.finditer(text):
        before, inner = text[at : found.start()], found[1] or found[2]
        before = _LONE.sub("", before)
        n_visible += _n_visible(before)
        start, n_visible = n_visible, n_visible + _n_visible(inner)
        kind = SpanKind.EMPHASIS if found[1] else SpanKind.STRONG
        if any(char.isalnum() for char in inner):
            marks.append(Span(start, n_visible, kind))
        plain += before + inner
        at = found.end()
    plain += _LONE.sub("", text[at:])
    return tuple(plain.split("\n")), tuple(marks)


def _n_visible(text: str) -> int:
    return sum(not char.isspace() for char in text)
