"""Directions and the drafts around them in, each direction with the text that it is for out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from audiobook.errors import StoryError
from audiobook.story.directions import UNREAD, Direction
from audiobook.story.draft import Draft
from audiobook.story.model import BlockKind, Chapter, has_words

__all__ = ["check_read", "check_sayings", "hand_on_directions"]


def hand_on_directions(drafts: Sequence[Draft], after: tuple[Direction, ...]) -> tuple[Draft, ...]:
    """Give the directions of headings and breaks to the text under them.

    Raises
    ------
    StoryError
        If one stands where there is nothing that it could be for.
    """
    settled: list[Draft] = []
    waiting: tuple[Direction, ...] = ()
    for draft in drafts:
        is_text = draft.kind in (BlockKind.PARAGRAPH, BlockKind.VERSE) and has_words(draft.text)
        unread = tuple(d for d in draft.directions if d.name == UNREAD)
        waiting = (*waiting, *(d for d in draft.directions if d.name != UNREAD))
        if unread and not is_text:
            raise StoryError(
                f"{unread[0].where}: {unread[0].written} is for the paragraph right under it, "
                "and there is none; move it"
            )
        is_read = is_text and not unread
        settled.append(dataclasses.replace(draft, directions=waiting if is_read else unread))
        waiting = () if is_read else waiting
    if left := (*waiting, *after):
        raise StoryError(
            f"{left[0].where}: no text follows {left[0].written}; put it before the text it is for"
        )
    return tuple(settled)


def check_read(chapter: Chapter) -> Chapter:
    """Refuse a chapter of which nothing is read."""
    texts = [block for block in chapter.blocks if has_words(block.text)]
    unread = [block.unread for block in texts if block.unread]
    if unread and len(unread) == len(texts):
        raise StoryError(
            f'{unread[0].where}: nothing of the chapter "{chapter.title}" is read; leave it out '
            "by skip = true under its [[chapter]] in book.toml"
        )
    return chapter


def check_sayings(drafts: Sequence[Draft], chapters: Sequence[Chapter], name: str) -> None:
    """Refuse a pronunciation in a title, which has none of its own."""
    lines = {draft.line for draft in drafts if draft.said and draft.kind is BlockKind.HEADING}
    lines -= {block.line for chapter in chapters for block in chapter.blocks}
    if lines:
        raise StoryError(
            f"{name}:{min(lines)}: in a chapter's title words cannot be said otherwise one by one; "
            "write them into [lexicon] in book.toml"
        )
