"""``book.toml``: everything about a book that is not its text. The table of keys is this file's dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Book", "ChapterSettings", "Music", "Pauses", "Pronunciation", "SegmentSettings", "Voice"]


@dataclass(frozen=True)
class Pauses:
    """Silence after a segment, in seconds (0 to 10), by what follows. Taste, not a standard."""

    clause_s: float = 0.15
    sentence_s: float = 0.45
    paragraph_s: float = 1.2
    scene_s: float = 3.0
    heading_s: float = 1.2
    title_s: float = 1.8


@dataclass(frozen=True)
class Voice:
    """Who reads, and how."""

    narrator: str = ""  # "engine:voice", "engine" or "" for the default
    speed: float = 1.0  # 0.5 to 2
    speak_titles: bool = True


@dataclass(frozen=True)
class Music:
    """The bed under the voice."""

    palette: str = "kazakh"  # a palette's name, a music file's path (relative to book.toml), or "none"
    mood: str = ""  # "" lets the program choose
    seed: int = 0
    under_speech_lu: float = -20.0  # loudness of the bed under speech, relative to it; -60 to -10
    between_lu: float = -9.0  # where nobody speaks; -60 to 0
    intro_s: float = 5.0  # music before the first word, 0 to 60
    outro_s: float = 7.0  # music after the last word, 0 to 60
    credit: str = ""


@dataclass(frozen=True)
class Pronunciation:
    """How one word is said: phonemes for engines that take them, a respelling for the others."""

    ipa: str = ""
    say: str = ""


@dataclass(frozen=True)
class ChapterSettings:
    """What differs in one chapter, found by number or by title. None or "" means: as in the book."""

    number: int = 0
    title: str = ""
    mood: str = ""
    music: str = ""
    voice: str = ""
    speed: float | None = None
    take: int = 1
    skip: bool = False


@dataclass(frozen=True)
class SegmentSettings:
    """What differs in one segment, found by its id (see ``audiobook segments``)."""

    id: str
    voice: str = ""
    speed: float | None = None
    take: int = 1
    say: str = ""


@dataclass(frozen=True)
class Book:
    """Everything ``book.toml`` can say; every key has a default."""

    title: str = ""
    author: str = ""
    language: str = ""
    narrator_name: str = ""
    date: str = ""  # "2024" or "2024-05-01"
    publisher: str = ""
    description: str = ""
    series: str = ""
    cover: str = ""
    story: str = ""
    voice: Voice = field(default_factory=Voice)
    pauses: Pauses = field(default_factory=Pauses)
    music: Music = field(default_factory=Music)
    lexicon: dict[str, Pronunciation] = field(default_factory=dict)
    chapters: tuple[ChapterSettings, ...] = ()
    segments: tuple[SegmentSettings, ...] = ()
