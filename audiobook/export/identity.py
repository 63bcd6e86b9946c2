"""Who a book is to other programs: identifiers made of what it says of itself, never of chance."""

from __future__ import annotations

import hashlib
from uuid import UUID

from audiobook.export.id3 import Tags

__all__ = ["book_urn", "hashed_uuid"]


def book_urn(tags: Tags) -> str:
    """Return the identifier of a book: the same for the same title, author and language.

    Another recording of it is the same book: a feed or library updates it instead of adding one.
    """
    return hashed_uuid("book", tags.album, tags.author, tags.language).urn


def hashed_uuid(*parts: str) -> UUID:
    """Return a UUID of the custom kind (version 8, RFC 9562) that holds a hash of some words."""
    digest = bytearray(hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
