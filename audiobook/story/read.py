"""A file or a stream in, `Story` out: finds the format, lets its reader read, divides the rest."""

from __future__ import annotations

import re
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.chapters import divide
from audiobook.story.draft import Manuscript
from audiobook.story.encoding import decode
from audiobook.story.model import Block, BlockKind, Chapter, Story, has_words
from audiobook.story.titles import title_of_file

__all__ = ["MARKDOWN_SUFFIXES", "TEXT_SUFFIXES", "parse_story", "read_story"]

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
TEXT_SUFFIXES = (".txt", ".text")
_UNSUPPORTED = """
.azw .azw3 .doc .docx .epub .fb2 .htm .html .mobi .odt .pdf .rtf .tex
"""
UNSUPPORTED_SUFFIXES = frozenset(_UNSUPPORTED.split())
# A stream has no name to tell Markdown by: front matter, or a heading with its number signs.
_MARKDOWN_SIGNS = re.compile(r"\A---[ \t]*\n[\w-]+:|^#{1,6}[ \t]+\S", re.MULTILINE)


def read_story(source: Path | str, *, data: bytes | None = None) -> Story:
    """Read a story.

    Parameters
    ----------
    source : Path or str
        A Markdown (``.md``, ``.markdown``) or plain text file.
    data : bytes, optional
        The file's content, for what is no file (standard input); then ``source`` only names it
        in errors, and the format is told by the content where the name has no suffix.

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
            f"{name}: this version reads Markdown and plain text, not {suffix}; "
            "save the story as .md or .txt"
        )
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
    return Story(title, story.author, story.language, story.chapters)


def parse_story(text: str, name: str, *, is_markdown: bool) -> Story:
    """Make a story of a text whose lines end with a line feed.

    Raises
    ------
    StoryError
        If it has no words, or front matter that is not YAML.
    """
    if not text.strip():
        raise StoryError(f"{name} is empty; write the story into it")
    manuscript, chapters = divide(_parse(text, name, is_markdown=is_markdown))
    is_text = {block.kind is not BlockKind.HEADING for c in chapters for block in _spoken(c)}
    if True not in is_text:
        lack = "headings but no text under them" if is_text else "no words to speak"
        raise StoryError(f"{name} has {lack}; write the story into it")
    return Story(manuscript.title, manuscript.author, manuscript.language, chapters)


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
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StoryError(f"{path} does not exist; check the name") from error
    except IsADirectoryError as error:
        raise StoryError(f"{path} is a folder; name the story file in it") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoryError(f"{path} cannot be read: {reason.lower()}; check its rights") from error
