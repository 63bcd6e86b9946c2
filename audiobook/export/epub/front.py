"""The book's facts in, the pages around the story out: cover, title page, table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audiobook.export.epub.page import Entry
from audiobook.export.epub.text import document, one_line, quoted
from audiobook.export.id3 import Tags
from audiobook.export.reading.labels import Labels

__all__ = ["contents_page", "cover_page", "title_page"]


def cover_page(title: str, labels: Labels, language: str) -> str:
    """Return the page that shows ``cover.jpg``."""
    alt = quoted(f"{labels.cover}: {title}")
    body = f'<div class="cover"><img src="cover.jpg" alt={alt} role="doc-cover"/></div>'
    return document(labels.cover, "cover", body, language)


def title_page(title: str, tags: Tags, labels: Labels, language: str) -> str:
    """Return the page that names the book and who made it."""
    lines = [f"<h1>{one_line(title)}</h1>"]
    if tags.author:
        lines.append(f'<p class="author">{one_line(tags.author)}</p>')
    if tags.series:
        lines.append(f'<p class="series">{one_line(tags.series)}</p>')
    if tags.narrator:
        lines.append(f'<p class="narrator">{labels.read_by} {one_line(tags.narrator)}</p>')
    imprint = " · ".join(one_line(text) for text in (tags.publisher, tags.date[:4]) if text)
    if imprint:
        lines.append(f'<p class="imprint">{imprint}</p>')
    body = '<section class="title-page">\n' + "\n".join(lines) + "\n</section>"
    return document(title, "frontmatter titlepage", body, language)


def contents_page(entries: Sequence[Entry], beginning: str, labels: Labels, language: str) -> str:
    """Return the navigation document.

    Parameters
    ----------
    entries : sequence of Entry
        In order of reading.
    beginning : str
        The document of the first chapter.
    """
    places = (
        ("cover", "cover.xhtml", labels.cover),
        ("titlepage", "title.xhtml", labels.title_page),
        ("toc", "nav.xhtml", labels.contents),
        ("bodymatter", beginning, labels.beginning),
    )
    marks = (
        f'<li><a epub:type="{kind}" href="{target}">{label}</a></li>'
        for kind, target, label in places
    )
    body = "\n".join(
        (
            '<nav epub:type="toc" role="doc-toc" id="toc">',
            f"<h1>{labels.contents}</h1>",
            "".join(_nested(entries)),
            "</nav>",
            '<nav epub:type="landmarks" hidden="hidden">',
            f"<h2>{labels.landmarks}</h2>",
            "<ol>",
            *marks,
            "</ol>",
            "</nav>",
        )
    )
    return document(labels.contents, "frontmatter", body, language)


def _nested(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield lists within lists; an entry is at most one level below the one before it."""
    depth = -1
    for entry in entries:
        if entry.depth > depth:
            yield "<ol>\n"
        else:
            yield "</li>\n" + "</ol>\n</li>\n" * (depth - entry.depth)
        depth = entry.depth
        yield f'<li><a href="{entry.target}">{one_line(entry.title)}</a>'
    yield "</li>\n</ol>" + "\n</li>\n</ol>" * depth
