"""The book's facts and its files in, the package document out: what a reading system starts from.

References
----------
.. [1] EPUB 3.3 (W3C Recommendation), 5 Package document and 9 Media overlays.
.. [2] EPUB Accessibility 1.1 (W3C Recommendation), 2 Discoverability and 4 Conformance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.export.edition import Edition
from audiobook.export.epub.smil import clock_value
from audiobook.export.epub.text import escaped, one_line
from audiobook.export.identity import book_urn
from audiobook.export.languages import direction

__all__ = ["ACTIVE_CLASS", "PLAYING_CLASS", "Part", "package_document"]

# Names that older reading systems give as well; `style.css` says how they look.
ACTIVE_CLASS = "-epub-media-overlay-active"
PLAYING_CLASS = "-epub-media-overlay-playing"
_NUMBERED = re.compile(r"(.*\S)\s*#\s*(\d+(?:\.\d+)*)\s*")
_ACCESS = (
    ("accessMode", "textual"),
    ("accessMode", "auditory"),
    ("accessModeSufficient", "textual"),
    ("accessModeSufficient", "auditory"),
    ("accessibilityFeature", "synchronizedAudioText"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityHazard", "none"),
    (
        "accessibilitySummary",
        "The text is read aloud and highlighted as it is spoken; chapters and sections are marked.",
    ),
)


@dataclass(frozen=True)
class Part:
    """A chapter's files: page, overlay and sound are ``chapter-001`` with their suffixes.

    What is not spoken has a page only.
    """

    name: str
    duration_ms: int
    is_spoken: bool = True


def package_document(edition: Edition, title: str, language: str, parts: Sequence[Part]) -> str:
    """Return ``package.opf``."""
    metadata = "\n".join(_metadata(edition, title, language, parts))
    manifest = "\n".join(_manifest(parts))
    pages = ("cover", "title", "nav", *(part.name for part in parts))
    spine = "\n".join(f'<itemref idref="{name}"/>' for name in pages)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
        f' xml:lang="{language}" dir="{direction(language)}">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{metadata}\n</metadata>\n'
        f"<manifest>\n{manifest}\n</manifest>\n"
        f'<spine page-progression-direction="{direction(language)}">\n{spine}\n</spine>\n'
        "</package>\n"
    )


def _metadata(edition: Edition, title: str, language: str, parts: Sequence[Part]) -> Iterator[str]:
    tags = edition.tags
    yield f'<dc:identifier id="id">{book_urn(tags)}</dc:identifier>'
    yield f"<dc:title>{one_line(title)}</dc:title>"
    yield f"<dc:language>{language}</dc:language>"
    if tags.author:
        yield from _person("creator", "author", tags.author, "aut")
    if tags.narrator:
        yield from _person("contributor", "narrator", tags.narrator, "nrt")
    if tags.publisher:
        yield f"<dc:publisher>{one_line(tags.publisher)}</dc:publisher>"
    if tags.date:
        yield f"<dc:date>{one_line(tags.date)}</dc:date>"
    if tags.description.strip():
        yield f"<dc:description>{escaped(tags.description.strip())}</dc:description>"
    if tags.series:
        yield from _series(tags.series)
    yield f'<meta property="dcterms:modified">{edition.modified:%Y-%m-%dT%H:%M:%SZ}</meta>'
    yield from _durations(parts)
    if tags.narrator:
        yield f'<meta property="media:narrator">{one_line(tags.narrator)}</meta>'
    yield f'<meta property="media:active-class">{ACTIVE_CLASS}</meta>'
    yield f'<meta property="media:playback-active-class">{PLAYING_CLASS}</meta>'
    for name, value in _ACCESS:
        yield f'<meta property="schema:{name}">{value}</meta>'


def _person(element: str, id_: str, name: str, role: str) -> Iterator[str]:
    yield f'<dc:{element} id="{id_}">{one_line(name)}</dc:{element}>'
    yield f'<meta refines="#{id_}" property="role" scheme="marc:relators">{role}</meta>'


def _series(series: str) -> Iterator[str]:
    """Yield a series; ``"The Steppe #2"`` is its second book."""
    numbered = _NUMBERED.fullmatch(series)
    name = numbered[1] if numbered else series
    yield f'<meta property="belongs-to-collection" id="series">{one_line(name)}</meta>'
    yield '<meta refines="#series" property="collection-type">series</meta>'
    if numbered:
        yield f'<meta refines="#series" property="group-position">{numbered[2]}</meta>'


def _durations(parts: Sequence[Part]) -> Iterator[str]:
    """Yield how long the chapters are; the whole is their sum as they are written."""
    for part in filter(lambda part: part.is_spoken, parts):
        yield (
            f'<meta property="media:duration" refines="#{part.name}-overlay">'
            f"{clock_value(part.duration_ms)}</meta>"
        )
    total_ms = sum(part.duration_ms for part in parts)
    yield f'<meta property="media:duration">{clock_value(total_ms)}</meta>'


def _manifest(parts: Sequence[Part]) -> Iterator[str]:
    yield _item("style", "style.css", "text/css")
    yield _item("cover-image", "cover.jpg", "image/jpeg", ' properties="cover-image"')
    yield _item("cover", "cover.xhtml")
    yield _item("title", "title.xhtml")
    yield _item("nav", "nav.xhtml", more=' properties="nav"')
    for part in parts:
        if not part.is_spoken:
            yield _item(part.name, f"{part.name}.xhtml")
            continue
        overlay = f"{part.name}-overlay"
        yield _item(part.name, f"{part.name}.xhtml", more=f' media-overlay="{overlay}"')
        yield _item(overlay, f"{part.name}.smil", "application/smil+xml")
        yield _item(f"{part.name}-sound", f"{part.name}.mp3", "audio/mpeg")


def _item(id_: str, file: str, kind: str = "application/xhtml+xml", more: str = "") -> str:
    return f'<item id="{id_}" href="{file}" media-type="{kind}"{more}/>'
