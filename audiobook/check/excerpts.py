"""A report in, the places that are compared in its files out: where each chapter sets in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from audiobook.check.coding import Coding
from audiobook.check.marks import EXCERPT_S, SEARCH_S, mark_of

__all__ = ["Excerpts", "around_first_words", "first_word", "start_s_in"]

Excerpts: TypeAlias = Mapping[int, tuple[float, float]]  # by chapter: where, and how long


def first_word(chapter: dict[str, Any]) -> Excerpts:
    """Return where in its own file a chapter's first word is, for `hear`."""
    return {chapter["number"]: (_first_word_s(chapter), EXCERPT_S)}


def around_first_words(chapters: Sequence[dict[str, Any]], coding: Coding) -> Excerpts:
    """Return what of a whole book is around each chapter's first word, by the book's own marks."""
    around = {}
    for chapter in chapters:
        at_s = start_s_in(chapter, coding) + _first_word_s(chapter) - SEARCH_S
        around[chapter["number"]] = (at_s, EXCERPT_S + 2 * SEARCH_S)
    return around


def start_s_in(chapter: dict[str, Any], coding: Coding) -> float:
    """Return where a chapter starts in a book by the book's own mark, else by the report."""
    mark = mark_of(chapter, coding.marks)
    return mark.start_s if mark else float(chapter["start_s"])


def _first_word_s(chapter: dict[str, Any]) -> float:
    segments: Sequence[dict[str, Any]] = chapter["segments"]
    return float(segments[0]["start_s"]) if segments else 0.0
