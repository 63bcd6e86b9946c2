"""The formats a book comes out in: adding one is adding a row here and a file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from audiobook.export.edition import Edition, Output, ReleaseSettings

__all__ = ["DEFAULT_FORMATS", "FORMATS", "SYNCS", "Format", "Writer", "with_required"]

Writer: TypeAlias = "Callable[[Edition], Iterator[Output]]"
Check: TypeAlias = "Callable[[ReleaseSettings], None]"
BookCheck: TypeAlias = "Callable[[Edition], None]"

# What read-along text can follow the voice by, the default first; see `ReleaseSettings`.
SYNCS = ("sentences", "words")


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
    is_of_all : bool
        Whether ``all`` includes it.
    requires : tuple of str
        Formats whose files its own point at; they are made too.
    check : str
        ``module:function`` that refuses `ReleaseSettings` which this format cannot do with.
    check_book : str
        ``module:function`` that refuses an `Edition` before anything is made for it.
    """

    name: str
    about: str
    writer: str
    version: int = 1
    sounds: tuple[str, ...] = ()
    is_default: bool = True
    is_of_all: bool = True
    requires: tuple[str, ...] = ()
    check: str = ""
    check_book: str = ""

    def outputs(self, edition: Edition) -> Iterator[Output]:
        """Name the files that this format makes of an edition."""
        return cast(Writer, _load(self.writer))(edition)

    def check_settings(self, settings: ReleaseSettings) -> None:
        """Refuse settings that the format cannot do with. Raises `ExportError`."""
        if self.check:
            cast(Check, _load(self.check))(settings)

    def check_edition(self, edition: Edition) -> None:
        """Refuse a book that the format is not made for. Raises `ExportError`."""
        if self.check_book:
            cast(BookCheck, _load(self.check_book))(edition)


def _load(address: str) -> Callable[..., Any]:
    module, _, function = address.partition(":")
    loaded: Callable[..., Any] = getattr(import_module(f"audiobook.export.{module}"), function)
    return loaded


# In the order in which they are written.
_TABLE = (
    Format("mp3", "an MP3 file for each chapter", "mp3:chapter_files"),
    Format("book", "the whole book in one MP3 file", "mp3:book_file"),
    Format("subtitles", "WebVTT, SubRip and LRC", "subtitles:subtitles"),
    Format(
        "player",
        "index.html, which plays the book and shows its text",
        "player:index_page",
        requires=("mp3",),
    ),
    Format(
        "m4b",
        "the whole book in one M4B file, for audiobook players",
        "m4b:book_file",
        sounds=("aac",),
        is_default=False,
    ),
    Format(
        "opus",
        "the whole book in one Opus file, half as large",
        "opus:book_file",
        sounds=("opus",),
        is_default=False,
    ),
    Format(
        "stems",
        "speech and music apart, as FLAC",
        "stems:stem_files",
        sounds=("speech", "music"),
        is_default=False,
        is_of_all=False,
    ),
    Format("epub", "an EPUB that reads itself aloud", "epub:book", version=2, is_default=False),
    Format("audiobookshelf", "metadata.json in the chapters' folder", "audiobookshelf:metadata"),
    Format("playlist", "a playlist of the chapters", "playlist:playlist_file", is_default=False),
    Format(
        "w3c",
        "a W3C Audiobook: publication.json, contents, .lpf",
        "w3c:publication",
        version=2,
        is_default=False,
        requires=("mp3",),
    ),
    Format(
        "podcast",
        "a podcast feed; needs --base-url",
        "podcast:feed",
        is_default=False,
        requires=("mp3", "subtitles"),
        check="podcast:check_settings",
    ),
    Format(
        "player-single",
        "that page with the sound inside, for short books",
        "player:single_page",
        is_default=False,
        is_of_all=False,
        check_book="player:check_length",
    ),
)
FORMATS = {entry.name: entry for entry in _TABLE}
DEFAULT_FORMATS = tuple(entry.name for entry in _TABLE if entry.is_default)


def with_required(names: Iterable[str]) -> tuple[str, ...]:
    """Return some formats and those that they point at, in the order of the table."""
    wanted = {needed for name in names for needed in (name, *FORMATS[name].requires)}
    return tuple(name for name in FORMATS if name in wanted)
