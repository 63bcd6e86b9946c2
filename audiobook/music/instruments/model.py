"""What every instrument is: a note in, its sound out, and parameters with units and limits."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from audiobook.errors import MusicError, did_you_mean

__all__ = ["REFERENCE_RMS", "Model", "Parameter", "ParameterError", "Samples", "limited"]

Samples = npt.NDArray[np.float32]

REFERENCE_RMS = (
    0.1  # notes of every instrument are made about equally strong; gains are the score's
)


class ParameterError(MusicError):
    """A parameter that an instrument does not have or cannot take.

    Attributes
    ----------
    name, key, problem : str
        The instrument; the parameter as it was written, so that a reader of files can point at
        its line; what is wrong with it.
    """

    def __init__(self, name: str, key: str, problem: str) -> None:
        super().__init__(f"instrument {name}: {key} {problem}")
        self.name = name
        self.key = key
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of an instrument: its name, its value, its limits (inclusive) and its unit."""

    name: str
    value: float
    low: float
    high: float
    unit: str


def limited(default: float, low: float, high: float, unit: str) -> Any:
    """Declare a field of a `Model` that a palette may set, from low to high inclusive."""
    return field(default=default, metadata={"limits": (low, high, unit)})


@dataclass(frozen=True)
class Model(ABC):
    """A way to make sound; with its parameters set, an instrument.

    Instruments are values: equal parameters, equal sound.

    Attributes
    ----------
    REACH : tuple of float
        Lowest and highest MIDI pitch that `play` takes.
    """

    REACH: ClassVar[tuple[float, float]]

    def __post_init__(self) -> None:
        for parameter in self.parameters():
            problem = _problem(parameter, parameter.value)
            if problem:
                raise ValueError(f"{type(self).__name__}: {parameter.name} {problem}")

    @abstractmethod
    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Play one note.

        Parameters
        ----------
        pitch : float
            MIDI pitch; fractions are parts of a semitone.
        duration_s : float > 0
            How long it is held, in seconds; it may fade or ring for a while after.
        velocity : float
            0 to 1: how bright and how noisy. Loudness is left to the caller, so that the same
            sound serves for notes of several levels.
        variant : int >= 0
            Which of the player's many ways to play it; neighbours count up, so that no two
            repeated notes are alike and strokes go down and up in turn.
        position : int >= 0
            Sample of the music at which it begins; only endless tones care.

        Returns
        -------
        Samples, shape (n_samples,)
            Mono, near `REFERENCE_RMS` while it is strongest, below 0 dBFS, ending in silence.
            Read-only: a caller that changes it copies it first.
        """

    @classmethod
    def from_table(cls, table: Mapping[str, float]) -> Self:
        """Return the model with the parameters of a table, the others as they are by default."""
        return cls().changed(table, cls.__name__)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return what a palette may set, as it is set now."""
        return tuple(
            Parameter(item.name, getattr(self, item.name), *item.metadata["limits"])
            for item in fields(self)
            if "limits" in item.metadata
        )

    def changed(self, table: Mapping[str, float], name: str) -> Self:
        """Return the same instrument with some parameters changed.

        Parameters
        ----------
        table : mapping of str to float
            Parameters by name.
        name : str
            What the instrument is called in messages.

        Raises
        ------
        ParameterError
            If a parameter is unknown, no number, or out of its limits.
        """
        known = {parameter.name: parameter for parameter in self.parameters()}
        for key, value in table.items():
            if key not in known:
                raise ParameterError(name, key, f"is no parameter; {did_you_mean(key, known)}")
            problem = _problem(known[key], value)
            if problem:
                raise ParameterError(name, key, problem)
        numbers: dict[str, Any] = {key: float(value) for key, value in table.items()}
        return replace(self, **numbers)


def _problem(parameter: Parameter, value: object) -> str | None:
    """Say what is wrong with a value, or nothing."""
    wanted = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"must be a number, {wanted}"
    if not parameter.low <= value <= parameter.high:
        return f"is {value:g}; it must be {wanted}"
    return None
