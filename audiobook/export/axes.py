"""A length of time in, where its ticks lie and what stands at them out; the colours of pictures."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["GRID", "INK", "PAPER", "clock", "time_ticks"]

PAPER, GRID, INK = "#fbf6ea", "#e2d6bd", "#4a3a2a"
# Between two times with a label, in seconds; the first that leaves room is taken.
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)
PARTS_OF_A_SECOND_S = (0.1, 0.2, 0.5)  # where less than two whole seconds are shown


def time_ticks(duration_s: float, most: int) -> Iterator[tuple[float, str]]:
    """Yield times to mark on an axis from 0 to ``duration_s``, at most ``most``, with their label.

    Examples
    --------
    >>> list(time_ticks(130.0, 5))
    [(0.0, '0 s'), (30.0, '30 s'), (60.0, '1:00'), (90.0, '1:30'), (120.0, '2:00')]
    >>> [label for _, label in time_ticks(1.2, 5)]
    ['0 s', '0.5 s', '1 s']
    """
    steps = (*(PARTS_OF_A_SECOND_S if duration_s < 2.0 else ()), *TIME_STEPS_S)
    step = next((s for s in steps if duration_s / s <= most), steps[-1])
    for number in range(int(duration_s / step) + 1):
        yield float(number * step), clock(number * step)


def clock(time_s: float) -> str:
    """Return a time as it is read off: seconds below a minute, else m:ss or h:mm:ss."""
    if time_s < 60:
        return f"{time_s:.3g} s"
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
