"""A chapter in, the page that is read out: its blocks set as XHTML, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.export.epub.sync import Synced
from audiobook.export.epub.text import Piece, document, marked_up, quoted
from audiobook.export.reading.opening import bears_initial
from audiobook.story.model import Block, BlockKind, Chapter

__all__ = ["Entry", "Page", "chapter_page"]

LAST_HEADING = 6
CHAPTER = "bodymatter"


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents; ``depth`` is 0 for a chapter."""

    depth: int
    title: str
    target: str


@dataclass(frozen=True)
class Page:
    """A chapter's document, and its lines in the table of contents."""

    document: str
    entries: tuple[Entry, ...]


def chapter_page(
    chapter: Chapter, spoken: Synced, file: str, language: str, kind: str = CHAPTER
) -> Page:
    """Set a chapter for reading.

    A title that was derived from the first words is no text: it stands in the table of contents
    only.

    Parameters
    ----------
    file : str
        Name of the document.
    kind : str
        Which matter of the book it is in; another one than that of chapters is no chapter.
    """
    title = " ".join(chapter.title.split())
    types = 'epub:type="chapter" role="doc-chapter" ' if kind == CHAPTER else ""
    entries = [Entry(0, title, file)]
    if chapter.title_is_written:
        opening = f'<section {types}aria-labelledby="title">\n'
        opening += f'<h1 id="title">{marked_up(title, spoken.title, ())}</h1>\n'
    else:
        label = quoted(title)
        opening = f"<section {types}aria-label={label}>\n"
    lines = _Blocks(file, entries).set(chapter.blocks, spoken.blocks)
    body = opening + "\n".join(lines) + "\n</section>"
    return Page(document(title, kind, body, language), tuple(entries))


class _Blocks:
    """Sets the blocks of a chapter one after another; sections lie within one another."""

    def __init__(self, file: str, entries: list[Entry]) -> None:
        self._file = file
        self._entries = entries
        self._levels: list[int] = []  # of the sections that are open
        self._is_first = True  # in its chapter
        self._is_indented = False  # as paragraphs are that follow another

    def set(self, blocks: Sequence[Block], pieces: Sequence[Sequence[Piece]]) -> Iterator[str]:
        spoken = iter(pieces)
        for block in blocks:
            yield from self._block(
                block, next(spoken) if block.text.strip() and not block.unread else ()
            )
        yield from self._close(0)

    def _block(self, block: Block, pieces: Sequence[Piece]) -> Iterator[str]:
        text = marked_up(block.text.strip(), pieces, block.spans)
        if block.kind is BlockKind.HEADING:
            yield from self._heading(block, text)
        elif block.kind is BlockKind.SCENE_BREAK:
            yield '<hr class="scene"/>'
        elif text:
            kind = self._class(block)
            yield f'<p class="{kind}">{text}</p>' if kind else f"<p>{text}</p>"
            self._is_first = False
        self._is_indented = block.kind is BlockKind.PARAGRAPH

    def _class(self, block: Block) -> str:
        if block.kind is BlockKind.VERSE:
            return "verse"
        if self._is_first and bears_initial(block.text):
            return "opening"
        return "" if self._is_indented else "first"

    def _heading(self, block: Block, text: str) -> Iterator[str]:
        yield from self._close(block.level)
        self._levels.append(block.level)
        name = f"section-{len(self._entries)}"
        depth = len(self._levels)
        heading = f"h{min(depth + 1, LAST_HEADING)}"
        title = " ".join(block.text.split())
        self._entries.append(Entry(depth, title, f"{self._file}#{name}"))
        yield f'<section aria-labelledby="{name}">'
        yield f'<{heading} id="{name}">{text}</{heading}>'

    def _close(self, level: int) -> Iterator[str]:
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
            yield "</section>"
