"""An edition in, a W3C Audiobook out: its manifest and contents beside the chapters, and packed.

References
----------
.. [1] W3C Audiobooks (Recommendation, 2020) and Publication Manifest, which says what to name.
.. [2] W3C Lightweight Packaging Format (Note, 2020): a ZIP with the manifest at its root.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audiobook.export.archive import archiving
from audiobook.export.edition import CHAPTERS, Edition, EditionChapter, Output
from audiobook.export.files import write_whole
from audiobook.export.identity import book_urn
from audiobook.export.languages import direction

__all__ = ["publication"]

MANIFEST = "publication.json"
CONTENTS = "contents.html"
COVER = f"{CHAPTERS}/cover.jpg"
CONFORMS_TO = "https://www.w3.org/TR/audiobooks/"


def publication(edition: Edition) -> Iterator[Output]:
    """Make the manifest, the table of contents, and the package that holds everything."""

    def write_manifest(target: Path) -> None:
        write_whole(target, _manifest(edition))

    def write_contents(target: Path) -> None:
        write_whole(target, _contents(edition))

    def write_package(target: Path) -> None:
        _pack(edition, target)

    made_of = [edition.facts, [c.fingerprint for c in edition.chapters]]
    yield Output(MANIFEST, [*made_of, edition.settings.base_url], write_manifest)
    yield Output(CONTENTS, made_of, write_contents)
    yield Output(f"{edition.name}.lpf", [*made_of, edition.settings.base_url], write_package)


def _pack(edition: Edition, target: Path) -> None:
    with archiving(target, edition.modified) as archive:
        archive.add(MANIFEST, _manifest(edition))
        archive.add(CONTENTS, _contents(edition))
        archive.add(COVER, edition.picture(), is_stored=True)
        for chapter in edition.chapters:
            with chapter.sound() as sound:
                archive.copy(_path(chapter), sound)


def _manifest(edition: Edition) -> bytes:
    text = json.dumps(_described(edition), ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", "replace")


def _described(edition: Edition) -> dict[str, Any]:
    """Return the manifest; the durations of the files add up to the whole to the millisecond."""
    tags, day = edition.tags, edition.modified.date().isoformat()
    lengths_ms = [round(place.duration_s * 1000) for place in edition.clock]
    known = {
        "author": tags.author,
        "readBy": tags.narrator,
        "publisher": tags.publisher,
        "inLanguage": tags.language,
        "url": edition.settings.base_url,
    }
    return {
        "@context": [
            "https://schema.org",
            "https://www.w3.org/ns/pub-context",
            {"language": tags.language or "und"},
        ],
        "conformsTo": CONFORMS_TO,
        "type": "Audiobook",
        "id": book_urn(tags),
        "name": tags.title,
        **{name: value for name, value in known.items() if value},
        "abridged": False,
        "accessMode": ["auditory"],
        "accessModeSufficient": [{"type": "ItemList", "itemListElement": ["auditory"]}],
        "accessibilityFeature": ["tableOfContents"],
        "accessibilityHazard": ["noFlashingHazard", "noMotionSimulationHazard"],
        "accessibilitySummary": "Narration with a table of contents; no hazards.",
        "datePublished": tags.date or day,
        "dateModified": day,
        "readingProgression": direction(tags.language),
        "duration": _duration(sum(lengths_ms)),
        "readingOrder": [
            {
                "type": "LinkedResource",
                "url": quote(_path(chapter)),
                "encodingFormat": "audio/mpeg",
                "name": chapter.title,
                "duration": _duration(length_ms),
            }
            for chapter, length_ms in zip(edition.chapters, lengths_ms, strict=True)
        ],
        "resources": [
            _resource(CONTENTS, "text/html", "contents"),
            _resource(COVER, "image/jpeg", "cover"),
        ],
    }


def _resource(url: str, encoding: str, relation: str) -> dict[str, Any]:
    return {"type": "LinkedResource", "url": url, "encodingFormat": encoding, "rel": [relation]}


def _contents(edition: Edition) -> bytes:
    """Return the table of contents as a page; sections are places inside a chapter's file."""
    title = html.escape(edition.tags.title)
    language = html.escape(edition.tags.language or "und")
    entries = "\n".join(_entry(chapter) for chapter in edition.chapters)
    page = (
        "<!DOCTYPE html>\n"
        f'<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<link rel="publication" href="{MANIFEST}">\n</head>\n<body>\n<h1>{title}</h1>\n'
        f'<nav role="doc-toc">\n<ol>\n{entries}\n</ol>\n</nav>\n</body>\n</html>\n'
    )
    return page.encode("utf-8", "replace")


def _entry(chapter: EditionChapter) -> str:
    path = quote(_path(chapter))
    sections = "".join(
        f'\n<li><a href="{path}#t={mark.start_s:.3f}">{html.escape(mark.title)}</a></li>'
        for mark in chapter.sections
    )
    inside = f"\n<ol>{sections}\n</ol>" if sections else ""
    return f'<li><a href="{path}">{html.escape(chapter.title)}</a>{inside}</li>'


def _path(chapter: EditionChapter) -> str:
    return f"{CHAPTERS}/{chapter.name}.mp3"


def _duration(length_ms: int) -> str:
    """Return a length as ISO 8601 has it.

    Examples
    --------
    >>> _duration(83_050)
    'PT83.050S'
    """
    return f"PT{length_ms // 1000}.{length_ms % 1000:03d}S"
