"""A TOML text in, its values out one by one, each checked; an error names the file and the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from audiobook.errors import MusicError, did_you_mean
from audiobook.story.toml_lines import Path as KeyPath
from audiobook.story.toml_lines import line_of, lines_of_keys

__all__ = ["Table", "read_table"]

TOO_LARGE_TO_SHOW = 1e15
EXAMPLE = '"audiobook music kazakh --toml" prints a palette that has it'
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_MANY_DIGITS = re.compile(r"\d{4000}")
_PITCH = re.compile(r"([A-Ga-g])([#b]?)(-?\d)")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def read_table(text: str, name: str) -> Table:
    """Read a TOML text; ``name`` is what to call it in an error.

    Raises
    ------
    MusicError
        With the line, if it is not TOML.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _TOML_PLACE.search(str(error))
        line = match[1] if match and match[1] else text.count("\n") + 1
        problem = _TOML_PLACE.sub("", str(error))
        raise MusicError(
            f"{name}:{line}: not TOML: {problem[:1].lower()}{problem[1:]}; mend this line"
        ) from error
    except ValueError as error:  # the interpreter's limit on the digits of a number
        line = text.count("\n", 0, match.start() if (match := _MANY_DIGITS.search(text)) else 0) + 1
        raise MusicError(f"{name}:{line}: has a number of too many digits; shorten it") from error
    except RecursionError as error:
        line = text.count("\n", 0, max(text.find("[[[["), 0)) + 1
        raise MusicError(f"{name}:{line}: has too many brackets in brackets; mend it") from error
    return Table(values, (), name, lines_of_keys(text))


class Table:
    """One table of a file. What has been asked for is known; `close` refuses the rest."""

    def __init__(
        self, values: dict[str, Any], path: KeyPath, name: str, lines: dict[KeyPath, int]
    ) -> None:
        self._values = values
        self._path = path
        self._name = name
        self._lines = lines
        self._known: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        self._known[key] = None
        return key in self._values

    def wrong(self, key: str, problem: str) -> NoReturn:
        """Refuse a key: file, line, key, problem."""
        line = line_of(self._lines, (*self._path, key) if key else self._path)
        shown = ".".join(str(part) for part in (*self._path, key) if part != "")
        raise MusicError(f"{self._name}:{line}: {shown} {problem}")

    def close(self) -> None:
        """Refuse the first key that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                self.wrong(key, f"is not a key here; {did_you_mean(key, self._known)}")

    def names(self) -> Iterator[str]:
        """Go through the table's keys, all of them known from now on."""
        self._known.update(dict.fromkeys(self._values))
        return iter(self._values)

    def raw(self, key: str, default: Any = None) -> Any:
        """Return any value; a key without a default must be there."""
        if key in self:
            return self._values[key]
        if default is None:
            unknown = [name for name in self._values if name not in self._known]
            close = difflib.get_close_matches(key, unknown, n=1)
            hint = f' (is "{close[0]}" it?)' if close else ""
            self.wrong(key, f"is missing{hint}; {EXAMPLE}")
        return default

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        value = self.raw(key, default)
        if not isinstance(value, str):
            self.wrong(key, f"must be text in quotation marks, not {_shown(value)}")
        return value.strip()

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"must be true or false, not {_shown(value)}")
        return value

    def number(self, key: str, default: float | None = None, *, least: float, most: float) -> float:
        """Return a number within limits."""
        return self._number(key, self.raw(key, default), least, most)

    def whole(self, key: str, default: int | None = None, *, least: int, most: int) -> int:
        """Return a whole number within limits."""
        value = self._number(key, self.raw(key, default), least, most)
        if value != int(value):
            self.wrong(key, f"must be a whole number, not {value:g}")
        return int(value)

    def pitch(self, key: str, default: float | None = None) -> float:
        """Return a MIDI pitch, written as ``"D3"``, ``"Bb2"`` or a number."""
        value = self.raw(key, default)
        match = _PITCH.fullmatch(value) if isinstance(value, str) else None
        if match:
            sign = {"#": 1, "b": -1, "": 0}[match[2]]
            value = 12 * (int(match[3]) + 1) + _STEPS[match[1].upper()] + sign
        elif isinstance(value, str):
            self.wrong(key, f'is {_shown(value)}; write a note with its octave, such as "D3"')
        return self._number(key, value, 21.0, 108.0)

    def numbers(self, key: str, default: Any = None, *, least: float, most: float) -> list[float]:
        """Return a list of numbers, each within limits."""
        value = self.raw(key, default)
        if not isinstance(value, list | tuple):
            self.wrong(key, f"must be a list of numbers, not {_shown(value)}")
        return [self._number(key, item, least, most) for item in value]

    def lists(
        self, key: str, *, least: float, most: float, whole: bool = False
    ) -> list[list[float]]:
        """Return a list of lists of numbers, none empty; ``whole`` refuses fractions."""
        value = self.raw(key)
        if not isinstance(value, list) or not all(isinstance(v, list) and v for v in value):
            self.wrong(key, "must be a list of lists of numbers, such as [[6, 6], [4, 6]]")
        if not value:
            self.wrong(key, "is empty; give at least one")
        found = [[self._number(key, item, least, most) for item in inner] for inner in value]
        parts = [item for inner in found for item in inner if whole and item != int(item)]
        if parts:
            self.wrong(key, f"must hold whole numbers, not {parts[0]:g}")
        return found

    def one_of(self, key: str, known: Collection[str], what: str) -> str:
        """Return one of the names that the file gives elsewhere."""
        value = self.text(key)
        if value not in known:
            self.wrong(key, f"is {_shown(value)}, which is no {what}; {did_you_mean(value, known)}")
        return value

    def table(self, key: str) -> Table:
        """Return a table within this one."""
        value = self.raw(key)
        if not isinstance(value, dict):
            self.wrong(key, f"must be a table, not {_shown(value)}")
        return Table(value, (*self._path, key), self._name, self._lines)

    def tables(self, key: str) -> dict[str, Table]:
        """Return the tables within a table, by their names; at least one."""
        outer = self.table(key)
        found = {name: outer.table(name) for name in outer.names()}
        if not found:
            self.wrong(key, f"is empty; write [{key}.NAME]")
        return found

    def _number(self, key: str, value: Any, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, f"must be a number, not {_shown(value)}")
        if not least <= value <= most:  # also refuses nan
            shown = f"{value:g}" if not abs(value) > TOO_LARGE_TO_SHOW else "far too large"
            self.wrong(key, f"is {shown}; it must be {least:g} to {most:g}")
        return float(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f'"{value}"' if isinstance(value, str) else str(value)
