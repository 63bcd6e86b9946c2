"""The bytes of an XML or XHTML document in, a tree of plain names out, whatever state it is in.

Well-formed documents are read by the standard library's expat; any other by its HTML parser, which
loses no text. Document type declarations are taken off before: there are no entities to expand, and
nothing is fetched. Named characters of HTML (``&nbsp;``) are put in.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from audiobook.story.encoding import CONTROL, MARKS, decode

__all__ = ["Element", "parse", "texts", "tokens"]

_NAMESPACES = {
    "http://www.idpf.org/2007/ops": "epub:",
    "http://www.w3.org/2001/10/synthesis": "ssml:",
}
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
_CHARSET = re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# What a new block closes where its end was forgotten.
_CLOSES = {
    "p": ("p",),
    "li": ("li", "p"),
    "dt": ("dt", "dd", "p"),
    "dd": ("dt", "dd", "p"),
    "tr": ("tr", "td", "th", "p"),
    "td": ("td", "th", "p"),
    "th": ("td", "th", "p"),
}
_NAMES_OF_BLOCKS = """
address article aside blockquote div dl figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol
p pre section table ul
"""
_BLOCKS = frozenset(_NAMES_OF_BLOCKS.split())


def parse(data: bytes, name: str) -> Element:
    """Return the root of a document; names are in lower case and bare of their namespaces.

    Attributes ``epub:type``, ``ssml:ph`` and ``ssml:alphabet`` keep their prefix.

    Raises
    ------
    StoryError
        If it is no text.
    """
    text = _without_doctype(CONTROL.sub("", _decoded(data, name)))
    text = _XML_HEAD.sub("", text, count=1)
    strict = XMLParser(target=_Names())
    try:
        strict.feed(_BARE_AMPERSAND.sub("&amp;", _NAMED.sub(_character, text)))
        root = strict.close()
    except (ParseError, ValueError, LookupError):
        root = _lenient(text)
    return root if isinstance(root, Element) else Element("html")


def _decoded(data: bytes, name: str) -> str:
    is_marked = any(data.startswith(mark) for mark, _ in MARKS) or b"\0" in data[:4]
    if not is_marked:
        declared = _DECLARED.search(data[:1000]) or _CHARSET.search(data[:4000])
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except (LookupError, UnicodeError):
            pass  # it is not what it says, so it is told by what is in it
    return decode(data, name)


def _without_doctype(text: str) -> str:
    """Take off the document type with its internal declarations."""
    found = _DOCTYPE.search(text)
    if found is None:
        return text
    start = found.start()
    end = text.find(">", start)
    bracket = text.find("[", start)
    if 0 <= bracket < end:
        close = re.compile(r"\]\s*>").search(text, bracket)
        end = close.end() - 1 if close else end
    return text[:start] + text[end + 1 :] if end >= 0 else text


def _character(match: re.Match[str]) -> str:
    if match[1] in _XML_ENTITIES:
        return match[0]
    named = html.unescape(match[0])
    return named if named != match[0] else f"&amp;{match[1]};"


class _Names(TreeBuilder):
    """Builds the tree; an element has its local name, and attributes that matter a prefix."""

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        return super().start(_local(tag), {_attribute(n): v or "" for n, v in attrs.items()})

    def end(self, tag: str, /) -> Element:
        return super().end(_local(tag))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _attribute(name: str) -> str:
    space, _, local = name.rpartition("}")
    if not space and name.startswith(("epub:", "ssml:")):
        return name.lower()
    return _NAMESPACES.get(space[1:], "") + local.rpartition(":")[2].lower()


class _Lenient(HTMLParser):
    """Feeds the same builder from a document that is not well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = _Names()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.builder.start("html", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        closes = _CLOSES.get(_local(tag), ("p",) if tag in _BLOCKS else ())
        while self.open and self.open[-1] in closes:
            self._close()
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)
            self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.counts.get(tag) and self._close() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.builder.data(data)

    def _close(self) -> str:
        tag = self.open.pop()
        self.counts[tag] -= 1
        self.builder.end(tag)
        return tag

    def finish(self) -> Element:
        self.close()
        while self.open:
            self._close()
        self.builder.end("html")
        return self.builder.close()


def _lenient(text: str) -> Element:
    parser = _Lenient()
    # Its own CDATA elements would swallow a whole page behind a "<script/>" or "<title/>".
    parser.feed(re.sub(r"<(script|style|title|textarea)\b([^<>]*)/>", "", text))
    return parser.finish()


def tokens(element: Element, attribute: str) -> frozenset[str]:
    """Return the words of an attribute in lower case: classes, roles, types."""
    return frozenset(element.get(attribute, "").lower().split())


def texts(element: Element) -> str:
    """Return all text in an element, its white space single."""
    return " ".join("".join(element.itertext()).split())
