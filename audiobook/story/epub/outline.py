"""The table of contents and the blocks in; where chapters begin out.

A line is a chapter, a section of one, or a part that holds chapters: that is told by what stands
under it, since books nest their contents as they like.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from audiobook.story.epub.contents import Entry
from audiobook.story.epub.items import Document, Item
from audiobook.story.epub.parts import part_of_title
from audiobook.story.epub.sift import n_words
from audiobook.story.headings import is_part_line, match_chapter_line, numeral_value

__all__ = ["Mark", "Text", "marks_of", "stretches"]

LONG_SECTION_WORDS = 1_500  # on average; sections in files of their own that long are chapters
MIN_CHAPTER_LINES = 2  # among paragraphs; fewer are an accident
SHORT_OPENING_WORDS = 300  # of a part: a motto, a few words


@dataclass(frozen=True)
class Mark:
    """Where a chapter begins, and its title as the table of contents has it."""

    at: int
    title: str = ""
    is_named: bool = True


class Text:
    """All blocks of a book in one row."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.items: list[Item] = []
        self.starts: list[int] = []
        self._by_name: dict[str, int] = {}
        for i, document in enumerate(documents):
            self._by_name.setdefault(document.name, i)
            self.starts.append(len(self.items))
            self.items += document.items

    def place(self, name: str, fragment: str) -> int | None:
        """Return where a link leads; None if it leads out of what is read in order."""
        i = self._by_name.get(name)
        if i is None:
            return None
        return self.starts[i] + self.documents[i].anchors.get(fragment, (0, 0))[0]

    def document(self, at: int) -> int:
        """Return the index of the document that holds a block."""
        return bisect_right(self.starts, at) - 1

    def story(self, start: int, end: int) -> list[Item]:
        """Return the blocks of a stretch that are read."""
        return [item for item in self.items[start:end] if not item.part]

    def n_words(self, start: int, end: int) -> int:
        """Count the words of a stretch that are read, headings aside."""
        return n_words(item for item in self.story(start, end) if not item.is_heading)


@dataclass
class _Node:
    """A line of the table of contents with those below it; it ends where the next one begins."""

    title: str
    at: int
    is_link: bool
    below: list[_Node] = field(default_factory=list)
    end: int = 0


def stretches(marks: Sequence[Mark], text: Text) -> Iterator[tuple[Mark, int]]:
    """Yield each chapter's mark, and where the chapter ends."""
    for mark, following in zip_longest(marks, marks[1:]):
        yield mark, following.at if following else len(text.items)


def marks_of(entries: Sequence[Entry], text: Text) -> tuple[list[Mark], frozenset[int]]:
    """Return where chapters begin, in order, and where sections do."""
    nodes = _tree(entries, text)
    marks = [*_chapters(nodes, text, is_top=True)]
    sections = {node.at for node in _all(nodes) if node.is_link}
    if not any(text.story(mark.at, len(text.items)) for mark in marks):
        marks = []
    marks = marks or _from_headings(text)
    marks = _with_documents(_in_order(marks), text)
    marks = _with_chapter_lines(marks, text, sections)
    return marks, frozenset(sections - {mark.at for mark in marks})


def _tree(entries: Sequence[Entry], text: Text) -> list[_Node]:
    tops: list[_Node] = []
    open_: list[tuple[int, _Node]] = []
    for entry in entries:
        at = text.place(entry.name, entry.fragment) if entry.name else None
        if entry.name and at is None:
            continue
        node = _Node(entry.title, -1 if at is None else at, at is not None)
        while open_ and open_[-1][0] >= entry.depth:
            open_.pop()
        (open_[-1][1].below if open_ else tops).append(node)
        open_.append((entry.depth, node))
    _close(tops, text)
    return tops


def _all(nodes: Sequence[_Node]) -> Iterator[_Node]:
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(node.below)


def _close(tops: list[_Node], text: Text) -> None:
    """Let lines without a link begin with the first below them, and all end."""
    nodes = list(_all(tops))
    for node in reversed(nodes):
        if not node.is_link:
            node.at = next((below.at for below in node.below if below.at >= 0), -1)
    ends = {id(node): len(text.items) for node in tops}
    for node in nodes:
        siblings = node.below
        limit = ends[id(node)]
        for below, following in zip_longest(siblings, siblings[1:]):
            ends[id(below)] = following.at if following and following.at >= 0 else limit
    for node, following in zip_longest(tops, tops[1:]):
        ends[id(node)] = following.at if following and following.at >= 0 else len(text.items)
    for node in nodes:
        node.end = max(ends[id(node)], node.at)


