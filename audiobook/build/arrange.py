"""A chapter's job in, its timeline and its stems out: what is heard when, before it is mastered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from audiobook.audio import SAMPLE_RATE, Audio, resampled_length, samples_to_seconds
from audiobook.build.cues import cues_of, level_changes
from audiobook.build.recipe import MusicPlan
from audiobook.loudness import Energies, Meter
from audiobook.mix import crossfade
from audiobook.music.bed import Bed, Cues
from audiobook.profiles import Profile
from audiobook.segments import Boundary, Segment
from audiobook.speech.clips import unpack_words
from audiobook.speech.engine import WordTiming
from audiobook.stems import MusicStem, SpeechStem, lost
from audiobook.store import Store
from audiobook.story.book import Pauses
from audiobook.timeline import GRID_SAMPLES, Timeline, pauses_s, place

__all__ = ["ChapterJob", "cues_of", "lay_out", "measure_stems", "stems_of"]

Tracks: TypeAlias = list[list[int]]  # the reader's own files: which, and from which sample on

GRID_S = GRID_SAMPLES / SAMPLE_RATE
# After these a passage is complete.
WHOLE = (Boundary.PARAGRAPH, Boundary.SCENE, Boundary.END)


@dataclass(frozen=True)
class ChapterJob:
    """All that `produce` needs; crosses the border between processes.

    Attributes
    ----------
    clips : tuple of str
        Key of each segment's clip; all are in the store.
    voices : tuple of str
        Who reads each segment: voices are brought to one loudness, segments are not.
    at_most_s : float
        Longest sound of an excerpt, which ends where it may; 0 for all of it.
    """

    key: str
    segments: tuple[Segment, ...]
    clips: tuple[str, ...]
    voices: tuple[str, ...]
    pauses: Pauses
    music: MusicPlan | None
    profile: Profile
    at_most_s: float = 0.0


def lay_out(job: ChapterJob, store: Store) -> Timeline:
    """Set the clips on the chapter's clock, from their descriptions alone.

    Raises
    ------
    LostError
        If a clip is not in the store.
    """
    clips: list[tuple[int, int, tuple[WordTiming, ...]]] = []
    own: list[int | None] = []  # the pauses of recordings, in samples
    for key, segment in zip(job.clips, job.segments, strict=True):
        meta = store.meta("clip", key)
        if meta is None:
            raise lost(segment)
        own.append(meta.get("pause"))
        n_samples = int(meta["n_samples"]) - (own[-1] or 0)
        clips.append((n_samples, int(meta["sample_rate"]), unpack_words(meta)))
    if job.at_most_s:
        clips = clips[: _n_fitting(job, clips, own)]
    segments = _ended(job.segments[: len(clips)])
    head_s = max(job.music.settings.intro_s if job.music else 0.0, job.profile.head_s)
    arranged = partial(place, segments, clips, job.pauses, intro_s=head_s, own_pauses=own)
    timeline = arranged(outro_s=0.0)
    tail_s = job.profile.tail_after_s(samples_to_seconds(timeline.n_samples))
    tail_s = max(job.music.settings.outro_s if job.music else 0.0, tail_s)
    return arranged(outro_s=tail_s)


def _ended(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return (*segments[:-1], replace(segments[-1], after=Boundary.END))


def _n_fitting(
    job: ChapterJob, clips: Sequence[tuple[int, int, object]], own: Sequence[int | None]
) -> int:
    """Return how many segments an excerpt takes in: to the end of a paragraph, or of a sentence.

    The last paragraph that fits, if half of the time is used by then; else the last sentence.
    """
    room_s = job.at_most_s - job.profile.head_s - job.profile.tail_s - GRID_S
    ends: list[tuple[float, int, Boundary]] = []
    position_s = job.segments[0].pause_before_s or 0.0
    after_s = pauses_s(job.segments, job.pauses)
    for n, (segment, (n_samples, rate, _)) in enumerate(zip(job.segments, clips, strict=True), 1):
        position_s += resampled_length(n_samples, rate) / SAMPLE_RATE
        if position_s <= room_s:
            ends.append((position_s, n, segment.after))
        pause = own[n - 1]
        position_s += after_s[n - 1] if pause is None else samples_to_seconds(pause)
    whole = [(s, n) for s, n, after in ends if after in WHOLE and s >= room_s / 2]
    sentences = [(s, n) for s, n, after in ends if after is not Boundary.CLAUSE]
    return max((whole or sentences or [(0.0, 1)])[-1][1], 1)


def stems_of(
    job: ChapterJob, store: Store, timeline: Timeline, folder: Path
) -> tuple[SpeechStem, MusicStem | None, Tracks]:
    """Return speech and music as they will be heard, and when each of the reader's files is.

    Parameters
    ----------
    folder : Path
        Where the bed waits meanwhile.
    """
    target_lufs = job.profile.speech_lufs
    n_segments = len(timeline.placed)  # of an excerpt not all
    clips, voices = job.clips[:n_segments], job.voices[:n_segments]
    voice = SpeechStem(timeline, clips, voices, store, target_lufs)
    if job.music is None:
        return voice, None, []
    bed = _bed(job.music, cues_of(timeline, job.music))
    levels, scratch = job.music.settings, folder / "bed.pcm"
    changes = level_changes(job.music, timeline)
    music = MusicStem(bed, timeline, voice, levels, target_lufs, scratch, changes)
    return voice, music, _first_heard(bed)


def measure_stems(job: ChapterJob, store: Store) -> tuple[Energies, Energies]:
    """Make a chapter's speech and music anew from what is in the store, and meter both.

    Returns
    -------
    tuple of array
        The energies of speech and of music; no music has none.

    Raises
    ------
    LostError
        If a clip is not in the store.
    """
    with tempfile.TemporaryDirectory(dir=store.scratch_dir()) as folder:
        voice, music, _ = stems_of(job, store, lay_out(job, store), Path(folder))
        speech = _metered(voice.windows())
        return speech, _metered(music.windows()) if music else speech[:0]


def _metered(windows: Iterator[Audio]) -> Energies:
    meter = Meter()
    for window in windows:
        meter.feed(window)
    return meter.energies()


def _bed(music: MusicPlan, cues: Cues) -> Bed:
    if music.tracks:
        from audiobook.music.own import own_bed

        return own_bed([Path(track.path) for track in music.tracks], cues, crossfade)
    from audiobook.music.composed import composed_bed

    return composed_bed(cues, music.palette, music.mood, music.seed)


def _first_heard(bed: Bed) -> Tracks:
    """Return which of the listener's own files are heard, and from which sample on."""
    from audiobook.music.own import OwnBed

    if not isinstance(bed, OwnBed):
        return []
    first: dict[int, int] = {}
    for turn in bed.turns:
        first.setdefault(turn.track, turn.start)
    return [[track, start] for track, start in first.items()]
