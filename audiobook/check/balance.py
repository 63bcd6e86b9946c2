"""Speech and music of a chapter in, verdicts out: how far the music lies under every segment.

Both are metered apart: in the stems beside the book (``stems/``, kept on request), else made anew
from what is in the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiobook.audio import SAMPLE_RATE
from audiobook.build.arrange import measure_stems
from audiobook.check.source import Source
from audiobook.check.verdict import Verdict, between, unmeasured
from audiobook.errors import AudiobookError
from audiobook.ffmpeg import decode_blocks
from audiobook.loudness import CELL_S, SILENT_LUFS, Energies, Meter, integrated, mean_loudness
from audiobook.profiles import PROFILES

__all__ = ["Stems", "check_balance", "stems_of"]

STEMS = "stems"
MIN_OVER_MUSIC_LU = 20.0  # WCAG 2.1, 1.4.7
SPEECH_TOLERANCE_LU = 0.5


@dataclass(frozen=True)
class Stems:
    """Energies of speech and music in cells of 10 ms; None with the reason if not to be had."""

    speech: Energies | None
    music: Energies
    where: str


def stems_of(folder: Path, chapter: dict[str, Any], source: Source) -> Stems:
    """Find a chapter's stems, or make them anew.

    Only those that the report names are of the chapter as it is: others were left by an earlier
    build.
    """
    written, nothing = chapter.get("stems"), np.zeros(0)
    try:
        if written and all((folder / name).is_file() for name in written.values() if name):
            music = _metered(folder / written["music"]) if written["music"] else nothing
            return Stems(_metered(folder / written["speech"]), music, STEMS)
        job, why_not = source.job(chapter["number"])
        if job is None:
            return Stems(None, nothing, why_not)
        return Stems(*measure_stems(job, source.store), "made anew")
    except AudiobookError as error:
        return Stems(None, nothing, str(error))


def _metered(path: Path) -> Energies:
    meter = Meter(SAMPLE_RATE)
    for block in decode_blocks(path):
        meter.feed(block)
    return meter.energies()


def check_balance(
    file: str, chapter: dict[str, Any], stems: Stems, profile: str
) -> Iterator[Verdict]:
    """Judge how loud a chapter's voice is, and how far its music lies under each segment."""
    target = PROFILES.get(profile, PROFILES["storybook"]).speech_lufs
    at_least, at_most = target - SPEECH_TOLERANCE_LU, target + SPEECH_TOLERANCE_LU
    bar = f"at least {MIN_OVER_MUSIC_LU:g} LU"
    if stems.speech is None:
        wanted = f"{at_least:g} to {at_most:g} LUFS".replace("-", "−")
        yield unmeasured(file, "speech", stems.where, wanted)
        if chapter["music"] is not None:
            yield unmeasured(file, "over music", stems.where, bar)
        return
    speech_lufs = integrated(stems.speech)
    yield between(file, "speech", speech_lufs, "LUFS", at_least=at_least, at_most=at_most)
    if chapter["music"] is None:
        return
    lowest = min(_distances_lu(chapter, stems), default=None)
    if lowest is not None:
        least_lu, segment = lowest
        note = f"under segment {segment}"
        yield between(
            file, "over music", round(least_lu, 1), "LU", at_least=MIN_OVER_MUSIC_LU, note=note
        )


def _distances_lu(chapter: dict[str, Any], stems: Stems) -> Iterator[tuple[float, str]]:
    assert stems.speech is not None
    for segment in chapter["segments"]:
        first, last = (round(segment[t] / CELL_S) for t in ("start_s", "end_s"))
        speech_lufs = mean_loudness(stems.speech[first:last])
        if speech_lufs > SILENT_LUFS:
            yield speech_lufs - mean_loudness(stems.music[first:last]), segment["id"]
