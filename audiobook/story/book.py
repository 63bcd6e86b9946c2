"""``book.toml``: everything about a book that is not its text.

The dataclasses are the table of keys: `audiobook.story.schema` reads types, limits and words of
explanation off their fields, to check a file and to write the JSON Schema that editors use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Book",
    "CastMember",
    "ChapterSettings",
    "Credits",
    "Music",
    "MusicFile",
    "Pauses",
    "Pronunciation",
    "Read",
    "SegmentSettings",
    "Voice",
]

LANGUAGE = r"([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?"
DATE = r"(\d{4}(-\d{2}(-\d{2})?)?)?"
# What a credit may name, outside of brackets or in them.
CREDITED = r"\{(title|author|narrator|number|chapter)\}"
CREDIT = rf"([^\[\]{{}}]|{CREDITED}|\[([^\[\]{{}}]|{CREDITED})*\])*"
ABOUT_CREDIT = (
    "text with {title}, {author}, {narrator}, {number} or {chapter}; what stands in [brackets] is "
    "left out where one of those in it is not known"
)


def _key(default: Any, about: str, **limits: Any) -> Any:
    """Declare a key: its default, a line about it, and ``least``, ``most``, ``pattern``, ``files``.

    ``files`` says that music files may stand there: ``"list"`` or ``"by mood"``.
    """
    return field(default=default, metadata={"about": about, **limits})


def _pause_key(default_s: float, after: str) -> Any:
    return _key(default_s, f"silence after {after}, in seconds", least=0.0, most=10.0)


@dataclass(frozen=True)
class Pauses:
    """Silence after a segment, in seconds (0 to 10), by what follows. Taste, not a standard."""

    clause_s: float = _pause_key(0.15, "a part of a sentence that is too long for one breath")
    sentence_s: float = _pause_key(0.45, "a sentence")
    paragraph_s: float = _pause_key(1.2, "a paragraph")
    scene_s: float = _pause_key(3.0, "a scene")
    heading_s: float = _pause_key(1.2, "a section's heading")
    title_s: float = _pause_key(1.8, "a chapter's title")


@dataclass(frozen=True)
class Voice:
    """Who reads, and how."""

    narrator: str = _key("", '"engine:voice", an engine, or "" for the default')
    fallback: str = _key("", "who reads what an online narrator cannot be asked for")
    speed: float = _key(1.0, "1 is the voice's own pace", least=0.5, most=2.0)
    cast: str = _key(
        "",
        '"auto" (speakers have voices), "none", or "" (those in [cast] have)',
        pattern="(auto|none)?",
    )
    speak_titles: bool = _key(True, "whether the chapter titles that the story writes are read")


@dataclass(frozen=True)
class MusicFile:
    """A file of the listener's own music."""

    file: str = _key("", "a sound file, beside book.toml")
    credit: str = _key("", "whom to thank for it; [music] credit where empty")
    licence: str = _key("", 'its licence, such as "CC BY 4.0"; [music] licence where empty')


@dataclass(frozen=True)
class Music:
    """The bed under the voice."""

    palette: str = _key("kazakh", 'a palette, a music file (beside book.toml), or "none"')
    files: tuple[MusicFile, ...] = _key(
        (), "your own music instead, played one after another", files="list"
    )
    mood: str = _key("", '"" follows the text; see "audiobook chapters"')
    seed: int = _key(0, "another seed is other music", least=0)
    under_speech_lu: float = _key(
        -20.0, "loudness under speech, relative to it", least=-60.0, most=-10.0
    )
    # A bed's loudest three seconds stand up to 4 LU over its mean: at -4 they are as loud as the
    # voice, and no music may be louder than that.
    between_lu: float = _key(
        -9.0, "loudness where nobody speaks, relative to speech", least=-60.0, most=-4.0
    )
    dip_db: float = _key(
        8.0, "how much lower still 1 to 4 kHz lies under speech, in dB", least=0.0, most=12.0
    )
    intro_s: float = _key(5.0, "music before the first word, in seconds", least=0.0, most=60.0)
    outro_s: float = _key(7.0, "music after the last word, in seconds", least=0.0, most=60.0)
    credit: str = _key("", "whom to thank for the music, in tags and report")
    licence: str = _key("", 'the licence of your own music, such as "CC BY 4.0"')
    by_mood: dict[str, tuple[MusicFile, ...]] = field(
        default_factory=dict,
        metadata={"about": "your own music for the chapters of a mood", "files": "by mood"},
    )


