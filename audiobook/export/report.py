"""What is known of a finished build in, ``build.json`` out: a function of the inputs alone.

Times are seconds. Those inside a chapter count from the chapter's own start, as in its own file;
a chapter's ``start_s`` is its place in the whole-book file. The shape is ``build.schema.json``'s.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.errors import ExportError

__all__ = [
    "VERSION",
    "BookReport",
    "ChapterReport",
    "LoudnessReport",
    "MoodReport",
    "MusicFileReport",
    "MusicReport",
    "SampleReport",
    "SectionReport",
    "SegmentReport",
    "StemsReport",
    "WordReport",
    "as_dict",
    "load_report",
    "report_bytes",
    "schema",
]

VERSION = 1  # of the shape; a reader refuses what is newer
_EXPANDED = 4  # levels that get lines of their own, down to one line for each segment


@dataclass(frozen=True)
class WordReport:
    """When a word sounds; ``exact`` if the engine said so, else it is an estimate."""

    text: str
    start_s: float
    end_s: float
    exact: bool


@dataclass(frozen=True)
class SegmentReport:
    """What was said in one go, by whom.

    ``kind`` is a `SegmentKind`'s value; ``line`` is where it starts in the source, 0 if nowhere.
    """

    id: str
    kind: str
    speaker: str
    text: str
    start_s: float
    end_s: float
    engine: str
    voice: str
    take: int = 1
    words: tuple[WordReport, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class SectionReport:
    """Where a section starts."""

    title: str
    start_s: float


@dataclass(frozen=True)
class LoudnessReport:
    """Measured on the decoded file; ``speech_lufs`` on the speech stem, None where not known."""

    integrated_lufs: float
    true_peak_dbtp: float
    speech_lufs: float | None = None


@dataclass(frozen=True)
class MoodReport:
    """Where a chapter's music changes its mood: the segment, and why."""

    start_s: float
    mood: str
    why: str
    segment: str


@dataclass(frozen=True)
class MusicFileReport:
    """A file of the listener's own music; ``start_s`` is when it is first heard."""

    file: str
    sha256: str
    credit: str = ""
    licence: str = ""
    start_s: float = 0.0


@dataclass(frozen=True)
class MusicReport:
    """What plays under a chapter; ``files`` are those that are heard, none if it was composed.

    ``mood`` holds from the beginning, each of ``turns`` from its place on.
    """

    palette: str
    mood: str = ""
    seed: int = 0
    credit: str = ""
    files: tuple[MusicFileReport, ...] = ()
    mood_why: str = ""
    turns: tuple[MoodReport, ...] = ()


@dataclass(frozen=True)
class StemsReport:
    """Where speech and music are apart; ``music`` is None without."""

    speech: str
    music: str | None


@dataclass(frozen=True)
class ChapterReport:
    """A chapter as it came out.

    ``speech_over_music_lu`` and ``music`` are None without music, ``stems`` where none were asked
    for.
    """

    number: int
    title: str
    file: str
    start_s: float
    duration_s: float
    loudness: LoudnessReport
    segments: tuple[SegmentReport, ...]
    sections: tuple[SectionReport, ...] = ()
    speech_over_music_lu: float | None = None
    music: MusicReport | None = None
    stems: StemsReport | None = None


@dataclass(frozen=True)
class SampleReport:
    """An excerpt that has a file of its own beside the book."""

    file: str
    duration_s: float


@dataclass(frozen=True)
class BookReport:
    """The book as it came out; ``files`` are relative to its folder, with ``/``."""

    title: str
    author: str
    language: str
    narrator: str
    duration_s: float
    profile: str
    loudness: LoudnessReport
    chapters: tuple[ChapterReport, ...]
    files: tuple[str, ...] = ()
    sample: SampleReport | None = None


def as_dict(book: BookReport) -> dict[str, Any]:
    """Return the report as plain JSON values, times to 0.1 ms and levels to 0.01 dB."""
    return {
        "version": VERSION,
        "title": book.title,
        "author": book.author,
        "language": book.language,
        "narrator": book.narrator,
        "duration_s": _time(book.duration_s),
        "profile": book.profile,
        "loudness": _loudness(book.loudness),
        "chapters": [_chapter(chapter) for chapter in book.chapters],
        "sample": None
        if book.sample is None
        else {"file": book.sample.file, "duration_s": _time(book.sample.duration_s)},
        "files": sorted(book.files),
    }


