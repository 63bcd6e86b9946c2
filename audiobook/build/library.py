"""What the book says of the listener's own music in, the files for one chapter out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audiobook.build.recipe import OwnTrack, file_sha256
from audiobook.errors import MusicError, did_you_mean
from audiobook.story.book import Book, ChapterSettings, MusicFile

__all__ = ["NO_MUSIC", "Library", "is_palette"]

NO_MUSIC = "none"
PALETTE_SUFFIX = ".toml"


def is_palette(name: str) -> bool:
    """Tell whether music is to be composed: by a palette's name, or by its file."""
    from audiobook.music.moods import PALETTES

    return name in PALETTES or name.lower().endswith(PALETTE_SUFFIX)


class Library:
    """The book's own music; each file is read once.

    Parameters
    ----------
    base : Path
        The folder that names are relative to.
    """

    def __init__(self, book: Book, base: Path) -> None:
        self._book = book
        self._base = base
        self._hashes: dict[Path, str] = {}
        if book.music.by_mood:
            self._check_moods()

    def wanted(self, settings: ChapterSettings, mood: str) -> str | tuple[MusicFile, ...]:
        """Return what plays under a chapter of a mood: a palette, files, or none.

        The chapter's own music comes first, then the list of its mood, then that of the book, then
        the palette.
        """
        music = self._book.music
        return settings.music or music.by_mood.get(mood) or music.files or music.palette

    def tracks(self, wanted: str | tuple[MusicFile, ...], seed: str) -> tuple[OwnTrack, ...]:
        """Find the files, and choose by the chapter's seed which comes first.

        Raises
        ------
        MusicError
            If one is not there or cannot be read.
        """
        files = (MusicFile(wanted),) if isinstance(wanted, str) else wanted
        found = [self._track(file, is_named_alone=isinstance(wanted, str)) for file in files]
        if len(found) == 1:
            return tuple(found)
        from audiobook.music.chance import Chance

        first = Chance(seed, "first of the playlist").choice(range(len(found)))
        return (*found[first:], *found[:first])

    def _track(self, file: MusicFile, *, is_named_alone: bool) -> OwnTrack:
        path = self._base / Path(file.file).expanduser()
        if path.is_dir():
            raise MusicError(f'music "{file.file}" is a folder; name the music files in it')
        if not path.is_file():
            if is_named_alone:
                hint = did_you_mean(file.file, [*self._palettes(), NO_MUSIC])
                raise MusicError(f'music "{file.file}" is neither a palette nor a file; {hint}')
            raise MusicError(f'music "{file.file}" is not there; it is looked for in {self._base}')
        if path not in self._hashes:
            self._hashes[path] = file_sha256(path)
        music = self._book.music
        credit, licence = file.credit or music.credit, file.licence or music.licence
        return OwnTrack(str(path), self._hashes[path], credit, licence)

    def _check_moods(self) -> None:
        """Refuse a list that no chapter can ask for: its mood is misspelt."""
        known = set(self._moods())
        for mood in self._book.music.by_mood:
            if mood not in known:
                hint = did_you_mean(mood, sorted(known))
                raise MusicError(f'book.toml: no chapter has the mood "{mood}" of by_mood; {hint}')

    def _moods(self) -> Iterator[str]:
        from audiobook.music.moods import MOODS, PALETTES, load_palette

        yield from MOODS
        yield from (chapter.mood for chapter in self._book.chapters)
        yield self._book.music.mood
        name = self._book.music.palette
        if is_palette(name):
            yield from load_palette(name if name in PALETTES else self._base / name).moods

    @staticmethod
    def _palettes() -> list[str]:
        from audiobook.music.moods import PALETTES

        return list(PALETTES)
