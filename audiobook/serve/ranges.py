"""A ``Range`` header and a file's size in, the part that is asked for out.

References
----------
.. [1] RFC 9110, HTTP Semantics, section 14: range requests.
"""

from __future__ import annotations

import re

__all__ = ["Unsatisfiable", "part_asked_for"]

# Longer numbers name no byte of any file.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Unsatisfiable(ValueError):  # noqa: N818 - RFC 9110's word for it
    """The part that is asked for lies outside of the file."""


def part_asked_for(header: str, n_bytes: int) -> range | None:
    """Return which bytes of a file a request wants.

    Parameters
    ----------
    header : str
        The value of ``Range``.
    n_bytes : int >= 0
        Size of the file.

    Returns
    -------
    range or None
        The bytes, at least one; None for all of them: no range is asked for, or in words that
        mean none, or several, which a server may ignore [1]_ and players never ask for.

    Raises
    ------
    Unsatisfiable
        If there is no such byte.

    Examples
    --------
    >>> part_asked_for("bytes=2-", 10), part_asked_for("bytes=-3", 10), part_asked_for("", 10)
    (range(2, 10), range(7, 10), None)
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        part = range(max(n_bytes - int(last), 0), n_bytes)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, n_bytes) if last else n_bytes)
    if not part:
        raise Unsatisfiable(header)
    return part
