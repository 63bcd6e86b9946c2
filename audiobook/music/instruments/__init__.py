"""Names and numbers in, instruments out; and from each note the sound of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from audiobook.errors import MusicError, did_you_mean
from audiobook.music.instruments.model import Model as Instrument
from audiobook.music.instruments.model import Parameter, ParameterError, Samples
from audiobook.music.instruments.presets import PRESETS

__all__ = [
    "MODELS",
    "Instrument",
    "Parameter",
    "ParameterError",
    "Samples",
    "instrument",
    "within_reach",
]

MODELS: tuple[str, ...] = tuple(PRESETS)


def instrument(model: str, parameters: Mapping[str, float] | None = None) -> Instrument:
    """Return an instrument by its name.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    parameters : mapping of str to float
        What to change about it, in the model's terms and units; see its `parameters`.

    Returns
    -------
    Instrument
        A value: the same name and numbers play the same samples.

    Raises
    ------
    MusicError
        If there is no such instrument; the message names the closest.
    ParameterError
        If a parameter is unknown, no number, or out of its limits; carries its key.
    """
    if model not in PRESETS:
        raise MusicError(f'unknown instrument "{model}"; {did_you_mean(model, PRESETS)}')
    return PRESETS[model].changed(parameters or {}, model)


def within_reach(model: str, pitch: float) -> float:
    """Return a pitch as near as octaves bring it to where a model can be played.

    Examples
    --------
    >>> within_reach("koto", 62.0), within_reach("koto", 110.0), within_reach("koto", 1.5)
    (62.0, 86.0, 37.5)
    """
    low, high = PRESETS[model].REACH
    octaves_up = max(0, math.ceil((low - pitch) / 12.0))
    octaves_down = max(0, math.ceil((pitch - high) / 12.0))
    return pitch + 12.0 * (octaves_up - octaves_down)
