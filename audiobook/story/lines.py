"""Lines of a plain text and where they stand; the blocks that blank lines divide them into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from audiobook.story.headings import is_scene_break

__all__ = ["Block", "Line", "blocks_of", "gap_before", "text_of"]


@dataclass(frozen=True)
class Line:
    """A line: its number in the source, from 1, and what stands in it."""

    number: int
    raw: str

    @cached_property
    def text(self) -> str:
        """Its words with single spaces."""
        return " ".join(self.raw.split())

    @property
    def is_indented(self) -> bool:
        """Whether it begins deeper than others."""
        return self.raw[:1] in ("\t", "\u3000") or self.raw[:2] == "  "


Block = list[Line]


def text_of(block: Iterable[Line]) -> str:
    """Return a block's words in one line."""
    return " ".join(line.text for line in block)


def gap_before(blocks: Sequence[Block], i: int) -> int:
    """Return how many lines stand empty before a block; many before the first."""
    return blocks[i][0].number - blocks[i - 1][-1].number - 1 if i else 99


def blocks_of(lines: Iterable[Line], *, by_line: bool = False) -> Iterator[Block]:
    """Yield runs of lines without a blank between them; breaks stand alone."""
    block: Block = []
    for line in lines:
        alone = bool(line.text) and is_scene_break(line.text)
        if block and (not line.text or alone or by_line):
            yield block
            block = []
        if alone:
            yield [line]
        elif line.text:
            block.append(line)
    if block:
        yield block
