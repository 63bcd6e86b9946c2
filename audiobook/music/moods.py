"""The name or path of a palette in, the palette out; names are listed without reading any file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from audiobook.errors import MusicError, did_you_mean
from audiobook.music.palette import Mood, Palette
from audiobook.music.palettefile import parse_palette

__all__ = [
    "DEFAULT_MOOD",
    "DEFAULT_PALETTE",
    "MOODS",
    "PALETTES",
    "find_mood",
    "load_palette",
    "palette_text",
]

DEFAULT_PALETTE = "kazakh"
DEFAULT_MOOD = "tender"
# What every palette of the program can play; a reader's own may have fewer or others.
MOODS = ("tender", "lively", "solemn", "wistful", "triumphant", "mysterious")

FOLDER = Path(__file__).parent / "palettes"
SUFFIX = ".toml"
MAX_BYTES = 1 << 20  # a hundred times the longest; a song by the wrong name is not read whole


def load_palette(name_or_path: str | Path) -> Palette:
    """Read a palette.

    Parameters
    ----------
    name_or_path : str or Path
        A name from `PALETTES`, or the path of a palette file, which ends in ``.toml``.

    Raises
    ------
    MusicError
        If there is no such palette (the message names the closest), or its file has a mistake
        (the message names the line).
    """
    wanted = str(name_or_path)
    if wanted in PALETTES:
        return _bundled(wanted)
    path = _path(wanted)
    return parse_palette(_read(path), path.stem, path.name)


def palette_text(name_or_path: str | Path) -> str:
    """Return what stands in a palette's file; see `load_palette`."""
    return _read(_path(str(name_or_path)))


def _path(wanted: str) -> Path:
    if wanted in PALETTES:
        return FOLDER / (wanted + SUFFIX)
    if not wanted.lower().endswith(SUFFIX):
        hint = did_you_mean(wanted, PALETTES)
        raise MusicError(f'unknown music palette "{wanted}"; {hint}')
    return Path(wanted).expanduser()


def find_mood(palette: str | Path, mood: str) -> tuple[Palette, Mood]:
    """Look up a palette, by name or path, and one of its moods; "" is its first.

    Raises
    ------
    MusicError
        If there is no palette or mood of that name; the message names the closest.
    """
    found = load_palette(palette)
    return found, found.mood(mood or next(iter(found.moods)))


@lru_cache(maxsize=16)
def _bundled(name: str) -> Palette:
    path = _path(name)
    return parse_palette(_read(path), name, path.name)


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # a folder, or a device without an end
            raise MusicError(f"{path} is no file; name a palette file")
        if path.stat().st_size > MAX_BYTES:
            raise MusicError(f"{path} is larger than {MAX_BYTES >> 20} MB; no palette is")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise MusicError(f"{path} does not exist; check the name of the palette file") from error
    except UnicodeDecodeError as error:
        raise MusicError(f"{path} is not UTF-8, as TOML must be; save it again as UTF-8") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MusicError(f"{path} cannot be read: {reason}; check its rights") from error


class _Palettes(Mapping[str, Palette]):
    """The palettes that come with the program; a file is read when its palette is asked for."""

    def __getitem__(self, name: str) -> Palette:
        if name not in self:
            raise KeyError(name)
        return _bundled(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())

    def __contains__(self, name: object) -> bool:
        return name in _names()


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Return the names, the default first."""
    names = sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_PALETTE))


PALETTES: Mapping[str, Palette] = _Palettes()
