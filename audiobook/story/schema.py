"""The dataclasses of a book in, the keys of ``book.toml`` out: as checks and as a JSON Schema."""

from __future__ import annotations

import dataclasses
import functools
import typing
from dataclasses import dataclass
from typing import Any

from audiobook.story.book import (
    Book,
    CastMember,
    ChapterSettings,
    Credits,
    Music,
    MusicFile,
    Pauses,
    Pronunciation,
    Read,
    SegmentSettings,
    Voice,
)

__all__ = ["ENTRIES", "TABLES", "Key", "book_schema", "keys_of"]

# Tables that occur once, and those that occur once for each chapter or segment, by their name in
# the file; the dataclass calls the latter by their plural.
TABLES: dict[str, type] = {
    "voice": Voice,
    "pauses": Pauses,
    "music": Music,
    "read": Read,
    "credits": Credits,
}
ENTRIES: dict[str, tuple[str, type]] = {
    "chapter": ("chapters", ChapterSettings),
    "segment": ("segments", SegmentSettings),
}

_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
_TYPES = (*_JSON_TYPES, tuple, dict)


@dataclass(frozen=True)
class Key:
    """One key that takes a plain value, or music files.

    Attributes
    ----------
    type : type
        ``str``, ``bool``, ``int`` or ``float``; a float may be written as a whole number. A
        ``tuple`` is of texts, or of music files, as a ``dict`` is.
    least, most : float or None
        Limits of a number, included.
    pattern : str
        What a text must be, wholly; "" for any text.
    files : str
        ``"list"`` where music files may stand, one or several; ``"by mood"`` where such lists may.
    """

    name: str
    type: type
    default: Any
    about: str
    least: float | None = None
    most: float | None = None
    pattern: str = ""
    files: str = ""


@functools.cache
def keys_of(table: type) -> dict[str, Key]:
    """Return the keys of one of the book's dataclasses that are not tables of their own."""
    hints = typing.get_type_hints(table)
    keys = {}
    for field in dataclasses.fields(table):
        hint = hints[field.name]
        plain = (typing.get_origin(hint), *typing.get_args(hint), hint)
        kind = next((t for t in plain if t in _TYPES), None)
        if kind is not None and "about" in field.metadata:
            default = None if field.default is dataclasses.MISSING else field.default
            if field.default_factory is not dataclasses.MISSING:
                default = field.default_factory()
            keys[field.name] = Key(field.name, kind, default, **field.metadata)
    return keys


def book_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``book.toml``."""
    properties: dict[str, Any] = {key.name: _value(key) for key in keys_of(Book).values()}
    for name, table in TABLES.items():
        properties[name] = _table(table)
    properties["lexicon"] = {
        "description": "words and how they are said",
        "type": "object",
        "additionalProperties": {
            "oneOf": [
                {"type": "string", "minLength": 1, "description": "its sounds in IPA"},
                {**_table(Pronunciation), "minProperties": 1},
            ]
        },
    }
    member = _table(CastMember)
    member["properties"]["also"] = {
        "description": "other names of theirs",
        "type": "array",
        "items": {"type": "string"},
    }
    properties["cast"] = {
        "description": "speakers and their voices",
        "type": "object",
        "additionalProperties": {
            "oneOf": [{"type": "string", "description": "engine:voice"}, member]
        },
    }
    for name, (_, table) in ENTRIES.items():
        properties[name] = {"type": "array", "items": _entry(table)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "book.toml",
        "description": "Everything about an audiobook that is not its text; every key is optional.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _table(table: type) -> dict[str, Any]:
    return {
        "description": (table.__doc__ or "").strip(),
        "type": "object",
        "properties": {key.name: _value(key) for key in keys_of(table).values()},
        "additionalProperties": False,
    }


def _entry(table: type) -> dict[str, Any]:
    schema = _table(table)
    if table is ChapterSettings:
        schema["oneOf"] = [{"required": ["number"]}, {"required": ["title"]}]
    else:
        schema["required"] = ["id"]
    return schema


def _value(key: Key) -> dict[str, Any]:
    if key.files == "by mood":
        return {"description": key.about, "type": "object", "additionalProperties": _files()}
    if key.files:
        return {"description": key.about, **_files()}
    if key.type is tuple:
        return {"description": key.about, "type": "array", "items": {"type": "string"}}
    schema: dict[str, Any] = {"description": key.about, "type": _JSON_TYPES[key.type]}
    limits = {
        "minimum": key.least,
        "maximum": key.most,
        "pattern": f"^{key.pattern}$" if key.pattern else None,
        "default": key.default,
    }
    return schema | {name: limit for name, limit in limits.items() if limit is not None}


def _files() -> dict[str, Any]:
    """Return what a list of music files may be: a name, a name with its credit, or several."""
    one = [{"type": "string"}, {**_table(MusicFile), "required": ["file"]}]
    return {"oneOf": [*one, {"type": "array", "items": {"oneOf": one}}]}
