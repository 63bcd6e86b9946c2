"""A chapter's report in, verdicts out: every word of the story once, in order, in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from audiobook.check.verdict import Verdict, said, unmeasured
from audiobook.story.model import Chapter

__all__ = ["check_story", "check_words"]

WANTED = "every word once, in order, with its time"
AS_WRITTEN = "the story's words, once and in order"
UNWRITTEN = ("title", "credit")  # what is spoken and is no part of the text
TOLERANCE_S = 0.05  # by which a word may stand out of its segment


def check_words(file: str, segments: Sequence[dict[str, Any]]) -> Verdict:
    """Hold the words that have times against the texts, and their times against each other."""
    n_words = sum(len(segment["words"]) for segment in segments)
    wrong = next(_faults(segments), "")
    found = wrong or f"{n_words}"
    return Verdict(file, "words", found, WANTED, not wrong, float(n_words), "words")


def _faults(segments: Sequence[dict[str, Any]]) -> Iterator[str]:
    for before, after in pairwise(segments):
        if after["start_s"] < before["end_s"] - TOLERANCE_S:
            yield f"segment {after['id']} begins before {before['id']} ends"
    for segment in segments:
        starts, ends = ([word[i] for word in segment["words"]] for i in (1, 2))
        written = " ".join(text for text, *_ in segment["words"]).split()
        if difference := _difference(segment["text"].split(), written):
            yield f"segment {segment['id']}: {difference}"
        # Words that an engine cannot tell apart ("with the") share their time.
        if starts != sorted(starts) or ends != sorted(ends):
            yield f"segment {segment['id']}: its words are out of order"
        inside = (segment["start_s"] - TOLERANCE_S, segment["end_s"] + TOLERANCE_S)
        if starts and not inside[0] <= starts[0] <= ends[-1] <= inside[1]:
            yield f"segment {segment['id']}: a word lies outside of it"


def check_story(
    file: str, segments: Sequence[dict[str, Any]], chapter: Chapter | None, why_not: str
) -> Verdict:
    """Hold what was spoken against the story as it is written."""
    if chapter is None:
        return unmeasured(file, "story", why_not, AS_WRITTEN)
    written = [w for block in chapter.blocks if not block.unread for w in block.text.split()]
    unread = ", ".join(block.unread.where for block in chapter.blocks if block.unread)
    read = f"{len(written)} words" + (f"; not read: {unread}" if unread else "")
    spoken = [w for s in segments if s["kind"] not in UNWRITTEN for w in s["text"].split()]
    difference = _difference(written, _rejoined(written, spoken))
    return said(file, "story", not difference, difference or read, AS_WRITTEN)


def _rejoined(written: Sequence[str], spoken: Sequence[str]) -> list[str]:
    """Put together again what is one word on the page and was said in parts: "yes—“but"."""
    found: list[str] = []
    for part in spoken:
        wanted = written[len(found) - 1] if 0 < len(found) <= len(written) else ""
        if found and found[-1] != wanted and wanted.startswith(found[-1] + part):
            found[-1] += part
        else:
            found.append(part)
    return found


def _difference(wanted: list[str], found: list[str]) -> str:
    """Say where two lists of words part, or nothing."""
    for index, (a, b) in enumerate(zip(wanted, found, strict=False), start=1):
        if a != b:
            return f'word {index} is "{b}", not "{a}"'
    if len(found) < len(wanted):
        return f'"{wanted[len(found)]}" and all after it is missing'
    return f'"{found[len(wanted)]}" is too much' if len(found) > len(wanted) else ""
