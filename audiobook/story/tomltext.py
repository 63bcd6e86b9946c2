"""Values in, their TOML out."""

from __future__ import annotations

import json
import re
from typing import Any

from audiobook.story.book import CastMember, MusicFile

__all__ = ["toml_key", "toml_value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """Return a value of ``book.toml`` as it is written there."""
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for one character that TOML wants escaped, too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, MusicFile):
        texts = {name: text for name, text in vars(value).items() if text}
        return toml_value(texts if len(texts) > 1 else value.file)
    if isinstance(value, CastMember):
        said = {"voice": value.voice, "also": value.also}
        named = {name: part for name, part in said.items() if part}
        return toml_value(named if value.also else value.voice)
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{toml_key(name)} = {toml_value(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value)


def toml_key(name: str) -> str:
    """Return a key as it is written, in quotation marks where it needs them."""
    return name if _BARE_KEY.fullmatch(name) else toml_value(name)
