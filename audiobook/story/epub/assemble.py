"""Blocks and where chapters begin in; chapters, and what is left out between them, out."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audiobook.story.chapters import divide, join_titles
from audiobook.story.draft import Manuscript
from audiobook.story.epub.heading import Title, find_title
from audiobook.story.epub.items import Item
from audiobook.story.epub.outline import Mark, Text, stretches
from audiobook.story.epub.parts import PARTS
from audiobook.story.epub.sift import n_words, part_of_range
from audiobook.story.model import Block, BlockKind, Chapter, LeftOut, has_words
from audiobook.story.titles import byline, derive_title, same_title

__all__ = ["assemble"]

SECTION_LEVEL = 9  # of a paragraph that the table of contents calls a section: below headings


@dataclass
class _Book:
    """The chapters so far."""

    title: str
    chapters: list[Chapter] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # titles of parts, for the next chapter

    def leave_out(self, title: str, items: Sequence[Item], part: str) -> None:
        """Put a part aside."""
        if not n_words(items):
            return
        found = find_title("", items, ())
        blocks = _blocks(items[found.n_items :])
        name = found.text or title or part.capitalize()
        chapter = Chapter(name, bool(found.text), blocks, 0)
        self.left_out.append(LeftOut(part, PARTS[part], chapter, len(self.chapters)))

    def add(self, title: Title, items: Sequence[Item], *, is_written: bool) -> None:
        """Put a chapter after the others."""
        blocks = _blocks(items)
        if not any(has_words(b.text) and b.kind is not BlockKind.HEADING for b in blocks):
            self.waiting += [title.text] if title.text else []
            self.waiting += [block.text for block in blocks if block.text]
            return
        names = [*self.waiting, *([title.text] if title.text else [])]
        self.waiting = []
        text = join_titles(names) if names else derive_title(block.text for block in blocks)
        self.chapters.append(Chapter(text, is_written and bool(names), blocks, 0))

    def close(self) -> None:
        """Let headings that nothing follows ("The End") close the last chapter."""
        if self.waiting and self.chapters:
            last = self.chapters[-1]
            more = tuple(Block(BlockKind.HEADING, text, 0, 1) for text in self.waiting)
            self.chapters[-1] = dataclasses.replace(last, blocks=(*last.blocks, *more))


def assemble(
    text: Text, marks: Sequence[Mark], sections: Iterable[int], title: str
) -> tuple[tuple[Chapter, ...], tuple[LeftOut, ...]]:
    """Cut the text into chapters; ``title`` is the book's."""
    book = _Book(title)
    if not marks:
        _undivided(book, text)
    else:
        _take(book, text.items[: marks[0].at], Mark(0, is_named=False), ())
    within = sorted(sections)
    for mark, end in stretches(marks, text):
        inner = within[bisect_right(within, mark.at) : bisect_left(within, end)]
        targets = [at - mark.at for at in inner]
        _take(book, text.items[mark.at : end], mark, targets)
    book.close()
    return tuple(book.chapters), tuple(book.left_out)


def _take(book: _Book, items: Sequence[Item], mark: Mark, targets: Sequence[int]) -> None:
    """Make one stretch of the text a chapter, and what is no story in it parts that are left."""
    for at in targets:
        _promote(items[at])
    story = [i for i, item in enumerate(items) if not item.part]
    kept = [items[i] for i in story]
    places = {i: n for n, i in enumerate(story)}
    found = find_title(mark.title, kept, {places[at] for at in targets if at in places})
    part = part_of_range(
        found.text or mark.title,
        kept,
        book=book.title,
        is_front=not book.chapters,
        is_named=mark.is_named and bool(mark.title),
    )
    if part or not n_words(kept):
        for item in kept:
            item.part = item.part or part
        kept = []
    first = next((i for i, item in enumerate(items) if not item.part and item.draft.lines), None)
    _leave(book, items[:first], mark.title if first is None else "")
    if not kept or first is None:
        return
    if _is_half_title(kept, book):
        book.leave_out("", kept, "title page")
    else:
        book.add(found, kept[found.n_items :], is_written=bool(found.text))
    _leave(book, items[first:], "")


def _is_half_title(items: Sequence[Item], book: _Book) -> bool:
    """Tell whether there are only headings, and they name the book and who wrote it."""
    texts = [item.draft.text for item in items if item.draft.lines]
    is_heading = all(item.is_heading for item in items if item.draft.lines)
    is_front = not book.chapters and any(byline(text) for text in texts)
    return is_heading and (is_front or all(same_title(text, book.title) for text in texts))


def _leave(book: _Book, items: Sequence[Item], title: str) -> None:
    """Put the parts of a stretch aside, each as one of its document."""
    parts: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if item.part:
            parts.setdefault((item.part, item.document), []).append(item)
    for (part, _), members in parts.items():
        book.leave_out(title if len(parts) == 1 else "", members, part)


def _promote(item: Item) -> None:
    """Make a heading of a line that the table of contents calls a section."""
    draft = item.draft
    is_short = draft.kind is BlockKind.PARAGRAPH and len(draft.text) <= 100
    if is_short and draft.text[-1:] not in '.,;:!?”"':
        item.draft = dataclasses.replace(draft, kind=BlockKind.HEADING, level=SECTION_LEVEL)


def _undivided(book: _Book, text: Text) -> None:
    """Divide a book that has neither contents nor headings as if it were a plain text."""
    _leave(book, text.items, "")
    drafts = tuple(item.draft for item in text.items if not item.part)
    if drafts:
        _, chapters = divide(Manuscript(drafts))
        book.chapters += chapters


def _blocks(items: Sequence[Item]) -> tuple[Block, ...]:
    """Return blocks; headings count their depth below the chapter, breaks divide something."""
    levels = sorted({item.draft.level for item in items if item.is_heading})
    kept: list[Block] = []
    for item in items:
        draft = item.draft
        is_break = draft.kind is BlockKind.SCENE_BREAK
        if is_break and (not kept or kept[-1].kind is BlockKind.SCENE_BREAK):
            continue
        level = levels.index(draft.level) + 1 if item.is_heading else 0
        kept.append(Block(draft.kind, draft.text, 0, level, spans=draft.spans))
    if kept and kept[-1].kind is BlockKind.SCENE_BREAK:
        kept.pop()
    return tuple(kept)
