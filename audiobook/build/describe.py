"""Plan and measurements in, ``build.json`` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audiobook.audio import samples_to_seconds
from audiobook.build.credits import COMPOSED, music_credit
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.recipe import Reading
from audiobook.export.join import JoinedChapter
from audiobook.export.report import (
    BookReport,
    ChapterReport,
    LoudnessReport,
    MoodReport,
    MusicFileReport,
    MusicReport,
    SectionReport,
    SegmentReport,
    WordReport,
    report_bytes,
)
from audiobook.loudness import integrated_of_blocks
from audiobook.segments import SegmentKind

__all__ = ["describe_book"]

Meta = Mapping[str, Any]

OWN = "own"  # in the place of a palette


def describe_book(
    plan: Plan,
    chapters: Sequence[PlannedChapter],
    metas: Sequence[Meta],
    clock: Sequence[JoinedChapter],
    files: Mapping[int, str],
    book_file: str,
) -> bytes:
    """Return the bytes of ``build.json``.

    Parameters
    ----------
    chapters, metas, clock : sequences
        The finished chapters, the descriptions of their sound, and their places in the book.
    files : mapping of int to str
        Each chapter's file by its number.
    book_file : str
        The whole book's file.
    """
    reports = tuple(
        _chapter(plan, chapter, meta, place, files[chapter.number])
        for chapter, meta, place in zip(chapters, metas, clock, strict=True)
    )
    loudness = LoudnessReport(
        integrated_of_blocks([meta["blocks"] for meta in metas]),
        max(report.loudness.true_peak_dbtp for report in reports),
    )
    return report_bytes(
        BookReport(
            plan.title,
            plan.author,
            plan.language,
            plan.book.narrator_name,
            clock[-1].end_s,
            plan.profile.name,
            loudness,
            reports,
            (*(r.file for r in reports), book_file),
        )
    )


def _chapter(
    plan: Plan, chapter: PlannedChapter, meta: Meta, place: JoinedChapter, file: str
) -> ChapterReport:
    segments = tuple(
        _segment(reading, start, end, words)
        for reading, (start, end, words) in zip(
            chapter.prepared.readings, meta["placed"], strict=True
        )
    )
    measured = meta["loudness"]
    return ChapterReport(
        chapter.number,
        chapter.title,
        file,
        place.start_s,
        place.duration_s,
        LoudnessReport(
            measured["integrated_lufs"], measured["true_peak_dbtp"], measured["speech_lufs"]
        ),
        segments,
        tuple(SectionReport(s.text, s.start_s) for s in segments if s.kind == SegmentKind.HEADING),
        min(meta["speech_over_music_lu"], default=None),
        _music(plan, chapter, meta, segments),
    )


def _segment(
    reading: Reading, start: int, end: int, words: Sequence[tuple[float, float, int]]
) -> SegmentReport:
    segment = reading.segment
    return SegmentReport(
        segment.id,
        segment.kind.value,
        segment.speaker,
        segment.text,
        samples_to_seconds(start),
        samples_to_seconds(end),
        reading.voice.engine,
        reading.voice.address,
        reading.take,
        tuple(
            WordReport(word.written, start_s, end_s, bool(exact))
            for word, (start_s, end_s, exact) in zip(segment.words, words, strict=True)
        ),
        segment.line,
    )


def _music(
    plan: Plan, chapter: PlannedChapter, meta: Meta, segments: Sequence[SegmentReport]
) -> MusicReport | None:
    music = chapter.prepared.job.music
    if music is None:
        return None
    seed, credit = plan.book.music.seed, music_credit([music])
    if not music.tracks:
        starts = {segment.id: segment.start_s for segment in segments}
        turns = tuple(
            MoodReport(starts[turn.segment_id], turn.mood, turn.why, turn.segment_id)
            for turn in music.turns
        )
        palette = Path(music.palette).stem
        return MusicReport(palette, music.mood, seed, credit or COMPOSED, (), music.mood_why, turns)
    heard = [(music.tracks[number], start) for number, start in meta["tracks"]]
    files = tuple(
        MusicFileReport(t.name, t.sha256, t.credit, t.licence, samples_to_seconds(start))
        for t, start in heard
    )
    return MusicReport(OWN, music.mood, seed, credit, files)
