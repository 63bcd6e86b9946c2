"""One rule applied to one file: what was found, what was wanted, and whether that is so."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Verdict", "between", "said", "unmeasured"]

EXACT = 1e-9  # what arithmetic may add to a number that meets its bar


@dataclass(frozen=True)
class Verdict:
    """One rule applied to one file.

    Attributes
    ----------
    file : str
        Relative to the folder; a chapter without a file of its own is ``"chapter 3"``.
    rule : str
        Its name.
    value, bar : str
        What was found and what was wanted, in words.
    ok : bool or None
        None if it could not be measured; ``value`` then says why.
    measured : float or None
        The number behind ``value``, in ``unit``.
    """

    file: str
    rule: str
    value: str
    bar: str
    ok: bool | None
    measured: float | None = None
    unit: str = ""


def between(
    file: str,
    rule: str,
    value: float,
    unit: str,
    *,
    at_least: float = -math.inf,
    at_most: float = math.inf,
    note: str = "",
) -> Verdict:
    """Hold a number, as exact as it is shown, against its limits; ``note`` is added to it."""
    is_within = at_least - EXACT <= round(value, _digits(unit)) <= at_most + EXACT
    if unit == "yes":
        return Verdict(file, rule, "yes" if value else "no", "yes", is_within, value, unit)
    text = f"{number(value, unit)} {unit}".strip()
    found = f"{text}, {note}" if note else text
    limits = _limits(at_least, at_most, unit)
    bar = f"{limits} {unit}".strip() if limits else ""
    return Verdict(file, rule, found, bar, is_within, value, unit)


def said(file: str, rule: str, ok: bool, found: str, wanted: str) -> Verdict:
    """Give a verdict that no number stands behind."""
    return Verdict(file, rule, found, wanted, ok)


def unmeasured(file: str, rule: str, why: str, wanted: str) -> Verdict:
    """Say that a rule could not be applied, and why."""
    return Verdict(file, rule, f"not measured: {why}", wanted, None)


def number(value: float, unit: str) -> str:
    """Write a number with as many digits as its unit is judged by."""
    return f"{value:.{_digits(unit)}f}".replace("-", "−")


def _digits(unit: str) -> int:
    """Return after how many digits a number is rounded, and so judged, by its unit."""
    return {"s": 2, "min": 2, "ms": 0, "Hz": 0, "kbit/s": 0, "": 0}.get(unit, 1)


def _limits(at_least: float, at_most: float, unit: str) -> str:
    def plain(value: float) -> str:
        text = f"{value:.2f}" if unit == "s" and value % 1 else f"{value:g}"
        return text.replace("-", "−")

    if at_least == at_most:
        return plain(at_least)
    if math.isinf(at_least) and math.isinf(at_most):
        return ""
    if math.isinf(at_least):
        return f"at most {plain(at_most)}"
    if math.isinf(at_most):
        return f"at least {plain(at_least)}"
    return f"{plain(at_least)} to {plain(at_most)}"
