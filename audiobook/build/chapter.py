"""Clips in, a mastered chapter out: the job that one worker does for one chapter.

Sound passes in windows from the stems through mixer and limiter into the encoder, which runs
beside them; nothing holds a whole chapter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from audiobook import ffmpeg
from audiobook.audio import Audio, samples_to_seconds
from audiobook.build.recipe import MusicPlan
from audiobook.build.sounds import SOUNDS, Sound
from audiobook.build.stemfiles import write_stems
from audiobook.errors import MasterError
from audiobook.export.edition import MP3, MUSIC, SPEECH, sound_kind
from audiobook.loudness import CELL_S, Energies, Meter, block_counts, mean_loudness
from audiobook.master import Profile, limit
from audiobook.mix import crossfade, overlay
from audiobook.music.bed import Bed, Cues
from audiobook.segments import Boundary, Segment
from audiobook.speech.clips import unpack_words
from audiobook.speech.engine import WordTiming
from audiobook.stems import MusicStem, SpeechStem, lost
from audiobook.store import Store
from audiobook.story.book import Pauses
from audiobook.timeline import Timeline, place

__all__ = ["ChapterJob", "lay_out", "measure_stems", "produce", "stems_of"]

Tracks: TypeAlias = list[list[int]]  # the reader's own files: which, and from which sample on

HEAD_S, TAIL_S = 0.5, 1.0  # silence around a chapter that has no music
LEVELS_STEP_S = 0.2  # resolution of the level curves kept for pictures and reports
MAX_TRIES = 4  # each lowers the ceiling by what the codec added; two have always been enough

BREATHS = {
    Boundary.PARAGRAPH: 1,
    Boundary.HEADING: 2,
    Boundary.TITLE: 2,
    Boundary.SCENE: 3,
}


@dataclass(frozen=True)
class ChapterJob:
    """All that `produce` needs; crosses the border between processes.

    Attributes
    ----------
    clips : tuple of str
        Key of each segment's clip; all are in the store.
    voices : tuple of str
        Who reads each segment: voices are brought to one loudness, segments are not.
    """

    key: str
    segments: tuple[Segment, ...]
    clips: tuple[str, ...]
    voices: tuple[str, ...]
    pauses: Pauses
    music: MusicPlan | None
    profile: Profile


def lay_out(job: ChapterJob, store: Store) -> Timeline:
    """Set the clips on the chapter's clock, from their descriptions alone.

    Raises
    ------
    LostError
        If a clip is not in the store.
    """
    clips: list[tuple[int, int, tuple[WordTiming, ...]]] = []
    for key, segment in zip(job.clips, job.segments, strict=True):
        meta = store.meta("clip", key)
        if meta is None:
            raise lost(segment)
        clips.append((int(meta["n_samples"]), int(meta["sample_rate"]), unpack_words(meta)))
    head_s = job.music.settings.intro_s if job.music else 0.0
    tail_s = job.music.settings.outro_s if job.music else 0.0
    return place(
        job.segments,
        clips,
        job.pauses,
        intro_s=max(head_s, HEAD_S),
        outro_s=max(tail_s, TAIL_S),
    )


def produce(job: ChapterJob, store: Store, sounds: Sequence[str] = (MP3,)) -> int:
    """Mix, master and encode one chapter, and keep it in the store.

    Parameters
    ----------
    sounds : sequence of str
        What to make: encodings from `audiobook.build.sounds.SOUNDS`, and stems.

    Returns
    -------
    int
        The chapter's length in samples. What was measured, and where each segment and word
        sounds, is in the description of its MP3.
    """
    timeline = lay_out(job, store)
    with tempfile.TemporaryDirectory(dir=store.scratch_dir()) as folder:
        voice, music, tracks = stems_of(job, store, timeline, Path(folder))
        for name in (name for name in sounds if name in SOUNDS):
            sound = SOUNDS[name]
            target = Path(folder) / f"chapter{sound.suffix}"
            measured = _encode(sound, job.profile, timeline, voice, music, target)
            loudness = {
                "integrated_lufs": measured.integrated_lufs,
                "range_lu": measured.range_lu,
                "true_peak_dbtp": measured.true_peak_dbtp,
            }
            meta = {"n_samples": timeline.n_samples, "loudness": loudness}
            if name == MP3:
                loudness["speech_lufs"] = round(voice.integrated_lufs, 2)
                meta |= {**_described(timeline, voice, music), "tracks": tracks}
            if sound.frames:
                with target.open("rb") as file:
                    meta["frames"] = asdict(sound.frames(file, name, timeline.n_samples))
            store.put(sound_kind(name), job.key, meta, target)
        if SPEECH in sounds or MUSIC in sounds:
            for name, path in write_stems(voice, music, Path(folder)).items():
                store.put(name, job.key, {}, path)
    return timeline.n_samples


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
    voice = SpeechStem(timeline, job.clips, job.voices, store, target_lufs)
    if job.music is None:
        return voice, None, []
    bed = _bed(job.music, cues_of(timeline, job.music))
    levels, scratch = job.music.settings, folder / "bed.pcm"
    music = MusicStem(bed, timeline, voice, levels, target_lufs, scratch)
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


def _described(timeline: Timeline, voice: SpeechStem, music: MusicStem | None) -> dict[str, Any]:
    """Return what is kept of a chapter beside its sound."""
    return {
        "placed": [[p.start, p.end, [_word(w) for w in p.words]] for p in timeline.placed],
        "speech_over_music_lu": music.distances_lu() if music else [],
        "blocks": block_counts(voice.energies + (music.energies if music else 0.0)),
        "levels": _levels(voice, music),
    }


def cues_of(timeline: Timeline, music: MusicPlan | None = None) -> Cues:
    """Return what the composer needs to know of a chapter.

    Another mood begins with the pause before its first segment, so that the change is prepared
    before the voice goes on.
    """
    breaths = tuple(
        (start, end, BREATHS[boundary])
        for start, end, boundary in timeline.pauses
        if boundary in BREATHS
    )
    before = (timeline.speech_start, *(start for start, _, _ in timeline.pauses))
    starts = {p.segment.id: start for p, start in zip(timeline.placed, before, strict=True)}
    turns = music.turns if music else ()
    peaks = [p.start for p in timeline.placed if music and p.segment.id == music.climax]
    return Cues(
        timeline.n_samples,
        timeline.speech_start,
        timeline.speech_end,
        breaths,
        moods=tuple((starts[turn.segment_id], turn.mood) for turn in turns),
        climax=peaks[0] if peaks else None,
    )


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


def _encode(
    sound: Sound,
    profile: Profile,
    timeline: Timeline,
    voice: SpeechStem,
    music: MusicStem | None,
    target: Path,
) -> ffmpeg.Loudness:
    """Mix, limit and encode until the decoded file keeps the profile's ceiling."""
    ceiling_dbtp = profile.limit_dbtp - sound.overshoot_db
    for _ in range(MAX_TRIES):
        mixed = _mixed(voice, music)
        measured = sound.encode(limit(mixed, ceiling_dbtp), target, profile)
        excess_db = measured.true_peak_dbtp - profile.peak_dbtp
        if excess_db <= 0.0:
            return measured
        ceiling_dbtp -= excess_db + 0.1
    seconds = samples_to_seconds(timeline.n_samples)
    raise MasterError(
        f"a chapter of {seconds:.0f} s peaks at {measured.true_peak_dbtp} dBTP after "
        f"{MAX_TRIES} attempts at {profile.peak_dbtp}"
    )


def _mixed(voice: SpeechStem, music: MusicStem | None) -> Iterator[Audio]:
    if music is None:
        yield from voice.windows()
        return
    for speech, bed in zip(voice.windows(), music.windows(), strict=True):
        yield overlay(speech, bed)


def _word(word: WordTiming) -> list[Any]:
    return [round(word.start_s, 3), round(word.end_s, 3), int(word.exact)]


def _levels(voice: SpeechStem, music: MusicStem | None) -> dict[str, Any]:
    """Return speech and music loudness over time, for the picture and the report."""
    step = round(LEVELS_STEP_S / CELL_S)

    def curve(energies: Energies) -> list[float]:
        return [
            round(mean_loudness(energies[i : i + step]), 1) for i in range(0, len(energies), step)
        ]

    return {
        "step_s": LEVELS_STEP_S,
        "speech_lufs": curve(voice.energies),
        "music_lufs": curve(music.energies) if music else [],
    }