@dataclass(frozen=True)
class Read:
    """What of a book is read aloud besides its story. Defaults are what a listener wants."""

    parts: str = _key(
        "", 'parts to be read that are left out, e.g. "acknowledgments, notes"; or "all"'
    )
    ruby: str = _key(
        "base", '"base" or "reading": which of annotated characters', pattern="base|reading"
    )
    tables: bool = _key(True, "tables, row by row")
    captions: bool = _key(True, "captions of pictures")
    pictures: bool = _key(False, "descriptions of pictures")
    code: bool = _key(False, "listings of programs")


@dataclass(frozen=True)
class Credits:
    """What is said before and after, in profiles that want it; "" is as the profile has it."""

    opening: str = _key("", ABOUT_CREDIT, pattern=CREDIT)
    closing: str = _key("", ABOUT_CREDIT, pattern=CREDIT)


@dataclass(frozen=True)
class Pronunciation:
    """How one word is said: phonemes for engines that take them, a respelling for the others."""

    ipa: str = _key("", "its sounds in IPA, for engines that take phonemes")
    say: str = _key("", "a respelling, for the others")


@dataclass(frozen=True)
class CastMember:
    """Who speaks a character's lines."""

    voice: str = _key("", '"engine:voice", or "narrator"; "" for one that fits, with cast = "auto"')
    also: tuple[str, ...] = ()  # other names of theirs


@dataclass(frozen=True)
class ChapterSettings:
    """What differs in one chapter, found by number or by title. None or "" is as in the book."""

    number: int = _key(0, "the chapter's number, from 1", least=1)
    title: str = _key("", "its title, instead of its number")
    mood: str = _key("", "mood of its music")
    music: str | tuple[MusicFile, ...] = _key(
        "", 'its palette, a music file or several, or "none"', files="list"
    )
    voice: str = _key("", "who reads it")
    audio: str = _key("", "a recording of the whole chapter in the place of a voice")
    speed: float | None = _key(None, "how fast", least=0.5, most=2.0)
    take: int = _key(1, "another number is another reading", least=1, most=999)
    speak_title: bool | None = _key(None, "whether its title is read")
    skip: bool | None = _key(
        None, "true leaves it out; false reads what an EPUB's defaults leave out"
    )


@dataclass(frozen=True)
class SegmentSettings:
    """What differs in one segment, found by its id (see ``audiobook segments``)."""

    id: str = field(
        metadata={"about": 'as "audiobook segments" lists it', "pattern": r"[0-9a-f]{8}(-\d+)?"}
    )
    voice: str = _key("", "who says it")
    audio: str = _key("", "a recording of it in the place of a voice, beside book.toml")
    speed: float | None = _key(None, "how fast", least=0.5, most=2.0)
    take: int = _key(1, "another number is another reading", least=1, most=999)
    say: str = _key("", "what to say in its place")


@dataclass(frozen=True)
class Book:
    """Everything ``book.toml`` can say; every key has a default."""

    title: str = _key("", "as the story says, where empty")
    author: str = _key("", "as the story says, where empty")
    language: str = _key("", 'a code such as "en" or "kk"', pattern=LANGUAGE)
    narrator_name: str = _key("", "who reads, for the tags")
    date: str = _key("", '"2024" or "2024-05-01"', pattern=DATE)
    publisher: str = _key("", "for the tags")
    description: str = _key("", "for the tags: a line or two about the book")
    series: str = _key("", "for the tags")
    cover: str = _key("", "a picture beside book.toml; one is drawn where empty")
    story: str = _key("", "the story's file beside book.toml")
    profile: str = _key("", 'what it is made for, as --profile; "" is storybook')
    lexicons: tuple[str, ...] = _key(
        (), "pronunciation lexicons (PLS files) beside book.toml, the first of them first"
    )
    voice: Voice = field(default_factory=Voice)
    pauses: Pauses = field(default_factory=Pauses)
    music: Music = field(default_factory=Music)
    read: Read = field(default_factory=Read)
    credits: Credits = field(default_factory=Credits)
    lexicon: dict[str, Pronunciation] = field(default_factory=dict)
    cast: dict[str, CastMember] = field(default_factory=dict)
    chapters: tuple[ChapterSettings, ...] = ()
    segments: tuple[SegmentSettings, ...] = ()
