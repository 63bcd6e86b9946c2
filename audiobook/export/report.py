"""What is known of a finished build: the parts of ``build.json``, a function of the inputs alone.

Times are seconds. Those inside a chapter count from the chapter's own start, as in its own file;
a chapter's ``start_s`` is its place in the whole-book file. The shape is ``build.schema.json``'s.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BookReport",
    "ChapterReport",
    "FallbackReport",
    "LoudnessReport",
    "MoodReport",
    "MusicFileReport",
    "MusicReport",
    "SampleReport",
    "SectionReport",
    "SegmentReport",
    "StemsReport",
    "WordReport",
]


@dataclass(frozen=True, slots=True)  # a long book has hundreds of thousands
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
class FallbackReport:
    """A segment that another voice reads than ``wanted``, which could not be asked for it."""

    chapter: int
    segment: str
    voice: str
    wanted: str


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
    fallback: tuple[FallbackReport, ...] = ()
