"""The first paragraph of a chapter in, whether it opens with a large letter out."""

from __future__ import annotations

__all__ = ["bears_initial"]

# A shorter opening would let its initial hang into the next paragraph.
MIN_OPENING_CHARS = 150
_OPENS = "\"'“”„‟«»‹›‘’([¿¡—–- "


def bears_initial(text: str) -> bool:
    """Tell whether a paragraph may begin with a large letter: in scripts that have capitals."""
    first = text.lstrip(_OPENS)[:1]
    return first.isupper() and len(text) >= MIN_OPENING_CHARS
