"""A language in, the words of the player's controls out; they stand in ``labels.toml``."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

__all__ = ["ENGLISH", "interface_language", "interface_words"]

ENGLISH = "en"


def interface_language(language: str) -> str:
    """Return the language that the controls are labelled in: the book's, or English.

    Examples
    --------
    >>> interface_language("pt-BR"), interface_language("ja")
    ('pt', 'en')
    """
    primary = language.lower().replace("_", "-").partition("-")[0]
    return primary if primary in _table() else ENGLISH


def interface_words(language: str) -> dict[str, str]:
    """Return the words by their keys."""
    return dict(_table()[interface_language(language)])


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8"))
