"""A document of an office or a markup language in, `Story` out, by way of pandoc and an EPUB.

Of what pandoc writes, an EPUB keeps most: the order of headings, notes as notes, emphasis, tables,
title and author; and how an EPUB is read is known.
"""

from __future__ import annotations

import dataclasses
import html
import importlib.util
import io
import re
import shutil
import zipfile
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.book import Read
from audiobook.story.convert import run_converter
from audiobook.story.encoding import decode
from audiobook.story.epub import read_epub
from audiobook.story.epub.archive import Archive
from audiobook.story.epub.parts import PARTS
from audiobook.story.languages import language_code
from audiobook.story.model import LeftOut, Story
from audiobook.story.rtf import normalised
from audiobook.story.titles import byline, derive_title, reads_as_title, same_title

__all__ = ["FORMATS", "read_document"]

# By suffix: what pandoc calls the format, and what people call it.
FORMATS = {
    ".docx": ("docx", "a Word document"),
    ".odt": ("odt", "an OpenDocument text"),
    ".fb2": ("fb2", "a FictionBook"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), ("html", "an HTML page")),
    ".rtf": ("rtf", "an RTF document"),
    ".rst": ("rst", "reStructuredText"),
    ".org": ("org", "an Org document"),
    **dict.fromkeys((".tex", ".latex"), ("latex+smart", "LaTeX")),
    **dict.fromkeys((".dbk", ".docbook"), ("docbook", "DocBook")),
}
ARCHIVES = {".docx": "docProps/core.xml", ".odt": "meta.xml"}  # and where they say what they are

MAX_BYTES = 100_000_000  # of an archive, pictures and all
MAX_TEXT_BYTES = 25_000_000  # of markup; the longest novels have a fifth of it
MAX_TITLE_CHARS = 100
HEAP = "1500m"
# What holds where the document says nothing: pandoc would say "en-US" and warn of no title.
_DEFAULTS = Path(__file__).with_name("convert.yaml")
_OWN_PAGES = ("title page", "contents")
_OLE = b"\xd0\xcf\x11\xe0"
_NO_TITLE = "\ufffc"
_NO_LANGUAGE = "und"
_DECLARED = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<w:lang\s[^>]*?w:val=\"([\w-]{2,20})\"")


def read_document(source: Path | bytes, suffix: str, name: str, read: Read | None = None) -> Story:
    """Read a document.

    Parameters
    ----------
    source : Path or bytes
        The file, or what is in it.
    suffix : str
        A key of `FORMATS`.
    name : str
        What to call it in errors.

    Raises
    ------
    StoryError
        If the converter is not installed, or the document is broken or too large.
    """
    data = source if isinstance(source, bytes) else _bytes(source, name)
    pandoc = _pandoc(name)
    facts = _archive_facts(data, suffix, name) if suffix in ARCHIVES else {}
    if suffix == ".rtf":
        data = _rtf(data, name)
    elif suffix not in ARCHIVES:
        data = _text(data, name).encode()
    epub = run_converter(_command(pandoc, suffix), data, name, what=FORMATS[suffix][1])
    story = _own(read_epub(epub, name, read))
    story = dataclasses.replace(
        story,
        title=story.title or facts.get("title", ""),
        author=story.author or facts.get("author", ""),
        language=story.language or facts.get("language", ""),
    )
    return _without_title_page(story)


def _own(story: Story) -> Story:
    """Take off what pandoc made up: placeholders, its own pages, the date of the conversion."""
    chapters = [
        dataclasses.replace(
            chapter, title=derive_title(b.text for b in chapter.blocks), title_is_written=False
        )
        if chapter.title == _NO_TITLE
        else chapter
        for chapter in story.chapters
    ]
    return dataclasses.replace(
        story,
        title="" if story.title == _NO_TITLE else story.title,
        language="" if story.language == _NO_LANGUAGE else story.language,
        date="",
        chapters=tuple(chapters),
        left_out=tuple(part for part in story.left_out if part.kind not in _OWN_PAGES),
    )


