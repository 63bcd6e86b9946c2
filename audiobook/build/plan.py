"""Story and settings in, plan out: what is to be spoken, mixed and written, and why. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.build.choose import select_chapters
from audiobook.build.credits import uncredited
from audiobook.build.options import Options
from audiobook.build.prepare import Preparation, Prepared
from audiobook.build.reasons import match_chapters, why_stale
from audiobook.build.recipe import Reading
from audiobook.build.recordings import carriers, check_recordings
from audiobook.build.sounds import sounds_for
from audiobook.build.state import BuildState
from audiobook.export.edition import MP3, MUSIC, sound_kind
from audiobook.export.xmltext import clean
from audiobook.lexicon import Source
from audiobook.profiles import Profile, profile_named
from audiobook.store import Store
from audiobook.story.book import Book
from audiobook.story.model import Story
from audiobook.story.source import completed

__all__ = ["Plan", "PlannedChapter", "make_plan"]

SAMPLE_FORMAT = "mp3"  # the format whose files a sample belongs to


@dataclass(frozen=True)
class PlannedChapter:
    """One chapter of a plan.

    Attributes
    ----------
    reasons : tuple of str
        Why it has to be made; empty when its finished sound is in the store.
    unspoken : tuple of Reading
        The segments whose clips are not in the store, or are to be made anew.
    old : dict or None
        The chapter's record in the last build.
    sounds : tuple of str
        The encodings that are to be made.
    """

    prepared: Prepared
    reasons: tuple[str, ...]
    unspoken: tuple[Reading, ...]
    old: dict[str, Any] | None
    sounds: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Its number, which no other one has; see `audiobook.build.pieces`."""
        return self.prepared.number

    @property
    def title(self) -> str:
        """The chapter's title, without control characters."""
        return clean(self.prepared.chapter.title)

    @property
    def is_fresh(self) -> bool:
        """Whether its finished sound is in the store."""
        return not self.reasons


@dataclass(frozen=True)
class Plan:
    """What a build will do.

    Attributes
    ----------
    chapters : tuple of PlannedChapter
        The book in order: chapters, parts of long ones, and credits that have files of their own.
    notes : tuple of str
        Lines that the user should read.
    sample : PlannedChapter or None
        An excerpt that is made beside the book.
    lexicons : tuple of Source
        How words are said, the strongest first.
    """

    story: Story
    book: Book
    options: Options
    profile: Profile
    language: str
    chapters: tuple[PlannedChapter, ...]
    notes: tuple[str, ...]
    sample: PlannedChapter | None = None
    lexicons: tuple[Source, ...] = ()

    @property
    def stale(self) -> tuple[PlannedChapter, ...]:
        """The chapters that this build will make."""
        return tuple(c for c in self.all if c.prepared.selected and not c.is_fresh)

    @property
    def chosen(self) -> tuple[PlannedChapter, ...]:
        """The chapters that are asked for."""
        return tuple(c for c in self.chapters if c.prepared.selected)

    @property
    def all(self) -> tuple[PlannedChapter, ...]:
        """The chapters and the sample."""
        return (*self.chapters, *([self.sample] if self.sample else []))

    @property
    def keys(self) -> frozenset[str]:
        """What of the store the build reads: chapters, and the clips of those that it makes."""
        clips = (r.key for c in self.stale for r in c.prepared.readings)
        return frozenset([*clips, *(c.prepared.job.key for c in self.all)])

    @property
    def title(self) -> str:
        """The book's title: what ``book.toml`` says, else the story; no control characters."""
        return clean(self.book.title or self.story.title)

    @property
    def author(self) -> str:
        """The book's author, or ""."""
        return clean(self.book.author or self.story.author)


def make_plan(story: Story, book: Book, options: Options, store: Store, state: BuildState) -> Plan:
    """Decide what has to be done.

    Raises
    ------
    AudiobookError
        If a voice, palette, chapter or profile is unknown, a language cannot be spoken, or music
        or a recording for a chapter that has to be made is none.
    """
    book = completed(book, story)
    preparation = Preparation(
        story,
        book,
        options,
        profile_named(options.profile),
        is_kept=lambda key: store.has("clip", key),
    )
    pieces = preparation.pieces()
    named = {p.place: p.source.title for p in pieces}
    left_out = {part.chapter.title: part.reason for part in story.left_out}
    selected = select_chapters(options.chapters, list(named), list(named.values()), left_out)
    prepared = [preparation.prepare(p, selected=p.place in selected) for p in pieces]
    sample = preparation.sample(prepared) if SAMPLE_FORMAT in options.formats else None
    everything = [*prepared, *([sample] if sample else [])]
    sounds = sounds_for(options.formats)
    records = match_chapters(state.chapters, [p.record for p in everything])
    planned = [
        _planned(
            p,
            old,
            store,
            (MP3,) if p is sample else sounds,
            forced=options.force and p.selected,
            can_be_forced=preparation.fallback.can_be_forced,
        )
        for p, old in zip(everything, records, strict=True)
    ]
    plan = Plan(
        story,
        book,
        options,
        preparation.profile,
        preparation.language,
        tuple(planned[: len(prepared)]),
        (*story.notes, *_notes(preparation, prepared, planned)),
        planned[-1] if sample else None,
        preparation.lexicons,
    )
    check_recordings([r for c in plan.stale for r in c.unspoken])
    _check_music(plan)
    return plan


def _notes(
    preparation: Preparation, prepared: Sequence[Prepared], planned: Sequence[PlannedChapter]
) -> Iterator[str]:
    """Say what is not as it seems to be wanted."""
    yield from preparation.notes
    yield from preparation.leftovers(prepared)
    yield from preparation.fallback.notes(
        [r for p in prepared if p.selected for r in p.readings],
        [r for c in planned if c.prepared.selected for r in c.unspoken],
    )
    yield from uncredited([p.job.music for p in prepared])


def _check_music(plan: Plan) -> None:
    """Refuse a file that is no music before anything is spoken, not after."""
    musics = [c.prepared.job.music for c in plan.stale]
    files = sorted({track.path for music in musics if music for track in music.tracks})
    if files:
        from audiobook.music.track import check_music

        for file in files:
            check_music(Path(file))


def _planned(
    prepared: Prepared,
    old: dict[str, Any] | None,
    store: Store,
    sounds: tuple[str, ...],
    *,
    forced: bool,
    can_be_forced: Callable[[Reading], bool],
) -> PlannedChapter:
    key, has_music = prepared.job.key, prepared.job.music is not None
    possible = [s for s in sounds if has_music or s != MUSIC]
    missing = tuple(s for s in possible if forced or not store.has(sound_kind(s), key))
    if not missing:
        return PlannedChapter(prepared, (), (), old)
    once = {reading.key: reading for reading in prepared.readings}.values()
    unspoken = tuple(
        r for r in once if (forced and can_be_forced(r)) or not store.has("clip", r.key)
    )
    unspoken = carriers(unspoken, prepared.readings)
    if forced:
        reasons = ["forced"]
    elif MP3 not in missing:
        reasons = [f"its sound as {name} is asked for" for name in missing]
        reasons += ["a clip that it needs is not in the store"] if unspoken else []
    else:
        reasons = why_stale(old, prepared.record) or ["its finished sound is not in the store"]
    return PlannedChapter(prepared, tuple(reasons), unspoken, old, missing)
