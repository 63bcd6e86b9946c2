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

__all__ = ["EPUB_SUFFIXES", "MARKDOWN_SUFFIXES", "TEXT_SUFFIXES", "parse_story", "read_story"]

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
TEXT_SUFFIXES = (".txt", ".text")
EPUB_SUFFIXES = (".epub",)
_UNSUPPORTED = """
.azw .azw3 .doc .docx .fb2 .htm .html .mobi .odt .pdf .rtf .tex
"""
UNSUPPORTED_SUFFIXES = frozenset(_UNSUPPORTED.split())
# An EPUB begins with its type, so that it is told without unpacking (OCF 3.3, 4.3).
_EPUB_SIGN = b"mimetypeapplication/epub+zip"
# A stream has no name to tell Markdown by: front matter, or a heading with its number signs.
_MARKDOWN_SIGNS = re.compile(r"\A---[ \t]*\n[\w-]+:|^#{1,6}[ \t]+\S", re.MULTILINE)


def read_story(source: Path | str, *, data: bytes | None = None, read: Read | None = None) -> Story:
    """Read a story.

    Parameters
    ----------
    source : Path or str
        A Markdown (``.md``, ``.markdown``), plain text or EPUB file.
    data : bytes, optional
        The file's content, for what is no file (standard input); then ``source`` only names it
        in errors, and the format is told by the content where the name has no suffix.
    read : Read, optional
        What of an EPUB is read besides its story.

    Raises
    ------
    StoryError
        If it is missing, no text, of an unsupported format or without a word to say.
    """
    path = Path(source)
    name = path.name or str(source)
    suffix = path.suffix.lower()
    if suffix in UNSUPPORTED_SUFFIXES:
        raise StoryError(
            f"{name}: this version reads Markdown, plain text and EPUB, not {suffix}; "
            "save the story as .md or .txt"
        )
    if suffix in EPUB_SUFFIXES or (data and not suffix and data[30:58] == _EPUB_SIGN):
        return _read_epub(path, data, name, read)
    text = decode(_read(path) if data is None else data, name)
    is_markdown = suffix in MARKDOWN_SUFFIXES
    if data is not None and not suffix:
        is_markdown = bool(_MARKDOWN_SIGNS.search(text))
    story = parse_story(text, name, is_markdown=is_markdown)
    if story.title:
        return story
    if data is not None:
        # A stream has no name to go by; its only chapter's title is the book's.
        title = story.chapters[0].title if len(story.chapters) == 1 else ""
    else:
        folder = path.absolute().parent.name
        title = title_of_file(path.stem if path.stem.lower() != "story" or not folder else folder)
    return dataclasses.replace(story, title=title)


def _read_epub(path: Path, data: bytes | None, name: str, read: Read | None) -> Story:
    from audiobook.story.epub import read_epub

    if data is None:
        _check_readable(path)
    story = read_epub(path if data is None else data, name, read)
    _check_words(story.chapters, name)
    if story.title or data is not None:
        return story
    return dataclasses.replace(story, title=title_of_file(path.stem))


def parse_story(text: str, name: str, *, is_markdown: bool) -> Story:
    """Make a story of a text whose lines end with a line feed.

    Raises
    ------
    StoryError
        If it has no words, or front matter that is not YAML.
    """
    if not text.strip():
        raise StoryError(f"{name} is empty; write the story into it")
    manuscript, chapters = divide(_parse(text, name, is_markdown=is_markdown), name)
    _check_words(chapters, name)
    return Story(manuscript.title, manuscript.author, manuscript.language, chapters)


def _check_words(chapters: Iterable[Chapter], name: str) -> None:
    is_text = {block.kind is not BlockKind.HEADING for c in chapters for block in _spoken(c)}
    if True not in is_text:
        lack = "headings but no text under them" if is_text else "no words to speak"
        raise StoryError(f"{name} has {lack}; write the story into it")


def _spoken(chapter: Chapter) -> list[Block]:
    return [block for block in chapter.blocks if has_words(block.text)]


def _parse(text: str, name: str, *, is_markdown: bool) -> Manuscript:
    # One reader at a time: Markdown's takes most of a tenth of a second to import.
    if is_markdown:
        from audiobook.story.markdown import parse_markdown

        return parse_markdown(text, name)
    from audiobook.story.text import parse_text

    return parse_text(text)


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
