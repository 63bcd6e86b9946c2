"""A W3C Pronunciation Lexicon (PLS 1.0) in, its words and how they are said out.

Read as a stream by expat, which fetches nothing; a file that declares entities is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from audiobook.errors import StoryError
from audiobook.story.book import Pronunciation
from audiobook.story.xsampa import ipa_of_xsampa

__all__ = ["Pls", "load_pls", "parse_pls"]

MAX_BYTES = 64_000_000  # a dictionary of a whole language has some 20 MB
_ALPHABETS = {"ipa": lambda text: text, "x-sampa": ipa_of_xsampa}
_XML_LANG = "http://www.w3.org/XML/1998/namespace lang"
_TEXTS = frozenset({"grapheme", "phoneme", "alias"})


@dataclass(frozen=True)
class Pls:
    """A lexicon as its file says it.

    Attributes
    ----------
    language : str
        BCP 47; "" where the file does not say.
    entries : mapping of str to Pronunciation
        By the word as written, the first of several entries for one.
    notes : tuple of str
        What could not be used and why, each with file and line.
    """

    name: str
    language: str = ""
    entries: Mapping[str, Pronunciation] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load_pls(path: Path, name: str = "") -> Pls:
    """Read a PLS file; ``name`` is what to call it.

    Raises
    ------
    StoryError
        If it is not there, too large, or not PLS.
    """
    name = name or path.name
    try:
        if path.exists() and not path.is_file():  # a folder, or a device without an end
            raise StoryError(f"{name} is no file; name a PLS file")
        if path.stat().st_size > MAX_BYTES:
            raise StoryError(f"{name} is larger than {MAX_BYTES // 10**6} MB; divide it")
        return parse_pls(path.read_bytes(), name)
    except FileNotFoundError as error:
        problem = f'{name} is not there; name a file beside book.toml: lexicons = ["names.pls"]'
        raise StoryError(problem) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoryError(f"{name} cannot be read: {reason}; check its rights") from error


def parse_pls(data: bytes, name: str) -> Pls:
    """Read the bytes of a PLS document, from a file or out of an EPUB.

    Parameters
    ----------
    data : bytes
        In any encoding that expat and the XML declaration agree on.
    name : str
        What to call it in an error and in notes.

    Raises
    ------
    StoryError
        With the line, if it is not well-formed, declares entities, or is no lexicon.

    Notes
    -----
    Of several pronunciations the one with ``prefer="true"`` counts, else the first. A preferred
    alias is spoken by every engine; beside a preferred phoneme the first alias is the respelling
    for engines that take no phonemes. Of several lexemes for a word the first without a role wins.
    """
    reader = _Reader(name)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        problem = expat.ErrorString(error.code)
        raise StoryError(f"{name}:{error.lineno}: not XML: {problem}; mend it there") from error
    except (LookupError, ValueError) as error:
        raise StoryError(f"{name}: its encoding is unknown; save it as UTF-8") from error
    return Pls(name, reader.language, reader.by_role | reader.plain, tuple(reader.notes))


@dataclass
class _Lexeme:
    line: int
    has_role: bool
    graphemes: list[str] = field(default_factory=list)
    said: list[tuple[bool, str, str]] = field(default_factory=list)  # is preferred, kind, text


class _Reader:
    """What expat calls while it reads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.language = ""
        self.plain: dict[str, Pronunciation] = {}
        self.by_role: dict[str, Pronunciation] = {}
        self.notes: list[str] = []
        self._alphabet = "ipa"
        self._depth = 0
        self._lexeme: _Lexeme | None = None
        self._text: list[str] | None = None
        self._now: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def _wrong(self, problem: str) -> NoReturn:
        raise StoryError(f"{self.name}:{self.parser.CurrentLineNumber}: {problem}")

    def _entity(self, *_declared: object) -> None:
        self._wrong("it declares XML entities, which can be a trap; write the text in full")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        kind = tag.rpartition(" ")[2]
        if self._depth == 1:
            if kind != "lexicon":
                self._wrong(f'not a PLS lexicon: it begins with "{kind}", not with "lexicon"')
            self.language = attributes.get(_XML_LANG, "")
            self._alphabet = attributes.get("alphabet", "ipa")
        elif kind == "lexeme":
            self._lexeme = _Lexeme(self.parser.CurrentLineNumber, "role" in attributes)
        elif kind in _TEXTS and self._lexeme is not None:
            self._text, self._now = [], attributes

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        kind = tag.rpartition(" ")[2]
        if kind == "lexeme" and self._lexeme is not None:
            self._keep(self._lexeme)
            self._lexeme = None
        elif kind in _TEXTS and self._lexeme is not None and self._text is not None:
            text = " ".join("".join(self._text).split())
            self._text = None
            self._said(kind, text)

    def _said(self, kind: str, text: str) -> None:
        """Note one grapheme, alias or phoneme of the lexeme that is being read."""
        lexeme, line = self._lexeme, self.parser.CurrentLineNumber
        if lexeme is None or not text:
            return
        if kind == "grapheme":
            lexeme.graphemes.append(text)
            return
        if kind == "phoneme":
            alphabet = self._now.get("alphabet", self._alphabet)
            convert = _ALPHABETS.get(alphabet.lower())
            if convert is None:
                why = f'alphabet "{alphabet}" is not known; use ipa or x-sampa'
                self.notes.append(f"{self.name}:{line}: {why}")
                return
            text = convert(text)
        lexeme.said.append((self._now.get("prefer") == "true", kind, text))

    def _keep(self, lexeme: _Lexeme) -> None:
        if not lexeme.said or not lexeme.graphemes:
            lack = "pronunciation that can be used" if lexeme.graphemes else "grapheme"
            self.notes.append(f"{self.name}:{lexeme.line}: a lexeme without a {lack}; left out")
            return
        best = next((s for s in lexeme.said if s[0]), lexeme.said[0])
        alias = next((text for _, kind, text in lexeme.said if kind == "alias"), "")
        is_alias = best[1] == "alias"
        found = Pronunciation("" if is_alias else best[2], best[2] if is_alias else alias)
        for word in lexeme.graphemes:
            (self.by_role if lexeme.has_role else self.plain).setdefault(word, found)
