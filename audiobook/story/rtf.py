r"""RTF in, the same RTF with its letters as they are, in UTF-8, out.

Letters are written as bytes of a code page (``\'c2``, which page the font may say) or as numbers
with a substitute for old readers (``\u1042?``). Pandoc knows few of the pages, and where no space
follows the number it takes the next letter of the text for part of the substitute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["normalised"]

_TOKEN = re.compile(
    rb"\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|\\(?P<sign>[^a-zA-Z'])|(?P<brace>[{}])|(?P<text>[^\\{}]+)|\\"
)
# The code pages of fonts' character sets, as RTF numbers them.
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip

# Pandoc leaves out what is marked as optional, and so a note.
_STARRED = re.compile(rb"\\\*\s*\\footnote")
_PAGES = {10000: "mac_roman", 65001: "utf-8", 54936: "gb18030"}


@dataclass(frozen=True)
class _State:
    """What holds in a group."""

    n_substitute: int = 1
    page: str = ""


def normalised(data: bytes) -> bytes:
    r"""Return RTF whose letters stand there in UTF-8, and whose notes are marked plainly.

    Examples
    --------
    >>> normalised(rb"{\rtf1\ansicpg1251 \'c2\u8220?x}").decode()
    '{\\rtf1\\ansicpg1251 В“x}'
    """
    writer = _Writer()
    for token in _TOKEN.finditer(_STARRED.sub(rb"\\footnote", data)):
        if token["hex"]:
            writer.byte(bytes.fromhex(token["hex"].decode()))
        elif token["text"]:
            writer.text(token["text"])
        elif token["word"] == b"u":
            writer.number(int(token["number"] or 0))
        else:
            writer.control(token)
    writer.flush()
    return b"".join(writer.out)


class _Writer:
    """What is written, and what holds where."""

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.default = "cp1252"
        self.fonts: dict[bytes, str] = {}
        self.font = b""
        self.state = _State()
        self.stack: list[_State] = []
        self.n_skipped = 0  # letters still to come that stand in for one that was said
        self.waiting = b""  # bytes that may be half a letter
        self.high = 0  # the first half of a letter that takes two numbers

    @property
    def page(self) -> str:
        """The code page that bytes are in."""
        return self.state.page or self.default

    def byte(self, byte: bytes) -> None:
        """Take a byte of a code page."""
        if self.n_skipped:
            self.n_skipped -= 1
        else:
            self.waiting += byte

    def text(self, text: bytes) -> None:
        """Take plain letters; line ends in the file are none."""
        self.flush()
        while self.n_skipped and text:
            self.n_skipped -= text[:1] not in (b"\r", b"\n")
            text = text[1:]
        if text.isascii():
            self.out.append(text)
        else:
            for char in text.decode(self.page, "replace"):
                self._say(char)

    def number(self, number: int) -> None:
        """Take a letter by its number."""
        self.flush()
        unit = number % 0x10000
        if 0xD800 <= unit < 0xDC00:
            self.high = unit
        elif 0xDC00 <= unit < 0xE000:
            if self.high:
                self._say(chr(0x10000 + (self.high - 0xD800) * 0x400 + unit - 0xDC00))
            self.high = 0
        else:
            self._say(chr(unit))
        self.n_skipped = self.state.n_substitute

    def control(self, token: re.Match[bytes]) -> None:
        """Take what is no letter: a brace, a sign, a word."""
        self.flush()
        self.n_skipped = 0
        number = int(token["number"] or 0)
        if token["brace"] == b"{":
            self.stack.append(self.state)
        elif token["brace"]:
            self.state = self.stack.pop() if self.stack else self.state
        elif token["word"] == b"ansicpg":
            self.default = _known(number) or self.default
        elif token["word"] == b"uc":
            self.state = replace(self.state, n_substitute=min(max(number, 0), 10))
        elif token["word"] == b"f":
            self.font = token["number"] or b""
            self.state = replace(self.state, page=self.fonts.get(self.font, ""))
        elif token["word"] == b"fcharset":
            self.fonts[self.font] = _CHARSETS.get(number, "")
        self.out.append(token[0])

    def flush(self) -> None:
        """Write the letters whose bytes wait."""
        waiting, self.waiting = self.waiting, b""
        for char in waiting.decode(self.page, "replace"):
            self._say(char)

    def _say(self, char: str) -> None:
        if self.out and self.out[-1][:1] == b"\\" and self.out[-1][-1:].isalnum():
            self.out.append(b" ")  # or the letter would be taken for one of the control word
        if char in "\\{}":
            self.out.append(b"\\" + char.encode())
        elif char.isprintable() or char in "\t\xa0":
            self.out.append(char.encode())


def _known(number: int) -> str:
    page = _PAGES.get(number, f"cp{number}")
    try:
        "".encode(page)
    except LookupError:
        return ""
    return page
