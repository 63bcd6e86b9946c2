"""Lines of a plain text that are no story in, the part that is left out for them out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.story.draft import Draft
from audiobook.story.emphasis import set_off
from audiobook.story.epub.parts import PARTS
from audiobook.story.lines import Line, blocks_of
from audiobook.story.model import Block, BlockKind, Chapter, LeftOut

__all__ = ["aside"]

_FRAME = re.compile(r"^[\s|+]*(?:[-=+]{3,}[\s|+]*$)?|[\s|+]+$")  # a box drawn around a note


def aside(kind: str, lines: Sequence[Line], title: str = "") -> LeftOut | None:
    """Return the part of the book that some lines are; None where they say nothing.

    Where it stands among the chapters is told later, by its line.
    """
    blocks = []
    for found in blocks_of(lines):
        texts = tuple(clean for line in found if (clean := _FRAME.sub("", line.text)))
        if any(char.isalnum() for text in texts for char in text):
            is_list = kind == "contents"
            block_kind = BlockKind.VERSE if is_list else BlockKind.PARAGRAPH
            draft = Draft(block_kind, set_off(texts)[0], found[0].number)
            blocks.append(Block(block_kind, draft.text, draft.line))
    if not blocks:
        return None
    chapter = Chapter(title or kind.capitalize(), bool(title), tuple(blocks), blocks[0].line)
    return LeftOut(kind, PARTS[kind], chapter, 0)