def report_bytes(book: BookReport) -> bytes:
    """Return ``build.json``: UTF-8, one line for each segment, the same for the same report.

    Raises
    ------
    ValueError
        If a number is infinite or not a number.
    """
    return (_lines(as_dict(book), 0) + "\n").encode("utf-8", "replace")


def load_report(path: Path) -> dict[str, Any]:
    """Read a ``build.json``.

    Raises
    ------
    ExportError
        If it cannot be read, is no report, or is of a newer version than this program's.
    """
    mend = 'build the book again with "audiobook build"'
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ExportError(
            f"{path.parent}: there is no audiobook here (no {path.name}); "
            'name the folder that "audiobook build" wrote'
        ) from error
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror}; {mend}") from error
    except ValueError as error:
        raise ExportError(f"{path}: is not a build report; {mend}") from error
    version = report.get("version") if isinstance(report, dict) else None
    if not isinstance(version, int) or "chapters" not in report:
        raise ExportError(f"{path}: is not a build report; {mend}")
    if version > VERSION:
        raise ExportError(f"{path}: is of version {version}, newer than this program; update it")
    return dict(report)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``build.json``."""
    text = Path(__file__).with_name("build.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _chapter(chapter: ChapterReport) -> dict[str, Any]:
    over = chapter.speech_over_music_lu
    return {
        "number": chapter.number,
        "title": chapter.title,
        "file": chapter.file,
        "start_s": _time(chapter.start_s),
        "duration_s": _time(chapter.duration_s),
        "sections": [
            {"title": section.title, "start_s": _time(section.start_s)}
            for section in chapter.sections
        ],
        "loudness": {
            **_loudness(chapter.loudness),
            "speech_lufs": _level(chapter.loudness.speech_lufs),
        },
        "speech_over_music_lu": _level(over),
        "music": None if chapter.music is None else _music(chapter.music),
        "stems": None
        if chapter.stems is None
        else {"speech": chapter.stems.speech, "music": chapter.stems.music},
        "segments": [_segment(segment) for segment in chapter.segments],
    }


def _music(music: MusicReport) -> dict[str, Any]:
    return {
        "palette": music.palette,
        "mood": music.mood,
        "seed": music.seed,
        "credit": music.credit,
        "files": [
            {
                "file": file.file,
                "sha256": file.sha256,
                "credit": file.credit,
                "licence": file.licence,
                "start_s": _time(file.start_s),
            }
            for file in music.files
        ],
        "mood_why": music.mood_why,
        "turns": [
            {
                "start_s": _time(turn.start_s),
                "mood": turn.mood,
                "why": turn.why,
                "segment": turn.segment,
            }
            for turn in music.turns
        ],
    }


def _segment(segment: SegmentReport) -> dict[str, Any]:
    return {
        "id": segment.id,
        "kind": segment.kind,
        "speaker": segment.speaker,
        "text": segment.text,
        "start_s": _time(segment.start_s),
        "end_s": _time(segment.end_s),
        "engine": segment.engine,
        "voice": segment.voice,
        "take": segment.take,
        "line": segment.line,
        "words": [[w.text, _time(w.start_s), _time(w.end_s), w.exact] for w in segment.words],
    }


def _loudness(loudness: LoudnessReport) -> dict[str, Any]:
    return {
        "integrated_lufs": _level(loudness.integrated_lufs),
        "true_peak_dbtp": _level(loudness.true_peak_dbtp),
    }


def _time(time_s: float) -> float:
    return round(float(time_s), 4)


def _level(level_db: float | None) -> float | None:
    return None if level_db is None else round(float(level_db), 2)


def _lines(value: object, depth: int) -> str:
    """Return JSON that is read line by line and still small: only the outer levels are spread."""
    if depth >= _EXPANDED or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    indent = "  " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{json.dumps(k)}: {_lines(v, depth + 1)}" for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_lines(item, depth + 1) for item in value]
        opening, closing = "[", "]"
    body = ",\n".join(indent + item for item in items)
    return f"{opening}\n{body}\n{'  ' * depth}{closing}"
