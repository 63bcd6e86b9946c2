"""Story and settings in, readings and work orders out: who reads what how, over which music."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audiobook.build.arrange import ChapterJob
from audiobook.build.casting import Casting
from audiobook.build.choose import find_settings
from audiobook.build.directed import directed_music, directed_voices, respelled
from audiobook.build.fallback import Fallback
from audiobook.build.language import language_of
from audiobook.build.lexicons import lexicons_of
from audiobook.build.library import NO_MUSIC, Library, is_palette
from audiobook.build.moods import Moods, Wish, choose_moods
from audiobook.build.options import Options
from audiobook.build.pieces import Piece, Pieces
from audiobook.build.recipe import MusicPlan, Reading, chapter_recipe
from audiobook.build.recordings import Recordings
from audiobook.build.records import reading_record, track_record
from audiobook.build.voices import Voices
from audiobook.errors import BuildError
from audiobook.lexicon import merged
from audiobook.mood import feel
from audiobook.music.moods import DEFAULT_PALETTE, PALETTES, load_palette
from audiobook.profiles import Profile
from audiobook.segments import Segment, SegmentKind, segment_chapter
from audiobook.speech.engine import Voice
from audiobook.store import key_of
from audiobook.story.book import Book, ChapterSettings
from audiobook.story.model import Chapter, Story

__all__ = ["Preparation", "Prepared"]


@dataclass(frozen=True)
class Prepared:
    """A chapter, its readings in order, and the work order for the worker.

    Attributes
    ----------
    record : dict
        What `audiobook.build.reasons` will compare the next time.
    """

    number: int
    chapter: Chapter
    readings: tuple[Reading, ...]
    job: ChapterJob
    selected: bool
    piece: Piece
    record: dict[str, Any]


class Preparation:
    """Applies the book's settings to the story's chapters."""

    def __init__(
        self,
        story: Story,
        book: Book,
        options: Options,
        profile: Profile,
        is_kept: Callable[[str], bool],
    ) -> None:
        self.story = story
        self.book = book
        self.options = options
        self.profile = profile
        named = book.language or story.language
        self.language, guess = (named, "") if named else language_of(story)
        self.lexicons, notes = lexicons_of(story, book, options.base, self.language)
        self.lexicon = merged(self.lexicons)
        self.notes = [guess, *notes] if guess else [*notes]
        self._voices = Voices(self.language, draft=options.draft, notes=self.notes)
        self.fallback = Fallback(self._voices, book.voice.fallback, is_kept, options.refused)
        self._library = Library(book, options.base)
        self._recordings = Recordings(options.base, self.language)
        self._overrides = {s.id: s for s in book.segments}
        self._narrator = self._voices.find(book.voice.narrator)
        self.casting = Casting(story, book, self.language, self._narrator, self._voices.find)
        self.notes += self.casting.notes
        self._pieces = Pieces(book, profile, self.language, self._facts(), len(story.chapters))
        if profile.speaks_titles and not book.voice.speak_titles:
            self.notes.append(f"{profile.name}: titles are read although speak_titles is off")
        wanted = {book.music.palette, *(c.music for c in book.chapters if c.music)}
        if not profile.has_music and wanted != {NO_MUSIC}:
            self.notes.append(f"{profile.name} is speech alone: no music plays")

    def _facts(self) -> dict[str, str]:
        return {
            "title": self.book.title or self.story.title,
            "author": self.book.author or self.story.author,
            "narrator": self.book.narrator_name,
        }

    def pieces(self) -> list[Piece]:
        """Return what becomes a file each: the chapters that are read aloud, and credits."""
        # To leave out what is left out anyway is no mistake.
        left_out = {part.chapter.title for part in self.story.left_out}
        entries = [c for c in self.book.chapters if not (c.skip and c.title in left_out)]
        settings = find_settings(entries, [c.title for c in self.story.chapters])
        found = [
            (number, chapter, settings.get(number, ChapterSettings()))
            for number, chapter in enumerate(self.story.chapters, start=1)
        ]
        kept = [entry for entry in found if not entry[2].skip]
        if not kept:
            raise BuildError("every chapter is skipped; remove skip = true from one in book.toml")
        pieces = self._pieces.of(kept)
        self.notes += self._pieces.notes
        return pieces

    def prepare(self, piece: Piece, *, selected: bool) -> Prepared:
        """Decide who reads what of a chapter, over which music."""
        chapter, settings = piece.chapter, piece.settings
        take = self.options.take if selected and self.options.take else settings.take
        voice = self._voices.find(settings.voice) if settings.voice else self._narrator
        speed = settings.speed or self.book.voice.speed
        segments = segment_chapter(
            chapter,
            language=self.language,
            lexicon=self.lexicon,
            speak_title=self._speaks_title(settings),
            lines=self.casting.lines(piece),
            opening=piece.opening,
            closing=piece.closing,
        )
        if settings.audio:
            readings = self._recorded(segments, settings)
        else:
            voices = directed_voices(segments, voice, self._voices.find, self.casting.voices)
            readings = tuple(
                self._reading(s, v, speed, take) for s, v in zip(segments, voices, strict=True)
            )
        music = None
        if self.profile.has_music:
            music = self._music(piece.source, settings, segments)
        return self._prepared(piece, readings, music, selected=selected)

    def _speaks_title(self, settings: ChapterSettings) -> bool:
        if self.profile.speaks_titles or settings.speak_title is None:
            return self.profile.speaks_titles or self.book.voice.speak_titles
        return settings.speak_title

    def sample(self, prepared: Sequence[Prepared]) -> Prepared | None:
        """Return the excerpt that the profile wants: the beginning of the text, without titles."""
        source = next(p for p in prepared if not p.piece.is_credit)
        readings = tuple(r for r in source.readings if r.segment.is_of_text)
        if not self.profile.sample_s or not readings:
            return None
        title = self._pieces.wording.sample_title
        chapter = replace(source.chapter, title=title, title_is_written=False)
        piece = replace(source.piece, number=self._pieces.sample_number, chapter=chapter)
        return self._prepared(
            piece,
            readings,
            source.job.music,
            selected=source.selected,
            at_most_s=self.profile.sample_s,
        )

    def _prepared(
        self,
        piece: Piece,
        readings: tuple[Reading, ...],
        music: MusicPlan | None,
        *,
        selected: bool,
        at_most_s: float = 0.0,
    ) -> Prepared:
        recipe = chapter_recipe(readings, self.book.pauses, music, self.profile, at_most_s)
        job = ChapterJob(
            key_of(recipe),
            tuple(r.segment for r in readings),
            tuple(r.key for r in readings),
            tuple(r.voice.address for r in readings),
            self.book.pauses,
            music,
            self.profile,
            at_most_s,
        )
        record = {
            "title": piece.chapter.title,
            "recipe": {name: part for name, part in recipe.items() if name != "clips"},
            "readings": [reading_record(r) for r in readings],
            "tracks": [track_record(t) for t in (music.tracks if music else ())],
        }
        return Prepared(piece.number, piece.chapter, readings, job, selected, piece, record)

    def _recorded(
        self, segments: Sequence[Segment], settings: ChapterSettings
    ) -> tuple[Reading, ...]:
        """Return the readings of a chapter that its reader recorded."""
        recorded = [s for s in segments if s.kind is not SegmentKind.CREDIT]
        for direction in (d for s in recorded for d in s.directions):
            if direction.name in ("voice", "pause"):
                what = f"{direction.where}: {direction.written}"
                self.notes.append(f"{what} does nothing, as the chapter is a recording")
        if own := next((s.id for s in recorded if s.id in self._overrides), ""):
            self.notes.append(
                f"book.toml: [[segment]] {own} does nothing, as its chapter is a recording"
            )
        readings = iter(self._recordings.of_chapter(recorded, settings) if recorded else ())
        # What a profile has said of the book is in no chapter's recording.
        return tuple(
            self._reading(s, self._narrator, self.book.voice.speed, 1)
            if s.kind is SegmentKind.CREDIT
            else next(readings)
            for s in segments
        )

    def _reading(self, segment: Segment, voice: Voice, speed: float, take: int) -> Reading:
        own = self._overrides.get(segment.id)
        if own is not None and own.audio:
            return self._recordings.of_segment(segment, own)
        if own is not None:
            voice = self._voices.find(own.voice) if own.voice else voice
            speed, take = own.speed or speed, own.take if own.take > 1 else take
            segment = respelled(segment, own, self.lexicon, self.language)
        wanted = self._voices.keyed(Reading(segment, voice, self.language, speed, take))
        return self.fallback.reading(wanted)

    def _music(
        self, chapter: Chapter, settings: ChapterSettings, segments: Sequence[Segment]
    ) -> MusicPlan | None:
        mood = self._mood(chapter, settings, segments) if self.book.music.by_mood else ""
        wanted = self._library.wanted(settings, mood)
        if wanted == NO_MUSIC:
            return None
        if isinstance(wanted, str) and is_palette(wanted):
            name = wanted if wanted in PALETTES else str(self.options.base / wanted)
            return self._composed(name, chapter, settings, segments)
        tracks = self._library.tracks(wanted, self._seed(chapter))
        return MusicPlan(self.book.music, tracks=tracks, changes=directed_music(segments))

    def _mood(
        self, chapter: Chapter, settings: ChapterSettings, segments: Sequence[Segment]
    ) -> str:
        """Return the mood that chooses among the lists of the reader's own music."""
        wish = self._wish(settings)
        return wish.mood or self._moods(DEFAULT_PALETTE, chapter, wish, segments).mood

    def _composed(
        self, name: str, chapter: Chapter, settings: ChapterSettings, segments: Sequence[Segment]
    ) -> MusicPlan:
        moods = self._moods(name, chapter, self._wish(settings), segments)
        return MusicPlan(
            self.book.music,
            name,
            moods.mood,
            self._seed(chapter),
            sha256=load_palette(name).fingerprint,
            mood_why=moods.why,
            turns=moods.turns,
            climax=moods.climax,
            changes=directed_music(segments),
        )

    def _moods(
        self, palette: str, chapter: Chapter, wish: Wish, segments: Sequence[Segment]
    ) -> Moods:
        """Settle the moods of a chapter that a palette plays."""
        title = chapter.title if chapter.title_is_written else ""
        feeling = feel(title, segments, self.language)
        return choose_moods(load_palette(palette), wish, feeling, segments)

    def _wish(self, settings: ChapterSettings) -> Wish:
        """Return the mood that is asked for outside the text."""
        wishes = (
            Wish(self.options.mood, "--mood"),
            Wish(settings.mood, "book.toml, [[chapter]]"),
            Wish(self.book.music.mood, "book.toml, [music]"),
        )
        return next((wish for wish in wishes if wish.mood), Wish())

    def _seed(self, chapter: Chapter) -> str:
        """Seed by what the chapter is, never by where it stands or how long it is."""
        equal = [c for c in self.story.chapters if c.title == chapter.title]
        ordinal = next(i for i, c in enumerate(equal, start=1) if c is chapter)
        title = self.book.title or self.story.title
        return f"{title}/{chapter.title}/{ordinal}/{self.book.music.seed}"

    def leftovers(self, prepared: Sequence[Prepared]) -> list[str]:
        """Name settings for segments that are no longer in the story."""
        ids = {r.segment.id for p in prepared for r in p.readings}
        return [
            f"book.toml: no segment {id_} in the story any more; its [[segment]] is not used"
            for id_ in self._overrides
            if id_ not in ids
        ]
