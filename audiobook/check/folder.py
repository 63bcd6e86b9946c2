"""A finished folder in, verdicts and what was heard out: each file is decoded once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audiobook.check.balance import Stems, check_balance, stems_of
from audiobook.check.coding import Coding, coding_of
from audiobook.check.excerpts import Excerpts, around_first_words, first_word, start_s_in
from audiobook.check.hear import Heard, hear
from audiobook.check.marks import check_marks
from audiobook.check.rules import apply_rules
from audiobook.check.sound import (
    LENGTH_TOLERANCE_S,
    check_clicks,
    check_gaps,
    check_heard,
    check_length,
    spans_of,
)
from audiobook.check.source import Source
from audiobook.check.tags import Expected, check_picture, check_tags
from audiobook.check.verdict import Verdict, said
from audiobook.check.words import check_story, check_words
from audiobook.errors import AudiobookError, ExportError
from audiobook.export.edition import CHAPTERS
from audiobook.export.reportfile import load_report
from audiobook.profiles import BOOK_FILE, CHAPTER_FILE, PROFILES

__all__ = ["Checked", "Examined", "check"]

COVER = f"{CHAPTERS}/cover.jpg"
MISSING = "missing"
SOUNDS = (".mp3", ".m4b", ".m4a", ".opus", ".ogg")

BOOK_KEYS = {"title", "author", "narrator", "duration_s", "profile", "files"}
CHAPTER_KEYS = {"number", "title", "file", "start_s", "duration_s", "sections", "music"}
SEGMENT_KEYS = {"id", "kind", "text", "start_s", "end_s", "words"}


@dataclass(frozen=True)
class Examined:
    """One file, or a chapter that has none of its own.

    Attributes
    ----------
    title : str
        Of the chapter or book; "" for a file that is no sound.
    heard : Heard or None
        None if there is no sound of its own.
    """

    file: str
    title: str
    verdicts: tuple[Verdict, ...]
    heard: Heard | None = field(default=None, repr=False)
    stems: Stems | None = field(default=None, repr=False)
    chapter: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return all(verdict.ok is not False for verdict in self.verdicts)


@dataclass(frozen=True)
class Checked:
    """A folder, judged. ``report`` is its ``build.json``."""

    report: dict[str, Any] = field(repr=False)
    files: tuple[Examined, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts, file by file."""
        return tuple(verdict for file in self.files for verdict in file.verdicts)

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return all(file.ok for file in self.files)


@dataclass(frozen=True)
class _Sounds:
    """A sound file as it was found: what was heard, or why nothing was."""

    heard: Heard | None
    coding: Coding | None
    why_not: str = ""


def check(folder: Path, source: Source) -> Checked:
    """Judge every file of a folder.

    Parameters
    ----------
    source : Source
        What it was made of, for what the files alone do not tell.

    Raises
    ------
    AudiobookError
        If the folder holds no finished build.
    """
    report = load_report(folder / "build.json")
    if not _is_whole(report):
        raise ExportError(
            f"{folder / 'build.json'}: is not a build report; build the book again with "
            '"audiobook build"'
        )
    return _Check(folder, report, source).run()


def _is_whole(report: dict[str, Any]) -> bool:
    """Return whether a report has all that is read of it here."""
    chapters = report["chapters"]
    try:
        segments = [segment for chapter in chapters for segment in chapter["segments"]]
        return (
            report.keys() >= BOOK_KEYS
            and all(chapter.keys() >= CHAPTER_KEYS for chapter in chapters)
            and all(segment.keys() >= SEGMENT_KEYS for segment in segments)
        )
    except (TypeError, KeyError, AttributeError):
        return False


