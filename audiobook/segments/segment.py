"""A chapter in, its segments out."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from audiobook.cast import Line
from audiobook.lexicon import said_here, say
from audiobook.segments.breath import Breath, breaths
from audiobook.segments.model import Boundary, Segment, SegmentKind
from audiobook.segments.runs import NARRATOR, runs, within
from audiobook.segments.sentences import sentence_spans
from audiobook.story.book import Pronunciation
from audiobook.story.directions import Direction
from audiobook.story.model import Block, BlockKind, Chapter, Saying, has_words

__all__ = ["NARRATOR", "block_places", "chapter_text", "segment_chapter"]

BLOCK_SEPARATOR = "\n\n"
SCENE_SEPARATOR = "\n\n***\n\n"
ID_CHARS = 8

_KINDS = {
    BlockKind.HEADING: (SegmentKind.HEADING, Boundary.HEADING),
    BlockKind.PARAGRAPH: (SegmentKind.TEXT, Boundary.PARAGRAPH),
    BlockKind.VERSE: (SegmentKind.TEXT, Boundary.PARAGRAPH),
}


@dataclass(frozen=True)
class _Part:
    """A segment before it is known how it is said."""

    kind: SegmentKind
    text: str
    separator: str
    after: Boundary
    line: int
    directions: tuple[Direction, ...] = ()
    speaker: str = NARRATOR
    sayings: tuple[Saying, ...] = ()


def chapter_text(chapter: Chapter) -> str:
    """Return the chapter's text as it is read aloud, its title aside.

    Blocks are divided by a blank line, and by a line of three asterisks where a scene ends.
    """
    return "".join(block.text.strip() + separator for _, block, separator in _divided(chapter))


def block_places(chapter: Chapter) -> Iterator[tuple[Block, int]]:
    """Yield the blocks that are read, each with where it begins in `chapter_text`."""
    place = 0
    for _, block, separator in _divided(chapter):
        yield block, place
        place += len(block.text.strip()) + len(separator)


def segment_chapter(
    chapter: Chapter,
    *,
    language: str,
    lexicon: Mapping[str, Pronunciation],
    speak_title: bool,
    lines: Sequence[Line] = (),
    opening: str = "",
    closing: str = "",
) -> tuple[Segment, ...]:
    """Divide a chapter into what is said in one go.

    Parameters
    ----------
    chapter : Chapter
        As read.
    language : str
        BCP 47; "" is read as English.
    lexicon : mapping of str to Pronunciation
        The book's own words; see `audiobook.lexicon.say`.
    speak_title : bool
        Whether a title that the source writes is said before the text; a derived one never is.
    lines : sequence of Line
        Lines of this chapter that are not the narrator's, in order; each becomes segments of its
        own, and what stands around it ("said Anna") stays with the narrator.
    opening, closing : str
        Credits that are said before the title and after the text; a line is a paragraph.

    Returns
    -------
    tuple of Segment
        Every word that is read once and in order; ``text`` and ``separator`` joined, where
        `Segment.is_of_text`, are `chapter_text`. Empty only when there are no words.

    Notes
    -----
    A line of a verse ends a clause, or a sentence where it has its full stop. What cannot be said
    alone (a lone dash) is joined to what stands before it, else after it. The text of one
    sentence decides only its own segment, and whether it is joined to its neighbour.
    """
    parts = [*_parts(chapter, language or "en", lines)]
    if speak_title and chapter.title_is_written and has_words(chapter.title):
        parts = [*_title(chapter), *parts]
    parts = [*_credits(opening, language or "en"), *parts, *_credits(closing, language or "en")]
    if not parts or not any(has_words(part.text) for part in parts):
        return ()
    parts[-1] = dataclasses.replace(parts[-1], after=Boundary.END)
    return tuple(_spoken(parts, language or "en", lexicon))


def _divided(chapter: Chapter) -> Iterator[tuple[int, Block, str]]:
    """Yield the blocks that are read with their index, and what divides each from the next."""
    filled = [i for i, b in enumerate(chapter.blocks) if b.text.strip() and not b.unread]
    for i, following in zip_longest(filled, filled[1:]):
        breaks = chapter.blocks[i + 1 : following]
        if following is None:
            yield i, chapter.blocks[i], ""
        elif any(block.kind is BlockKind.SCENE_BREAK for block in breaks):
            yield i, chapter.blocks[i], SCENE_SEPARATOR
        else:
            yield i, chapter.blocks[i], BLOCK_SEPARATOR


def _title(chapter: Chapter) -> Iterator[_Part]:
    title = " ".join(chapter.title.split())
    pieces = breaths(title, [Breath(0, len(title), is_sentence=True)])
    for piece in pieces:
        is_last = piece is pieces[-1]
        after = Boundary.TITLE if is_last else Boundary.CLAUSE
        text = title[piece.start : piece.end]
        yield _Part(
            SegmentKind.TITLE, text, BLOCK_SEPARATOR if is_last else " ", after, chapter.line
        )


def _credits(text: str, language: str) -> Iterator[_Part]:
    """Yield what is said of the book, sentence by sentence."""
    for line in filter(has_words, text.split("\n")):
        block = Block(BlockKind.PARAGRAPH, line, 0)
        for part in _parts_of(block, BLOCK_SEPARATOR, language, ()):
            yield dataclasses.replace(part, kind=SegmentKind.CREDIT, line=0)


def _parts(chapter: Chapter, language: str, lines: Sequence[Line]) -> Iterator[_Part]:
    """Yield the parts of the text; those without words are joined to a neighbour."""
    before: _Part | None = None
    by_block: dict[int, list[Line]] = {}
    for line in lines:
        by_block.setdefault(line.block, []).append(line)
    for i, block, separator in _divided(chapter):
        for part in _parts_of(block, separator, language, by_block.get(i, ())):
            if before is None:
                before = part
            elif not has_words(part.text) or not has_words(before.text):
                before = _joined(before, part)
            else:
                yield before
                before = part
    if before is not None:
        yield before


def _joined(one: _Part, other: _Part) -> _Part:
    text = one.text + one.separator + other.text
    said = other if has_words(other.text) else one
    return _Part(
        said.kind,
        text,
        other.separator,
        other.after,
        said.line,
        one.directions + other.directions,
        said.speaker,
        one.sayings + _moved(other.sayings, len(one.text) + len(one.separator)),
    )


def _moved(sayings: Sequence[Saying], by: int) -> tuple[Saying, ...]:
    return tuple(dataclasses.replace(s, start=s.start + by, end=s.end + by) for s in sayings)


def _parts_of(
    block: Block, separator: str, language: str, lines: Sequence[Line]
) -> Iterator[_Part]:
    kind, after = _KINDS[block.kind]
    text = block.text.strip()
    if separator == SCENE_SEPARATOR:
        after = Boundary.SCENE
    units = _units(block.kind, text, language)
    pieces = [
        (piece, run.speaker)
        for run in runs(text, lines)
        for piece in breaths(text, within(text, units, run) if lines else units)
    ]
    for (piece, speaker), following in zip_longest(pieces, pieces[1:]):
        line = block.line + text.count("\n", 0, piece.start) if block.line else 0
        directions = block.directions if piece is pieces[0][0] else ()
        here = [s for s in block.sayings if s.start < piece.end and s.end > piece.start]
        said = text[piece.start : piece.end]
        inner, between = after, separator
        if following is not None:
            inner = Boundary.SENTENCE if piece.is_sentence else Boundary.CLAUSE
            between = text[piece.end : following[0].start]
        sayings = _moved(here, -piece.start)
        yield _Part(kind, said, between, inner, line, directions, speaker, sayings)


def _units(kind: BlockKind, text: str, language: str) -> Sequence[Breath]:
    """Return the sentences of prose, the lines of verse, or a heading as it is."""
    if kind is BlockKind.HEADING:
        return [Breath(0, len(text), is_sentence=True)]
    if kind is BlockKind.VERSE:
        return _verse_lines(text)
    return [Breath(start, end, is_sentence=True) for start, end in sentence_spans(text, language)]


def _verse_lines(text: str) -> list[Breath]:
    units, position = [], 0
    for line in text.split("\n"):
        start = position + len(line) - len(line.lstrip())
        end = position + len(line.rstrip())
        if end > start:
            ends = (
                text[start:end].rstrip("\"'”’»)]").endswith((".", "!", "?", "…", "。", "！", "？"))
            )
            units.append(Breath(start, end, is_sentence=ends))
        position += len(line) + 1
    return units


def _spoken(
    parts: Sequence[_Part], language: str, lexicon: Mapping[str, Pronunciation]
) -> Iterator[Segment]:
    seen: Counter[str] = Counter()
    for part in parts:
        name = _name(part)
        seen[name] += 1
        ordinal = f"-{seen[name]}" if seen[name] > 1 else ""
        is_heading = part.kind in (SegmentKind.TITLE, SegmentKind.HEADING)
        words = say(part.text, lexicon, language, is_heading=is_heading)
        if part.sayings:
            words = said_here(part.text, words, part.sayings)
        yield Segment(
            name + ordinal,
            part.kind,
            part.speaker,
            part.text,
            part.separator,
            words,
            part.after,
            part.line,
            part.directions,
        )


def _name(part: _Part) -> str:
    content = "\0".join((part.kind, part.speaker, part.text))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:ID_CHARS]
