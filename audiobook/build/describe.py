"""Plan and measurements in, ``build.json`` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audiobook.audio import samples_to_seconds
from audiobook.build.credits import COMPOSED, music_credit
from audiobook.build.fallback import instead
from audiobook.build.options import STEMS
from audiobook.build.plan import Plan, PlannedChapter
from audiobook.build.recipe import Reading
from audiobook.export.clock import JoinedChapter
from audiobook.export.edition import CHAPTERS, MUSIC, SPEECH, Edition, EditionChapter, Passage
from audiobook.export.report import (
    BookReport,
    ChapterReport,
    FallbackReport,
    LoudnessReport,
    MoodReport,
    MusicFileReport,
    MusicReport,
    SampleReport,
    SectionReport,
    SegmentReport,
    StemsReport,
)
from audiobook.export.reportfile import report_bytes
from audiobook.export.stems import stem_names
from audiobook.loudness import integrated_of_blocks
from audiobook.segments import SegmentKind

__all__ = ["describe_book"]


OWN = "own"  # in the place of a palette


def describe_book(plan: Plan, edition: Edition, files: Sequence[str]) -> bytes:
    """Return the bytes of ``build.json``.

    Parameters
    ----------
    plan, edition : Plan, Edition
        What was asked for, and what came out; only finished chapters are described.
    files : sequence of str
        What there is beside the report, relative to the folder.
    """
    planned = {chapter.number: chapter for chapter in plan.chapters}
    reports: list[ChapterReport] = []
    blocks = []
    for chapter, place in zip(edition.done, edition.clock, strict=True):
        description = chapter.description
        blocks.append(description["blocks"])
        reports.append(_chapter(plan, planned[chapter.number], chapter, description, place))
    loudness = LoudnessReport(
        integrated_of_blocks(blocks), max(r.loudness.true_peak_dbtp for r in reports)
    )
    return report_bytes(
        BookReport(
            plan.title,
            plan.author,
            plan.language,
            edition.tags.narrator,
            edition.clock[-1].end_s,
            plan.profile.name,
            loudness,
            tuple(reports),
            tuple(files),
            _sample(edition, files),
            _fallback([planned[chapter.number] for chapter in edition.done]),
        )
    )


def _fallback(chapters: Sequence[PlannedChapter]) -> tuple[FallbackReport, ...]:
    return tuple(
        FallbackReport(chapter.number, r.segment.id, r.voice.address, r.wanted)
        for chapter in chapters
        for r in instead(chapter.prepared.readings)
    )


def _sample(edition: Edition, files: Sequence[str]) -> SampleReport | None:
    sample = edition.sample
    if sample is None or sample.number not in edition.finished:
        return None
    file = f"{sample.name}.mp3"
    return SampleReport(file, sample.info.duration_s) if file in files else None


def _chapter(
    plan: Plan,
    planned: PlannedChapter,
    chapter: EditionChapter,
    description: Mapping[str, Any],
    place: JoinedChapter,
) -> ChapterReport:
    passages = zip(planned.prepared.readings, chapter.passages, strict=True)
    segments = tuple(_segment(reading, passage) for reading, passage in passages)
    measured = description["loudness"]
    return ChapterReport(
        chapter.number,
        chapter.title,
        f"{CHAPTERS}/{chapter.name}.mp3",
        place.start_s,
        place.duration_s,
        LoudnessReport(
            measured["integrated_lufs"], measured["true_peak_dbtp"], measured["speech_lufs"]
        ),
        segments,
        tuple(SectionReport(s.text, s.start_s) for s in segments if s.kind == SegmentKind.HEADING),
        min(description["speech_over_music_lu"], default=None),
        _music(plan, planned, description, segments),
        _stems(plan, planned, chapter),
    )


def _stems(plan: Plan, planned: PlannedChapter, chapter: EditionChapter) -> StemsReport | None:
    if STEMS not in plan.options.formats or not planned.prepared.selected:
        return None
    names = stem_names(chapter)
    return StemsReport(names[SPEECH], names.get(MUSIC))


def _segment(reading: Reading, passage: Passage) -> SegmentReport:
    segment = passage.segment
    return SegmentReport(
        segment.id,
        segment.kind.value,
        segment.speaker,
        segment.text,
        passage.start_s,
        passage.end_s,
        reading.voice.engine,
        reading.voice.address,
        reading.take,
        passage.words,
        segment.line,
    )


def _music(
    plan: Plan, chapter: PlannedChapter, meta: Mapping[str, Any], segments: Sequence[SegmentReport]
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
