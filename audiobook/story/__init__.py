"""A book in any format in, `Story` out: one reader each, chapter detection, ``book.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audiobook.story.bookedit import write_cast, write_take
    from audiobook.story.booktoml import load_book
    from audiobook.story.new import new_project
    from audiobook.story.project import Project, open_project
    from audiobook.story.read import read_story
    from audiobook.story.schema import book_schema

__all__ = [
    "Project",
    "book_schema",
    "load_book",
    "new_project",
    "open_project",
    "read_story",
    "write_cast",
    "write_take",
]

_HOMES = {
    "Project": "project",
    "book_schema": "schema",
    "load_book": "booktoml",
    "new_project": "new",
    "open_project": "project",
    "read_story": "read",
    "write_cast": "bookedit",
    "write_take": "bookedit",
}


def __getattr__(name: str) -> Any:
    # Most modules want only the dataclasses of this package, and a command only some readers.
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
