"""A story in, who says which of its quoted lines out: by rules and word lists, with a confidence.

A line that nobody can be given with confidence is the narrator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audiobook.cast.model import FIRST_PERSON, Cast, Line, Speaker

if TYPE_CHECKING:
    from audiobook.cast.attribute import find_cast

__all__ = ["FIRST_PERSON", "Cast", "Line", "Speaker", "find_cast"]


def __getattr__(name: str) -> Any:
    # Its word lists and rules are of no use to a book with one narrator.
    if name != "find_cast":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from audiobook.cast.attribute import find_cast

    return find_cast
