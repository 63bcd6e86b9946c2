"""Plain text in, `Manuscript` out: lines become paragraphs, verse, chapter headings and breaks."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from audiobook.story.draft import Draft, Manuscript
from audiobook.story.headings import is_scene_break, match_chapter_line
from audiobook.story.languages import language_code
from audiobook.story.model import BlockKind
from audiobook.story.titles import reads_as_title

__all__ = ["parse_text"]

# Text set by hand in columns stays below this; a longer line is a paragraph of its own.
WRAPPED_CHARS = 120
VERSE_CHARS = 60  # lines of verse are rarely longer, wrapped prose mostly is

_META = re.compile(r"(title|author|language|lang|by)\s*:\s*(\S.*)", re.IGNORECASE)
_GUTENBERG = re.compile(r"\*\*\* ?(START|END) OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*")
_OPENING = "\"'“‘«„([¿¡—–- "  # what may stand before a capital


@dataclass(frozen=True)
class _Line:
    number: int
    raw: str

    @property
    def text(self) -> str:
        return " ".join(self.raw.split())

    @property
    def is_indented(self) -> bool:
        return self.raw[:1] in ("\t", "\u3000") or self.raw[:2] == "  "


def parse_text(text: str) -> Manuscript:
    """Return the blocks of a plain text.

    Blank lines divide paragraphs and the lines between them are joined; without blank lines, or
    where lines are long, each line is a paragraph. Lines that are all indented or all short and
    capitalised are verse. A chapter line ("Chapter 3") is a heading of level 1.

    Notes
    -----
    Lines like ``Title: ...`` that open the text are facts about it, and what Project Gutenberg
    puts around a book, by its own marks, is not the book.
    """
    lines = [_Line(i, raw) for i, raw in enumerate(text.split("\n"), start=1)]
    lines, facts = _take_facts(*_take_book(lines))
    drafts = tuple(_drafts(lines))
    language = language_code(facts.get("language", ""))
    return Manuscript(drafts, facts.get("title", ""), facts.get("author", ""), language)


def _take_book(lines: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Return the lines of the book and those of a library's header."""
    marks = [(i, m[1]) for i, line in enumerate(lines) if (m := _GUTENBERG.match(line.raw))]
    start = next((i for i, which in marks if which == "START"), -1)
    end = next((i for i, which in marks if which == "END" and i > start), len(lines))
    return (lines[start + 1 : end], lines[:start]) if start >= 0 else (lines[:end], [])


def _take_facts(lines: list[_Line], header: list[_Line]) -> tuple[list[_Line], dict[str, str]]:
    """Take facts from a library's header, or from opening lines that are nothing but facts."""
    if header:
        return lines, _facts(header)
    first = next((i for i, line in enumerate(lines) if line.text), 0)
    fenced = first < len(lines) and lines[first].text == "---"
    start = first + fenced
    end = start
    while end < len(lines) and lines[end].text not in ("", "---"):
        end += 1
    opening = lines[start:end]
    if not opening or not all(_META.match(line.text) for line in opening):
        return lines, {}
    closed = fenced and end < len(lines) and lines[end].text == "---"
    return lines[end + closed :], _facts(opening)


def _facts(lines: Iterable[_Line]) -> dict[str, str]:
    names = {"lang": "language", "by": "author"}
    found = (_META.match(line.text) for line in lines)
    pairs = [(m[1].lower(), m[2]) for m in found if m]
    return {names.get(name, name): value for name, value in reversed(pairs)}


def _drafts(lines: Sequence[_Line]) -> Iterator[Draft]:
    filled = [line for line in lines if line.text]
    between = lines[lines.index(filled[0]) : lines.index(filled[-1])] if filled else []
    by_line = _lines_are_paragraphs(filled, has_blanks=any(not line.text for line in between))
    blocks = deque(_blocks(lines, by_line=by_line))
    while blocks:
        block = blocks.popleft()
        heading = None if _is_contents(block) else _heading(block, list(islice(blocks, 2)))
        if heading is None:
            yield from _paragraphs(block)
            continue
        draft, used, taken = heading
        yield draft
        if taken:
            blocks.popleft()
        elif block[used:]:
            blocks.appendleft(block[used:])


