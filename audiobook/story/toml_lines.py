"""A TOML text in, the line of every table and key out, which ``tomllib`` does not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

__all__ = ["Path", "line_of", "lines_of_keys"]

# Where something stands: names of tables and keys, and numbers of repeated tables from 0.
Path = tuple[str | int, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_NAMES = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*")
_ONE_NAME = re.compile(_NAME)
_LONG_QUOTE = re.compile(r'"""|\'\'\'')
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*""")


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each table and key of a valid TOML text.

    Keys inside an inline table have no entry of their own; see `line_of`.
    """
    lines: dict[Path, int] = {}
    repeated: Counter[Path] = Counter()
    table: Path = ()
    for number, line in _statements(text):
        if line.lstrip().startswith("["):
            table = _table_path(line, repeated)
            lines.setdefault(table, number)
            continue
        match = _NAMES.match(line)
        if match and line[match.end() : match.end() + 1] == "=":
            path = table
            for name in _names(match[1]):
                path = (*path, name)
                lines.setdefault(path, number)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a path, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _table_path(line: str, repeated: Counter[Path]) -> Path:
    is_entry = line.lstrip().startswith("[[")
    match = _NAMES.match(line.lstrip().lstrip("["))
    names: Path = tuple(_names(match[1])) if match else ()
    if is_entry:
        repeated[names] += 1
        return (*names, repeated[names] - 1)
    for i in range(len(names), 0, -1):  # a table inside the latest of repeated ones
        if repeated[names[:i]]:
            return (*names[:i], repeated[names[:i]] - 1, *names[i:])
    return names


def _names(dotted: str) -> Iterator[str]:
    import tomllib

    for name in _ONE_NAME.findall(dotted):
        if name[0] in "\"'":  # let the library undo the escapes
            name = tomllib.loads(f"name = {name}")["name"]
        yield name


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that begin a table or a key, skipping what goes on from the line before."""
    quote, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not quote and depth == 0:
            yield number, line
        rest, quote = _after_long_quotes(line, quote)
        if not quote:
            bare = _QUOTED.sub("", rest)
            is_table = depth == 0 and bare.lstrip().startswith("[")
            depth += 0 if is_table else sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))


def _after_long_quotes(line: str, quote: str) -> tuple[str, str]:
    """Return the line without its multi-line strings, and the quotation mark it leaves open."""
    rest = ""
    while True:
        if quote:
            _, mark, line = line.partition(quote)
            if not mark:
                return rest, quote
            quote = ""
        match = _LONG_QUOTE.search(line)
        if match is None or "#" in _QUOTED.sub("", line[: match.start()]):
            return rest + line, ""
        rest += line[: match.start()] + " "
        quote, line = match[0], line[match.end() :]
