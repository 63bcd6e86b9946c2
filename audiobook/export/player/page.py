"""Template, style and script in, the page around the book's data out, and what it may do.

References
----------
.. [1] Content Security Policy Level 3 (W3C): a hash names the one script that may run.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audiobook.export.edition import Edition
from audiobook.export.languages import direction
from audiobook.export.player.data import chapter_url, language_of, title_of
from audiobook.export.player.figure import ornament_uri
from audiobook.export.player.labels import interface_language, interface_words
from audiobook.export.reading.labels import labels_for
from audiobook.export.xmltext import clean

__all__ = ["SCRIPTS", "STYLES", "Frame", "frame"]

# Files of ``script/`` in the order in which they are joined.
SCRIPTS = (
    *("book", "state", "clock", "text", "pages", "highlight", "follow", "sound", "player"),
    *("sleep", "memory", "session", "settings", "controls", "contents", "keys", "main"),
)
# Files of ``style/``: what stands later wins.
STYLES = (
    *("base", "title-page", "story", "speakers", "wishes"),
    *("controls", "bar", "dialogs", "devices", "paper"),
)
NAPS_MIN = (5, 10, 15, 30, 45, 60)  # what the sleep timer offers
_FOLDER = Path(__file__).parent
_ASIDES = re.compile(r"[ \t]+// [^\n'\"`]*$", re.MULTILINE)  # no text has a quote behind it
# Whole lines of comment, and indentation: no text in these files goes over a line end.
_REMARKS = re.compile(r"^\s*(?://[^\n]*|/\*.*?\*/)?\s*", re.MULTILINE | re.DOTALL)
_GAPS = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")  # that a style does without
_HOLE = re.compile(r"\{\{([\w.-]+)\}\}")


@dataclass(frozen=True)
class Frame:
    """The page without its data, which stands between ``before`` and ``script``; sound follows."""

    before: str
    script: str
    after: str


def frame(edition: Edition, cover: str, *, is_single: bool = False) -> Frame:
    """Return the page around an edition's data.

    Parameters
    ----------
    cover : str
        Address of the picture.
    is_single : bool
        Whether the sound is inside, so that there are no files to name.
    """
    style = _filled(_style(), {"ornament": ornament_uri(title_of(edition))})
    script = _script()
    words = _words(edition)
    values = {
        **words,
        "policy": _policy(style, script, is_single=is_single),
        "style": style,
        "cover": cover,
        "chapters": "" if is_single else _chapters(edition, words),
    }
    before, after = _read("page.html").split("{{data}}\n")
    return Frame(_filled(before, values), f"<script>{script}</script>\n", _filled(after, values))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _style() -> str:
    """Return the files of the style as one, without what only their authors read."""
    joined = "".join(_read(f"style/{name}.css") for name in STYLES)
    return _GAPS.sub(r"\1", _REMARKS.sub("", joined))


def _script() -> str:
    """Return the files of the script as one, without what only their authors read."""
    joined = "".join(_read(f"script/{name}.js") for name in SCRIPTS)
    return "(function () {\n'use strict';\n" + _REMARKS.sub("", _ASIDES.sub("", joined)) + "})();\n"


def _policy(style: str, script: str, *, is_single: bool) -> str:
    """Return what the page may do: run its script, and show and play what lies beside it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:" if is_single else "img-src 'self' file: data:",
            "media-src blob:" if is_single else "media-src 'self' file:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return "sha256-" + base64.b64encode(digest).decode()


def _words(edition: Edition) -> dict[str, str]:
    """Return the book's facts and the words of the controls, escaped."""
    language, tags = language_of(edition), edition.tags
    said = labels_for(language)
    names = {
        "language": language,
        "direction": direction(language),
        "label-language": interface_language(language),
        "title": title_of(edition),
        "cover-label": f"{said.cover}: {title_of(edition)}",
        "author": tags.author,
        "narrator": f"{said.read_by} {tags.narrator}" if tags.narrator else "",
    }
    words = interface_words(language)
    labels = {f"label.{key}": text for key, text in words.items()}
    naps = {f"minutes.{n}": words["minutes"].format(n=n) for n in NAPS_MIN}
    return {name: _escaped(text) for name, text in {**names, **labels, **naps}.items()}


def _chapters(edition: Edition, words: Mapping[str, str]) -> str:
    """Return the chapters as a list that plays without a script."""
    entries = "".join(
        f'<li><p>{_escaped(chapter.title)}</p><audio controls preload="none"'
        f' src="{_escaped(chapter_url(chapter))}"></audio></li>\n'
        for chapter in edition.done
    )
    heading = words["label.no-script-play"]
    return f'<p>{heading}</p>\n<ol lang="{words["language"]}">\n{entries}</ol>'


def _escaped(text: str) -> str:
    return html.escape(clean(" ".join(text.split())))


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Put each value into its hole; what is in a value stays as it is."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template)
