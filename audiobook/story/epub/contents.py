"""A table of contents in (EPUB 3's navigation document or EPUB 2's NCX), its lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.story.epub.archive import Archive, resolved
from audiobook.story.epub.markup import Element, parse, texts, tokens
from audiobook.story.epub.package import Package

__all__ = ["Entry", "read_contents"]


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents.

    Attributes
    ----------
    depth : int
        From 0.
    name, fragment : str
        The document it leads to, and the element in it; ``name`` is "" for a line that only groups
        those below it.
    """

    depth: int
    title: str
    name: str
    fragment: str


Landmarks = tuple[tuple[str, str, str], ...]


def read_contents(archive: Archive, package: Package) -> tuple[tuple[Entry, ...], Landmarks]:
    """Return the lines of the table of contents, and the landmarks: kind, document, fragment."""
    entries: tuple[Entry, ...] = ()
    landmarks = package.guide
    if package.nav:
        root = parse(archive.read(package.nav), f"{archive.name}: {package.nav}")
        navs = [e for e in root.iter() if e.tag == "nav"]
        tocs = [nav for nav in navs if {"toc", "doc-toc"} & _kinds(nav)] or navs[:1]
        entries = tuple(_lines(tocs[0], archive, package.nav)) if tocs else ()
        for nav in navs:
            if "landmarks" in _kinds(nav):
                landmarks = (*_landmarks(nav, archive, package.nav), *landmarks)
    if not any(entry.name for entry in entries) and package.ncx:
        root = parse(archive.read(package.ncx), f"{archive.name}: {package.ncx}")
        entries = tuple(_points(root, archive, package.ncx))
    return entries, landmarks


def _kinds(element: Element) -> frozenset[str]:
    return tokens(element, "epub:type") | tokens(element, "role")


def _walk(root: Element) -> Iterator[tuple[Element, bool]]:
    """Yield elements as they open (False) and close (True), however deep they lie."""
    todo = [(root, True), (root, False)]
    while todo:
        element, is_end = todo.pop()
        yield element, is_end
        if not is_end:
            for child in reversed(element):
                todo += [(child, True), (child, False)]


def _lines(nav: Element, archive: Archive, base: str) -> Iterator[Entry]:
    depth = -1
    for element, is_end in _walk(nav):
        if element.tag in ("ol", "ul"):
            depth += -1 if is_end else 1
        elif element.tag == "li" and not is_end:
            label = next((e for e in element if e.tag in ("a", "span", "p", "div")), None)
            if label is not None and depth >= 0:
                link = next((e for e in label.iter() if e.get("href")), None)
                href = link.get("href", "") if link is not None else ""
                yield Entry(depth, _title(label), *_target(href, archive, base))


def _title(label: Element) -> str:
    pictured = " ".join(e.get("alt", "") for e in label.iter() if e.tag == "img")
    return texts(label) or " ".join(pictured.split()) or " ".join(label.get("title", "").split())


def _points(root: Element, archive: Archive, base: str) -> Iterator[Entry]:
    depth = -1
    maps = [e for e in root.iter() if e.tag == "navmap"]
    for element, is_end in _walk(maps[0] if maps else root):
        if element.tag != "navpoint":
            continue
        depth += -1 if is_end else 1
        if not is_end:
            label = next((texts(e) for e in element if e.tag == "navlabel"), "")
            source = next((e.get("src", "") for e in element if e.tag == "content"), "")
            yield Entry(depth, label, *_target(source, archive, base))


def _landmarks(nav: Element, archive: Archive, base: str) -> Iterator[tuple[str, str, str]]:
    for element in nav.iter():
        if element.tag == "a" and element.get("href"):
            for kind in tokens(element, "epub:type"):
                yield kind, *_target(element.get("href", ""), archive, base)


def _target(href: str, archive: Archive, base: str) -> tuple[str, str]:
    name, fragment = resolved(href, base) if href else ("", "")
    return archive.find(name) if name else "", fragment
