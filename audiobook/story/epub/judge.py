"""An element in, what becomes of it out: read, left out and why, or part of a table or verse."""

from __future__ import annotations

import re
from collections.abc import Container

from audiobook.story.book import Read
from audiobook.story.epub.markup import Element, texts, tokens
from audiobook.story.epub.parts import NOTES, part_of_types

__all__ = [
    "BLOCKS",
    "HEADINGS",
    "heading_level",
    "is_grid",
    "is_note_mark",
    "is_stanza",
    "is_verse",
    "omission",
    "part_of",
]

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_OTHER_BLOCKS = """
html body p div section article aside header footer main figure figcaption blockquote li ul ol dl dt
dd hgroup table thead tbody tfoot tr td th caption address pre center form fieldset details summary
nav hr legend menu dir
"""
BLOCKS = HEADINGS | frozenset(_OTHER_BLOCKS.split())
_SILENT = """
head script style template iframe object audio video canvas rp case noscript
"""
SILENT = frozenset(_SILENT.split())
MAX_CELL_WORDS = 60  # a table with longer cells only lays out its text

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PAGES = """
pagenum pageno page-number pagenumber page_number pagebreak pb
"""
_PAGE_CLASSES = frozenset(_PAGES.split())
_PAGE = re.compile(r"\W*(?:p|pg|page|s|seite)?\W*(?:\d{1,5}|[ivxlcdm]{1,8})?\W*", re.IGNORECASE)
_MARK = re.compile(r"[\[({]?\s*(?:\d{1,4}|[*†‡§¶#※]{1,4}|[ivxlc]{1,6}|[a-zA-Z])\s*[\])}]?\.?")
_PLAIN_MARK = re.compile(r"\d{1,4}|[a-zA-Z]|[ivxlc]+")
_NOTE_NAMES = re.compile(r"note|fn|ftn|footnote", re.IGNORECASE)
_STANZA = frozenset(("stanza", "lg", "linegroup", "strophe", "z3998:stanza"))
_POEM = ("poem", "poetry", "verse", "z3998:poem", "z3998:verse", "z3998:song", "z3998:hymn")
_VERSE = _STANZA | frozenset(_POEM)
_BOILERPLATE = frozenset(("pg-boilerplate", "pg-header", "pg-footer", "pgheader", "pgfooter"))


def types_of(element: Element) -> frozenset[str]:
    """Return what an element says it is, by ``epub:type`` and ``role``."""
    return tokens(element, "epub:type") | tokens(element, "role")


def part_of(element: Element) -> str:
    """Return the part of the book that a block says it is, "" for story."""
    if element.tag == "nav":
        return "contents"
    names = tokens(element, "class") | {element.get("id", "").lower()}
    return "licence" if names & _BOILERPLATE else part_of_types(types_of(element))


def omission(element: Element, read: Read) -> str:
    """Return what an element is called in the list of what is not read; "" if it is read."""
    tag = element.tag
    if tag in SILENT or (tag == "title" and "epub:type" not in element.attrib):
        return "-"
    if _is_hidden(element):
        return "hidden elements"
    types = types_of(element)
    if _is_page_number(element, types):
        return "page numbers"
    if types & {"backlink", "doc-backlink", "referrer"}:
        return "back links"
    if tag not in BLOCKS and part_of_types(types) == NOTES:
        return "notes within a line"
    return _by_taste(element, read)


def _by_taste(element: Element, read: Read) -> str:
    tag = element.tag
    if tag == "rt" and read.ruby == "base":
        return "ruby readings"
    if tag == "figcaption" and not read.captions:
        return "captions"
    if tag == "table" and not read.tables:
        return "tables"
    if tag == "pre" and not read.code and _is_code(element):
        return "code listings"
    return ""


def _is_hidden(element: Element) -> bool:
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or bool(_HIDDEN.search(element.get("style", "")))
    )


def _is_page_number(element: Element, types: Container[str]) -> bool:
    if "pagebreak" in types or "doc-pagebreak" in types:
        # Some open such an element around a whole page.
        return len(texts(element)) < 30
    return bool(tokens(element, "class") & _PAGE_CLASSES) and bool(_PAGE.fullmatch(texts(element)))


def _is_code(element: Element) -> bool:
    names = tokens(element, "class")
    return bool(names & {"code", "programlisting", "screen", "sourcecode"}) or any(
        child.tag in ("code", "samp", "kbd") for child in element
    )


def is_note_mark(element: Element, *, is_raised: bool) -> bool:
    """Tell whether a link is only the mark of a note."""
    text = texts(element)
    if types_of(element) & {"noteref", "doc-noteref"}:
        return bool(_MARK.fullmatch(text)) or len(text) <= 8
    if "#" not in element.get("href", "") or not _MARK.fullmatch(text):
        return False
    names = " ".join((element.get("class", ""), element.get("id", ""), element.get("href", "")))
    is_raised = is_raised or any(child.tag == "sup" for child in element)
    return is_raised or not _PLAIN_MARK.fullmatch(text) or bool(_NOTE_NAMES.search(names))


def heading_level(element: Element) -> int:
    """Return the level of a heading, 0 for anything else."""
    if element.tag in HEADINGS:
        return int(element.tag[1])
    if "heading" in tokens(element, "role"):
        level = element.get("aria-level", "2")
        return int(level) if level.isdecimal() and 1 <= int(level) <= 9 else 2
    return 0


def is_verse(element: Element) -> bool:
    """Tell whether the lines in an element are verse."""
    return bool((tokens(element, "class") | tokens(element, "epub:type")) & _VERSE)


def is_stanza(element: Element) -> bool:
    """Tell whether an element is a stanza by itself."""
    return bool((tokens(element, "class") | tokens(element, "epub:type")) & _STANZA)


def is_grid(table: Element) -> bool:
    """Tell whether a table has rows to be read, and is not there to lay out a page."""
    if any(e.tag == "table" and e is not table for e in table.iter()):
        return False
    widest = 0
    for row in table.iter():
        if row.tag == "tr":
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            widest = max(widest, sum(bool(texts(cell)) for cell in cells))
            if any(_is_long(cell) for cell in cells):
                return False
    return widest > 1


def _is_long(cell: Element) -> bool:
    n_blocks = sum(e.tag in ("p", "div", "li") for e in cell.iter())
    return n_blocks > 1 or len(texts(cell).split()) > MAX_CELL_WORDS
