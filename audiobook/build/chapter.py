"""Clips in, a mastered chapter out: the job that one worker does for one chapter.

Sound passes in windows from the stems through mixer and limiter into the encoder, which runs
beside them; nothing holds a whole chapter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audiobook.audio import db_to_gain, samples_to_seconds
from audiobook.build.arrange import ChapterJob, lay_out, stems_of
from audiobook.build.mastering import Mastered, master
from audiobook.build.sounds import SOUNDS
from audiobook.build.stemfiles import write_stems
from audiobook.errors import MasterError
from audiobook.export.edition import MP3, MUSIC, SPEECH, sound_kind
from audiobook.loudness import CELL_S, Energies, block_counts, mean_loudness
from audiobook.speech.engine import WordTiming
from audiobook.stems import MusicStem, SpeechStem
from audiobook.store import Store
from audiobook.timeline import Timeline

__all__ = ["produce"]

LEVELS_STEP_S = 0.2  # resolution of the level curves kept for pictures and reports


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

    Raises
    ------
    MasterError
        If the chapter cannot be made as its profile wants it.
    """
    timeline = lay_out(job, store)
    _check_length(job, timeline)
    with tempfile.TemporaryDirectory(dir=store.scratch_dir()) as folder:
        voice, music, tracks = stems_of(job, store, timeline, Path(folder))
        for name in (name for name in sounds if name in SOUNDS):
            sound = SOUNDS[name]
            target = Path(folder) / f"chapter{sound.suffix}"
            mastered = master(sound, job.profile, voice, music, target)
            loudness = {
                "integrated_lufs": mastered.loudness.integrated_lufs,
                "range_lu": mastered.loudness.range_lu,
                "true_peak_dbtp": mastered.loudness.true_peak_dbtp,
            }
            meta = {"n_samples": timeline.n_samples, "loudness": loudness}
            if name == MP3:
                loudness["speech_lufs"] = round(voice.integrated_lufs + mastered.gain_db, 2)
                meta |= {**_described(timeline, voice, music, mastered), "tracks": tracks}
            if sound.frames:
                with target.open("rb") as file:
                    meta["frames"] = asdict(sound.frames(file, name, timeline.n_samples))
            store.put(sound_kind(name), job.key, meta, target)
        if SPEECH in sounds or MUSIC in sounds:
            for name, path in write_stems(voice, music, Path(folder)).items():
                store.put(name, job.key, {}, path)
    return timeline.n_samples


def _check_length(job: ChapterJob, timeline: Timeline) -> None:
    length_s = samples_to_seconds(timeline.n_samples)
    if length_s > job.profile.longest_s:
        raise MasterError(
            f"{length_s / 60:.1f} minutes, and {job.profile.name} takes "
            f"{job.profile.longest_s / 60:.3g}; divide it with a heading, or read faster"
        )


def _described(
    timeline: Timeline, voice: SpeechStem, music: MusicStem | None, mastered: Mastered
) -> dict[str, Any]:
    """Return what is kept of a chapter beside its sound."""
    gain = db_to_gain(mastered.gain_db) ** 2
    speech = voice.energies * gain
    bed = music.energies * gain if music else speech[:0]
    return {
        "placed": [[p.start, p.end, [_word(w) for w in p.words]] for p in timeline.placed],
        "speech_over_music_lu": music.distances_lu() if music else [],
        "blocks": block_counts(speech + bed if music else speech),
        "levels": _levels(speech, bed),
    }


def _word(word: WordTiming) -> list[Any]:
    return [round(word.start_s, 3), round(word.end_s, 3), int(word.exact)]


def _levels(speech: Energies, bed: Energies) -> dict[str, Any]:
    """Return speech and music loudness over time, for the picture and the report."""
    step = round(LEVELS_STEP_S / CELL_S)

    def curve(energies: Energies) -> list[float]:
        return [
            round(mean_loudness(energies[i : i + step]), 1) for i in range(0, len(energies), step)
        ]

    return {"step_s": LEVELS_STEP_S, "speech_lufs": curve(speech), "music_lufs": curve(bed)}