def _without_title_page(story: Story) -> Story:
    """Take title and author from lines before the first chapter, if there is nothing else."""
    first = story.chapters[0] if len(story.chapters) > 1 else None
    texts = [block.text for block in first.blocks] if first else []
    if first is None or len(texts) > 3 or any(len(t) > MAX_TITLE_CHARS for t in texts):
        return story
    if first.title_is_written and not same_title(first.title, story.title):
        return story
    names = texts if not first.title_is_written else [first.title, *texts]
    is_title = same_title(names[0], story.title) if story.title else reads_as_title(names[0])
    if not is_title:
        return story
    by = next((byline(t) or t for t in names[1:2] if byline(t) or reads_as_title(t)), "")
    page = LeftOut("title page", PARTS["title page"], first, 0)
    return dataclasses.replace(
        story,
        title=story.title or names[0],
        author=story.author or by,
        chapters=story.chapters[1:],
        left_out=(page, *(_earlier(part) for part in story.left_out)),
    )


def _earlier(part: LeftOut) -> LeftOut:
    return dataclasses.replace(part, after=max(part.after - 1, 0))


def _command(pandoc: str, suffix: str) -> list[str]:
    return [
        *(pandoc, "--sandbox", "--from", FORMATS[suffix][0], "--to", "epub3", "--output", "-"),
        *("--metadata-file", str(_DEFAULTS), "--epub-title-page=false", "--split-level", "1"),
        *("--toc-depth", "6", "--wrap", "none", "--quiet", "+RTS", f"-M{HEAP}", "-RTS"),
    ]


def _pandoc(name: str) -> str:
    """Return where pandoc is: in the package that brings it, else on the path."""
    found = importlib.util.find_spec("pypandoc")
    files = Path(found.origin).parent / "files" if found and found.origin else Path()
    for path in (files / "pandoc", files / "pandoc.exe"):
        if path.is_file():
            return str(path)
    on_path = shutil.which("pandoc")
    if on_path:
        return on_path
    raise StoryError(
        f"{name}: such documents need a converter; install it: pip install 'kuibook[documents]'"
    )


def _bytes(path: Path, name: str) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise StoryError(
            f"{name} is larger than {MAX_BYTES // 1_000_000} MB; take its pictures out, "
            "or save it as .epub"
        )
    return path.read_bytes()


def _rtf(data: bytes, name: str) -> bytes:
    if not data.lstrip().startswith(b"{\\rtf"):
        raise StoryError(f"{name} is not {FORMATS['.rtf'][1]}; save it again")
    return normalised(data)


def _text(data: bytes, name: str) -> str:
    """Decode markup: as it says it is written, if it is, else as any text is."""
    if len(data) > MAX_TEXT_BYTES:
        raise StoryError(
            f"{name} is larger than {MAX_TEXT_BYTES // 1_000_000} MB of text; divide it"
        )
    declared = _DECLARED.search(data[:2_000])
    if declared and b"\0" not in data:
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, name)


def _archive_facts(data: bytes, suffix: str, name: str) -> dict[str, str]:
    """Return what an archive says of its document, once it is known to be no bomb."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        why = "locked with a password" if data.startswith(_OLE) else "cut short, or something else"
        raise StoryError(f"{name} is not {FORMATS[suffix][1]}: it is {why}; save it again")
    archive = Archive(data, name)
    try:
        for entry in archive.names:  # all of it, since pandoc knows no limits
            archive.read(entry)
        meta, styles = archive.find(ARCHIVES[suffix]), archive.find("word/styles.xml")
        text = archive.read(meta).decode("utf-8", "replace") if meta else ""
        style = archive.read(styles).decode("utf-8", "replace") if styles else ""
    except ValueError as error:  # places in the archive that are none
        raise StoryError(f"{name} is damaged; get the file again") from error
    finally:
        archive.close()
    spoken = _LANGUAGE.search(style)
    return {
        "title": _fact(text, "dc:title"),
        "author": _fact(text, "meta:initial-creator") or _fact(text, "dc:creator"),
        "language": language_code(_fact(text, "dc:language") or (spoken[1] if spoken else "")),
    }


def _fact(text: str, name: str) -> str:
    match = re.search(rf"<{name}(?:\s[^>]*)?>([^<]*)</{name}>", text)
    return " ".join(html.unescape(match[1]).split()) if match else ""
