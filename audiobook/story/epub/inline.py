"""Characters in as they come, the lines of a block with what stands out in them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from audiobook.story.draft import Draft
from audiobook.story.model import BlockKind, Span, SpanKind, has_words

__all__ = ["Inline", "n_visible"]

# Hyphens that are printed only at a line's end, and marks of no width that keep words together.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff\u200b"))
MAX_VERSE_CHARS = 100  # lines longer than that on average are paragraphs
MAX_TYPED_CHARS = 50  # and in typewritten text they are the lines of a page


@dataclass
class Inline:
    """The block that is being read.

    Attributes
    ----------
    n_visible : int
        How many characters it has so far that are not white space.
    n_linked : int
        How many of them lie in links to other places of the book.
    """

    n_visible: int = 0
    n_linked: int = 0
    _pieces: list[str] = field(default_factory=list)
    _marks: list[Span] = field(default_factory=list)
    _open: list[tuple[int, SpanKind]] = field(default_factory=list)

    def add(self, text: str, *, is_linked: bool = False, keeps_lines: bool = False) -> None:
        """Add characters; a line end among them is a space unless lines are kept."""
        text = text.translate(_INVISIBLE)
        self._pieces.append(text if keeps_lines else text.replace("\n", " "))
        count = n_visible(text)
        self.n_visible += count
        self.n_linked += count if is_linked else 0

    @property
    def has_words(self) -> bool:
        """Whether there is anything to say so far."""
        return any(has_words(piece) for piece in self._pieces)

    def end_line(self) -> None:
        """Begin another line."""
        self._pieces.append("\n")

    def open(self, kind: SpanKind) -> None:
        """Let what follows stand out."""
        self._open.append((self.n_visible, kind))

    def close(self) -> None:
        """Let it stand out no longer."""
        start, kind = self._open.pop()
        if self.n_visible > start:
            self._marks.append(Span(start, self.n_visible, kind))

    def take(self) -> tuple[list[str], tuple[Span, ...], int]:
        """Return lines, marks and linked characters, and begin anew; open marks stay open."""
        kinds = [kind for _, kind in self._open]
        while self._open:
            self.close()
        lines = [" ".join(line.split()) for line in "".join(self._pieces).split("\n")]
        marks = tuple(sorted(self._marks, key=lambda mark: (mark.start, -mark.end)))
        n_linked = self.n_linked
        self.n_visible, self.n_linked, self._pieces, self._marks = 0, 0, [], []
        self._open = [(0, kind) for kind in kinds]
        return lines, marks, n_linked


def n_visible(text: str) -> int:
    """Count the characters that are not white space."""
    return len("".join(text.split()))


def drafts_of(
    lines: Sequence[str], marks: Sequence[Span], *, is_verse: bool, is_typed: bool
) -> Iterator[Draft]:
    """Yield the paragraphs or verses that lines make; an empty line divides them."""
    at = 0
    for is_filled, group in groupby(lines, key=bool):
        if not is_filled:
            continue
        stanza = tuple(group)
        mean = sum(map(len, stanza)) / len(stanza)
        if len(stanza) == 1 or (is_typed and mean > MAX_TYPED_CHARS):
            pieces, kind = [stanza], BlockKind.PARAGRAPH
        elif mean > MAX_VERSE_CHARS and not is_verse:
            pieces, kind = [(line,) for line in stanza], BlockKind.PARAGRAPH
        else:
            pieces, kind = [stanza], BlockKind.VERSE
        for piece in pieces:
            end = at + sum(map(n_visible, piece))
            yield Draft(kind, piece, 0, marks=clipped(marks, at, end))
            at = end


def clipped(marks: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return what of the marks lies between two characters, counted from the first of them."""
    return tuple(
        Span(max(mark.start, start) - start, min(mark.end, end) - start, mark.kind)
        for mark in marks
        if mark.start < end and mark.end > start
    )
