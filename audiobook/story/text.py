"""Plain text in, `Manuscript` out: lines become paragraphs, verse, chapter headings and breaks."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from audiobook.story.apparatus import Sorted, sort_out
from audiobook.story.chapters import join_titles
from audiobook.story.draft import Draft, Manuscript
from audiobook.story.emphasis import set_off
from audiobook.story.gutenberg import facts_of, take_book
from audiobook.story.headings import is_part_line, is_scene_break, match_chapter_line
from audiobook.story.languages import language_code
from audiobook.story.lines import Line, blocks_of, text_of
from audiobook.story.model import BlockKind, has_words
from audiobook.story.ranks import is_bare_number, ranks_of
from audiobook.story.titles import reads_as_title, same_title

__all__ = ["parse_text"]

# Text set by hand in columns stays below this; a longer line is a paragraph of its own.
WRAPPED_CHARS = 120
MAX_TITLE_PAGE_WORDS = 80
VERSE_CHARS = 60  # lines of verse are rarely longer, wrapped prose mostly is

_META = re.compile(r"(title|author|language|lang|by)\s*:\s*(\S.*)", re.IGNORECASE)
_OPENING = "\"'“‘«„([¿¡—–- "  # what may stand before a capital


def parse_text(text: str, *, captions: bool = True) -> Manuscript:
    """Return the blocks of a plain text.

    Blank lines divide paragraphs and the lines between them are joined; without blank lines, or
    where lines are long, each line is a paragraph. Lines that are all indented or all short and
    capitalised are verse. A chapter line ("Chapter 3") is a heading, and so are numbers and lines
    in capitals that stand alone, where they make an order (`audiobook.story.ranks`).

    Notes
    -----
    Lines like ``Title: ...`` that open the text are facts about it. What Project Gutenberg puts
    around a book, lists of contents, notes and pictures are left out; ``captions`` are read.
    """
    lines = [Line(i, raw) for i, raw in enumerate(text.split("\n"), start=1)]
    book, header, frame = take_book(lines)
    book, facts = _take_facts(book, header)
    found = sort_out(book, captions=captions)
    if not any(has_words(line.raw) for line in found.lines):
        found = Sorted(book)  # what is all there is was meant to be read
    title = facts.get("title", "")
    _take_title_page(found, title)
    return Manuscript(
        tuple(_drafts(found.lines, title)),
        title,
        facts.get("author", ""),
        language_code(facts.get("language", "")),
        left_out=tuple(sorted((*frame, *found.left_out), key=lambda part: part.chapter.line)),
        omitted=tuple((name, count) for name, count in found.omitted.items() if count),
    )


def _take_title_page(found: Sorted, title: str) -> None:
    """Take lines before the first heading that say the title, which is known, and little more."""
    blocks = [*blocks_of(found.lines)]
    ranks = ranks_of(blocks, title)
    n_front = next((i for i, block in enumerate(blocks) if ranks.level(block[0])), 0)
    front = [line for block in blocks[:n_front] for line in block]
    n_words = sum(len(line.text.split()) for line in front)
    is_title = any(
        same_title(line.text.strip("_*=.;: "), title[: len(line.text)].strip(".;: "))
        for line in front
    )
    if title and is_title and n_words <= MAX_TITLE_PAGE_WORDS:
        last = front[-1].number
        found.leave_out("title page", [line for line in found.lines if line.number <= last])
        found.lines = [line for line in found.lines if line.number > last]


def _take_facts(lines: list[Line], header: list[Line]) -> tuple[list[Line], dict[str, str]]:
    """Take facts from a library's header, or from opening lines that are nothing but facts."""
    if header:
        return lines, facts_of(header)
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


def _facts(lines: Iterable[Line]) -> dict[str, str]:
    names = {"lang": "language", "by": "author"}
    found = (_META.match(line.text) for line in lines)
    pairs = [(m[1].lower(), m[2]) for m in found if m]
    return {names.get(name, name): value for name, value in reversed(pairs)}


def _drafts(lines: Sequence[Line], title: str) -> Iterator[Draft]:
    filled = [line for line in lines if line.text]
    between = lines[lines.index(filled[0]) : lines.index(filled[-1])] if filled else []
    by_line = _lines_are_paragraphs(filled, has_blanks=any(not line.text for line in between))
    blocks = deque(_split(blocks_of(lines, by_line=by_line)))
    ranks = ranks_of(blocks, title)
    while blocks:
        block = blocks.popleft()
        level = ranks.level(block[0])
        is_heading = bool(level) and not _is_contents(block)
        heading = _heading(block, list(islice(blocks, 2)), level) if is_heading else None
        if heading is None:
            yield from _paragraphs(block)
            continue
        draft, used, taken = heading
        yield draft
        if taken:
            blocks.popleft()
        elif block[used:]:
            blocks.appendleft(block[used:])


