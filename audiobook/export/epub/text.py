"""Text in, XHTML out: escaped, with spans where something is spoken and where words stand out."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.export.languages import direction
from audiobook.export.xmltext import clean
from audiobook.story.model import Span, SpanKind

__all__ = ["Piece", "document", "escaped", "marked_up", "one_line", "quoted"]

_TAGS = {SpanKind.EMPHASIS: "em", SpanKind.STRONG: "strong"}
_DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"\
 lang="{language}" xml:lang="{language}" dir="{direction}">
<head>
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body epub:type="{kind}">
{body}
</body>
</html>
"""


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that has a name of its own: a sentence, or one of its words."""

    start: int
    end: int
    id: str
    words: tuple[Piece, ...] = ()


def escaped(text: str) -> str:
    """Return text for XML."""
    return html.escape(clean(text), quote=False)


def one_line(text: str) -> str:
    """Return a title or a name for XML."""
    return escaped(" ".join(text.split()))


def quoted(text: str) -> str:
    """Return a title or a name as the value of an attribute, in its quotation marks."""
    return '"' + one_line(text).replace('"', "&quot;") + '"'


def document(title: str, kind: str, body: str, language: str) -> str:
    """Return an XHTML document; ``kind`` is its ``epub:type``."""
    return _DOCUMENT.format(
        language=language,
        direction=direction(language),
        title=one_line(title),
        kind=kind,
        body=body,
    )


def marked_up(text: str, pieces: Sequence[Piece], spans: Sequence[Span]) -> str:
    """Return a text with its pieces as elements that can be named, and its emphasis.

    Parameters
    ----------
    pieces : sequence of Piece
        In order, apart from one another.
    spans : sequence of Span
        In order; those that overlap lie within one another.
    """
    return _pieces(text, 0, len(text), pieces, spans)


def _pieces(text: str, start: int, end: int, pieces: Sequence[Piece], spans: Sequence[Span]) -> str:
    markup, at = "", start
    for piece in pieces:
        inside = _pieces(text, piece.start, piece.end, piece.words, spans)
        between = _emphasised(text, at, piece.start, spans)
        markup += f'{between}<span id="{piece.id}">{inside}</span>'
        at = piece.end
    return markup + _emphasised(text, at, end, spans)


def _emphasised(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    if not text[start:end].strip():
        return _lines(text[start:end])
    markup, at = "", start
    waiting = [span for span in spans if span.start < end and span.end > start]
    while waiting:
        outer = waiting.pop(0)
        first, last = max(outer.start, at), min(outer.end, end)
        inner = [span for span in waiting if span.start < last]
        waiting = waiting[len(inner) :]
        tag = _TAGS[outer.kind]
        inside = _emphasised(text, first, last, inner)
        markup += f"{_lines(text[at:first])}<{tag}>{inside}</{tag}>"
        at = last
    return markup + _lines(text[at:end])


def _lines(text: str) -> str:
    return escaped(text).replace("\n", "<br/>")
