"""Bytes of a story file in, its text out: Unicode in any form, or a Windows code page."""

from __future__ import annotations

import codecs
import re

from audiobook.errors import StoryError

__all__ = ["decode"]

# The longer marks first: UTF-32 LE begins with the mark of UTF-16 LE.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What people give to a program that reads text, by the bytes it begins with.
BINARY = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive such as .docx, .odt or .epub"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"ID3", "a sound file"),
    (b"RIFF", "a sound or picture file"),
    (b"OggS", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
)

# Code pages stories are found in; fewer candidates mean fewer wrong guesses on short texts.
CODE_PAGES = (
    *("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("koi8_r", "koi8_u", "cp866", "mac_roman", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
)

# No text has these; tab, line ends, form feed and the old end-of-file mark are common.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")


def decode(data: bytes, name: str) -> str:
    """Return the text in ``data``, with one kind of line end, the line feed.

    Parameters
    ----------
    data : bytes
        A whole file.
    name : str
        What to call it in an error.

    Raises
    ------
    StoryError
        If it is not text, or in no encoding that can be told.
    """
    kind = next((kind for magic, kind in BINARY if data.startswith(magic)), "")
    if kind:
        raise _not_text(name, f"it is {kind}")
    text = _decode_marked(data, name)
    if text is None:
        text = _decode_unmarked(data, name)
    if CONTROL.search(text):
        raise _not_text(name, "it has bytes that no text has")
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a").replace("\ufeff", "")


def _not_text(name: str, why: str) -> StoryError:
    return StoryError(f"{name} is not text: {why}; save the story as plain text or Markdown")


def _decode_marked(data: bytes, name: str) -> str | None:
    """Decode what begins with a byte order mark; None when there is no mark."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                position = error.start + len(mark)
                raise StoryError(
                    f"{name} is marked as {encoding.upper()} but breaks it at byte {position}; "
                    "save it again as UTF-8"
                ) from error
    return None


def _decode_unmarked(data: bytes, name: str) -> str:
    wide = _wide_encoding(data)
    if wide:
        return data.decode(wide)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if CONTROL.search(data.decode("latin-1")):
            raise _not_text(name, "it has bytes that no text has") from None
    return _decode_code_page(data, name)


def _wide_encoding(data: bytes) -> str:
    """Return the byte order of unmarked UTF-16, or "": told by where spaces and line ends are."""
    if b"\x00" not in data or len(data) % 2:
        return ""
    units = len(data) // 2
    for encoding, unit in (("utf-16-le", b"%c\x00"), ("utf-16-be", b"\x00%c")):
        plain = {unit % 0x20, unit % 0x0A}
        hits = sum(data[i : i + 2] in plain for i in range(0, len(data), 2))
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if hits * 50 >= units and not CONTROL.search(text):
            return encoding
    return ""


def _decode_code_page(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(CODE_PAGES), enable_fallback=False)
    if not matches:
        raise StoryError(f"{name} is in an encoding that cannot be told; save it again as UTF-8")
    # Short texts often fit two pages equally well; then the commoner one wins.
    best = min(
        matches, key=lambda m: (m.chaos, -m.coherence, CODE_PAGES.index(_listed(m.encoding)))
    )
    return data.decode(best.encoding)


def _listed(encoding: str) -> str:
    return encoding if encoding in CODE_PAGES else CODE_PAGES[-1]