def _chapters(nodes: Sequence[_Node], text: Text, *, is_top: bool) -> Iterator[Mark]:
    with_story = [n for n in nodes if n.at >= 0 and text.n_words(n.at, n.end)]
    todo = [(node, is_top and [node] == with_story) for node in reversed(nodes)]
    while todo:
        node, is_only = todo.pop()
        if node.at < 0:
            continue
        if not node.below or not (is_only or _holds_chapters(node, text)):
            yield Mark(node.at, node.title)
            continue
        first = min((below.at for below in node.below if below.at >= 0), default=node.end)
        if node.is_link and first > node.at:
            yield Mark(node.at, node.title)
        todo += [(below, False) for below in reversed(node.below)]


def _holds_chapters(node: _Node, text: Text) -> bool:
    below = [child for child in node.below if child.at >= 0]
    if not node.is_link or is_part_line(node.title):
        return True
    if not below or match_chapter_line(node.title):
        return False
    if sum(map(_reads_as_chapter, below)) * 2 >= len(below) and not _reads_as_chapter(node):
        return True
    here = text.document(node.at)
    if all(text.document(child.at) == here for child in below):
        return False
    opening = text.n_words(node.at, below[0].at)
    mean = text.n_words(below[0].at, node.end) / len(below)
    return opening <= SHORT_OPENING_WORDS or mean >= LONG_SECTION_WORDS


def _reads_as_chapter(node: _Node) -> bool:
    return match_chapter_line(node.title) is not None


def _in_order(marks: Sequence[Mark]) -> list[Mark]:
    """Sort marks as the book is read; of several at one place the last, which is the innermost."""
    by_place = {mark.at: mark for mark in marks}
    return [by_place[at] for at in sorted(by_place)]


def _from_headings(text: Text) -> list[Mark]:
    """Find the headings that open chapters, where no table of contents says so."""
    heads = [
        (i, item.draft) for i, item in enumerate(text.items) if item.is_heading and not item.part
    ]
    levels = sorted({draft.level for _, draft in heads})
    for level in levels:
        opening = [(i, draft) for i, draft in heads if draft.level <= level]
        below = [draft for _, draft in heads if draft.level > level]
        is_title = (
            len(opening) == 1 and len(below) > 1 and not match_chapter_line(opening[0][1].text)
        )
        are_parts = bool(below) and all(is_part_line(draft.text) for _, draft in opening)
        if not is_title and not are_parts:
            return [Mark(i, is_named=False) for i, _ in opening]
    lines = [item for item in text.items if not item.part and match_chapter_line(item.draft.text)]
    if len(text.starts) > 1 and len(lines) < MIN_CHAPTER_LINES:
        return [Mark(start, is_named=False) for start in text.starts]
    return []


def _with_documents(marks: list[Mark], text: Text) -> list[Mark]:
    """Let documents that the table of contents forgets begin chapters where they have a heading."""
    if not marks:
        return marks
    levels = [text.items[m.at].draft.level for m in marks if m.at < len(text.items)]
    deepest = max((level for level in levels if level), default=2)
    places = [mark.at for mark in marks]
    added: list[Mark] = []
    for start, end in zip(text.starts, [*text.starts[1:], len(text.items)], strict=True):
        before = bisect_right(places, start) - 1
        story = text.story(start, end)
        if start in places or start == end or not story:
            continue
        title = marks[before].title if before >= 0 else ""
        is_headed = story[0].is_heading and story[0].draft.level <= deepest
        if before < 0 or is_headed or part_of_title(title):
            added.append(Mark(start, is_named=False))
    return sorted([*marks, *added], key=lambda mark: mark.at)


def _with_chapter_lines(marks: list[Mark], text: Text, sections: set[int]) -> list[Mark]:
    """Divide where a table of contents names only parts, and their chapters are headings."""
    added: list[Mark] = []
    for mark, end in stretches(marks, text):
        line = match_chapter_line(mark.title)
        if (line and not is_part_line(mark.title)) or numeral_value(mark.title.strip(". ")):
            continue
        found = [
            i
            for i in range(mark.at + 1, end)
            if (item := text.items[i]).is_heading
            and not item.part
            and i not in sections
            and match_chapter_line(item.draft.text)
        ]
        if len(found) > 1:
            added += [Mark(i, is_named=False) for i in found]
    return sorted([*marks, *added], key=lambda mark: mark.at)
