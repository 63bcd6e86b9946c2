"""A file or a stream in, `Story` out: finds the format, lets its reader read, divides the rest."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.book import Read
from audiobook.story.chapters import divide
from audiobook.story.draft import Manuscript
from audiobook.story.encoding import decode
from audiobook.story.model import Block, BlockKind, Chapter, Story, has_words
from audiobook.story.titles import title_of_file

__all__ = [
    "DOCUMENT_SUFFIXES",
    "EPUB_SUFFIXES",
    "MARKDOWN_SUFFIXES",
    "PDF_SUFFIXES",
    "TEXT_SUFFIXES",
    "UNSUPPORTED",
    "check_address",
    "parse_story",
    "read_story",
]

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
TEXT_SUFFIXES = (".txt", ".text")
# What pandoc reads; `audiobook.story.documents` knows how, and is slow to import.
_DOCUMENTS = """
.docx .odt .fb2 .html .htm .xhtml .rtf .rst .org .tex .latex .dbk .docbook
"""
DOCUMENT_SUFFIXES = tuple(_DOCUMENTS.split())
EPUB_SUFFIXES = (".epub",)
PDF_SUFFIXES = (".pdf",)
_KINDLE = (
    "a Kindle book; if it is protected against copying it can only be read there, "
    "else convert it to .epub (calibre does)"
)
UNSUPPORTED = {
    **dict.fromkeys((".azw", ".azw3", ".azw4", ".kfx", ".mobi", ".prc"), _KINDLE),
    ".doc": "an old Word document; save it as .docx",
    ".pages": "a Pages document; export it as .docx or .epub",
    ".djvu": "scanned pages; have their text recognised and save it as .txt",
    ".zip": "an archive; unpack it",
}
_URL = re.compile(r"(?:https?|ftp):/", re.IGNORECASE)
# An EPUB begins with its type, so that it is told without unpacking (OCF 3.3, 4.3).
_EPUB_SIGN = b"mimetypeapplication/epub+zip"
# A stream has no name to tell Markdown by: front matter, or a heading with its number signs.
_MARKDOWN_SIGNS = re.compile(r"\A---[ \t]*\n[\w-]+:|^#{1,6}[ \t]+\S", re.MULTILINE)


def read_story(source: Path | str, *, data: bytes | None = None, read: Read | None = None) -> Story:
    """Read a story.

    Parameters
    ----------
    source : Path or str
        A Markdown, plain text, EPUB or PDF file, or a document that pandoc reads.
    data : bytes, optional
        The file's content, for what is no file (standard input); then ``source`` only names it
        in errors, and the format is told by the content where the name has no suffix.
    read : Read, optional
        What is read besides the story.

    Raises
    ------
    StoryError
        If it is missing, no text, of an unsupported format or without a word to say.
    """
    path = Path(source)
    name = path.name or str(source)
    suffix = path.suffix.lower()
    check_address(source)
    if suffix in UNSUPPORTED:
        raise StoryError(f"{name} is {UNSUPPORTED[suffix]}")
    if suffix in EPUB_SUFFIXES or (data and not suffix and data[30:58] == _EPUB_SIGN):
        return _read_packed(path, data, name, read, ".epub")
    if suffix in PDF_SUFFIXES or (data and not suffix and data.startswith(b"%PDF-")):
        return _read_packed(path, data, name, read, ".pdf")
    if suffix in DOCUMENT_SUFFIXES or (data and not suffix and data.startswith(b"{\\rtf")):
        return _read_packed(path, data, name, read, suffix or ".rtf")
    text = decode(_read(path) if data is None else data, name)
    is_markdown = suffix in MARKDOWN_SUFFIXES
    if data is not None and not suffix:
        is_markdown = bool(_MARKDOWN_SIGNS.search(text))
    story = parse_story(text, name, is_markdown=is_markdown, read=read)
    if story.title:
        return story
    if data is not None:
        # A stream has no name to go by; its only chapter's title is the book's.
        title = story.chapters[0].title if len(story.chapters) == 1 else ""
    else:
        folder = path.absolute().parent.name
        title = title_of_file(path.stem if path.stem.lower() != "story" or not folder else folder)
    return dataclasses.replace(story, title=title)


def check_address(source: Path | str) -> None:
    """Refuse an address: what is read is a file.

    Raises
    ------
    StoryError
        If ``source`` is a URL.
    """
    if _URL.match(str(source)):
        address = re.sub(r":/(?!/)", "://", str(source))  # a path has lost a slash
        raise StoryError(f"{address} is not fetched; save the page or book and name the file")


def _read_packed(
    path: Path, data: bytes | None, name: str, read: Read | None, suffix: str
) -> Story:
    if data is None:
        _check_readable(path)
    source = path if data is None else data
    # One reader at a time: a build of a Markdown story needs none of them.
    if suffix in EPUB_SUFFIXES:
        from audiobook.story.epub import read_epub

        story = read_epub(source, name, read)
    elif suffix in PDF_SUFFIXES:
        from audiobook.story.pdf import read_pdf

        story = read_pdf(source, name)
    else:
        from audiobook.story.documents import read_document

        story = read_document(source, suffix, name, read)
    _check_words(story.chapters, name)
    if story.title or data is not None:
        return story
    return dataclasses.replace(story, title=title_of_file(path.stem))


def parse_story(text: str, name: str, *, is_markdown: bool, read: Read | None = None) -> Story:
    """Make a story of a text whose lines end with a line feed.

    Raises
    ------
    StoryError
        If it has no words, or front matter that is not YAML.
    """
    if not text.strip():
        raise StoryError(f"{name} is empty; write the story into it")
    manuscript, chapters = divide(_parse(text, name, read or Read(), is_markdown=is_markdown), name)
    _check_words(chapters, name)
    left_out = tuple(
        dataclasses.replace(part, after=sum(c.line <= part.chapter.line for c in chapters))
        for part in manuscript.left_out
    )
    return Story(
        manuscript.title,
        manuscript.author,
        manuscript.language,
        chapters,
        left_out=left_out,
        omitted=manuscript.omitted,
    )


def _check_words(chapters: Iterable[Chapter], name: str) -> None:
    is_text = {block.kind is not BlockKind.HEADING for c in chapters for block in _spoken(c)}
    if True not in is_text:
        lack = "headings but no text under them" if is_text else "no words to speak"
        raise StoryError(f"{name} has {lack}; write the story into it")


def _spoken(chapter: Chapter) -> list[Block]:
    return [block for block in chapter.blocks if has_words(block.text)]


def _parse(text: str, name: str, read: Read, *, is_markdown: bool) -> Manuscript:
    # One reader at a time: Markdown's takes most of a tenth of a second to import.
    if is_markdown:
        from audiobook.story.markdown import parse_markdown

        return parse_markdown(text, name)
    from audiobook.story.text import parse_text

    return parse_text(text, captions=read.captions)


def _read(path: Path) -> bytes:
    with _reasons(path):
        return path.read_bytes()


def _check_readable(path: Path) -> None:
    with _reasons(path), path.open("rb"):
        pass


@contextlib.contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Say in one line why a file cannot be read."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoryError(f"{path} does not exist; check the name") from error
    except IsADirectoryError as error:
        raise StoryError(f"{path} is a folder; name the story file in it") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoryError(f"{path} cannot be read: {reason.lower()}; check its rights") from error
