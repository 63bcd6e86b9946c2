"""A plan in, the `Edition` that its files are made from out."""

from __future__ import annotations

from datetime import UTC, datetime

from audiobook.build.artwork import Artwork
from audiobook.build.credits import music_credit
from audiobook.build.options import STEMS
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.export.edition import Edition, EditionChapter
from audiobook.export.id3 import Tags
from audiobook.export.names import safe_name
from audiobook.export.naming import Entry, FileName, Work, file_names
from audiobook.export.xmltext import clean
from audiobook.store import Store

__all__ = ["edition_of"]


def edition_of(plan: Plan, store: Store, artwork: Artwork) -> Edition:
    """Describe the book; finished are the chapters whose sound is in the store already.

    What it says of itself has no control characters from here on, whoever wrote it.
    """
    names = file_names(plan.profile.naming, [_entry(c) for c in plan.chapters], _work(plan))
    chapters = zip(plan.chapters, names, strict=True)
    sample = FileName("sample", f"{plan.title} ({plan.sample.title})") if plan.sample else None
    selected = frozenset(c.number for c in plan.all if c.prepared.selected)
    return Edition(
        tags=_tags(plan),
        name=safe_name(plan.title),
        chapters=tuple(_chapter(c, name, store) for c, name in chapters),
        finished=frozenset(c.number for c in plan.all if c.is_fresh),
        selected=selected,
        profile=plan.profile.name,
        cover_key=artwork.key,
        picture=lambda: artwork.picture,
        modified=_modified(plan),
        settings=plan.options.release,
        left_out=plan.story.left_out,
        sample=_chapter(plan.sample, sample, store) if plan.sample and sample else None,
        with_stems=selected if STEMS in plan.options.formats else frozenset(),
    )


def _work(plan: Plan) -> Work:
    last = max(len(plan.story.chapters), *(c.prepared.piece.place for c in plan.chapters))
    return Work(plan.title, plan.author, last, plan.profile.bitrate_kbps)


def _entry(planned: PlannedChapter) -> Entry:
    piece = planned.prepared.piece
    ending = planned.title.removeprefix(piece.source.title) if piece.part else ""
    return Entry(piece.place, planned.title, ending)


def _chapter(planned: PlannedChapter, name: FileName, store: Store) -> EditionChapter:
    prepared = planned.prepared
    return EditionChapter(
        number=planned.number,
        title=planned.title,
        name=name.name,
        story=prepared.chapter,
        key=prepared.job.key,
        segments=prepared.job.segments,
        voices=prepared.job.voices,
        music_credit=music_credit([prepared.job.music]),
        has_music=prepared.job.music is not None,
        store=store,
        file_title=name.title,
        is_credit=prepared.piece.is_credit,
    )


def _tags(plan: Plan) -> Tags:
    book = plan.book
    credit = music_credit(c.prepared.job.music for c in plan.chapters)
    thanks = f"Music: {credit}" if credit else ""
    return Tags(
        title=plan.title,
        album=plan.title,
        author=plan.author,
        narrator=clean(book.narrator_name),
        language=plan.language,
        date=book.date,
        publisher=clean(book.publisher),
        description=clean("\n".join(filter(None, [book.description, thanks]))),
        series=clean(book.series),
        music=clean(credit),
        is_plain=plan.profile.has_plain_tags,
    )


def _modified(plan: Plan) -> datetime:
    """Return the date of the book: what it says, else what was passed in with the options."""
    if not plan.book.date:
        return datetime.fromtimestamp(plan.options.epoch_s, UTC)
    year, month, day = [*map(int, plan.book.date.split("-")), 1, 1][:3]
    return datetime(year, month, day, tzinfo=UTC)
