"""Which chapters are meant: numbers, ranges and titles in, chapter numbers out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from audiobook.errors import BuildError, did_you_mean
from audiobook.story.book import ChapterSettings

__all__ = ["find_settings", "select_chapters"]

RANGE = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")


def select_chapters(
    selectors: Sequence[str],
    numbers: Sequence[int],
    titles: Sequence[str],
    left_out: Mapping[str, str] | None = None,
) -> frozenset[int]:
    """Return the numbers of the chapters that are meant; all of them for no selector.

    Parameters
    ----------
    selectors : sequence of str
        ``"3"``, ``"2-4"`` or a title; letter case does not matter.
    numbers, titles : sequences
        The chapters there are; 0 and what follows the last are credits.
    left_out : mapping of str to str
        Titles of the parts that are not read, and why.

    Raises
    ------
    BuildError
        If a selector means no chapter.
    """
    if not selectors:
        return frozenset(numbers)
    chosen: set[int] = set()
    for selector in selectors:
        chosen |= _meant(selector, numbers, titles, left_out or {})
    return frozenset(chosen)


def _meant(
    selector: str, numbers: Sequence[int], titles: Sequence[str], left_out: Mapping[str, str]
) -> set[int]:
    wanted = selector.strip().casefold()
    by_title = {n for n, t in zip(numbers, titles, strict=True) if t.casefold() == wanted}
    if by_title:
        return by_title
    match = RANGE.fullmatch(selector)
    if match is None:
        part = next((title for title in left_out if title.casefold() == wanted), "")
        if part:
            raise BuildError(
                f'"{part}" is left out ({left_out[part]}); to read it, put [[chapter]] with '
                f'title = "{part}" and skip = false into book.toml'
            )
        known = did_you_mean(selector, titles)
        raise BuildError(f'no chapter is called "{selector}"; {known}')
    first = int(match[1])
    last = int(match[2] or first)
    if last < first:
        raise BuildError(f'chapters "{selector}" run backwards; say {last}-{first}')
    missing = next((n for n in (first, last) if n not in numbers), None)
    if missing is not None:
        raise BuildError(
            f"there is no chapter {missing} to read; the story has {len(numbers)} "
            '(see them with "audiobook chapters")'
        )
    return {n for n in numbers if first <= n <= last}


def find_settings(
    settings: Sequence[ChapterSettings], titles: Sequence[str]
) -> dict[int, ChapterSettings]:
    """Return the settings of each chapter that has some, by its number in the story.

    Raises
    ------
    BuildError
        If settings name a chapter that is not there.
    """
    found: dict[int, ChapterSettings] = {}
    for entry in settings:
        if entry.title:
            numbers = [i for i, t in enumerate(titles, start=1) if t == entry.title]
            if not numbers:
                known = did_you_mean(entry.title, titles)
                raise BuildError(f'book.toml: no chapter is called "{entry.title}"; {known}')
        elif 1 <= entry.number <= len(titles):
            numbers = [entry.number]
        else:
            raise BuildError(
                f"book.toml: there is no chapter {entry.number}; the story has {len(titles)}"
            )
        found.update(dict.fromkeys(numbers, entry))
    return found
