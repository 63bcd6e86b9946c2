"""What gTTS can speak: its languages, their accents, and each of them slowly.

A voice is called ``en``, ``en@co.uk`` or ``en@co.uk+slow``: a language of gTTS's table, the domain
whose accent it has (those that gTTS documents), and its slow reading.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from audiobook.speech.engine import Voice

__all__ = ["SLOW", "Manner", "manner_of", "voices"]

SLOW = "+slow"
_AT = "@"

# "Localized accents" of gTTS's documentation: language, domain, BCP 47, what a reader calls it.
_ACCENTS = (
    ("en", "com.au", "en-au", "English (Australia)"),
    ("en", "co.uk", "en-gb", "English (United Kingdom)"),
    ("en", "us", "en-us", "English (United States)"),
    ("en", "ca", "en-ca", "English (Canada)"),
    ("en", "co.in", "en-in", "English (India)"),
    ("en", "ie", "en-ie", "English (Ireland)"),
    ("en", "co.za", "en-za", "English (South Africa)"),
    ("en", "com.ng", "en-ng", "English (Nigeria)"),
    ("fr", "ca", "fr-ca", "French (Canada)"),
    ("fr", "fr", "fr-fr", "French (France)"),
    ("pt", "com.br", "pt-br", "Portuguese (Brazil)"),
    ("pt", "pt", "pt-pt", "Portuguese (Portugal)"),
    ("es", "com.mx", "es-mx", "Spanish (Mexico)"),
    ("es", "es", "es-es", "Spanish (Spain)"),
    ("es", "us", "es-us", "Spanish (United States)"),
)


@dataclass(frozen=True)
class Manner:
    """What the service is asked for."""

    language: str
    domain: str
    is_slow: bool


def manner_of(name: str) -> Manner:
    """Return what a voice's name says.

    Examples
    --------
    >>> manner_of("en@co.uk+slow")
    Manner(language='en', domain='co.uk', is_slow=True)
    >>> manner_of("ru")
    Manner(language='ru', domain='com', is_slow=False)
    """
    language, _, domain = name.removesuffix(SLOW).partition(_AT)
    return Manner(language, domain or "com", name.endswith(SLOW))


@cache
def voices() -> tuple[Voice, ...]:
    """Return every voice: languages, then accents, then both slowly."""
    languages = _languages()
    plain = [Voice("gtts", code, code.lower(), about=name) for code, name in languages.items()]
    for code, domain, language, name in _ACCENTS:
        if code in languages:
            plain.append(Voice("gtts", f"{code}{_AT}{domain}", language, about=name))
    slow = [Voice("gtts", v.name + SLOW, v.language, about=f"{v.about}, slow") for v in plain]
    return (*plain, *slow)


def _languages() -> dict[str, str]:
    """Read gTTS's table by itself: importing the package takes a fifth of a second."""
    spec = importlib.util.find_spec("gtts")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "langs.py"
    table = importlib.util.spec_from_file_location("_gtts_langs", path)
    assert table is not None
    assert table.loader is not None
    module = importlib.util.module_from_spec(table)
    table.loader.exec_module(module)
    return dict(sorted(module._main_langs().items()))
