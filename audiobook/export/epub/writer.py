"""The edition in, an OCF container out: pages, overlays and sound, one after another.

The chapters' sound is copied from the store a piece at a time, so a long book takes no more memory
than a short one. Beyond 4 GiB (74 hours) the archive becomes a ZIP64 one, which the format allows
where the content requires it [1]_.

References
----------
.. [1] EPUB 3.3 (W3C Recommendation), 4.2 OCF ZIP container.
"""

from __future__ import annotations

from pathlib import Path

from audiobook.export.archive import Archive, archiving
from audiobook.export.edition import Edition, EditionChapter
from audiobook.export.epub.front import contents_page, cover_page, title_page
from audiobook.export.epub.package import Part, package_document
from audiobook.export.epub.page import Entry, chapter_page
from audiobook.export.epub.smil import overlay
from audiobook.export.epub.sync import Synced, synced
from audiobook.export.join import checked_frames
from audiobook.export.languages import UNDETERMINED
from audiobook.export.reading.labels import labels_for
from audiobook.segments import block_places
from audiobook.story.model import LeftOut

__all__ = ["write_epub"]

MEDIA_TYPE = "application/epub+zip"
FOLDER = "EPUB"
_OWN_KINDS = ("cover", "title page", "contents")  # parts that this book has of its own
_CONTAINER = f"""<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="{FOLDER}/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def write_epub(edition: Edition, target: Path) -> None:
    """Write the book, whole or not at all.

    Raises
    ------
    LostError
        If a chapter's sound is not in the store.
    ExportError
        If the target cannot be written.
    """
    with archiving(target, edition.modified) as archive:
        archive.add("mimetype", MEDIA_TYPE.encode(), is_stored=True)  # first, and as it is
        archive.add("META-INF/container.xml", _CONTAINER.encode())
        _Writer(edition, archive).write()


class _Writer:
    """Writes the files of a book one after another."""

    def __init__(self, edition: Edition, archive: Archive) -> None:
        self._edition = edition
        self._archive = archive
        self._language = edition.tags.language.replace("_", "-") or UNDETERMINED
        self._title = edition.tags.title.strip() or edition.name

    def write(self) -> None:
        edition, language = self._edition, self._language
        labels = labels_for(language)
        self._put("style.css", Path(__file__).with_name("style.css").read_text("utf-8"))
        self._archive.add(f"{FOLDER}/cover.jpg", edition.picture(), is_stored=True)
        self._put("cover.xhtml", cover_page(self._title, labels, language))
        self._put("title.xhtml", title_page(self._title, edition.tags, labels, language))
        parts: list[Part] = []
        entries: list[Entry] = []
        silent = [part for part in edition.left_out if part.kind not in _OWN_KINDS]
        for chapter, place in zip(edition.chapters, edition.clock, strict=True):
            if chapter.is_credit:
                continue
            while silent and silent[0].after < chapter.number:
                entries += self._silent(silent.pop(0), parts)
            duration_ms = place.n_samples * 1000 // place.sample_rate
            parts.append(Part(f"chapter-{chapter.number:03}", duration_ms))
            entries += self._chapter(chapter, parts[-1])
        for left_out in silent:
            entries += self._silent(left_out, parts)
        beginning = f"{next(part.name for part in parts if part.is_spoken)}.xhtml"
        self._put("nav.xhtml", contents_page(entries, beginning, labels, language))
        self._put("package.opf", package_document(edition, self._title, language, parts))

    def _chapter(self, chapter: EditionChapter, part: Part) -> tuple[Entry, ...]:
        file, sound = f"{part.name}.xhtml", f"{part.name}.mp3"
        by_word = self._edition.settings.sync == "words"
        spoken = synced(chapter, part.duration_ms, by_word=by_word)
        page = chapter_page(chapter.story, spoken, file, self._language)
        self._put(file, page.document)
        self._put(f"{part.name}.smil", overlay(spoken.clips, file, sound))
        with self._archive.open(f"{FOLDER}/{sound}", is_stored=True) as entry:
            entry.write(chapter.info.frame)  # tells players what the encoder added at the ends
            for data in checked_frames(chapter.sound, chapter.info):
                entry.write(data)
        return page.entries

    def _silent(self, left_out: LeftOut, parts: list[Part]) -> tuple[Entry, ...]:
        """Put in what is not read aloud: text without sound, where it stands in its source."""
        n_silent = sum(not part.is_spoken for part in parts)
        part = Part(f"part-{n_silent + 1:03}", 0, is_spoken=False)
        kind = "backmatter" if any(p.is_spoken for p in parts) else "frontmatter"
        chapter = left_out.chapter
        unspoken = Synced([], [[] for _ in block_places(chapter)], [])
        page = chapter_page(chapter, unspoken, f"{part.name}.xhtml", self._language, kind)
        self._put(f"{part.name}.xhtml", page.document)
        parts.append(part)
        return page.entries

    def _put(self, name: str, text: str) -> None:
        self._archive.add(f"{FOLDER}/{name}", text.encode("utf-8", "replace"))