class _Check:
    def __init__(self, folder: Path, report: dict[str, Any], source: Source) -> None:
        self._folder = folder
        self._report = report
        self._source = source
        self._profile = str(report["profile"])
        self._cover = b""

    def run(self) -> Checked:
        """Hear every file once, then judge."""
        chapters = self._report["chapters"]
        picture, self._cover = check_picture(COVER, self._folder / COVER)
        own = [c for c in chapters if c["file"] in self._report["files"]]
        books = [name for name in self._books() if self._is_due(name)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            heard = list(pool.map(lambda c: self._hear(c["file"], first_word(c)), own))
            stems = list(pool.map(lambda c: stems_of(self._folder, c, self._source), chapters))
            heard_books = list(pool.map(lambda name: self._hear(name, None), books))
        sounds = {c["number"]: s for c, s in zip(own, heard, strict=True)}
        excerpts = {n: e for s in heard if s.heard for n, e in s.heard.excerpts.items()}
        examined = [
            self._chapter(place, chapter, sounds.get(chapter["number"]), parts)
            for place, (chapter, parts) in enumerate(zip(chapters, stems, strict=True), start=1)
        ]
        for name, found in zip(books, heard_books, strict=True):
            examined.append(self._book(name, found, excerpts))
        if self._sample:
            examined.append(self._excerpt(self._report["sample"]))
        examined.append(Examined(COVER, "", (picture,)))
        for name in self._others():
            if not (self._folder / name).is_file():
                missing = said(name, "file", False, "missing", "there")
                examined.append(Examined(name, "", (missing,)))
        return Checked(self._report, tuple(examined))

    def _books(self) -> list[str]:
        """Return the files that hold the whole book."""
        names = [str(name) for name in self._report["files"]]
        return [n for n in names if n.endswith(SOUNDS) and "/" not in n and n != self._sample]

    @property
    def _sample(self) -> str:
        """The file of the excerpt, or ""."""
        sample = self._report.get("sample")
        return str(sample["file"]) if sample else ""

    def _others(self) -> list[str]:
        """Return the files that are no sound, and are due."""
        return [n for n in self._report["files"] if not n.endswith(SOUNDS) and self._is_due(n)]

    def _is_due(self, name: str) -> bool:
        """Return whether a file must be there: what needs all chapters waits for them."""
        return self._is_complete or (self._folder / name).is_file()

    @property
    def _is_complete(self) -> bool:
        finished = {c["file"] for c in self._report["chapters"]}
        named = {n for n in self._report["files"] if n.startswith(f"{CHAPTERS}/")}
        return all(n in finished for n in named if n.endswith(".mp3"))

    def _hear(self, name: str, excerpts: Excerpts | None) -> _Sounds:
        """Listen to a file; to a whole book, also around its marks."""
        path = self._folder / name
        if not path.is_file():
            return _Sounds(None, None, MISSING)
        try:
            coding = coding_of(path)
            n_channels = min(2, coding.n_channels)
            if excerpts is None:
                excerpts = around_first_words(self._report["chapters"], coding)
            return _Sounds(hear(path, coding.sample_rate, n_channels, excerpts), coding)
        except AudiobookError as error:
            return _Sounds(None, None, str(error).removeprefix(f"{path}: "))

    def _chapter(
        self, place: int, chapter: dict[str, Any], sounds: _Sounds | None, stems: Stems
    ) -> Examined:
        name = chapter["file"] if sounds else f"chapter {chapter['number']}"
        verdicts: list[Verdict] = []
        segments = chapter["segments"]
        if sounds:
            expected = self._expected(chapter["title"], place)
            verdicts += self._sound(name, CHAPTER_FILE, sounds, chapter["duration_s"], expected)
            if sounds.heard:
                verdicts += _listen(name, sounds.heard, segments)
        verdicts += check_balance(name, chapter, stems, self._profile)
        verdicts.append(check_words(name, segments))
        verdicts.append(check_story(name, segments, *self._source.chapter(chapter["number"])))
        heard = sounds.heard if sounds else None
        return Examined(name, chapter["title"], tuple(verdicts), heard, stems, chapter)

    def _book(self, name: str, sounds: _Sounds, own: Mapping[int, tuple[float, Any]]) -> Examined:
        chapters = self._report["chapters"]
        expected = self._expected(self._report["title"])
        tolerance_s = LENGTH_TOLERANCE_S
        if not name.endswith(".mp3"):  # another coding pads each chapter otherwise
            tolerance_s *= len(chapters)
        verdicts = list(
            self._sound(name, BOOK_FILE, sounds, self._report["duration_s"], expected, tolerance_s)
        )
        if sounds.heard and sounds.coding:
            marks, excerpts = sounds.coding.marks, sounds.heard.excerpts
            segments = [
                {**s, "start_s": s["start_s"] + start_s, "end_s": s["end_s"] + start_s}
                for chapter in chapters
                for start_s in [start_s_in(chapter, sounds.coding)]
                for s in chapter["segments"]
            ]
            verdicts += _listen(name, sounds.heard, segments)
            verdicts.append(check_marks(name, chapters, marks, own, excerpts))
        return Examined(name, self._report["title"], tuple(verdicts), sounds.heard)

    def _excerpt(self, sample: dict[str, Any]) -> Examined:
        """Judge the sample's sound as a chapter's."""
        name = self._sample
        sounds = self._hear(name, {})
        if sounds.heard is None or sounds.coding is None:
            return Examined(name, "", (said(name, "file", False, sounds.why_not, "there"),))
        length_s = sample["duration_s"]
        verdicts = [
            *apply_rules(self._profile, CHAPTER_FILE, name, sounds.heard, sounds.coding),
            *check_length(name, sounds.heard, sounds.coding, length_s, LENGTH_TOLERANCE_S),
        ]
        return Examined(name, "", tuple(verdicts), sounds.heard)

    def _expected(self, title: str, place: int = 0) -> Expected:
        report = self._report
        if self._has_plain_tags:
            return Expected("", report["title"], report["author"])
        total = len(report["chapters"]) if place else 0
        return Expected(title, report["title"], report["author"], report["narrator"], place, total)

    def _sound(
        self,
        name: str,
        kind: str,
        sounds: _Sounds,
        duration_s: float,
        expected: Expected,
        tolerance_s: float = LENGTH_TOLERANCE_S,
    ) -> Iterator[Verdict]:
        """Judge what every sound file is judged by."""
        if sounds.heard is None or sounds.coding is None:
            wanted = "there" if sounds.why_not == MISSING else "a sound file"
            yield said(name, "file", False, sounds.why_not, wanted)
            return
        yield from apply_rules(self._profile, kind, name, sounds.heard, sounds.coding)
        yield from check_length(name, sounds.heard, sounds.coding, duration_s, tolerance_s)
        cover = None if self._has_plain_tags else self._cover
        yield from check_tags(name, self._folder / name, expected, cover)

    @property
    def _has_plain_tags(self) -> bool:
        profile = PROFILES.get(self._profile)
        return profile is not None and profile.has_plain_tags


def _listen(name: str, heard: Heard, segments: list[dict[str, Any]]) -> Iterator[Verdict]:
    """Judge what is heard of segments at their places in a file."""
    spans = spans_of(segments)
    yield check_gaps(name, heard, spans)
    yield check_clicks(name, heard, spans)
    yield check_heard(name, heard, segments)
