"""The instruments by name: each a model with its parameters set.

Decays, pick positions and bodies of the dombra, jetigen and kobyz were chosen by ear-like measures
(spectra, an independent timbre tagger). The others start from descriptions of the instruments
(string material, size, how they are struck or blown) and are taste within the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from audiobook.music.instruments.body import Resonance
from audiobook.music.instruments.bowed import BowedString
from audiobook.music.instruments.drone import Drone
from audiobook.music.instruments.drum import FrameDrum
from audiobook.music.instruments.flute import Flute
from audiobook.music.instruments.model import Model
from audiobook.music.instruments.plucked import PluckedString

__all__ = ["DOMBRA", "DRONE", "PRESETS"]


def _modes(*modes: tuple[float, float, float]) -> tuple[Resonance, ...]:
    return tuple(Resonance(*mode) for mode in modes)


# (Hz, quality, gain): wood modes of a small plucked lute
_LUTE = _modes(
    *((196, 9, 0.90), (310, 10, 0.80), (455, 11, 0.70), (640, 12, 0.55)),
    *((880, 12, 0.45), (1350, 8, 0.25), (2300, 5, 0.15)),
)
# a long shallow box
_ZITHER = _modes((165, 8, 0.5), (280, 9, 0.5), (420, 10, 0.4), (720, 9, 0.3), (1600, 6, 0.2))
# a deep bowl under a skin: broad and low
_GOURD = _modes((135, 5, 0.9), (240, 6, 0.8), (390, 6, 0.6), (620, 6, 0.4), (1100, 5, 0.2))
# a bowl, its lower half covered with skin: hollow, with much between 350 and 900 Hz
_KOBYZ = _modes(
    *((230, 6, 0.90), (380, 7, 1.00), (560, 8, 0.80), (820, 8, 0.70)),
    *((1150, 7, 0.60), (1600, 9, 0.45), (2150, 8, 0.30), (2900, 6, 0.15)),
)
# air, wood and bridge modes of a fiddle
_FIDDLE = _modes(
    *((275, 14, 0.8), (405, 12, 0.5), (465, 16, 0.9), (550, 15, 0.9), (700, 13, 0.6)),
    *((860, 14, 0.6), (1050, 12, 0.6), (1300, 14, 0.5), (1750, 13, 0.5), (2500, 3, 0.5)),
)

DOMBRA = PluckedString(brightness_hz=1450.0, body=_LUTE)
DRONE = Drone()

PRESETS: Mapping[str, Model] = MappingProxyType(
    {
        # plucked: two nylon strings, shertpe; tökpe takes the open string along
        "dombra": DOMBRA,
        "dombra-tokpe": replace(DOMBRA, under_pitch=50.0, under_gap_ms=12.0),
        "jetigen": PluckedString(
            pick_position=0.2,
            decay_s=4.5,
            decay_3k_s=0.8,
            brightness_hz=2400.0,
            noise=0.3,
            direct=0.7,
            body=_ZITHER,
        ),
        "harp": PluckedString(
            pick_position=0.28,
            decay_s=4.2,
            decay_3k_s=0.7,
            brightness_hz=2200.0,
            noise=0.25,
            second_cents=0.2,
            glide_cents=2.0,
            tilt_db=-2.5,
            direct=0.6,
            body=_ZITHER,
            body_scale=0.85,
        ),
        "lyre": PluckedString(
            pick_position=0.24,
            decay_s=3.0,
            decay_3k_s=0.5,
            brightness_hz=1800.0,
            noise=0.5,
            direct=0.5,
            body=_LUTE,
            body_scale=0.9,
        ),
        "saz": PluckedString(
            pick_position=0.12,
            decay_s=3.0,
            decay_3k_s=0.6,
            brightness_hz=1500.0,
            noise=0.9,
            stiffness=6e-5,
            course_cents=3.0,
            direct=0.5,
            body=_LUTE,
            body_scale=1.05,
        ),
        "kora": PluckedString(
            pick_position=0.18,
            decay_s=2.4,
            decay_3k_s=0.5,
            brightness_hz=1500.0,
            noise=0.8,
            stiffness=1e-5,
            direct=0.45,
            body=_GOURD,
        ),
        "koto": PluckedString(
            pick_position=0.13,
            decay_s=3.0,
            decay_3k_s=0.6,
            brightness_hz=1400.0,
            noise=0.8,
            stiffness=4e-5,
            glide_cents=9.0,
            direct=0.6,
            body=_ZITHER,
            body_scale=1.1,
        ),
        "cittern": PluckedString(
            pick_position=0.17,
            decay_s=3.4,
            decay_3k_s=0.8,
            brightness_hz=1600.0,
            noise=0.6,
            stiffness=5e-5,
            course_cents=2.5,
            direct=0.5,
            body=_LUTE,
        ),
        # bowed
        "kobyz": BowedString(rolloff_hz=2200.0, direct=0.32, body=_KOBYZ),
        "fiddle": BowedString(
            rolloff_hz=2400.0,
            bow_position=0.09,
            attack_s=0.09,
            release_s=0.28,
            vibrato_cents=10.0,
            vibrato_hz=5.6,
            vibrato_after_s=0.30,
            drift_cents=2.5,
            slide_cents=-12.0,
            bow_noise=0.03,
            swell=0.2,
            direct=0.2,
            body=_FIDDLE,
        ),
        "hardanger": BowedString(
            rolloff_hz=2400.0,
            bow_position=0.09,
            attack_s=0.08,
            release_s=0.28,
            vibrato_cents=3.0,
            vibrato_hz=5.4,
            drift_cents=2.5,
            slide_cents=-8.0,
            bow_noise=0.03,
            swell=0.15,
            direct=0.2,
            sympathetic=0.5,
            body=_FIDDLE,
        ),
        # flutes
        "sybyzgy": Flute(),
        "whistle": Flute(
            second_db=-13.0,
            third_db=-24.0,
            fall_db=10.0,
            attack_s=0.035,
            release_s=0.10,
            vibrato_cents=5.0,
            vibrato_db=0.8,
            vibrato_hz=5.0,
            scoop_cents=-12.0,
            scoop_s=0.025,
            breath=0.07,
            lip=0.012,
            puff=4.0,
            swell=0.12,
        ),
        "shakuhachi": Flute(
            second_db=-8.0,
            third_db=-14.0,
            fall_db=8.0,
            attack_s=0.16,
            release_s=0.45,
            vibrato_cents=16.0,
            vibrato_db=1.8,
            vibrato_hz=4.2,
            vibrato_after_s=0.7,
            drift_cents=4.0,
            scoop_cents=-80.0,
            scoop_s=0.09,
            breath=0.20,
            lip=0.03,
            puff=4.0,
            swell=0.35,
        ),
        "ney": Flute(
            second_db=-7.0,
            third_db=-14.0,
            fall_db=8.0,
            attack_s=0.14,
            release_s=0.35,
            vibrato_cents=13.0,
            vibrato_db=1.4,
            vibrato_hz=4.8,
            vibrato_after_s=0.5,
            scoop_cents=-25.0,
            scoop_s=0.06,
            breath=0.26,
            lip=0.035,
            puff=3.0,
            swell=0.3,
        ),
        # drums, all soft
        "dangyra": FrameDrum(jingle=0.06),
        "bodhran": FrameDrum(
            decay_s=0.36, lowest=1.3, bend=0.18, slap=0.12, softness_ms=4.0, tilt_db=-4.0
        ),
        "bendir": FrameDrum(decay_s=0.34, lowest=1.1, bend=0.12, slap=0.22, jingle=0.10),
        "taiko": FrameDrum(
            decay_s=0.60, lowest=1.6, bend=0.08, slap=0.10, softness_ms=6.0, tilt_db=-6.0
        ),
        "calabash": FrameDrum(
            decay_s=0.22, lowest=1.5, bend=0.06, slap=0.35, softness_ms=2.0, tilt_db=-5.0
        ),
        # pads
        "drone": DRONE,
        "pad": Drone(rolloff_hz=450.0, breadth_hz=0.8, motion=0.35, swell_s=4.0),
    }
)
