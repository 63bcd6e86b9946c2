"""A PDF in, `Story` out: lines in the order of reading, without what each page repeats."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audiobook.errors import StoryError
from audiobook.story.chapters import divide
from audiobook.story.convert import run_converter
from audiobook.story.draft import Draft, Manuscript
from audiobook.story.model import BlockKind, Story
from audiobook.story.pdf.furniture import without_furniture
from audiobook.story.pdf.layout import rows_of
from audiobook.story.pdf.paragraphs import Paragraph, paragraphs_of
from audiobook.story.text import parse_text
from audiobook.story.titles import same_title

__all__ = ["read_pdf", "story_of"]

MAX_BYTES = 300_000_000
SAME_TYPE = 0.7  # boxes of one type differ by what hangs below the line
MIN_CHARS_PER_PAGE = 25  # fewer, and the pages are pictures
_PROGRAM = ("-P", "-m", "audiobook.story.pdf.pages")
_NO_TITLE = re.compile(
    r"^(untitled|microsoft word|.*\.(docx?|odt|tex|dvi|indd|qxd|pdf|rtf)$)", re.I
)
_REFUSED = {
    "password": "is locked with a password; save it without one",
    "broken": "is no PDF, or it is damaged; get the file again",
    "long": "has more pages than a book; divide it",
}


def read_pdf(source: Path | bytes, name: str) -> Story:
    """Read a PDF.

    Raises
    ------
    StoryError
        If the library is not installed, or the PDF is locked, damaged, too large or scanned.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise StoryError(f"{name}: PDFs need a library; install it: pip install 'kuibook[pdf]'")
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise StoryError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB; divide it")
    data = source if isinstance(source, bytes) else source.read_bytes()
    found = run_converter([sys.executable, *_PROGRAM], data, name, what="a PDF")
    return story_of(json.loads(found), name)


def story_of(found: dict[str, Any], name: str) -> Story:
    """Make a story of what `audiobook.story.pdf.pages` found."""
    if "error" in found:
        raise StoryError(f"{name} {_REFUSED[found['error']]}")
    pages = [rows_of(page["runs"], number) for number, page in enumerate(found["pages"])]
    n_chars = sum(len(row.text) for rows in pages for row in rows)
    if n_chars < MIN_CHARS_PER_PAGE * len(pages):
        raise StoryError(
            f"{name} has pictures of its pages and no text; have it recognised (ocrmypdf does "
            "that) and try again"
        )
    kept, gone = without_furniture(pages, [page["height"] for page in found["pages"]])
    facts = found["facts"]
    title = facts.get("Title", "").strip()
    manuscript = _manuscript(
        paragraphs_of(kept, {page for _, _, page in found["outline"]}), found["outline"]
    )
    manuscript, chapters = divide(manuscript)
    return Story(
        title="" if _NO_TITLE.match(title) else title or manuscript.title,
        author=facts.get("Author", "").strip() or manuscript.author,
        language="",
        chapters=chapters,
        left_out=(),
        omitted=tuple(sorted((gone + Counter()).items())),
    )


def _manuscript(paragraphs: Sequence[Paragraph], outline: Sequence[Any]) -> Manuscript:
    """Return headings by the outline, else by their type, else by what they say."""
    if len(outline) > 1:
        return Manuscript(tuple(_by_outline(paragraphs, outline)))
    heights = [p.height for p in paragraphs if p.is_large]
    if len(heights) > 1:
        return Manuscript(
            tuple(
                _heading(" ".join(p.lines), _level(p.height, heights))
                if p.is_large
                else _paragraph(p)
                for p in paragraphs
            )
        )
    # One line a paragraph, wide space around what may be a heading: as hand-set texts are.
    text = "\n\n".join(
        f"\n\n{said}" if p.is_large or len(said) < 60 else said
        for p in paragraphs
        if (said := _paragraph(p).text)
    )
    return parse_text(text)


def _level(height: float, heights: Sequence[float]) -> int:
    """Return the depth of a heading by its type: how many sizes are larger."""
    level, size = 1, max(heights)
    for other in sorted(heights, reverse=True):
        if other < SAME_TYPE * size:
            size = other
            level += other >= height
    return level


def _by_outline(paragraphs: Sequence[Paragraph], outline: Sequence[Any]) -> list[Draft]:
    """Return drafts; a line that says what the outline says is its heading, else one is made."""
    waiting = [(level, " ".join(title.split()), page) for level, title, page in outline]
    drafts: list[Draft] = []
    for n, paragraph in enumerate(paragraphs):
        text = " ".join(paragraph.lines)
        due = [e for e in waiting if e[2] <= paragraph.page]
        match = next((i for i, e in enumerate(due) if _says(text, e[1])), -1)
        later = [" ".join(p.lines) for p in _on_page(paragraphs, n + 1, paragraph.page)]
        for level, title, page in due if match < 0 else due[: match + 1]:
            # Its own line may still come on this page.
            if match < 0 and page == paragraph.page and any(_says(t, title) for t in later):
                break
            drafts.append(_heading(title, level + 1))
            waiting.pop(0)
        if match < 0:
            drafts.append(_paragraph(paragraph))
    return drafts


def _on_page(paragraphs: Sequence[Paragraph], start: int, page: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    for paragraph in paragraphs[start:]:
        if paragraph.page != page:
            break
        found.append(paragraph)
    return found


def _says(text: str, title: str) -> bool:
    return len(text) < 2 * len(title) + 20 and same_title(text, title)


def _heading(text: str, level: int) -> Draft:
    return Draft(BlockKind.HEADING, (text,), 0, level)


def _paragraph(paragraph: Paragraph) -> Draft:
    return Draft(BlockKind.PARAGRAPH, paragraph.lines, 0)
