"""A finished folder in, verdicts out: judged from the decoded files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook import ffmpeg
from audiobook.audio import SAMPLE_RATE
from audiobook.errors import BuildError, ExportError
from audiobook.export.report import load_report
from audiobook.master import PROFILES, Profile

__all__ = ["Place", "Verdict", "check", "locate"]

CHAPTER_TOLERANCE_LU = 2.0
BOOK_TOLERANCE_LU = 1.0
SPEECH_TOLERANCE_LU = 0.5
MIN_SPEECH_OVER_MUSIC_LU = 20.0
MARK_TOLERANCE_S = 0.05


@dataclass(frozen=True)
class Verdict:
    """One rule applied to one file, with what was found and what was wanted, in words."""

    file: str
    rule: str
    value: str
    bar: str
    ok: bool


@dataclass(frozen=True)
class Place:
    """A segment of a report and its chapter, as in ``build.json``."""

    chapter: dict[str, Any]
    segment: dict[str, Any]


def locate(report: dict[str, Any], position_s: float, number: int | None = None) -> Place:
    """Find what is heard at a position; in a pause, what was said last.

    Parameters
    ----------
    report : dict
        From `load_report`.
    position_s : float
        In the whole book, or in the chapter ``number``.

    Raises
    ------
    BuildError
        If there is no such chapter or the position lies after the end.
    """
    chapters = report["chapters"]
    if number is None:
        if position_s > report["duration_s"] + MARK_TOLERANCE_S:
            raise _after_the_end("the book", position_s, report["duration_s"])
        begun = [c for c in chapters if c["start_s"] <= position_s]
        chapter = begun[-1] if begun else chapters[0]
        position_s -= chapter["start_s"]
    else:
        found = [c for c in chapters if c["number"] == number]
        if not found:
            known = f"{chapters[0]['number']} to {chapters[-1]['number']}"
            raise BuildError(f"there is no chapter {number} in this folder; it has {known}")
        chapter = found[0]
        if position_s > chapter["duration_s"] + MARK_TOLERANCE_S:
            raise _after_the_end(f"chapter {number}", position_s, chapter["duration_s"])
    segments = chapter["segments"]
    begun = [s for s in segments if s["start_s"] <= position_s]
    return Place(chapter, begun[-1] if begun else segments[0])


def _after_the_end(whole: str, position_s: float, length_s: float) -> BuildError:
    position, length = (f"{s // 60:.0f}:{s % 60:04.1f}" for s in (position_s, length_s))
    return BuildError(f"{position} is after the end of {whole}, which is {length} long")


def check(folder: Path) -> list[Verdict]:
    """Judge every sound file of a folder.

    Raises
    ------
    AudiobookError
        If the folder holds no finished build.
    """
    report = load_report(folder / "build.json")
    profile = PROFILES.get(report["profile"], PROFILES["storybook"])
    verdicts: list[Verdict] = []
    for chapter in report["chapters"]:
        verdicts += _check_chapter(folder, chapter, profile)
    chapter_files = {c["file"] for c in report["chapters"]}
    for name in report["files"]:
        if name.endswith(".mp3") and name not in chapter_files and (folder / name).is_file():
            verdicts += _check_book(folder, name, report, profile)
    return verdicts


def _check_chapter(folder: Path, chapter: dict[str, Any], profile: Profile) -> Iterator[Verdict]:
    name = chapter["file"]
    path = folder / name
    if not path.is_file():
        yield Verdict(name, "file", "missing", "there", False)
        return
    yield from _sound(path, name, profile, CHAPTER_TOLERANCE_LU, chapter["duration_s"])
    speech = chapter["loudness"]["speech_lufs"]
    if speech is not None:
        yield _within(name, "speech", speech, profile.speech_lufs, SPEECH_TOLERANCE_LU, "LUFS")
    over = chapter["speech_over_music_lu"]
    if over is not None:
        bar = f"at least {MIN_SPEECH_OVER_MUSIC_LU:g} LU"
        yield Verdict(name, "over music", f"{over:.1f} LU", bar, over >= MIN_SPEECH_OVER_MUSIC_LU)
    untimed = [s for s in chapter["segments"] if s["text"].split() and not s["words"]]
    words = sum(len(s["words"]) for s in chapter["segments"])
    yield Verdict(name, "words", str(words), "each with its time", not untimed)


def _check_book(
    folder: Path, name: str, report: dict[str, Any], profile: Profile
) -> Iterator[Verdict]:
    path = folder / name
    yield from _sound(path, name, profile, BOOK_TOLERANCE_LU, report["duration_s"])
    yield _marks(path, name, report)


def _sound(
    path: Path, name: str, profile: Profile, tolerance_lu: float, duration_s: float
) -> Iterator[Verdict]:
    measured = ffmpeg.measure(path)
    lufs = measured.integrated_lufs
    yield _within(name, "loudness", lufs, profile.speech_lufs, tolerance_lu, "LUFS")
    peak = measured.true_peak_dbtp
    bar = f"at most {profile.peak_dbtp:g} dBTP"
    yield Verdict(name, "true peak", f"{peak:.1f} dBTP", bar, peak <= profile.peak_dbtp)
    heard_s = sum(len(block) for block in ffmpeg.decode_blocks(path)) / SAMPLE_RATE
    yield _within(name, "length", heard_s, duration_s, MARK_TOLERANCE_S, "s")


def _within(
    name: str, rule: str, value: float, target: float, tolerance: float, unit: str
) -> Verdict:
    digits = 2 if unit == "s" else 1
    return Verdict(
        name,
        rule,
        f"{value:.{digits}f} {unit}",
        f"{target:.{digits}f} ± {tolerance:g} {unit}",
        abs(value - target) <= tolerance + 1e-9,
    )


def _marks(path: Path, name: str, report: dict[str, Any]) -> Verdict:
    """Hold the marks that another program reads against the report's clock."""
    from mutagen import MutagenError
    from mutagen.id3 import ID3

    try:
        tags: Any = ID3(path)  # type: ignore[no-untyped-call]
    except MutagenError as error:
        raise ExportError(f"{path}: its tags cannot be read: {error}") from error
    starts = [frame.start_time / 1000 for frame in tags.getall("CHAP")]
    worst = max(
        min((abs(chapter["start_s"] - start) for start in starts), default=float("inf"))
        for chapter in report["chapters"]
    )
    text = f"{len(starts)}, off by {1000 * worst:.0f} ms at most"
    return Verdict(
        name, "marks", text, f"within {1000 * MARK_TOLERANCE_S:.0f} ms", worst <= MARK_TOLERANCE_S
    )
