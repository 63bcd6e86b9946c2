"""What the parts of a book are called, and which of them are not read aloud unless asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["NOTES", "PARTS", "SHORT_PARTS", "part_of_landmark", "part_of_title", "part_of_types"]

NOTES = "notes"
# Parts that are left out: by the name that book.toml calls them, why.
PARTS = {
    "cover": "the cover",
    "title page": "the title page, which the tags say",
    "copyright": "copyright and imprint",
    "colophon": "how the book was made",
    "contents": "a list of what is in the book",
    "index": "for looking up",
    "bibliography": "for looking up",
    "glossary": "for looking up",
    "notes": "notes, away from what they are about",
    "acknowledgments": "thanks",
    "advertisement": "about other books",
    "licence": "the distributor's terms",
    "aside": "outside the order of reading",
}
# Nothing longer is one of these, whatever it calls itself.
SHORT_PARTS = {"cover": 300, "title page": 500, "copyright": 3000, "colophon": 3000}

_TYPES = {
    "cover": "cover", "titlepage": "title page", "halftitlepage": "title page",
    "title-page": "title page", "seriespage": "advertisement", "halftitle": "title page",
    "copyright-page": "copyright", "imprint": "copyright", "imprimatur": "copyright",
    "colophon": "colophon", "other-credits": "colophon", "credits": "colophon",
    "credit": "colophon", "contributors": "colophon", "toc": "contents", "toc-brief": "contents",
    "landmarks": "contents", "loi": "contents", "lot": "contents", "loa": "contents",
    "lov": "contents", "page-list": "contents", "pagelist": "contents", "index": "index",
    "index-group": "index", "bibliography": "bibliography", "glossary": "glossary",
    "footnote": "notes", "footnotes": "notes", "endnote": "notes", "endnotes": "notes",
    "rearnote": "notes", "rearnotes": "notes", "note": "notes", "notes": "notes",
    "annotation": "notes", "acknowledgments": "acknowledgments",
    "acknowledgements": "acknowledgments", "errata": "colophon", "keywords": "index",
}  # fmt: skip
_TITLES = {
    "cover": "cover|front cover|back cover|umschlag|couverture|cubierta|copertina|capa|обложка",
    "title page": "title page|titlepage|half title|half title page|titelseite|page de titre"
    "|portada|frontespizio|folha de rosto|титул|титульный лист",
    "copyright": "copyright|copyright page|copyright notice|imprint|legal notice|uncopyright"
    "|impressum|mentions légales|créditos|aviso legal|colofón|copyright und impressum"
    "|выходные данные",
    "colophon": "colophon|kolophon|transcriber s note|transcriber s notes|transcribers notes"
    "|anmerkungen zur transkription|colofon|credits",
    "contents": "contents|table of contents|the contents|list of illustrations|illustrations"
    "|inhalt|inhaltsverzeichnis|sommaire|table des matières|índice|tabla de contenidos|indice"
    "|sumário|содержание|оглавление|spis treści|mazmūni|мазмұны|içindekiler",
    "index": "index|register|stichwortverzeichnis|sachregister|índice alfabético"
    "|indice analitico|алфавитный указатель|предметный указатель",
    "bibliography": "bibliography|works cited|references|further reading|literaturverzeichnis"
    "|bibliographie|bibliografía|bibliografia|литература|библиография",
    "glossary": "glossary|glossar|glossaire|glosario|glossario|glossário|глоссарий",
    "notes": "notes|footnotes|endnotes|anmerkungen|fußnoten|endnoten|notas|note|примечания|сноски",
    "acknowledgments": "acknowledgments|acknowledgements|danksagung|remerciements"
    "|agradecimientos|ringraziamenti|agradecimentos|благодарности",
    "advertisement": "also by the author|also by this author|by the same author"
    "|books by the author|about the publisher|newsletter|newsletter sign up|advertisement"
    "|du même auteur",
    "licence": "the full project gutenberg license|full project gutenberg license"
    "|project gutenberg license",
}
_BY_TITLE = {title: part for part, titles in _TITLES.items() for title in titles.split("|")}
_WORD = re.compile(r"\w+")


def part_of_types(types: Iterable[str]) -> str:
    """Return the part that ``epub:type`` or ``role`` names, "" for what is read aloud."""
    names = {name.removeprefix("doc-") for name in types}
    return next((part for name, part in _TYPES.items() if name in names), "")


def part_of_landmark(kind: str) -> str:
    """Return the part that a landmark or an entry of the guide names."""
    return part_of_types((kind.removeprefix("other."),))


def part_of_title(title: str) -> str:
    """Return the part that a title names, if it names nothing else.

    Examples
    --------
    >>> part_of_title("Table of Contents"), part_of_title("Notes from Underground")
    ('contents', '')
    """
    return _BY_TITLE.get(" ".join(_WORD.findall(title.casefold())), "")
