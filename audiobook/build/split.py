"""A chapter in, its blocks out in as many parts as no file longer than a profile takes needs.

How long a chapter is is known when it has been spoken; where it is divided must not depend on
that, or a book would be divided anew by what lies in a cache. So its length is read off its text,
on the safe side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, isinf

from audiobook.profiles import Profile
from audiobook.segments import Segment, segment_chapter
from audiobook.speech.timing import spoken_weight
from audiobook.story.book import Book
from audiobook.story.directions import pause_of
from audiobook.story.model import Block, BlockKind, Chapter, has_words
from audiobook.timeline import pauses_s

__all__ = ["divide"]

# Seconds that a unit of `spoken_weight` takes at most, over a chapter. Of what that gives for the
# bundled story Kokoro takes 0.76, Piper 0.69, espeak 0.79, and the hum 0.80.
UNIT_S = 0.062
ANNOUNCED_S = 30.0  # a title and its pause, or words that a profile has said before and after
GAP_S = 0.25  # that an engine makes at a comma

Blocks = tuple[Block, ...]


def divide(
    chapter: Chapter, profile: Profile, book: Book, language: str, speed: float
) -> tuple[Blocks, ...]:
    """Divide a chapter into parts of about equal length, between paragraphs.

    Parameters
    ----------
    speed : float
        What it is read at, relative to the voice's own pace.

    Returns
    -------
    tuple of tuple of Block
        All of the chapter's blocks in order, but for scene breaks at which it is divided; the
        chapter as it is where one file takes it, or where there is nowhere to divide it.
    """
    room_s = profile.longest_s - profile.head_s - profile.long_tail_s - profile.tail_s
    room_s -= min(ANNOUNCED_S, profile.longest_s / 4)
    if isinf(room_s):
        return (chapter.blocks,)
    if sum(_rough_s(block, book, speed) for block in chapter.blocks) <= room_s:
        return (chapter.blocks,)
    lengths_s = [_length_s(block, book, language, speed) for block in chapter.blocks]
    total_s = sum(lengths_s)
    cuts = [i for i in range(1, len(chapter.blocks)) if _may_divide(chapter.blocks, i)]
    for n_parts in range(max(1, ceil(total_s / room_s)), len(cuts) + 2):
        bounds = _bounds(lengths_s, cuts, n_parts)
        if all(sum(lengths_s[a:b]) <= room_s for a, b in bounds):
            return tuple(_trimmed(chapter.blocks[a:b]) for a, b in bounds)
    return tuple(_trimmed(chapter.blocks[a:b]) for a, b in _bounds(lengths_s, cuts, len(cuts) + 1))


def _bounds(lengths_s: Sequence[float], cuts: Sequence[int], n_parts: int) -> list[tuple[int, int]]:
    """Return first and last block of each part: cut where it is nearest to an even division."""
    starts = [0.0]
    for length_s in lengths_s:
        starts.append(starts[-1] + length_s)
    left, places = list(cuts), [0]
    for part in range(1, n_parts):
        wanted_s = starts[-1] * part / n_parts
        # As many cuts must be left as there are parts to come.
        fitting = left[: len(left) - (n_parts - 1 - part)]
        place = min(fitting, key=lambda i: abs(starts[i] - wanted_s))
        left = [i for i in left if i > place]
        places.append(place)
    return list(zip(places, [*places[1:], len(lengths_s)], strict=True))


def _may_divide(blocks: Sequence[Block], i: int) -> bool:
    """Tell whether a part may begin at a block: not after a heading, and not without words."""
    if blocks[i - 1].kind is BlockKind.HEADING:
        return False
    sides = (blocks[:i], blocks[i:])
    return all(any(has_words(block.text) for block in side) for side in sides)


def _trimmed(blocks: Blocks) -> Blocks:
    """Drop scene breaks at the ends of a part."""
    first, last = 0, len(blocks)
    while first < last and blocks[first].kind is BlockKind.SCENE_BREAK:
        first += 1
    while last > first and blocks[last - 1].kind is BlockKind.SCENE_BREAK:
        last -= 1
    return blocks[first:last]


def _rough_s(block: Block, book: Book, speed: float) -> float:
    """Return more than `_length_s`, without dividing the text into segments."""
    text, pauses = "" if block.unread else block.text, book.pauses
    marks = sum(not char.isalpha() and not char.isspace() for char in text)
    units = len(text) + 2 * len(text.split()) + 8 * marks
    n_pauses = marks + len(text) / 60
    longest_s = max(pauses.sentence_s, pauses.clause_s)
    around_s = max(pauses.paragraph_s, pauses.heading_s, pauses.scene_s)
    return (
        (UNIT_S * units + GAP_S * marks) / speed
        + n_pauses * longest_s
        + around_s
        + _directed_s(block)
    )


def _length_s(block: Block, book: Book, language: str, speed: float) -> float:
    """Return how long a block takes at most, with the pause after it."""
    if block.unread:
        return 0.0
    if not has_words(block.text):
        return book.pauses.scene_s
    alone = Chapter("", title_is_written=False, blocks=(replace(block, line=1),))
    segments = segment_chapter(alone, language=language, lexicon=book.lexicon, speak_title=False)
    speech_s = sum(_spoken_s(segment) for segment in segments) / speed
    pauses = book.pauses
    after_s = max(pauses.paragraph_s, pauses.heading_s)
    return speech_s + sum(pauses_s(segments, pauses)) + after_s + _directed_s(block)


def _directed_s(block: Block) -> float:
    return pause_of(block.directions) or 0.0


def _spoken_s(segment: Segment) -> float:
    words = segment.spoken.split()
    weight = sum(spoken_weight(word) for word in words)
    return UNIT_S * weight + GAP_S * sum(not word[-1].isalnum() for word in words)
