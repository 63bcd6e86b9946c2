"""An archive in, its package out: the facts of the book, its files and their order of reading."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from audiobook.errors import StoryError
from audiobook.story.epub.archive import Archive, resolved
from audiobook.story.epub.markup import Element, parse, texts, tokens
from audiobook.story.languages import language_code

__all__ = ["Facts", "Package", "Resource", "open_package"]

CONTAINER = "META-INF/container.xml"
# Ways of hiding fonts, which hide no text.
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_SCHEMES = (
    ("META-INF/license.lcpl", "Readium LCP"),
    ("META-INF/sinf.xml", "Apple FairPlay"),
    ("META-INF/rights.xml", "Adobe ADEPT"),
)
_DATE = re.compile(r"([1-9]\d{3})(-\d{2})?(-\d{2})?")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Resource:
    """A file of the book; ``name`` is "" when the archive has none such."""

    name: str
    href: str
    media_type: str
    properties: frozenset[str]
    is_linear: bool = True

    @property
    def is_document(self) -> bool:
        """Whether it holds text: XHTML, or HTML as older books have it."""
        return "html" in self.media_type or self.href.lower().endswith((".xhtml", ".html", ".htm"))


@dataclass(frozen=True)
class Facts:
    """What the book says of itself; "" where it does not."""

    title: str = ""
    author: str = ""
    language: str = ""
    publisher: str = ""
    date: str = ""
    description: str = ""
    series: str = ""


@dataclass(frozen=True)
class Package:
    """The package.

    Attributes
    ----------
    spine : tuple of Resource
        In the order of reading.
    nav, ncx, cover : str
        Names of the tables of contents and the cover picture; "" where there is none.
    guide : tuple of (str, str, str)
        Kind, file and fragment of each of EPUB 2's landmarks.
    """

    facts: Facts
    spine: tuple[Resource, ...]
    nav: str = ""
    ncx: str = ""
    cover: str = ""
    guide: tuple[tuple[str, str, str], ...] = ()
    lexicons: tuple[str, ...] = ()
    resources: dict[str, Resource] = field(default_factory=dict, repr=False)


def open_package(archive: Archive) -> Package:
    """Read the package.

    Raises
    ------
    StoryError
        If the book is protected against copying, or the archive is no EPUB.
    """
    _refuse_protection(archive)
    name = _package_name(archive)
    root = parse(archive.read(name), f"{archive.name}: {name}")
    items = dict(_items(root, archive, name))
    spine = tuple(_spine(root, items))
    if not spine:
        raise StoryError(f"{archive.name}: {name} names no documents to read; get the file again")
    metadata = next((e for e in root.iter() if e.tag == "metadata"), Element("metadata"))
    toc = next((e.get("toc", "") for e in root.iter() if e.tag == "spine"), "")
    return Package(
        _facts(metadata),
        spine,
        nav=_first(r for r in items.values() if "nav" in r.properties),
        ncx=items[toc].name
        if toc in items
        else _first(r for r in items.values() if "ncx" in r.media_type),
        cover=_cover(metadata, items),
        guide=tuple(_guide(root, archive, name)),
        lexicons=tuple(r.name for r in items.values() if "pls+xml" in r.media_type and r.name),
        resources={r.name: r for r in items.values()},
    )


def _refuse_protection(archive: Archive) -> None:
    scheme = next((kind for name, kind in _SCHEMES if archive.find(name)), "")
    is_protected = bool(archive.find("META-INF/sinf.xml"))
    name = archive.find("META-INF/encryption.xml")
    if name:
        root = parse(archive.read(name), f"{archive.name}: {name}")
        methods = [e.get("algorithm", "") for e in root.iter() if e.tag == "encryptionmethod"]
        is_protected |= any(method not in _FONT_METHODS for method in methods)
    if is_protected:
        by = f" ({scheme})" if scheme else ""
        raise StoryError(
            f"{archive.name} is protected against copying{by} and cannot be read; "
            "use a copy without protection"
        )


def _package_name(archive: Archive) -> str:
    container = archive.find(CONTAINER)
    if container:
        root = parse(archive.read(container), f"{archive.name}: {container}")
        for element in root.iter():
            found = archive.find(element.get("full-path", "")) if element.tag == "rootfile" else ""
            if found:
                return found
    found = next((name for name in archive.names if name.lower().endswith(".opf")), "")
    if not found:
        raise StoryError(f"{archive.name} is no EPUB: it has no package file; get the file again")
    return found


def _items(root: Element, archive: Archive, base: str) -> Iterator[tuple[str, Resource]]:
    for element in root.iter():
        if element.tag == "item" and element.get("id"):
            href = element.get("href", "")
            yield (
                element.get("id", ""),
                Resource(
                    archive.find(resolved(href, base)[0]),
                    href,
                    element.get("media-type", "").lower(),
                    tokens(element, "properties"),
                ),
            )


def _spine(root: Element, items: dict[str, Resource]) -> Iterator[Resource]:
    references = [e for e in root.iter() if e.tag == "itemref"]
    has_order = any(e.get("linear", "yes") != "no" for e in references)
    seen: set[str] = set()
    for element in references:
        id_ = element.get("idref", "")
        item = items.get(id_, Resource("", id_, "application/xhtml+xml", frozenset()))
        if (item.name or item.href) in seen:
            continue  # a page that is shown twice is read once
        seen.add(item.name or item.href)
        is_linear = element.get("linear", "yes") != "no" or not has_order
        yield Resource(item.name, item.href, item.media_type, item.properties, is_linear)


def _first(resources: Iterator[Resource]) -> str:
    return next((resource.name for resource in resources if resource.name), "")


def _guide(root: Element, archive: Archive, base: str) -> Iterator[tuple[str, str, str]]:
    for element in root.iter():
        if element.tag == "reference":
            name, fragment = resolved(element.get("href", ""), base)
            yield element.get("type", "").lower(), archive.find(name), fragment


def _cover(metadata: Element, items: dict[str, Resource]) -> str:
    """Return the name of the cover picture: EPUB 3's property, else EPUB 2's entry."""
    named = {e.get("content", "") for e in metadata.iter() if e.get("name") == "cover"}
    for resource in items.values():
        if "cover-image" in resource.properties:
            return resource.name
    for id_, resource in items.items():
        if (id_ in named or resource.href in named) and resource.media_type.startswith("image/"):
            return resource.name
    return ""


def _facts(metadata: Element) -> Facts:
    refined: dict[tuple[str, str], str] = {}
    for element in metadata.iter():
        if element.tag == "meta" and element.get("refines"):
            key = (element.get("refines", "").lstrip("#"), element.get("property", ""))
            refined.setdefault(key, texts(element))

    def named(tag: str) -> list[Element]:
        return [e for e in metadata.iter() if e.tag == tag and texts(e)]

    titles = named("title")
    main = [e for e in titles if refined.get((e.get("id", ""), "title-type")) == "main"]
    roles = [
        (e, e.get("role") or refined.get((e.get("id", ""), "role"), "")) for e in named("creator")
    ]
    authors = [e for e, role in roles if role in ("aut", "")] or [e for e, _ in roles]
    languages = [code for e in named("language") if (code := language_code(texts(e)))]
    return Facts(
        title=texts((main or titles)[0]) if titles else "",
        author=", ".join(dict.fromkeys(texts(e) for e in authors)),
        language=languages[0] if languages else "",
        publisher=", ".join(texts(e) for e in named("publisher")[:1]),
        date=_date(named("date")),
        description=_description(named("description")),
        series=_series(metadata, refined),
    )


def _date(dates: Sequence[Element]) -> str:
    """Return the date of publication as far as it is one."""
    published = [e for e in dates if e.get("event", "") in ("", "publication")]
    for element in published or dates:
        match = _DATE.match(texts(element))
        if match:
            year, month, day = match[1], match[2] or "", match[3] or ""
            try:
                date.fromisoformat(year + (month or "-01") + (day or "-01"))
            except ValueError:
                return year
            return year + month + day
    return ""


def _description(descriptions: Sequence[Element]) -> str:
    text = texts(descriptions[0]) if descriptions else ""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _series(metadata: Element, refined: dict[tuple[str, str], str]) -> str:
    """Return the series as "The Steppe #2"."""
    old = {e.get("name", ""): e.get("content", "") for e in metadata.iter() if e.tag == "meta"}
    name, number = old.get("calibre:series", ""), old.get("calibre:series_index", "")
    for element in metadata.iter():
        id_ = element.get("id", "")
        is_series = refined.get((id_, "collection-type"), "series") == "series"
        if element.get("property") == "belongs-to-collection" and is_series:
            name, number = texts(element), refined.get((id_, "group-position"), "")
            break
    number = re.sub(r"\.0+$", "", number.strip())
    return f"{name} #{number}" if name and re.fullmatch(r"\d+(\.\d+)*", number) else name
