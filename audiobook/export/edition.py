"""A finished book as every format sees it: what it says of itself, its chapters and their clock.

A format is a function ``(Edition) -> Iterator[Output]``: it names the files it makes and what each
depends on, and writes one when it is asked to. What is already as it should be is not written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from audiobook.audio import samples_to_seconds
from audiobook.errors import LostError
from audiobook.export.clock import Frames, JoinedChapter, lay_end_to_end
from audiobook.export.id3 import Mark, Tags
from audiobook.export.mpeg import Mp3Info, read_info
from audiobook.export.report import WordReport
from audiobook.segments import Segment, SegmentKind
from audiobook.store import Store, key_of
from audiobook.story.model import Chapter, LeftOut

__all__ = ["CHAPTERS", "Edition", "EditionChapter", "Output", "Passage", "ReleaseSettings"]

CHAPTERS = "chapters"  # the folder of the chapter files
MP3, AAC, OPUS = "mp3", "aac", "opus"  # encodings of a chapter
SPEECH, MUSIC = "speech", "music"  # and its stems, as FLAC


@dataclass(frozen=True)
class ReleaseSettings:
    """What is asked of the files, beside their formats.

    Attributes
    ----------
    base_url : str
        Where the folder will be published; "" if nowhere.
    sync : str
        What read-along text is highlighted by: ``"sentences"`` or ``"words"``.
    """

    base_url: str = ""
    sync: str = "sentences"


@dataclass(frozen=True)
class Passage:
    """A segment as it came out: when it sounds in its chapter, in seconds, and who reads it."""

    segment: Segment
    start_s: float
    end_s: float
    words: tuple[WordReport, ...]
    voice: str


@dataclass(frozen=True)
class EditionChapter:
    """A chapter of the book; its sound is in the store once it is finished.

    Attributes
    ----------
    number : int
        Its own: its place in the story, from 1, where chapters that are skipped leave gaps; 0 of
        opening credits, and what is left after the last chapter of closing credits and parts.
    name : str
        Its file name without a suffix, safe everywhere: ``"01 The Girl from Akbulak"``.
    story : Chapter
        The chapter as it is written.
    key : str
        Of its sound in the store.
    voices : tuple of str
        Who reads each segment, as ``engine:voice``.
    music_credit : str
        Whom to thank for its music, and what allows it; "" if nobody.
    file_title : str
        What its own file says its title is.
    is_credit : bool
        Whether it has nothing but credits: it is heard with the book, and is no part of the text.
    """

    number: int
    title: str
    name: str
    story: Chapter
    key: str
    segments: tuple[Segment, ...]
    voices: tuple[str, ...]
    music_credit: str
    has_music: bool
    store: Store = field(repr=False)
    file_title: str = ""
    is_credit: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that a file made of this chapter can depend on: sound and text."""
        texts = [
            [s.id, s.kind, s.speaker, s.text, s.separator, s.after, [w.written for w in s.words]]
            for s in self.segments
        ]
        blocks = [[b.kind, b.text, b.level] for b in self.story.blocks]
        names = [self.number, self.title, self.name, self.file_title, self.music_credit]
        return key_of([self.key, *names, texts, blocks, self.voices])

    @property
    def description(self) -> dict[str, Any]:
        """What was measured when it was made; see `audiobook.build.chapter.produce`.

        Raises
        ------
        LostError
            If the sound is no longer in the store.
        """
        found = self.store.meta("chapter", self.key)
        if found is None:
            raise self._lost()
        return found

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Its segments with their times, spoken title and headings among them."""
        placed = self.description["placed"]
        return tuple(
            Passage(
                segment,
                samples_to_seconds(start),
                samples_to_seconds(end),
                tuple(
                    WordReport(word.written, start_s, end_s, bool(exact))
                    for word, (start_s, end_s, exact) in zip(segment.words, words, strict=True)
                ),
                voice,
            )
            for segment, voice, (start, end, words) in zip(
                self.segments, self.voices, placed, strict=True
            )
        )

    @property
    def sections(self) -> tuple[Mark, ...]:
        """Where its sections start, in seconds since the chapter began."""
        return tuple(
            Mark(p.segment.text, p.start_s)
            for p in self.passages
            if p.segment.kind is SegmentKind.HEADING
        )

    @contextlib.contextmanager
    def sound(self, codec: str = MP3) -> Iterator[IO[bytes]]:
        """Open its encoded sound, verified. Raises `LostError` if it is not in the store."""
        with self.store.open(sound_kind(codec), self.key) as found:
            if found is None:
                raise self._lost()
            yield found[1]

    @cached_property
    def info(self) -> Mp3Info:
        """The Info header of its MP3 sound."""
        with self.sound() as file:
            return read_info(file, self.name)

    def frames(self, codec: str) -> Frames:
        """How its sound is laid out in a codec other than MP3, which says so itself.

        Raises
        ------
        LostError
            If the sound is no longer in the store.
        """
        found = self.store.meta(sound_kind(codec), self.key)
        if found is None:
            raise self._lost()
        return Frames(**found["frames"])

    def _lost(self) -> LostError:
        return LostError(
            f"chapter {self.number}: its finished sound was damaged and has been dropped; "
            "build again to make it anew"
        )


@dataclass(frozen=True)
class Edition:
    """The book that is released.

    Attributes
    ----------
    tags : Tags
        The book's, without a cover.
    name : str
        The book's file name without a suffix.
    chapters : tuple of EditionChapter
        All that are read aloud, in order.
    finished : frozenset of int
        Numbers of the chapters whose sound is there, or will be when this is written.
    selected : frozenset of int
        Numbers of the chapters whose own files are asked for.
    cover_key : str
        What the picture is made of.
    picture : callable () -> bytes
        Gives the cover as a JPEG; asked for only when something is written.
    modified : datetime
        When the book was made, as far as files say it; never the clock.
    left_out : tuple of LeftOut
        What the source has and is not read aloud.
    sample : EditionChapter or None
        An excerpt that has a file of its own beside the book's; only its sound counts.
    with_stems : frozenset of int
        Numbers of the chapters whose stems are written, too.
    """

    tags: Tags
    name: str
    chapters: tuple[EditionChapter, ...]
    finished: frozenset[int]
    selected: frozenset[int]
    profile: str
    cover_key: str
    picture: Callable[[], bytes] = field(repr=False)
    modified: datetime
    settings: ReleaseSettings = field(default_factory=ReleaseSettings)
    left_out: tuple[LeftOut, ...] = ()
    sample: EditionChapter | None = None
    with_stems: frozenset[int] = frozenset()

    @property
    def done(self) -> tuple[EditionChapter, ...]:
        """The chapters that are finished."""
        return tuple(c for c in self.chapters if c.number in self.finished)

    @property
    def is_complete(self) -> bool:
        """Whether every chapter is finished."""
        return all(chapter.number in self.finished for chapter in self.chapters)

    @cached_property
    def clock(self) -> list[JoinedChapter]:
        """Where each finished chapter is in the joined MP3 book, and how long it is."""
        return lay_end_to_end([chapter.info for chapter in self.done])

    def clock_of(self, codec: str) -> list[JoinedChapter]:
        """Where each chapter is in a book joined in a codec other than MP3."""
        return lay_end_to_end([chapter.frames(codec) for chapter in self.done])

    @cached_property
    def facts(self) -> list[object]:
        """What a file of the book as a whole depends on, chapters aside; plain JSON."""
        tags = {name: value for name, value in vars(self.tags).items() if name != "cover"}
        return [tags, self.name, self.cover_key, self.profile, self.modified.isoformat()]


@dataclass(frozen=True)
class Output:
    """One file of the release.

    Attributes
    ----------
    name : str
        Below the output folder, with ``/``.
    made_of : list
        Plain JSON: with the format's name and version, all that the content depends on.
    write : callable (Path) -> None
        Writes it, whole or not at all.
    chapter : int or None
        The number of the one chapter it needs; None if it needs them all, or, where
        ``is_partial``, those that there are.
    """

    name: str
    made_of: Sequence[object]
    write: Callable[[Path], None] = field(repr=False)
    chapter: int | None = None
    is_partial: bool = False


def sound_kind(codec: str) -> str:
    """Return under which kind the store keeps a chapter's sound in a codec."""
    return "chapter" if codec == MP3 else codec
