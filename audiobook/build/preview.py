"""A plan in, one file of the beginning of a chapter out, as it will sound in the book.

Nothing of the book's own folder and record is touched; what was spoken is in the store, where the
build finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.build.artwork import Artwork
from audiobook.build.edition import edition_of
from audiobook.build.events import Note, Progress, Told
from audiobook.build.excerpt import Excerpt
from audiobook.build.fallback import check_available
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.run import Refused, Work, mended
from audiobook.errors import LostError
from audiobook.export.mp3 import chapter_files
from audiobook.store import Store, clear

__all__ = ["Preview", "preview"]


@dataclass(frozen=True)
class Preview:
    """What was made.

    Attributes
    ----------
    chapter : PlannedChapter
        The beginning of a chapter.
    n_spoken : int
        Segments that were spoken for it.
    """

    chapter: PlannedChapter
    n_spoken: int
    duration_s: float


def preview(
    make_plan: Callable[[Refused], Plan],
    store: Store,
    target: Path,
    at_least_s: float,
    progress: Progress,
    *,
    n_workers: int,
    fallback: str = "",
) -> Preview:
    """Make the beginning of the first chapter that a plan selects, and write it as an MP3 file.

    Parameters
    ----------
    make_plan : callable
        As for `audiobook.build.run.run`, and so is ``fallback``.
    at_least_s : float > 0
        How long it is, from the first note to the last, if the chapter is: it ends with a sentence.

    Raises
    ------
    AudiobookError
        If something cannot be done. All that was finished before is kept.
    """
    told = Told(progress)

    def attempt(refused: Refused) -> Preview:
        return _made(make_plan(refused), store, target, at_least_s, told, n_workers)

    try:
        return mended(attempt, told, fallback)
    finally:
        clear(store.root)


def _made(
    plan: Plan, store: Store, target: Path, at_least_s: float, told: Told, n_workers: int
) -> Preview:
    for note in plan.notes:
        told(Note(note))
    chapters = [c for c in plan.chapters if c.prepared.selected]
    chapter = next((c for c in chapters if not c.prepared.piece.is_credit), chapters[0])
    artwork = Artwork(plan, store)
    artwork.check()
    excerpt = Excerpt(chapter, at_least_s, store)
    made = excerpt.made
    if made is None or not made.is_fresh:
        check_available(excerpt.expected.unspoken)
        Work(excerpt, (excerpt.expected,), store, lambda _: None, told).do(n_workers)
        made = excerpt.made
    if made is None:
        raise LostError(f"chapter {chapter.number}: a clip was damaged and has been dropped")
    edition = edition_of(replace(plan, sample=made), store, artwork)
    *_, output = chapter_files(edition)  # the sample is the last
    output.write(target)
    assert edition.sample is not None
    return Preview(made, told.n_spoken, edition.sample.info.duration_s)
