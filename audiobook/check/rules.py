"""What each profile demands of a sound file, as data: a rule is a measure and its limits.

A profile is a row of `RULES` under the name that ``build.json`` says; a name without a row is
judged as `storybook` is. A measure takes what was heard and how the file is coded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audiobook.check.coding import Coding
from audiobook.check.hear import Heard
from audiobook.check.verdict import Verdict, between

__all__ = ["MEASURES", "RULES", "Rule", "apply_rules", "rules_of"]

CHAPTER, BOOK = "chapter", "book"

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


@dataclass(frozen=True)
class Rule:
    """A measure and its limits.

    Attributes
    ----------
    name : str
        One of `MEASURES`.
    unit : str
        ``"yes"`` where the measure says yes (1) or no (0).
    kinds : tuple of str
        The files it holds for: ``"chapter"``, ``"book"``.
    codecs : tuple of str
        The codings it holds for; empty for all.
    """

    name: str
    unit: str
    at_least: float = -math.inf
    at_most: float = math.inf
    kinds: tuple[str, ...] = (CHAPTER, BOOK)
    codecs: tuple[str, ...] = ()

    def apply(self, file: str, heard: Heard, coding: Coding) -> Verdict:
        """Judge one file."""
        value = MEASURES[self.name](heard, coding)
        return between(
            file, self.name, value, self.unit, at_least=self.at_least, at_most=self.at_most
        )


def _yes(name: str, kinds: tuple[str, ...] = (CHAPTER, BOOK)) -> Rule:
    return Rule(name, "yes", at_least=1.0, kinds=kinds)


def _exactly(name: str, value: float, unit: str, **more: tuple[str, ...]) -> Rule:
    return Rule(name, unit, value, value, **more)


def _about(lufs: float) -> tuple[Rule, ...]:
    """Demand a loudness: of a chapter within 2 LU, as its music adds to it; of a book within 1."""
    return (
        Rule("loudness", "LUFS", lufs - 2.0, lufs + 2.0, (CHAPTER,)),
        Rule("loudness", "LUFS", lufs - 1.0, lufs + 1.0, (BOOK,)),
        Rule("true peak", "dBTP", at_most=-1.0),
    )


_INFORMATION = (Rule("loudness range", "LU"),)
_MP3 = ("mp3",)

RULES: dict[str, tuple[Rule, ...]] = {
    # AES TD1008 (2021): speech at -18 LUFS, at most -1 dBTP.
    "storybook": (
        *_about(-18.0),
        *_INFORMATION,
        _exactly("sample rate", 44_100, "Hz", codecs=_MP3),
        Rule("bit rate", "kbit/s", at_least=128, codecs=_MP3),
        Rule("constant bit rate", "yes", at_least=1.0, codecs=_MP3),
    ),
    # Apple Podcasts: -16 LUFS ± 1 dB, at most -1 dBTP.
    "podcast": (*_about(-16.0), *_INFORMATION),
    # ACX audio submission requirements, as Audacity's "ACX Check" measures them.
    "acx": (
        Rule("RMS", "dB", -23.0, -18.0, (CHAPTER,)),
        Rule("sample peak", "dB", at_most=-3.0),
        Rule("noise floor", "dB", at_most=-60.0, kinds=(CHAPTER,)),
        Rule("digital silence", "s", at_most=0.5, kinds=(CHAPTER,)),
        Rule("head", "s", 0.5, 1.0, (CHAPTER,)),
        Rule("tail", "s", 1.0, 5.0, (CHAPTER,)),
        Rule("file length", "min", at_most=120.0, kinds=(CHAPTER,)),
        _yes("MP3", (CHAPTER,)),
        _exactly("sample rate", 44_100, "Hz", kinds=(CHAPTER,)),
        Rule("bit rate", "kbit/s", at_least=192, kinds=(CHAPTER,)),
        _yes("constant bit rate", (CHAPTER,)),
        _exactly("channels", 1, "", kinds=(CHAPTER,)),
    ),
    # LibriVox: 89 dB of ReplayGain is -18 LUFS; its wiki says -16 to -21.
    "librivox": (
        Rule("loudness", "LUFS", -21.0, -16.0, (CHAPTER,)),
        Rule("true peak", "dBTP", at_most=-1.0),
        Rule("head", "s", 0.5, 1.0, (CHAPTER,)),
        Rule("tail", "s", at_least=5.0, kinds=(CHAPTER,)),
        _yes("MP3", (CHAPTER,)),
        _exactly("sample rate", 44_100, "Hz", kinds=(CHAPTER,)),
        _exactly("bit rate", 128, "kbit/s", kinds=(CHAPTER,)),
        _yes("constant bit rate", (CHAPTER,)),
        _exactly("channels", 1, "", kinds=(CHAPTER,)),
    ),
}


def rules_of(profile: str) -> tuple[Rule, ...]:
    """Return the rules of a profile."""
    return RULES.get(profile, RULES["storybook"])


def apply_rules(
    profile: str, kind: str, file: str, heard: Heard, coding: Coding
) -> Iterator[Verdict]:
    """Judge a file by its profile's rules."""
    for rule in rules_of(profile):
        if kind in rule.kinds and (not rule.codecs or coding.codec in rule.codecs):
            yield rule.apply(file, heard, coding)
