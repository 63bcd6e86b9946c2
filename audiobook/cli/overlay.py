"""The book as its files say it and what was typed in, the book as it is wanted out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audiobook.cli.options import Asked
    from audiobook.story.book import Book, Music

__all__ = ["overlaid", "typed_music"]


def overlaid(book: Book, asked: Asked) -> Book:
    """Let the command line win over ``book.toml``."""
    typed = {name: getattr(asked, name) for name in ("title", "author", "language")}
    typed = {name: value for name, value in typed.items() if value is not None}
    voice, music = book.voice, book.music
    if asked.voice is not None or asked.draft:
        voice = replace(voice, narrator=asked.voice or "")
    if asked.fallback is not None:
        voice = replace(voice, fallback=asked.fallback)
    if asked.cast is not None or asked.draft:
        voice = replace(voice, cast=asked.cast or "none")
    if asked.speed is not None:
        voice = replace(voice, speed=asked.speed)
    if asked.music:
        music = _played(music, [typed_music(name) for name in asked.music])
    if asked.cover is not None:
        typed["cover"] = str(Path(asked.cover).resolve())
    chapters = book.chapters
    if asked.voice is not None or asked.draft:
        chapters = tuple(replace(c, voice="") for c in chapters)
    if asked.music:
        chapters = tuple(replace(c, music="") for c in chapters)
    return replace(book, voice=voice, music=music, chapters=chapters, **typed)


def _played(music: Music, names: Sequence[str]) -> Music:
    """Return the music as typed: files add up to a playlist, else the last name counts."""
    from audiobook.story.book import MusicFile

    files = tuple(MusicFile(name) for name in takewhile(_is_sound_file, reversed(names)))[::-1]
    if len(files) > 1:
        return replace(music, files=files, by_mood={})
    return replace(music, palette=names[-1], files=(), by_mood={})


def _is_sound_file(name: str) -> bool:
    return Path(name).is_absolute() and not name.lower().endswith(".toml")


def typed_music(name: str) -> str:
    """Take a file named on the command line from where the user stands, not from the book."""
    looks_like_file = re.search(r"[./\\]", name) or Path(name).is_file()
    return str(Path(name).expanduser().resolve()) if looks_like_file else name
