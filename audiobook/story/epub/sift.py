"""Blocks in; which of them are no story, by what leads to them and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile

from audiobook.story.epub.items import Document, Item
from audiobook.story.epub.parts import NOTES, SHORT_PARTS, part_of_landmark, part_of_title
from audiobook.story.titles import same_title

__all__ = ["n_words", "part_of_range", "sift"]

MIN_LINKS = 3  # so many lines in a row that are only links are a list of contents
MAX_NOTE_WORDS = 600
MAX_LANDMARK_SHARE = 0.3  # of the book, which no list of contents takes
LONG_WORDS = 3_000
_PG_START = re.compile(r"\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_PG_END = re.compile(r"\*{3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_RIGHTS = (
    re.compile(r"©|\bcopyright\b", re.IGNORECASE),
    re.compile(r"\ball rights reserved\b|alle rechte|tous droits|derechos reservados", re.I),
    re.compile(r"\be?-?isbn\b", re.IGNORECASE),
    re.compile(r"\b(?:first )?published (?:by|in)\b|\bpublisher\b", re.IGNORECASE),
)
_NUMBERED = re.compile(r"\W*(?:\d{1,4}|[*†‡§])\W")


def sift(
    documents: Sequence[Document], landmarks: Iterable[tuple[str, str, str]], nav: str
) -> None:
    """Mark the blocks that are no story with the part they are."""
    total = sum(n_words(document.items) for document in documents)
    by_name = {document.name: document for document in documents}
    for kind, name, fragment in landmarks:
        part, document = part_of_landmark(kind), by_name.get(name)
        if not part or document is None:
            continue
        start, end = document.anchors.get(fragment, (0, 0)) if fragment else (0, 0)
        items = document.items[start:end] if fragment else document.items
        if n_words(items) <= max(LONG_WORDS, total * MAX_LANDMARK_SHARE):
            _mark(items, part)
    if nav in by_name:
        _mark(by_name[nav].items, "contents")
    for document in documents:
        _mark_notes(document, by_name)
    for document in documents:
        _mark_note_headings(document.items)
        _mark_links(document.items)
        _mark_contents(document.items)
    _mark_licence([item for document in documents for item in document.items])
    for document in documents:
        _unmark_long(document.items)


def n_words(items: Iterable[Item]) -> int:
    """Count words."""
    return sum(len(line.split()) for item in items for line in item.draft.lines)


def _mark(items: Iterable[Item], part: str) -> None:
    for item in items:
        item.part = item.part or part


def _mark_notes(document: Document, by_name: dict[str, Document]) -> None:
    for at, name, fragment in document.notes:
        if document.items[at : at + 1] and document.items[at].part:
            continue  # what a note leads back to is story
        target = by_name.get(name)
        start, end = target.anchors.get(fragment, (0, 0)) if target else (0, 0)
        items = target.items[start:end] if target else []
        if n_words(items) <= MAX_NOTE_WORDS:
            _mark(items, NOTES)


def _mark_note_headings(items: Sequence[Item]) -> None:
    """Let a heading over notes go with them."""
    following = ""
    for item in reversed(items):
        if following == NOTES and item.is_heading and part_of_title(item.draft.text) == NOTES:
            item.part = item.part or NOTES
        following = item.part if item.draft.lines else following


def _mark_links(items: Sequence[Item]) -> None:
    for is_links, group in groupby(items, key=_is_link):
        links = list(group)
        if is_links and len(links) >= MIN_LINKS:
            _mark(links, "contents")
            at = next(i for i, item in enumerate(items) if item is links[0])
            if at and part_of_title(items[at - 1].draft.text) == "contents":
                _mark([items[at - 1]], "contents")


def _mark_contents(items: Sequence[Item]) -> None:
    """Mark what stands under the heading of a list of contents, if there are links in it."""
    for i, head in enumerate(items):
        if head.is_heading and not head.part and part_of_title(head.draft.text) == "contents":
            lines = [*takewhile(lambda item: not item.is_heading, items[i + 1 :])]
            linked = sum(item.n_linked > 0 for item in lines)
            if linked * 2 >= max(len(lines), 2):
                _mark([head, *lines], "contents")


def _is_link(item: Item) -> bool:
    return item.n_visible > 0 and item.n_linked * 5 >= item.n_visible * 4 and not item.is_heading


def _mark_licence(items: Sequence[Item]) -> None:
    """Mark what Project Gutenberg puts before and after its texts."""
    start = next((i for i, item in enumerate(items) if _PG_START.search(item.draft.text)), None)
    end = next((i for i, item in enumerate(items) if _PG_END.search(item.draft.text)), None)
    if start is not None and n_words(items[:start]) < LONG_WORDS:
        _mark(items[: start + 1], "licence")
    if end is not None and n_words(items[end:]) < 2 * LONG_WORDS:
        _mark(items[end:], "licence")


def _unmark_long(items: Sequence[Item]) -> None:
    """Take the mark off what is too long for what it says it is: it is the story."""
    for part, group in groupby(items, key=lambda item: item.part):
        run = list(group)
        if part in SHORT_PARTS and n_words(run) > SHORT_PARTS[part]:
            for item in run:
                item.part = ""


def part_of_range(
    title: str, items: Sequence[Item], *, book: str, is_front: bool, is_named: bool
) -> str:
    """Return which part a stretch of the book is by its title and its words, "" for story.

    Parameters
    ----------
    book : str
        The book's title.
    is_front : bool
        Whether no chapter stands before it.
    is_named : bool
        Whether the table of contents has it.
    """
    part, count = part_of_title(title), n_words(items)
    if part:
        return part if _fits(part, items, count) else ""
    text = " ".join(item.draft.text for item in items)
    if count <= 600 and sum(bool(sign.search(text)) for sign in _RIGHTS) >= 2:
        return "copyright"
    heads = [item.draft.text for item in items if item.draft.lines][:2]
    is_title = any(same_title(head, book) for head in heads)
    return "title page" if is_front and is_title and count <= 40 and not is_named else ""


def _fits(part: str, items: Sequence[Item], count: int) -> bool:
    """Tell whether what stands under such a title is of that kind."""
    lines = [item for item in items if item.draft.lines and not item.is_heading]
    if part in SHORT_PARTS:
        return count <= SHORT_PARTS[part]
    if part in ("contents", "index"):
        return not lines or count / len(lines) <= 15
    if part == NOTES:
        numbered = sum(bool(_NUMBERED.match(item.draft.text)) for item in lines)
        return numbered * 2 >= len(lines)
    return True
