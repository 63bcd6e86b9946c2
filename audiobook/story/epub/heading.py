"""What stands at the start of a chapter and its line in the table of contents in, its title out."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from audiobook.story.chapters import join_titles
from audiobook.story.epub.items import Item
from audiobook.story.headings import match_chapter_line, numeral_value
from audiobook.story.model import BlockKind

__all__ = ["Title", "find_title"]

MAX_TITLE_BLOCKS = 4
MIN_CONTAINED_CHARS = 3
# Lines that name no chapter but a place to begin, or a file.
_NO_TITLE = re.compile(
    r"(?:start|begin|begin reading|start reading|beginning|text|body|main text|chapter|section"
    r"|untitled|unknown|(?:index|part|section|chapter|split|page|file)[_\W]*\d{3,}\W*"
    r"|.*_split_\d+.*|.*\.x?html?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Title:
    """A title, and how many of the blocks are it; ``level`` is its heading's, 0 without one."""

    text: str
    n_items: int
    level: int = 0


def find_title(listed: str, items: Sequence[Item], targets: Container[int]) -> Title:
    """Return a chapter's title.

    Where heading and list say the same in other words, the fuller one counts, and where they say
    different things the heading, for it is what is written.

    Parameters
    ----------
    listed : str
        As the table of contents has it; "" if it has not.
    items : sequence of Item
        The chapter's blocks.
    targets : container of int
        Which of them have a line of their own in the table of contents, the first aside.
    """
    listed = " ".join(listed.split())
    if _NO_TITLE.fullmatch(listed):
        listed = ""
    skipped = next((i for i, item in enumerate(items) if item.draft.lines), 0)
    heads = _heads(items[skipped:], skipped, targets)
    if not heads:
        return _from_text(listed, items, skipped)
    count = _n_matching(_letters(listed), heads)
    for head in heads[count:]:  # what is one title on the page stays one
        if not head.group or head.group != heads[0].group:
            break
        count += 1
    written = join_titles([head.draft.text for head in heads[:count]])
    return Title(_fuller(listed, written), skipped + count, heads[0].draft.level)


def _heads(items: Sequence[Item], skipped: int, targets: Container[int]) -> list[Item]:
    heads: list[Item] = []
    for i, item in enumerate(items[:MAX_TITLE_BLOCKS]):
        if not item.is_heading or (i and skipped + i in targets):
            break
        heads.append(item)
    return heads


def _n_matching(wanted: str, heads: Sequence[Item]) -> int:
    """Return how many headings make up the title."""
    best, letters = 1, ""
    for count, head in enumerate(heads, start=1):
        letters += _letters(head.draft.text)
        if wanted == letters or (len(wanted) >= MIN_CONTAINED_CHARS and wanted in letters):
            return count
        if letters and wanted.startswith(letters):
            best = count
    if best == 1 and len(heads) > 1 and not wanted and _is_bare(heads[0].draft.text):
        return 2 if heads[1].draft.level >= heads[0].draft.level else 1
    return best


def _is_bare(text: str) -> bool:
    """Tell whether a heading is only a number: "IV", "Chapter 4"."""
    line = match_chapter_line(text)
    return numeral_value(text.strip(" .")) > 0 or (line is not None and not line.title)


def _fuller(listed: str, written: str) -> str:
    one, other = _letters(listed), _letters(written)
    if not one or one == other:
        # The same: capitals are the typesetter's, and marks at its end.
        return written if not listed or (listed.isupper() and not written.isupper()) else listed
    if other and other in one:
        return listed
    if one not in other and _is_bare(listed):
        return join_titles([listed, written])
    return written


def _from_text(listed: str, items: Sequence[Item], skipped: int) -> Title:
    """Find a title that is set as a paragraph, else take the list's."""
    letters, wanted = "", _letters(listed)
    for count, item in enumerate(items[skipped : skipped + MAX_TITLE_BLOCKS], start=1):
        if item.draft.kind is not BlockKind.PARAGRAPH or not wanted:
            break
        letters += _letters(item.draft.text)
        if letters == wanted:
            return Title(listed, skipped + count)
        if not wanted.startswith(letters):
            break
    return Title(listed, 0)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
