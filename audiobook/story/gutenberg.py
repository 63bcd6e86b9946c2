"""Lines of a plain text in; the book's own, and what Project Gutenberg put around them, out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.story.aside import aside
from audiobook.story.lines import Line, blocks_of, text_of
from audiobook.story.model import LeftOut, has_words

__all__ = ["facts_of", "take_book"]

MAX_HEADER_LINES = 1_000  # the longest of its terms that stood at the top, with room
MAX_MARK_LINES = 4  # a long title divides the mark over lines
MAX_FRONT_BLOCKS = 10  # among which the makers are named

_START = re.compile(
    r"\s*\*{2,}\s*START OF (?:TH(?:E|IS) )?(?:PROJECT )?GUTENBERG|\s*\*?\s*END\W+THE SMALL PRINT",
    re.IGNORECASE,
)
_END = re.compile(
    r"\s*\*{2,}\s*END OF (?:TH(?:E|IS) )?(?:PROJECT )?GUTENBERG"
    r"|\s*(?:The\s+)?End of (?:the |this )?Project Gutenberg"
    r"|\s*(?:Ende|Fin|Fine|Fim|Einde|Loppu)\b.{0,20}\bProje[ck]t Gutenberg",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"Project Gutenberg(?:'s|’s)?(?: e-?(?:book|text))?(?: of)? (.{2,120}?),? by"
    r" ([^,*]{2,80}?)\.?$",
    re.IGNORECASE,
)
_FACT = re.compile(r"(title|author|language)\s*:\s*(\S.*)", re.IGNORECASE)
_MADE = re.compile(
    r"^\W*(?:this |the |an? )?"
    r"(?:(?:e-?text|e-?book|html version|text|file|transcription)\b.{0,20})?"
    r"\b(?:produced|prepared|transcribed|scanned|digiti[sz]ed|proof(?:read|ed)|created|updated)\b"
    r".{0,80}\b(?:by|from)\b"
    r"|pgdp\.net|distributed proofread|gutenberg\.(?:net|org)|\bOCR\b.{0,30}\bby\b"
    r"|^\W*(?:credits?|note|character set encoding|release date|posting date)\s*:",
    re.IGNORECASE,
)


def take_book(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[LeftOut]]:
    """Return the lines of the book, those of the library's header, and the parts left out.

    Notes
    -----
    The frame is told by the marks of any year: ``*** START OF THE PROJECT GUTENBERG EBOOK``, the
    end of "the small print" that stood before the text until 2003, and "End of Project
    Gutenberg's ..." in the main European languages.
    """
    starts = [i for i, line in enumerate(lines[:MAX_HEADER_LINES]) if _START.match(line.raw)]
    start = starts[-1] if starts else -1
    end = next((i for i in range(start + 1, len(lines)) if _END.match(lines[i].raw)), len(lines))
    body_at = _after_mark(lines, start) if starts else 0
    header, body = list(lines[:body_at]), list(lines[body_at:end])
    is_framed = bool(starts) or end < len(lines)
    if not is_framed or not any(has_words(line.raw) for line in body):
        return list(lines), [], []
    body, makers = _take_makers(body)
    parts = [aside("licence", header), aside("colophon", makers), aside("licence", lines[end:])]
    return body, header, [part for part in parts if part]


def _after_mark(lines: Sequence[Line], start: int) -> int:
    """Return where the text begins after a mark that may go on over some lines."""
    if not lines[start].text.startswith("**"):
        return start + 1
    for i in range(start, min(start + MAX_MARK_LINES, len(lines))):
        if lines[i].text.endswith("**"):
            return i + 1
        if not lines[i].text:
            break
    return start + 1


def _take_makers(body: list[Line]) -> tuple[list[Line], list[Line]]:
    """Take the paragraphs at the front that say who made the file."""
    made: set[int] = set()
    for n, block in enumerate(blocks_of(body)):
        if n == MAX_FRONT_BLOCKS:
            break
        if _MADE.search(text_of(block)) and len(block) <= 12:
            made.update(line.number for line in block)
    rest = [line for line in body if line.number not in made]
    return rest, [line for line in body if line.number in made]


def facts_of(header: Sequence[Line]) -> dict[str, str]:
    """Return title, author and language from a library's header."""
    facts: dict[str, str] = {}
    name = ""
    for line in header:
        match = _FACT.match(line.raw.strip())
        if match and not line.is_indented:
            name = match[1].lower() if match[1].lower() not in facts else ""
            facts.setdefault(match[1].lower(), " ".join(match[2].split()))
        elif name and line.text and line.is_indented and ":" not in line.text:
            facts[name] += f" {line.text}"
        else:
            name = ""
    for line in header if "title" not in facts else ():
        named = _NAMED.search(line.text)
        if named:
            facts |= {"title": named[1], "author": facts.get("author", named[2])}
            break
    return facts
