"""Finished chapters in, the output folder out: only files whose content changed are written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any

from audiobook.audio import samples_to_seconds
from audiobook.build.artwork import Artwork
from audiobook.build.credits import music_credit
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.state import BuildState
from audiobook.errors import LostError
from audiobook.export.id3 import Contents, Mark, Tags
from audiobook.export.join import JoinedChapter
from audiobook.export.names import chapter_names, safe_name
from audiobook.segments import SegmentKind
from audiobook.store import Store, key_of

__all__ = ["Release"]

# Raised when the same chapters and tags give another file.
RELEASE_VERSION = 1
CHAPTERS = "chapters"
REPORT = "build.json"
COVER = f"{CHAPTERS}/cover.jpg"
METADATA = f"{CHAPTERS}/metadata.json"


class Release:
    """The output folder of one plan.

    Attributes
    ----------
    wrote, removed : list of str
        What has been done so far, relative to the folder.
    """

    def __init__(
        self, plan: Plan, store: Store, state: BuildState, wrote: Callable[[Path], None]
    ) -> None:
        self._plan = plan
        self._store = store
        self._state = state
        self._tell = wrote
        self._made: set[int] = set()
        self._artwork = Artwork(plan, store)
        titles = [c.title for c in plan.story.chapters]
        names = chapter_names(titles)
        self._names = {c.number: f"{CHAPTERS}/{names[c.number - 1]}" for c in plan.chapters}
        self._book_name = f"{safe_name(plan.title)}.mp3"
        self._clocks: dict[tuple[str, ...], list[JoinedChapter]] = {}
        self.wrote: list[str] = []
        self.removed: list[str] = []

    def check(self) -> None:
        """Make sure that what the files need beside the chapters is there.

        Raises
        ------
        AudiobookError
            If the author's own cover cannot be used.
        """
        self._artwork.check()

    def outdated(self) -> tuple[str, ...]:
        """Return the files that will be written when the plan's stale chapters have been made."""
        chapters = self._plan.chapters
        named = [(COVER, self._artwork.key)]
        if "mp3" in self._plan.options.formats:
            selected = [c for c in chapters if c.prepared.selected]
            named += [(self._names[c.number], self._chapter_key(c)) for c in selected]
        done = [c for c in chapters if c.is_fresh or c.prepared.selected]
        if "mp3" in self._plan.options.formats:
            named.append((METADATA, self._metadata_key(done)))
        if "book" in self._plan.options.formats and len(done) == len(chapters):
            named.append((self._book_name, self._book_key(chapters)))
        named.append((REPORT, self._report_key(done)))
        out = self._plan.options.out
        return tuple(name for name, key in named if not self._state.is_fresh(out, name, key))

    def chapter(self, chapter: PlannedChapter) -> None:
        """Write the file of a chapter that was just made, and its cover."""
        self._made.add(chapter.number)
        if self._plan.options.force:
            # The same key, but an engine on the network need not answer the same twice.
            for name in (self._names[chapter.number], self._book_name, METADATA, REPORT):
                self._state.files.pop(name, None)
        self._write_cover()
        self._write_chapter(chapter)

    def finish(self) -> tuple[int, ...]:
        """Write what is not yet as it should be.

        Returns
        -------
        tuple of int
            Chapters that are still to be made, without which the whole book cannot be joined.
        """
        finished = [c for c in self._plan.chapters if self._is_finished(c)]
        self._state.chapters = [r for c in self._plan.chapters if (r := self._record(c))]
        if not finished:
            return tuple(c.number for c in self._plan.chapters)
        self._write_cover()
        for chapter in finished:
            if chapter.prepared.selected:
                self._write_chapter(chapter)
        waiting = tuple(c.number for c in self._plan.chapters if not self._is_finished(c))
        if not waiting:
            self._write_book(finished)
        self._write_metadata(finished)
        self._write_report(finished)
        self._remove_outdated()
        return waiting

    def _is_finished(self, chapter: PlannedChapter) -> bool:
        return chapter.is_fresh or chapter.number in self._made

    def _record(self, chapter: PlannedChapter) -> dict[str, object] | None:
        """Return what the next build compares with: of a chapter still stale, what it was."""
        return chapter.prepared.record if self._is_finished(chapter) else chapter.old

    def _write(self, name: str, key: str, write: Callable[[Path], None]) -> None:
        """Write one file, unless it is there as it should be."""
        out = self._plan.options.out
        if self._state.is_fresh(out, name, key):
            return
        write(out / name)
        self._state.wrote(out, name, key)
        self.wrote.append(name)
        self._tell(out / name)

    def _write_cover(self) -> None:
        from audiobook.export.files import write_whole

        self._write(COVER, self._artwork.key, lambda path: write_whole(path, self._artwork.picture))

    def _write_chapter(self, chapter: PlannedChapter) -> None:
        from audiobook.export.mp3 import write_chapter

        if "mp3" not in self._plan.options.formats:
            return

        def write(path: Path) -> None:
            tags = self._with_cover(self._chapter_tags(chapter))
            marks = self._marks(chapter, self._meta(chapter))
            write_chapter(path, partial(self._file, chapter), tags, marks)

        self._write(self._names[chapter.number], self._chapter_key(chapter), write)

    def _write_book(self, chapters: Sequence[PlannedChapter]) -> None:
        from audiobook.export.mp3 import write_book

        if "book" not in self._plan.options.formats:
            return

        def write(path: Path) -> None:
            contents = [
                Contents(Mark(c.title, 0.0), self._marks(c, self._meta(c))) for c in chapters
            ]
            sounds = [partial(self._file, chapter) for chapter in chapters]
            write_book(path, sounds, self._with_cover(self._tags), contents)

        self._write(self._book_name, self._book_key(chapters), write)

    def _write_report(self, chapters: Sequence[PlannedChapter]) -> None:
        from audiobook.build.describe import describe_book
        from audiobook.export.files import write_whole

        def write(path: Path) -> None:
            clock = self._clock(chapters)
            metas = [self._meta(c) for c in chapters]
            report = describe_book(self._plan, chapters, metas, clock, self._names, self._book_name)
            write_whole(path, report)
            self._state.duration_s = clock[-1].end_s

        self._write(REPORT, self._report_key(chapters), write)

    def _write_metadata(self, chapters: Sequence[PlannedChapter]) -> None:
        from audiobook.export.audiobookshelf import metadata_bytes
        from audiobook.export.files import write_whole

        if "mp3" not in self._plan.options.formats:
            return

        def write(path: Path) -> None:
            titles = [c.title for c in chapters]
            write_whole(path, metadata_bytes(self._tags, titles, self._clock(chapters)))

        self._write(METADATA, self._metadata_key(chapters), write)

    def _clock(self, chapters: Sequence[PlannedChapter]) -> list[JoinedChapter]:
        """Return where each chapter is in the joined book; read once, for whoever asks first."""
        from audiobook.export.join import lay_end_to_end, read_infos

        keys = tuple(c.prepared.job.key for c in chapters)
        if keys not in self._clocks:
            infos = read_infos([partial(self._file, c) for c in chapters])
            self._clocks[keys] = lay_end_to_end(infos)
        return self._clocks[keys]

    def _remove_outdated(self) -> None:
        """Remove files of earlier builds whose titles are gone, if nobody touched them."""
        out = self._plan.options.out
        current = {*self._names.values(), self._book_name, COVER, METADATA, REPORT}
        for name in [n for n in self._state.files if n not in current]:
            if self._state.is_untouched(out, name):
                with contextlib.suppress(OSError):
                    (out / name).unlink()
                    self.removed.append(name)
            del self._state.files[name]

    @cached_property
    def _tags(self) -> Tags:
        plan, book = self._plan, self._plan.book
        credit = music_credit(c.prepared.job.music for c in plan.chapters)
        return Tags(
            title=plan.title,
            album=plan.title,
            author=plan.author,
            narrator=book.narrator_name,
            language=plan.language,
            date=book.date,
            publisher=book.publisher,
            description="\n".join(filter(None, [book.description, _thanks(credit)])),
            series=book.series,
            music=credit,
        )

    def _chapter_tags(self, chapter: PlannedChapter) -> Tags:
        numbers = [c.number for c in self._plan.chapters]
        place = numbers.index(chapter.number) + 1
        credit = music_credit([chapter.prepared.job.music])
        tags = replace(self._tags, title=chapter.title, music=credit)
        return replace(tags, number=place, total=len(numbers))

    def _with_cover(self, tags: Tags) -> Tags:
        return replace(tags, cover=self._artwork.picture)

    def _chapter_key(self, chapter: PlannedChapter) -> str:
        made_of = [chapter.prepared.job.key, self._headings(chapter)]
        return self._key("mp3", self._chapter_tags(chapter), made_of)

    def _book_key(self, chapters: Sequence[PlannedChapter]) -> str:
        named = [(c.prepared.job.key, c.title, self._headings(c)) for c in chapters]
        return self._key("book", self._tags, named)

    def _metadata_key(self, chapters: Sequence[PlannedChapter]) -> str:
        return self._key("metadata", self._tags, [[c.prepared.job.key, c.title] for c in chapters])

    def _report_key(self, chapters: Sequence[PlannedChapter]) -> str:
        records = [[c.number, c.prepared.job.key, c.prepared.record] for c in chapters]
        return self._key("report", self._tags, [records, self._book_name])

    def _key(self, kind: str, tags: Tags, more: object) -> str:
        text = [tags.title, tags.album, tags.author, tags.narrator, tags.language, tags.date]
        rest = [tags.publisher, tags.description, tags.series, tags.music, tags.number, tags.total]
        return key_of([RELEASE_VERSION, kind, text, rest, self._artwork.key, more])

    def _headings(self, chapter: PlannedChapter) -> list[str]:
        segments = chapter.prepared.job.segments
        return [s.text for s in segments if s.kind is SegmentKind.HEADING]

    def _marks(self, chapter: PlannedChapter, meta: dict[str, Any]) -> tuple[Mark, ...]:
        placed = zip(chapter.prepared.job.segments, meta["placed"], strict=True)
        return tuple(
            Mark(segment.text, samples_to_seconds(start))
            for segment, (start, _, _) in placed
            if segment.kind is SegmentKind.HEADING
        )

    def _meta(self, chapter: PlannedChapter) -> dict[str, Any]:
        meta = self._store.meta("chapter", chapter.prepared.job.key)
        if meta is None:
            raise _lost(chapter)
        return meta

    @contextlib.contextmanager
    def _file(self, chapter: PlannedChapter) -> Iterator[IO[bytes]]:
        """Open a chapter's encoded sound."""
        with self._store.open("chapter", chapter.prepared.job.key) as found:
            if found is None:
                raise _lost(chapter)
            yield found[1]


def _thanks(credit: str) -> str:
    return f"Music: {credit}" if credit else ""


def _lost(chapter: PlannedChapter) -> LostError:
    return LostError(
        f"chapter {chapter.number}: its finished sound was damaged and has been dropped; "
        "build again to make it anew"
    )
