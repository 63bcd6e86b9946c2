"""The cover of a book: the author's own, its source's, or one that is drawn and kept."""

from __future__ import annotations

import contextlib
import hashlib
from functools import cached_property
from pathlib import Path

from audiobook.build.plan import Plan
from audiobook.errors import ExportError
from audiobook.store import Store, key_of

__all__ = ["Artwork"]

# Raised when the same title gives another drawing.
DRAWING_VERSION = 1


class Artwork:
    """A book's cover; the picture is made or read when it is first needed."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self._title = plan.title
        self._author = plan.author
        self._store = store
        cover = plan.book.cover
        self._brought = b"" if cover else plan.story.cover
        self._own = plan.options.base / Path(cover).expanduser() if cover else None

    @cached_property
    def key(self) -> str:
        """What the picture is made of. Raises `ExportError` when the author's own is not there."""
        if self._brought:
            return key_of(["own cover", hashlib.sha256(self._brought).hexdigest()])
        if self._own is None:
            return key_of(["drawn cover", DRAWING_VERSION, self._title, self._author])
        if not self._own.is_file() and self._own.exists():  # a folder, or a device without an end
            raise ExportError(f"{self._own}: the cover is no file; name a JPEG or PNG file")
        try:
            with self._own.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256")
            return key_of(["own cover", digest.hexdigest()])
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ExportError(
                f"{self._own}: the cover cannot be read ({reason}); name a JPEG or PNG file"
            ) from error

    def check(self) -> None:
        """Refuse a cover of the author's own that is none, before hours of work and not after."""
        if self._own is not None and not self._store.has("cover", self.key):
            _ = self.picture

    @cached_property
    def picture(self) -> bytes:
        """A JPEG."""
        from audiobook.export.picture import load_cover

        found = self._store.get("cover", self.key)
        if found is not None:
            return found[1]
        picture = load_cover(self._own) if self._own else self._brought_or_drawn()
        self._store.put("cover", self.key, {}, picture)
        return picture

    def _brought_or_drawn(self) -> bytes:
        """Return the source's own cover; a broken one is no reason to make no book."""
        from audiobook.export.cover import draw_cover
        from audiobook.export.picture import load_cover

        with contextlib.suppress(ExportError):
            if self._brought:
                return load_cover(Path("cover"), self._brought)
        return draw_cover(self._title, self._author)
