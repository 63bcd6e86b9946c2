"""A chapter and its clock in; its blocks as the page's script reads them out, each word timed.

A block is ``{"k": kind, "s": sentences}``, a sentence ``{"a": start, "z": end, "w": pieces}``, and
a piece a text, or ``[text, start, end]`` where it is a word, with its emphasis behind. Times are
whole milliseconds of the chapter's own file. The texts of a block, joined, are the block's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from audiobook.export.edition import EditionChapter, Passage
from audiobook.export.reading.opening import bears_initial
from audiobook.export.reading.places import TITLE, Spot, spots
from audiobook.segments import SegmentKind
from audiobook.speech.timing import makes_sound
from audiobook.story.model import Block, BlockKind, Span, SpanKind

__all__ = ["blocks_of"]

Json: TypeAlias = dict[str, Any]
Said: TypeAlias = tuple[Spot, Passage]

_KINDS = {
    BlockKind.HEADING: "heading",
    BlockKind.PARAGRAPH: "p",
    BlockKind.VERSE: "verse",
    BlockKind.SCENE_BREAK: "break",
}
_TAGS = {SpanKind.EMPHASIS: "em", SpanKind.STRONG: "strong"}


def blocks_of(chapter: EditionChapter, speakers: Mapping[str, int]) -> list[Json]:
    """Lay a chapter's clock over its text.

    Parameters
    ----------
    speakers : mapping of str to int
        The number of each speaker, 0 of the narrator.

    Returns
    -------
    list of dict
        The title, where the story writes one, and the story's blocks in order. Credits, which are
        no part of the text, are not among them.
    """
    passages = [p for p in chapter.passages if p.segment.kind is not SegmentKind.CREDIT]
    said: dict[int, list[Said]] = {}
    places = spots(chapter.story, [passage.segment for passage in passages])
    for spot, passage in zip(places, passages, strict=True):
        said.setdefault(spot.block, []).append((spot, passage))
    return [*_title(chapter, said, speakers), *_blocks(chapter, said, speakers)]


def _title(
    chapter: EditionChapter, said: Mapping[int, list[Said]], speakers: Mapping[str, int]
) -> Iterator[Json]:
    if chapter.story.title_is_written:
        title = " ".join(chapter.story.title.split())
        yield {"k": "title", "s": [*_sentences(title, (), said.get(TITLE, ()), speakers)]}


def _blocks(
    chapter: EditionChapter, said: Mapping[int, list[Said]], speakers: Mapping[str, int]
) -> Iterator[Json]:
    n_read, is_first = 0, True
    for block in chapter.story.blocks:
        text = block.text.strip()
        here: Sequence[Said] = ()
        if text and not block.unread:
            here = said.get(n_read, ())
            n_read += 1
        if not text and block.kind is not BlockKind.SCENE_BREAK:
            continue
        found: Json = {"k": _KINDS[block.kind]}
        if block.kind is BlockKind.HEADING:
            found["l"] = block.level
        if is_first and _opens(block):
            found["o"] = 1
        is_first = is_first and block.kind not in (BlockKind.PARAGRAPH, BlockKind.VERSE)
        if text:
            found["s"] = [*_sentences(text, block.spans, here, speakers)]
        yield found


def _opens(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and bears_initial(block.text)


def _sentences(
    text: str, spans: Sequence[Span], said: Sequence[Said], speakers: Mapping[str, int]
) -> Iterator[Json]:
    """Yield a text's sentences, and between them what is not said, which has no times."""
    at = 0
    for spot, passage in said:
        if spot.start > at:
            yield {"w": [*_plain(text, at, spot.start, spans)]}
        at = spot.start + spot.length
        sentence: Json = {"a": _ms(passage.start_s), "z": _ms(passage.end_s)}
        if all(word.exact or not makes_sound(word.text) for word in passage.words):
            sentence["x"] = 1
        if voice := speakers.get(passage.segment.speaker, 0):
            sentence["v"] = voice
        sentence["w"] = [*_pieces(text, spot, passage, spans)]
        yield sentence
    if at < len(text):
        yield {"w": [*_plain(text, at, len(text), spans)]}


def _pieces(text: str, spot: Spot, passage: Passage, spans: Sequence[Span]) -> Iterator[object]:
    at, shift = spot.start, spot.start - spot.skipped
    for start, end, start_s, end_s in _words(passage):
        if start < spot.skipped or end > spot.skipped + spot.length:
            continue
        yield from _plain(text, at, start + shift, spans)
        at = end + shift
        runs = [*_runs(text, start + shift, at, spans)]
        times = (_ms(start_s), _ms(end_s))
        if len(runs) > 1:
            yield [runs, *times]
        elif runs[0][1]:
            yield [runs[0][0], *times, runs[0][1]]
        else:
            yield [runs[0][0], *times]
    yield from _plain(text, at, spot.start + spot.length, spans)


def _words(passage: Passage) -> Iterator[tuple[int, int, float, float]]:
    """Yield where each word lies that is heard, in its sentence's text, and when it sounds."""
    text, at = passage.segment.text, 0
    for word in passage.words:
        parts = word.text.split()
        if not parts:
            continue
        start = text.index(parts[0], at)
        for part in parts:
            at = text.index(part, at) + len(part)
        if makes_sound(word.text):
            yield start, at, word.start_s, word.end_s


def _plain(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[object]:
    """Yield the text that is no word: as it is, or with its emphasis."""
    for part, emphasis in _runs(text, start, end, spans):
        yield [part, None, None, emphasis] if emphasis and part.strip() else part


def _runs(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Yield stretches of a text whose emphasis is the same throughout."""
    if start >= end:
        return
    inside = [span for span in spans if span.start < end and span.end > start]
    if not inside:
        yield text[start:end], ""
        return
    edges = {start, end, *(e for s in inside for e in (s.start, s.end) if start < e < end)}
    for first, last in pairwise(sorted(edges)):
        kinds = {_TAGS[s.kind] for s in inside if s.start <= first and s.end >= last}
        yield text[first:last], " ".join(sorted(kinds))


def _ms(time_s: float) -> int:
    return round(time_s * 1000)
