"""Blocks of a plain text in; how many of them are a list of contents out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.story.epub.parts import part_of_title
from audiobook.story.headings import match_chapter_line
from audiobook.story.lines import Block, gap_before, text_of
from audiobook.story.titles import same_title

__all__ = ["contents_at"]

MAX_LIST_BLOCKS = 1_000
WIDE_GAP = 3  # so many empty lines end a list
_HEADS = re.compile(r"contents of .{1,60}|(?:list of )?(?:plates|maps|figures)", re.IGNORECASE)
_PAGE_END = re.compile(
    r"(?:\s{2,}|\t|[.…]\s*|(?<=_)\s+)[_*]?(?:\d{1,4}|[ivxlc]{1,7}|frontispiece)[_*]?\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\d{1,3}|[IVXLC]{1,7})[.)]?\s")


def contents_at(blocks: Sequence[Block], i: int) -> int:
    """Return how many blocks from ``i`` on are a list of contents with its heading, 0 if none.

    The list ends where its first entry comes again, as the heading of the chapter, or where prose
    begins; in that case a heading over the prose does not belong to it.
    """
    head = blocks[i][0].text.strip("_=*|[]. :")
    if part_of_title(head) != "contents" and not _HEADS.fullmatch(head):
        return 0
    if len(blocks[i]) > 1 and not _is_list(blocks[i][1:]):
        return 0
    entries = [_entry(line.raw) for line in blocks[i][1:]]
    end = i + 1
    for j in range(i + 1, min(i + MAX_LIST_BLOCKS, len(blocks))):
        block = blocks[j]
        if part_of_title(_entry(block[0].raw)) == "contents" or _ends(block, entries):
            break
        if len(entries) > 1 and gap_before(blocks, j) >= WIDE_GAP and not _has_pages(block):
            break
        if not _is_list(block):
            end = _before_heading(blocks, i, end)
            break
        entries += [_entry(line.raw) for line in block]
        end = j + 1
    return end - i if end > i + 1 or len(blocks[i]) > 1 else 0


def _ends(block: Block, entries: Sequence[str]) -> bool:
    """Tell whether a block is the first chapter's heading: the first entry comes again."""
    first = _entry(block[0].raw)
    titled = [entry for entry in entries if any(char.isalpha() for char in entry)]
    return len(titled) > 1 and any(same_title(first, entry) for entry in titled[:2])


def _entry(raw: str) -> str:
    return _PAGE_END.sub("", raw.strip().strip("_=*")).strip()


def _has_pages(block: Block) -> bool:
    return sum(bool(_PAGE_END.search(line.raw)) for line in block) * 2 > len(block)


def _is_list(block: Block) -> bool:
    """Tell whether a block is entries: numbered, with pages, or short and no sentences."""
    if _has_pages(block) or match_chapter_line(block[0].text) or _NUMBER.match(block[0].text):
        return True
    text = text_of(block)
    words = [word for word in text.split() if word[:1].isalpha()]
    lower = sum(word[0].islower() for word in words)
    is_sentence = text[-1:] in '.!?”"»' and lower * 2 >= max(len(words), 1)
    return not is_sentence and (len(text) < 60 * len(block) or lower * 2 < len(words))


def _before_heading(blocks: Sequence[Block], i: int, end: int) -> int:
    """Give the heading over the prose back: it stands after the last wide gap in the list."""
    for j in range(end - 1, max(i + 1, end - 5), -1):
        if gap_before(blocks, j) >= WIDE_GAP:
            return j
    return end
