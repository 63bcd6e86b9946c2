"""The formats a book comes out in: adding one is adding a row here and a file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from audiobook.export.edition import Edition, Output

__all__ = ["DEFAULT_FORMATS", "FORMATS", "Format", "Writer"]

Writer: TypeAlias = "Callable[[Edition], Iterator[Output]]"


@dataclass(frozen=True)
class Format:
    """A format by the name it is asked for.

    Attributes
    ----------
    about : str
        What it is, in a few words.
    writer : str
        ``module:function`` of its `Writer`, imported when the format is asked for.
    version : int
        Raised when the same edition gives another file.
    sounds : tuple of str
        The encodings of a chapter that it needs in the store; see `audiobook.build.sounds`.
    is_default : bool
        Whether it is made when nobody says which.
    """

    name: str
    about: str
    writer: str
    version: int = 1
    sounds: tuple[str, ...] = ()
    is_default: bool = True

    def outputs(self, edition: Edition) -> Iterator[Output]:
        """Name the files that this format makes of an edition."""
        module, _, function = self.writer.partition(":")
        writer = cast(Writer, getattr(import_module(f"audiobook.export.{module}"), function))
        return writer(edition)


# In the order in which they are written.
_TABLE = (
    Format("mp3", "an MP3 file for each chapter", "mp3:chapter_files"),
    Format("book", "the whole book in one MP3 file", "mp3:book_file"),
    Format("audiobookshelf", "metadata.json in the chapters' folder", "audiobookshelf:metadata"),
)
FORMATS = {entry.name: entry for entry in _TABLE}
DEFAULT_FORMATS = tuple(entry.name for entry in _TABLE if entry.is_default)