def _split(blocks: Iterable[list[Line]]) -> Iterator[list[Line]]:
    """Part headings that stand right over one another: "PART TWO" over "CHAPTER 9"."""
    for block in blocks:
        is_list = _is_contents(block)
        while not is_list and len(block) > 1 and all(map(_is_chapter_line, block[:2])):
            yield block[:1]
            block = block[1:]
        yield block


def _is_chapter_line(line: Line) -> bool:
    return match_chapter_line(line.text) is not None


def _is_contents(block: Sequence[Line]) -> bool:
    """Tell whether a block lists chapters and does not open one."""
    n_chapter_lines = sum(match_chapter_line(line.text) is not None for line in block)
    return len(block) >= 3 and n_chapter_lines * 2 >= len(block)


def _lines_are_paragraphs(filled: Sequence[Line], *, has_blanks: bool) -> bool:
    long = sum(len(line.text) > WRAPPED_CHARS for line in filled)
    if has_blanks:
        return long * 20 > len(filled)
    lengths = sorted(len(line.text) for line in filled)
    goes_on = sum(line.text[0].islower() for line in filled[1:])
    is_wrapped = (
        bool(lengths) and lengths[len(lengths) // 2] >= 40 and goes_on * 10 >= 3 * (len(filled) - 1)
    )
    return long > 0 or not is_wrapped


def _heading(
    block: list[Line], following: Sequence[list[Line]], level: int
) -> tuple[Draft, int, bool] | None:
    """Return a heading, how many of the block's lines it takes, and whether the next block too."""
    texts, used, taken = [block[0].text], 1, False
    found = match_chapter_line(block[0].text)
    if found is None and not is_bare_number(block[0].text):
        texts, used = [line.text for line in block], len(block)
    elif found is None or not found.title:
        second = block[1].text if len(block) > 1 else ""
        if second and len(block) <= 3 and all(_is_title(line.text) for line in block[1:]):
            texts, used = [line.text for line in block], len(block)
        elif len(block) == 1 and _next_is_title(following, is_part=is_part_line(texts[0])):
            texts, taken = [texts[0], text_of(following[0])], True
    elif len(block) > 1 and not _may_head(block):
        return None
    return _heading_draft(texts, block[0].number, level), used, taken


def _may_head(block: list[Line]) -> bool:
    """Tell whether a titled chapter line may head this block: prose that goes on may not."""
    return not block[1].text[0].islower()


def _next_is_title(following: Sequence[list[Line]], *, is_part: bool) -> bool:
    """Tell whether the next block is a title: alone, with text after it that is no heading.

    Under the title of a part a chapter may begin at once.
    """
    if len(following) < 2:
        return False
    title, after = text_of(following[0]), following[1][0].text
    if len(following[0]) > 1 and not title.isupper():
        return False
    is_over_text = match_chapter_line(after) is None or (is_part and title.isupper())
    return _is_title(title) and is_over_text and not is_scene_break(after)


def _is_title(text: str) -> bool:
    is_other = match_chapter_line(text) or is_scene_break(text) or is_bare_number(text)
    title = text.strip("=*_ ")
    if text[:1] in "_=" and text[-1:] == text[:1]:  # set apart as a whole, with its full stop
        title = title.rstrip(".")
    return not is_other and reads_as_title(title)


def _heading_draft(texts: list[str], number: int, level: int) -> Draft:
    texts = [set_off((text.strip("=* "),))[0][0] for text in texts]
    return Draft(BlockKind.HEADING, (join_titles(texts),), number, level=level)


def _paragraphs(block: list[Line]) -> Iterator[Draft]:
    if len(block) == 1 and is_scene_break(block[0].text):
        yield Draft(BlockKind.SCENE_BREAK, (), block[0].number)
        return
    if _is_verse(block) or _is_contents(block):
        yield _draft(BlockKind.VERSE, block)
        return
    start = 0
    for i in range(1, len(block) + 1):
        if i == len(block) or _opens_paragraph(block, i):
            yield _draft(BlockKind.PARAGRAPH, block[start:i])
            start = i


def _draft(kind: BlockKind, block: Sequence[Line]) -> Draft:
    texts, marks = set_off([line.text for line in block])
    return Draft(kind, texts, block[0].number, marks=marks)


def _opens_paragraph(block: list[Line], i: int) -> bool:
    """Tell whether a line opens a paragraph without a blank line: indented, or a speaker's dash."""
    before, line = block[i - 1].text, block[i]
    if line.is_indented and not all(other.is_indented for other in block[1:]):
        return True
    return line.text[:2] in ("— ", "– ") and before[-1] in '.!?…:»”"'


def _is_verse(block: list[Line]) -> bool:
    """Tell whether the lines of a block were meant: short, and each begins with a capital."""
    n_least = 2 if all(line.is_indented for line in block) else 3
    if len(block) < n_least or max(len(line.text) for line in block) > VERSE_CHARS:
        return False
    return all(line.text.lstrip(_OPENING)[:1].isupper() for line in block)
