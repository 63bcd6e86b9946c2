"""An EPUB 2 or 3 in, `Story` out: its own words in its own order, and what was left out and why."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.book import Pronunciation, Read
from audiobook.story.epub.archive import Archive
from audiobook.story.epub.assemble import assemble
from audiobook.story.epub.contents import read_contents
from audiobook.story.epub.flow import read_document
from audiobook.story.epub.items import Document
from audiobook.story.epub.markup import Element, parse
from audiobook.story.epub.outline import Text, marks_of
from audiobook.story.epub.package import Package, open_package
from audiobook.story.epub.pronounce import is_of_language, said_entries
from audiobook.story.epub.sift import sift
from audiobook.story.languages import language_code
from audiobook.story.model import Story
from audiobook.story.pls import parse_pls

__all__ = ["read_epub"]

MAX_COVER_BYTES = 40_000_000
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG")


def read_epub(source: Path | bytes, name: str, read: Read | None = None) -> Story:
    """Read an EPUB.

    Parameters
    ----------
    source : Path or bytes
        The file, or what is in it.
    name : str
        What to call it in errors.
    read : Read, optional
        What is read besides the story.

    Raises
    ------
    StoryError
        If it is no EPUB, damaged, protected against copying, or a bomb.
    """
    archive = Archive(source, name)
    try:
        return _Reader(archive, read or Read()).story()
    finally:
        archive.close()


class _Reader:
    def __init__(self, archive: Archive, read: Read) -> None:
        self.archive = archive
        self.read = read
        self.package: Package = open_package(archive)
        self.notes: list[str] = []
        self.omitted: Counter[str] = Counter()

    def story(self) -> Story:
        """Read everything."""
        entries, landmarks = read_contents(self.archive, self.package)
        documents = [*self._documents()]
        sift(documents, landmarks, self.package.nav)
        for document in documents:
            if document.name != self.package.nav:
                self.omitted += document.omitted
        text = Text(documents)
        marks, sections = marks_of(entries, text)
        facts = self.package.facts
        chapters, left_out = assemble(text, marks, sections, facts.title)
        spoken = next((d.language for d in documents if d.language), "")
        language = facts.language or language_code(spoken)
        return Story(
            facts.title,
            facts.author,
            language,
            chapters,
            facts.publisher,
            facts.date,
            facts.description,
            facts.series,
            self._cover(),
            self._lexicon(documents, language),
            left_out,
            tuple((name, count) for name, count in self.omitted.items() if count),
            tuple(self.notes),
        )

    def _documents(self) -> Iterator[Document]:
        for resource in self.package.spine:
            if not resource.name:
                self.notes.append(
                    f"{self.archive.name}: {resource.href} is named in the order of reading and is "
                    "not in the file; its text is missing"
                )
            elif not resource.is_document:
                self.omitted["pages that are pictures"] += 1
            else:
                root = self._parsed(resource.name)
                document = read_document(root, resource.name, self.read)
                if not resource.is_linear:
                    for item in document.items:
                        item.part = item.part or "aside"
                yield document

    def _parsed(self, name: str) -> Element:
        return parse(self.archive.read(name), f"{self.archive.name}: {name}")

    def _cover(self) -> bytes:
        name = self.package.cover
        picture = self.archive.read(name, max_bytes=MAX_COVER_BYTES) if name else b""
        if picture and not picture.startswith(_PICTURES):
            self.notes.append(
                f"{self.archive.name}: the cover {posixpath.basename(name)} is no JPEG or PNG; "
                "another is drawn"
            )
            return b""
        return picture

    def _lexicon(self, documents: Sequence[Document], language: str) -> Mapping[str, Pronunciation]:
        """Return what the book says of its words; a word itself says more than the lexicon."""
        found: dict[str, Pronunciation] = {}
        for name in self.package.lexicons:
            try:
                pls = parse_pls(self.archive.read(name), f"{self.archive.name}: {name}")
            except StoryError as error:
                self.notes.append(f"a lexicon of the book is not used: {error}")
                continue
            if is_of_language(pls.language, language):
                for word, sounds in pls.entries.items():
                    found.setdefault(unicodedata.normalize("NFC", word), sounds)
        said = [entry for document in documents for entry in document.said]
        texts = (item.draft.text for document in documents for item in document.items)
        return {**found, **said_entries(said, texts)} if said else found
