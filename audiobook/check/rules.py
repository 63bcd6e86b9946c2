"""What each profile demands of a sound file: its bars, and how each is measured.

A measure takes what was heard and how the file is coded. A report whose profile is not known is
judged as a `storybook`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audiobook.check.coding import Coding
from audiobook.check.hear import Heard
from audiobook.check.verdict import Verdict, between
from audiobook.profiles import DEFAULT_PROFILE, PROFILES, Bar

__all__ = ["MEASURES", "apply_rules"]

Measure = Callable[[Heard, Coding], float]

MEASURES: dict[str, Measure] = {
    "loudness": lambda heard, _: heard.integrated_lufs,  # LUFS; mono as from two loudspeakers
    "loudness range": lambda heard, _: heard.range_lu,
    "true peak": lambda heard, _: heard.true_peak_dbtp,
    "sample peak": lambda heard, _: heard.peak_db,
    "RMS": lambda heard, _: heard.rms_db,
    "noise floor": lambda heard, _: heard.noise_floor_db,  # RMS of the quietest 500 ms
    "head": lambda heard, _: heard.head_s,
    "tail": lambda heard, _: heard.tail_s,
    "digital silence": lambda heard, _: heard.dead_s,  # the longest stretch
    "file length": lambda heard, _: heard.duration_s / 60.0,
    "sample rate": lambda _, coding: coding.sample_rate,
    "bit rate": lambda _, coding: coding.bitrate_kbps,
    "constant bit rate": lambda _, coding: float(coding.is_constant),
    "channels": lambda _, coding: coding.n_channels,
    "MP3": lambda _, coding: float(coding.codec == "mp3"),
}


def apply_rules(
    profile: str, kind: str, file: str, heard: Heard, coding: Coding
) -> Iterator[Verdict]:
    """Judge a file by its profile's bars."""
    for bar in PROFILES.get(profile, PROFILES[DEFAULT_PROFILE]).bars:
        if kind in bar.of and (not bar.codecs or coding.codec in bar.codecs):
            yield _judged(file, bar, heard, coding)


def _judged(file: str, bar: Bar, heard: Heard, coding: Coding) -> Verdict:
    value = MEASURES[bar.measure](heard, coding)
    return between(file, bar.measure, value, bar.unit, at_least=bar.at_least, at_most=bar.at_most)
