"""A document's tree in, its blocks in order out, each knowing which part of the book it is in."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.story.book import Read
from audiobook.story.chapters import join_titles
from audiobook.story.draft import Draft
from audiobook.story.epub.archive import resolved
from audiobook.story.epub.inline import Inline, drafts_of
from audiobook.story.epub.items import Document, Item
from audiobook.story.epub.judge import (
    BLOCKS,
    heading_level,
    is_grid,
    is_note_mark,
    is_stanza,
    is_verse,
    omission,
    part_of,
)
from audiobook.story.epub.markup import Element, texts, tokens
from audiobook.story.headings import is_scene_break
from audiobook.story.model import BlockKind, SpanKind

__all__ = ["read_document"]

_SPANS = {
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), SpanKind.EMPHASIS),
    **dict.fromkeys(("strong", "b"), SpanKind.STRONG),
}
_TITLE_TYPES = frozenset(("title", "subtitle", "ordinal", "label", "z3998:ordinal", "fulltitle"))
_ENDS = ".,;:!?…"
HGROUP_LEVEL = 2


def read_document(root: Element, name: str, read: Read) -> Document:
    """Return the blocks of a document."""
    found = Document(name, language=root.get("lang", ""))
    _Flow(found, read).run(root)
    return found


@dataclass
class _Frame:
    """An element that is open."""

    element: Element
    part: str
    start: int
    is_link: bool = False
    keeps_lines: bool = False
    is_verse: bool = False
    is_silent: bool = False  # the base of a ruby whose reading is read
    level: int = 0  # of the heading that it is or lies in
    group: int = 0


class _Flow:
    def __init__(self, found: Document, read: Read) -> None:
        self.found = found
        self.read = read
        self.inline = Inline()
        self.stack: list[_Frame] = []
        self.verse: list[Item] = []  # lines of a stanza that is not over
        self.cells: list[str] | None = None  # of a row that is not over
        self.n_linked = 0  # characters of its links
        self.n_tables = 0
        self.is_in_grid = False
        self.n_groups = 0
        self.alts: list[str] = []
        self.alphabet = "ipa"

    def run(self, root: Element) -> None:
        """Walk the tree without recursion, for there is no limit to its depth."""
        base = _Frame(root, "", 0)
        self.alphabet = root.get("ssml:alphabet", "ipa")
        todo: list[tuple[Element, _Frame | None]] = [(root, None)]
        self.stack = [base]
        while todo:
            element, frame = todo.pop()
            if frame is not None:
                self._end(frame)
                self.stack.pop()
                self._text(element.tail)
                continue
            frame = self._start(element)
            if frame is None:
                self._anchor(element)
                self._text(element.tail)
                continue
            self.stack.append(frame)
            todo.append((element, frame))
            self._text(element.text)
            todo += [(child, None) for child in reversed(element)]
        self._flush()

    def _text(self, text: str | None) -> None:
        frame = self.stack[-1]
        if text and not frame.is_silent:
            self.inline.add(text, is_linked=frame.is_link, keeps_lines=frame.keeps_lines)

    def _anchor(self, element: Element) -> None:
        """Remember where the names are that lie in something that is not read."""
        at = len(self.found.items)
        for inner in element.iter():
            if inner.get("id"):
                self.found.anchors.setdefault(inner.get("id", ""), (at, at))

    def _start(self, element: Element) -> _Frame | None:
        """Enter an element; None if what is in it is not read."""
        above, tag = self.stack[-1], element.tag
        left = omission(element, self.read)
        if left:
            if tag in BLOCKS:
                self._flush()
            is_loss = left != "-" and not above.part
            if is_loss and (texts(element) or left == "page numbers"):
                self.found.omitted[left] += 1
            return None
        if tag in ("img", "svg", "math", "image"):
            self._picture(element)
            return None
        if tag == "a" and self._is_note(element):
            return None
        if tag == "br":
            self.inline.end_line()
            return None
        if tag in BLOCKS:
            self._flush()
        if tag == "hr":
            self._put(Draft(BlockKind.SCENE_BREAK, (), 0))
            return None
        return self._frame(element, above)

    def _frame(self, element: Element, above: _Frame) -> _Frame:
        tag = element.tag
        own = part_of(element) if tag in BLOCKS else ""
        frame = _Frame(
            element,
            above.part or own,
            len(self.found.items),
            is_link=above.is_link
            or (tag == "a" and bool(resolved(element.get("href", ""), "x")[0])),
            keeps_lines=above.keeps_lines or tag == "pre",
            is_verse=above.is_verse or is_verse(element),
            is_silent=above.is_silent,
            level=above.level or heading_level(element),
            group=above.group,
        )
        if tag in ("ruby", "rt"):
            has_reading = self.read.ruby == "reading" and any(e.tag == "rt" for e in element.iter())
            frame.is_silent = tag == "ruby" and has_reading
        if tag in ("hgroup", "header") and not frame.group:
            self.n_groups += 1
            frame.group = self.n_groups
        elif frame.group and not frame.level and self._is_title(element):
            frame.level = HGROUP_LEVEL
        if tag in _SPANS:
            self.inline.open(_SPANS[tag])
        elif tag == "table":
            self.n_tables += 1
            self.is_in_grid = self.n_tables == 1 and is_grid(element)
        elif tag == "tr" and self.is_in_grid:
            self.cells, self.n_linked = [], 0
        if element.get("ssml:ph"):
            alphabet = element.get("ssml:alphabet", self.alphabet)
            self.found.said.append((texts(element), element.get("ssml:ph", ""), alphabet))
        return frame

    def _is_title(self, element: Element) -> bool:
        is_hgroup = any(frame.element.tag == "hgroup" for frame in self.stack)
        is_titled = bool(tokens(element, "epub:type") & _TITLE_TYPES)
        return element.tag == "p" and (is_hgroup or is_titled)

    def _is_note(self, element: Element) -> bool:
        """Take a link for the mark of a note, if it is one and does not open its paragraph."""
        is_raised = self.stack[-1].element.tag == "sup"
        if not is_note_mark(element, is_raised=is_raised) or not self.inline.has_words:
            return False
        target = resolved(element.get("href", ""), self.found.name)
        self.found.notes.append((len(self.found.items), *target))
        self.found.omitted["note references"] += 1
        return True

    def _picture(self, element: Element) -> None:
        alt = " ".join(element.get("alt", element.get("aria-label", "")).split())
        if element.tag == "math":
            self._text(element.get("alttext") or texts(element))
            return
        is_letter = 0 < len(alt) <= 2 and alt[-1].isalpha() and not self.stack[-1].level
        if is_letter and not self.inline.n_visible:
            self._text(alt)  # an initial that is drawn
        elif self.read.pictures and alt:
            self._text(f" {alt} ")
        else:
            self.alts += [alt] if alt else []
            self.found.omitted["pictures"] += not self.stack[-1].part

    def _end(self, frame: _Frame) -> None:
        element, tag = frame.element, frame.element.tag
        if tag in _SPANS:
            self.inline.close()
        elif tag in ("td", "th") and self.cells is not None:
            lines, _, n_linked = self.inline.take()
            self.n_linked += n_linked
            self.cells += [text] if (text := " ".join(filter(None, lines))) else []
        elif tag in BLOCKS:
            self._flush()
        if tag == "tr" and self.cells is not None:
            row, self.cells = self.cells, None
            if row:
                self._put(Draft(BlockKind.PARAGRAPH, (_row(row),), 0), self.n_linked)
        elif tag == "table":
            self.n_tables -= 1
            self.is_in_grid = self.is_in_grid and self.n_tables > 0
        if frame.is_verse and (is_stanza(element) or not self.stack[-2].is_verse):
            self._end_stanza()
        if element.get("id"):
            self._name(element.get("id", ""), frame.start)

    def _name(self, id_: str, start: int) -> None:
        end = len(self.found.items) + bool(self.verse)
        self.found.anchors.setdefault(id_, (start, max(end, start + bool(self.inline.n_visible))))

    def _flush(self) -> None:
        """End the block that is being read."""
        if self.cells is not None:
            self.inline.add(" ")
            return
        lines, marks, n_linked = self.inline.take()
        alts, self.alts = self.alts, []
        frame = self.stack[-1]
        if not any(lines):
            if any(is_scene_break(alt) for alt in alts):
                self._put(Draft(BlockKind.SCENE_BREAK, (), 0))
            elif frame.level and alts:
                self._put(Draft(BlockKind.HEADING, (" ".join(alts),), 0, frame.level))
            return
        filled = [line for line in lines if line]
        if frame.level:
            marks = marks if len(filled) == 1 else ()
            draft = Draft(BlockKind.HEADING, (join_titles(filled),), 0, frame.level, marks=marks)
            self._put(draft, n_linked)
            return
        if frame.is_verse and len(filled) == 1:
            self.verse.append(self._item(Draft(BlockKind.VERSE, tuple(filled), 0, marks=marks)))
            return
        for draft in drafts_of(lines, marks, is_verse=frame.is_verse, is_typed=frame.keeps_lines):
            is_break = len(draft.lines) == 1 and is_scene_break(draft.text)
            self._put(Draft(BlockKind.SCENE_BREAK, (), 0) if is_break else draft, n_linked)

    def _end_stanza(self) -> None:
        """Make one block of the lines of a stanza that stand in elements of their own."""
        items, self.verse = self.verse, []
        if not items:
            return
        lines: list[str] = [line for item in items for line in item.draft.lines]
        marks, at = [], 0
        for item in items:
            marks += [type(m)(m.start + at, m.end + at, m.kind) for m in item.draft.marks]
            at += item.n_visible
        for draft in drafts_of(lines, marks, is_verse=True, is_typed=False):
            self._put(draft)

    def _put(self, draft: Draft, n_linked: int = 0) -> None:
        self._end_stanza()
        self.found.items.append(self._item(draft, n_linked))

    def _item(self, draft: Draft, n_linked: int = 0) -> Item:
        frame = self.stack[-1]
        count = sum(len(line) - line.count(" ") for line in draft.lines)
        group = frame.group if draft.level else 0
        return Item(draft, self.found.name, frame.part, group, n_linked, count)


def _row(cells: list[str]) -> str:
    text = cells[0]
    for cell in cells[1:]:
        text += f" {cell}" if text[-1] in _ENDS else f", {cell}"
    return text
