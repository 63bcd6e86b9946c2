"""Encoded chapters and what they say of themselves in, tagged MP3 files out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from audiobook.export.clock import JoinedChapter, lay_end_to_end
from audiobook.export.edition import CHAPTERS, Edition, EditionChapter, Output
from audiobook.export.files import replacing
from audiobook.export.id3 import Contents, Mark, Tags, tag_bytes
from audiobook.export.join import checked_frames, info_frame, join, read_infos
from audiobook.export.lyrics import Lyrics
from audiobook.export.mpeg import Source
from audiobook.segments import chapter_text

__all__ = ["book_file", "chapter_files", "write_book", "write_chapter"]


def chapter_files(edition: Edition) -> Iterator[Output]:
    """Make a file of each chapter."""

    def write(chapter: EditionChapter, place: int, target: Path) -> None:
        tags = replace(
            edition.tags,
            title=chapter.file_title or chapter.title,
            music=chapter.music_credit,
            number=place,
            total=len(edition.chapters),
            cover=edition.picture(),
        )
        write_chapter(target, chapter.sound, tags, chapter.sections, _lyrics(chapter))

    for place, chapter in enumerate(edition.chapters, start=1):
        yield Output(
            f"{CHAPTERS}/{chapter.name}.mp3",
            [edition.facts, chapter.fingerprint, place, len(edition.chapters)],
            partial(write, chapter, place),
            chapter=chapter.number,
        )
    if edition.sample:
        yield _sample(edition, edition.sample)


def _sample(edition: Edition, sample: EditionChapter) -> Output:
    def write(target: Path) -> None:
        tags = replace(edition.tags, title=sample.file_title, cover=edition.picture())
        write_chapter(target, sample.sound, tags)

    made_of = [edition.facts, sample.key, sample.file_title]
    return Output(f"{sample.name}.mp3", made_of, write, chapter=sample.number)


def _lyrics(chapter: EditionChapter) -> Lyrics:
    lines = tuple((p.start_s, p.segment.text) for p in chapter.passages)
    return Lyrics(chapter_text(chapter.story), lines)


def book_file(edition: Edition) -> Iterator[Output]:
    """Make one file of the whole book."""

    def write(target: Path) -> None:
        contents = [Contents(Mark(c.title, 0.0), c.sections) for c in edition.chapters]
        # What a chapter's file must not say, marks and all, the whole book may.
        tags = replace(edition.tags, cover=edition.picture(), is_plain=False)
        write_book(target, [c.sound for c in edition.chapters], tags, contents)

    made_of = [edition.facts, [c.fingerprint for c in edition.chapters]]
    yield Output(f"{edition.name}.mp3", made_of, write)


def write_chapter(
    target: Path,
    audio: Source,
    tags: Tags,
    sections: Sequence[Mark] = (),
    lyrics: Lyrics | None = None,
) -> JoinedChapter:
    """Write a chapter's file: its tag, then the encoded sound as it is.

    Parameters
    ----------
    target : Path
        Appears whole or not at all.
    audio : Path or binary file
        What `audiobook.ffmpeg.encode_mp3` wrote; an open file is read from where it stands.
    tags : Tags
        With the chapter's title and number. The chapter has a mark of its own even without
        sections: players that join the files of a book take the marks of all or of none.
    sections : sequence of Mark
        In order, in seconds from the chapter's start.
    lyrics : Lyrics, optional
        What is read.

    Returns
    -------
    JoinedChapter
        The chapter's length, as if it were a book alone.

    Raises
    ------
    ExportError
        If ``audio`` is damaged, or the target cannot be written.
    """
    infos = read_infos([audio])
    clock = lay_end_to_end(infos)
    contents = [Contents(Mark(tags.title, 0.0), tuple(sections))]
    with replacing(target) as file:
        file.write(tag_bytes(tags, contents, clock[0].end_s, lyrics))
        file.write(info_frame(infos))
        for data in checked_frames(audio, infos[0]):
            file.write(data)
    return clock[0]


def write_book(
    target: Path, chapters: Sequence[Source], tags: Tags, contents: Sequence[Contents]
) -> list[JoinedChapter]:
    """Write the whole book in one file, with a mark for each chapter and section.

    Parameters
    ----------
    target : Path
        Appears whole or not at all.
    chapters : sequence of Path or binary file
        The encoded chapters, or their finished files; see `audiobook.export.join.join`.
    tags : Tags
        The book's.
    contents : sequence of Contents
        One for each chapter, in seconds from the chapter's own start.

    Returns
    -------
    list of JoinedChapter
        The book's clock: where each chapter starts in the decoded file. The same numbers belong
        in everything else that names a place in the book.

    Raises
    ------
    ExportError
        If a chapter is damaged, or the target cannot be written.
    """
    clock = lay_end_to_end(read_infos(chapters))
    moved = [_moved(chapter, place) for chapter, place in zip(contents, clock, strict=True)]
    with replacing(target) as file:
        file.write(tag_bytes(tags, moved, clock[-1].end_s))
        join(chapters, file)
    return clock


def _moved(chapter: Contents, place: JoinedChapter) -> Contents:
    """Move a chapter's marks to the book's clock."""
    mark, *sections = (
        replace(mark, start_s=mark.start_s + place.start_s)
        for mark in (chapter.mark, *chapter.sections)
    )
    return Contents(mark, tuple(sections))