def _is_contents(block: Sequence[_Line]) -> bool:
    """Tell whether a block lists chapters and does not open one."""
    n_chapter_lines = sum(match_chapter_line(line.text) is not None for line in block)
    return len(block) >= 3 and n_chapter_lines * 2 >= len(block)


def _lines_are_paragraphs(filled: Sequence[_Line], *, has_blanks: bool) -> bool:
    long = sum(len(line.text) > WRAPPED_CHARS for line in filled)
    if has_blanks:
        return long * 20 > len(filled)
    lengths = sorted(len(line.text) for line in filled)
    goes_on = sum(line.text[0].islower() for line in filled[1:])
    is_wrapped = (
        bool(lengths) and lengths[len(lengths) // 2] >= 40 and goes_on * 10 >= 3 * (len(filled) - 1)
    )
    return long > 0 or not is_wrapped


def _blocks(lines: Sequence[_Line], *, by_line: bool) -> Iterator[list[_Line]]:
    """Yield runs of lines without a blank between them; breaks stand alone."""
    block: list[_Line] = []
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


def _heading(
    block: list[_Line], following: Sequence[list[_Line]]
) -> tuple[Draft, int, bool] | None:
    """Return a heading, how many of the block's lines it takes, and whether the next block too."""
    found = match_chapter_line(block[0].text)
    if found is None:
        return None
    texts, used, taken = [block[0].text], 1, False
    if not found.title:
        second = block[1].text if len(block) > 1 else ""
        if second and len(block) <= 3 and all(_is_title(line.text) for line in block[1:]):
            texts, used = [line.text for line in block], len(block)
        elif len(block) == 1 and _next_is_title(following):
            texts, taken = [texts[0], " ".join(line.text for line in following[0])], True
    elif len(block) > 1 and not _may_head(block):
        return None
    return _heading_draft(texts, block[0].number), used, taken


def _may_head(block: list[_Line]) -> bool:
    """Tell whether a titled chapter line may head this block: prose that goes on may not."""
    return not block[1].text[0].islower()


def _next_is_title(following: Sequence[list[_Line]]) -> bool:
    """Tell whether the next block is a title: alone, with text after it that is no heading."""
    if len(following) < 2:
        return False
    title, after = " ".join(line.text for line in following[0]), following[1][0].text
    if len(following[0]) > 1 and not title.isupper():
        return False
    return _is_title(title) and match_chapter_line(after) is None and not is_scene_break(after)


def _is_title(text: str) -> bool:
    return not (match_chapter_line(text) or is_scene_break(text)) and reads_as_title(text)


def _heading_draft(texts: list[str], number: int) -> Draft:
    title = texts[0].strip("=*_ ")
    for text in texts[1:]:
        title += f" {text}" if title[-1] in ".:!?—–" else f". {text}"
    return Draft(BlockKind.HEADING, (title,), number, level=1)


def _paragraphs(block: list[_Line]) -> Iterator[Draft]:
    if len(block) == 1 and is_scene_break(block[0].text):
        yield Draft(BlockKind.SCENE_BREAK, (), block[0].number)
        return
    if _is_verse(block) or _is_contents(block):
        yield Draft(BlockKind.VERSE, tuple(line.text for line in block), block[0].number)
        return
    start = 0
    for i in range(1, len(block) + 1):
        if i == len(block) or _opens_paragraph(block, i):
            lines = block[start:i]
            yield Draft(BlockKind.PARAGRAPH, tuple(line.text for line in lines), lines[0].number)
            start = i


def _opens_paragraph(block: list[_Line], i: int) -> bool:
    """Tell whether a line opens a paragraph without a blank line: indented, or a speaker's dash."""
    before, line = block[i - 1].text, block[i]
    if line.is_indented and not all(other.is_indented for other in block[1:]):
        return True
    return line.text[:2] in ("— ", "– ") and before[-1] in '.!?…:»”"'


def _is_verse(block: list[_Line]) -> bool:
    """Tell whether the lines of a block were meant: short, and each begins with a capital."""
    n_least = 2 if all(line.is_indented for line in block) else 3
    if len(block) < n_least or max(len(line.text) for line in block) > VERSE_CHARS:
        return False
    return all(line.text.lstrip(_OPENING)[:1].isupper() for line in block)
