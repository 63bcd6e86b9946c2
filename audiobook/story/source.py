"""A story's source and its book in; what each of them leaves to the other put in place."""

from __future__ import annotations

import dataclasses

from audiobook.errors import StoryError, did_you_mean
from audiobook.story.book import Book
from audiobook.story.model import Chapter, LeftOut, Story
from audiobook.story.titles import same_title

__all__ = ["completed", "readmitted"]

ALL = "all"


def completed(book: Book, story: Story) -> Book:
    """Let what the story says of itself hold where the book says nothing."""
    return dataclasses.replace(
        book,
        date=book.date or story.date,
        publisher=book.publisher or story.publisher,
        description=book.description or story.description,
        series=book.series or story.series,
    )


def readmitted(story: Story, book: Book) -> Story:
    """Put the parts that ``[read] parts`` or a ``[[chapter]]`` asks for back where they stood.

    Raises
    ------
    StoryError
        If ``parts`` names what the story has not.
    """
    wanted = [name.strip() for name in book.read.parts.split(",") if name.strip()]
    named = {entry.title for entry in book.chapters if entry.skip is False and entry.title}
    if not wanted and not named:
        return story
    for name in wanted:
        _check(name, story)
    chapters: list[Chapter] = []
    left_out: list[LeftOut] = []
    for at in range(len(story.chapters) + 1):
        for part in (part for part in story.left_out if part.after == at):
            is_named = part.chapter.title in named and part.chapter.n_words > 0
            if is_named or any(_is_meant(name, part) for name in wanted):
                chapters.append(part.chapter)
            else:
                left_out.append(dataclasses.replace(part, after=len(chapters)))
        chapters += story.chapters[at : at + 1]
    return dataclasses.replace(story, chapters=tuple(chapters), left_out=tuple(left_out))


def _is_meant(name: str, part: LeftOut) -> bool:
    has_text = part.chapter.n_words > 0
    return has_text and (
        name.casefold() in (ALL, part.kind) or same_title(name, part.chapter.title)
    )


def _check(name: str, story: Story) -> None:
    if name.casefold() != ALL and not any(_is_meant(name, part) for part in story.left_out):
        known = dict.fromkeys(part.kind for part in story.left_out if part.chapter.n_words)
        raise StoryError(
            f'book.toml: nothing that is left out is called "{name}" in [read] parts; '
            f"{did_you_mean(name, known)}"
        )
