"""Numbers in, words out: how lengths and counts are written on the terminal."""

from __future__ import annotations

import textwrap

__all__ = ["clock", "count", "parse_clock", "size", "stamp", "wrapped"]

WIDTH = 80  # of the narrowest terminal that is written for


def clock(seconds: float) -> str:
    """Write a length as a person would.

    Examples
    --------
    >>> clock(7.4), clock(754), clock(7500)
    ('7 s', '12:34', '2:05:00')
    """
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def stamp(position_s: float) -> str:
    """Write a position as players show it; `parse_clock` reads it.

    Examples
    --------
    >>> stamp(7.6), stamp(754), stamp(7500)
    ('0:07', '12:34', '2:05:00')
    """
    minutes, seconds = divmod(int(position_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def parse_clock(text: str) -> float:
    """Read a position: ``90``, ``12:34`` or ``1:02:03.5``, in seconds.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> parse_clock("12:34"), parse_clock("90.5")
    (754.0, 90.5)
    """
    seconds = 0.0
    parts = text.split(":")
    if len(parts) > 3:
        raise ValueError(text)
    for part in parts:
        value = float(part)
        if value < 0 or not value < float("inf"):
            raise ValueError(text)
        seconds = seconds * 60 + value
    return seconds


def count(number: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "segment"), count(3, "segment")
    ('1 segment', '3 segments')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wrapped(text: str, indent: int) -> str:
    """Break a text into lines that fit, all of them indented, the later ones a little more.

    Examples
    --------
    >>> wrapped("wistful: farewell", 4)
    '    wistful: farewell'
    """
    margin = " " * indent
    return textwrap.fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin + "  ", break_on_hyphens=False
    )


def size(n_bytes: float) -> str:
    """Write an amount of storage.

    Examples
    --------
    >>> size(999), size(1_500_000)
    ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1000 or unit == "GB":
            return f"{n_bytes:.0f} B" if unit == "B" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1000
    raise AssertionError
