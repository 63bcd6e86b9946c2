"""Paragraphs in, their quoted stretches out: every European way to set a line in type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.cast.insets import dash_pieces, without_insets
from audiobook.cast.tongue import Tongue

__all__ = ["DASH", "Quote", "find_quotes", "styles_of"]

DASH = "dash"
_SHARE = 0.1  # of the commonest style's lines: another style with fewer is no style of this story
_MOST_LOST = 100  # marks without a partner, after which a paragraph is looked at no more
_BEFORE = r"(?:^|(?<=[\s(\[—–…-]))"
_INNER = r"(?=[\w¿¡…'’‘*-])"
_LOOSE = r"(?=[\s\u00a0\u202f]?[\w¿¡…'’‘—–-])"


@dataclass(frozen=True)
class _Style:
    """How lines open, and how they close."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    nested: re.Pattern[str] | None = None
    is_single: bool = False


# A single mark closes after a stop, so that an apostrophe does not; else where no letter follows.
_SINGLE_END = r"(?<=[.,!?…—–;:-])[{0}](?!\w)"
_STYLES = {
    "curly": _Style(
        re.compile(_BEFORE + r"“" + _LOOSE), re.compile("”"), re.compile(_BEFORE + "“")
    ),
    "straight": _Style(re.compile(_BEFORE + '"' + _LOOSE), re.compile('"')),
    "low": _Style(re.compile("„"), re.compile("[“”]"), re.compile("„")),
    "guillemets": _Style(
        re.compile(_BEFORE + "«" + _LOOSE), re.compile("»"), re.compile(_BEFORE + "«")
    ),
    "inverted": _Style(re.compile(_BEFORE + "»" + _INNER), re.compile("«")),
    "corner": _Style(re.compile("「"), re.compile("」"), re.compile("「")),
    "single": _Style(
        re.compile(_BEFORE + "‘" + _INNER), re.compile(_SINGLE_END.format("’")), is_single=True
    ),
    "plain": _Style(
        re.compile(_BEFORE + "'" + _INNER), re.compile(_SINGLE_END.format("'")), is_single=True
    ),
    "angle": _Style(re.compile("‹"), re.compile("›"), is_single=True),
    "low single": _Style(re.compile("‚" + _INNER), re.compile("[‘’](?!\\w)"), is_single=True),
}
_DASH_LINE = re.compile(r"\s*[—–―-]\s?(?=[\w¿¡…«“\"])")


@dataclass(frozen=True)
class Quote:
    """A quoted stretch of a paragraph, its marks included.

    Attributes
    ----------
    is_open : bool
        It has no closing mark: the next paragraph goes on with it.
    is_dash : bool
        It is set with a dash.
    """

    start: int
    end: int
    is_open: bool = False
    is_dash: bool = False


def styles_of(texts: Sequence[str], tongue: Tongue) -> tuple[str, ...]:
    """Return which styles the lines of a story are set in.

    A mark that is used for lines inside lines, for titles or for thoughts is none of them: single
    marks count only where they are the commonest.
    """
    counts = {
        name: sum(len(style.opening.findall(text)) for text in texts)
        for name, style in _STYLES.items()
    }
    dashes = sum(_DASH_LINE.match(text) is not None for text in texts)
    double = max(n for name, n in counts.items() if not _STYLES[name].is_single)
    single = max(n for name, n in counts.items() if _STYLES[name].is_single)
    is_single = single > double
    most = max(single, double, dashes if tongue.dash else 0)
    chosen = [
        name
        for name, n in counts.items()
        if n > most * _SHARE and (is_single or not _STYLES[name].is_single)
    ]
    if is_single:  # double marks are inside the single ones then, wherever single ones are open
        chosen.sort(key=lambda name: not _STYLES[name].is_single)
    if dashes and (dashes > most * _SHARE if tongue.dash else dashes > 2 * most):
        chosen.append(DASH)
    return tuple(chosen)


def find_quotes(texts: Sequence[str], styles: Sequence[str], tongue: Tongue) -> list[list[Quote]]:
    """Return the quoted stretches of each paragraph, in order and apart from each other.

    Parameters
    ----------
    texts : sequence of str
        Neighbouring paragraphs.
    styles : sequence of str
        From `styles_of`.

    Notes
    -----
    A line without a closing mark reaches to the end of its paragraph where the next paragraph
    opens with the same mark again; a mark without a partner is otherwise none.
    """
    found = []
    for i, text in enumerate(texts):
        following = texts[i + 1] if i + 1 < len(texts) else ""
        quotes = [*_quotes(text, following, styles)]
        if DASH in styles and not (quotes and quotes[0].start == 0) and _DASH_LINE.match(text):
            quotes = [Quote(start, end, is_dash=True) for start, end in dash_pieces(text, tongue)]
        elif tongue.insets:
            quotes = [piece for quote in quotes for piece in _uninterrupted(text, quote, tongue)]
        found.append(quotes)
    return found


def _uninterrupted(text: str, quote: Quote, tongue: Tongue) -> Iterator[Quote]:
    pieces = without_insets(text, quote.start, quote.end, tongue)
    for start, end in pieces:
        yield Quote(start, end, quote.is_open and end == quote.end)


def _quotes(text: str, following: str, styles: Sequence[str]) -> Iterator[Quote]:
    position, lost = 0, 0
    while lost < _MOST_LOST:
        opened = _first_opening(text, position, styles)
        if opened is None:
            return
        style, start = opened
        end = _closing(text, start, style)
        if end is not None:
            yield Quote(start, end)
            position = end
        elif style.opening.match(following) and not style.closing.search(text, start + 1):
            yield Quote(start, len(text), is_open=True)
            return
        else:
            position, lost = start + 1, lost + 1


def _first_opening(text: str, position: int, styles: Sequence[str]) -> tuple[_Style, int] | None:
    best: tuple[_Style, int] | None = None
    for name in styles:
        if name == DASH:
            continue
        match = _STYLES[name].opening.search(text, position)
        if match and (best is None or match.start() < best[1]):
            best = _STYLES[name], match.start()
    return best


def _closing(text: str, start: int, style: _Style) -> int | None:
    """Return the place after the mark that closes a line; lines inside it close first."""
    depth, position = 1, start + 1
    while depth:
        closed = style.closing.search(text, position)
        if closed is None:
            return None
        if style.is_single and style.opening.search(text, position, closed.start()):
            return None  # a word in marks, and a line after it
        inner = style.nested.search(text, position, closed.start()) if style.nested else None
        if inner:
            depth, position = depth + 1, inner.end()
        else:
            depth, position = depth - 1, closed.end()
    return position
