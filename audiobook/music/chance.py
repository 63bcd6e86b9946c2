"""A piece's name and a purpose in, small decisions out: all chance in the music, reproducible."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

__all__ = ["Chance"]

T = TypeVar("T")


class Chance:
    """Decisions that depend on a seed and a purpose alone, so that none moves another.

    Examples
    --------
    >>> Chance("steppe", "tempo").uniform(0, 1) == Chance("steppe", "tempo").uniform(0, 1)
    True
    """

    def __init__(self, seed: str, *purpose: object) -> None:
        name = "|".join([seed, *map(str, purpose)]).encode("utf-8", "surrogatepass")
        self._numbers = np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()))

    def choice(self, options: Sequence[T], odds: Sequence[float] | None = None) -> T:
        """Choose one, each as likely as the others or by odds that add up to 1."""
        return options[int(self._numbers.choice(len(options), p=odds))]

    def uniform(self, low: float, high: float) -> float:
        """Return a number between two."""
        return float(self._numbers.uniform(low, high))

    def gauss(self, deviation: float) -> float:
        """Return a normally distributed number around 0."""
        return float(self._numbers.normal(0.0, deviation))
