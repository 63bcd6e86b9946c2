"""A chapter and its clock in; which piece of its text sounds when out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.export.edition import EditionChapter, Passage
from audiobook.export.epub.text import Piece
from audiobook.export.reading.places import Spot, spots
from audiobook.segments import SegmentKind, block_places
from audiobook.speech.timing import makes_sound

__all__ = ["Clip", "Synced", "synced"]


@dataclass(frozen=True)
class Clip:
    """A piece of text and its stretch of sound, in milliseconds; its words if they are known."""

    id: str
    start_ms: int
    end_ms: int
    words: tuple[Clip, ...] = ()


@dataclass(frozen=True)
class Synced:
    """What is spoken of a chapter.

    Attributes
    ----------
    title : list of Piece
        Of the title, its white space single; empty when it is not said.
    blocks : list of list of Piece
        Of each block that has text, in order.
    clips : list of Clip
        In the order of time. One ends where the next begins, the first begins with the sound and
        the last ends with it: what plays from one to the next leaves nothing out, neither pauses
        nor music.
    """

    title: list[Piece]
    blocks: list[list[Piece]]
    clips: list[Clip]


@dataclass(frozen=True)
class _Word:
    """Where a word lies in its segment's text, and when it begins."""

    start: int
    end: int
    start_ms: int
    is_heard: bool


def synced(chapter: EditionChapter, duration_ms: int, *, by_word: bool) -> Synced:
    """Lay a chapter's clock over its text.

    Parameters
    ----------
    duration_ms : int
        Length of the chapter's sound.
    by_word : bool
        Whether words are clips of their own, in sentences whose words' times are exact.
    """
    # Credits are heard with what stands beside them, and are no part of the text.
    passages = [p for p in chapter.passages if p.segment.kind is not SegmentKind.CREDIT]
    segments = [passage.segment for passage in passages]
    starts_ms = [0, *(_ms(p.start_s) for p in passages[1:]), duration_ms]
    found = Synced([], [[] for _ in block_places(chapter.story)], [])
    for i, (passage, spot) in enumerate(zip(passages, spots(chapter.story, segments), strict=True)):
        name = f"s{passage.segment.id}"
        start_ms, end_ms = starts_ms[i], starts_ms[i + 1]
        words = [*_words(passage, spot, start_ms, end_ms)] if by_word else []
        names = [f"{name}w{n}" for n in range(1, len(words) + 1)]
        shift = spot.start - spot.skipped
        inner = tuple(
            Piece(w.start + shift, w.end + shift, id_) for id_, w in zip(names, words, strict=True)
        )
        pieces = found.title if spot.block < 0 else found.blocks[spot.block]
        pieces.append(Piece(spot.start, spot.start + spot.length, name, inner))
        edges_ms = [start_ms, *(w.start_ms for w in words[1:]), end_ms]
        clips = tuple(Clip(id_, edges_ms[n], edges_ms[n + 1]) for n, id_ in enumerate(names))
        found.clips.append(Clip(name, start_ms, end_ms, clips))
    return found


def _words(passage: Passage, spot: Spot, start_ms: int, end_ms: int) -> Iterator[_Word]:
    """Yield the words of a sentence, if the engine said when each sounds.

    What makes no sound of its own (a dash) goes with the word before it, else after it.
    """
    text = passage.segment.text
    written = text.split()
    is_known = all(word.exact or not makes_sound(word.text) for word in passage.words)
    if len(written) != len(passage.words) or not is_known:
        return
    at = 0
    last: _Word | None = None
    for word, timed in zip(written, passage.words, strict=True):
        start = text.index(word, at)
        at = start + len(word)
        if start < spot.skipped or at > spot.skipped + spot.length:
            continue
        begin_ms = _ms(timed.start_s)
        is_heard = makes_sound(word) and start_ms <= begin_ms < end_ms
        if last is None:
            last = _Word(start, at, start_ms, is_heard)
        elif is_heard and last.is_heard and begin_ms > last.start_ms:
            yield last
            last = _Word(start, at, begin_ms, is_heard)
        else:
            last = _Word(last.start, at, last.start_ms, last.is_heard or is_heard)
    if last is not None:
        yield last


def _ms(time_s: float) -> int:
    return round(time_s * 1000)
