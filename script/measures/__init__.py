"""One file for each topic that script/bench measures.

A file has a function ``measures(long)`` that yields `Measure`s; with ``long`` also those that take
more than a minute or two. Adding a file adds its measures to the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

__all__ = ["Measure", "all_measures"]


class Measure(NamedTuple):
    """A row of the table: what is measured, what it should be, and how to find what it is."""

    name: str
    bar: str
    take: Callable[[], str]


def all_measures(*, long: bool) -> Iterator[Measure]:
    """Go through the measures of all topics, file by file."""
    for module in sorted(info.name for info in iter_modules(__path__)):
        yield from import_module(f"{__name__}.{module}").measures(long)
