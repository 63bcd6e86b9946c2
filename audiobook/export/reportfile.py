"""A `BookReport` in, ``build.json`` out, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiobook.errors import ExportError
from audiobook.export.report import (
    BookReport,
    ChapterReport,
    LoudnessReport,
    MusicReport,
    SegmentReport,
)

__all__ = ["VERSION", "as_dict", "load_report", "report_bytes", "schema"]

VERSION = 1  # of the shape; a reader refuses what is newer
_EXPANDED = 4  # levels that get lines of their own, down to one line for each segment


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
        "fallback": [vars(instead) for instead in book.fallback],
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
        If it cannot be read, is no report, names files outside of its folder, or is of a newer
        version than this program's.
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
    outside = next((name for name in _named(report) if _is_outside(name)), "")
    if outside:
        raise ExportError(f'{path}: names "{outside}", which is outside of its folder; {mend}')
    return dict(report)


def _named(report: dict[str, Any]) -> Iterator[object]:
    """Yield the names of files that readers of a report open; its shape may be anything yet."""
    chapters, files, sample = (report.get(key) for key in ("chapters", "files", "sample"))
    yield from files if isinstance(files, list) else []
    holders = [sample, *(chapters if isinstance(chapters, list) else [])]
    for holder in holders:
        if isinstance(holder, dict):
            yield holder.get("file")
            stems = holder.get("stems")
            yield from stems.values() if isinstance(stems, dict) else []


def _is_outside(name: object) -> bool:
    if not isinstance(name, str):
        return False
    path = Path(name)
    return bool(path.anchor or path.drive) or ".." in path.parts or "\0" in name


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
