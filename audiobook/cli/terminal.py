"""Text from stories and strangers in, the same on a terminal that obeys none of it.

A title may hold an escape sequence that clears the screen, sets the window's title or answers in
the user's place. Whatever is printed passes here: what would steer the terminal is shown instead.
"""

from __future__ import annotations

import re
import sys
from typing import IO, Any, cast

__all__ = ["guard_terminal", "raw_stream", "visible"]

# Control characters but tab and line end; what turns the order of letters around, so that a line
# reads as what it is not; and halves of surrogate pairs, which cannot be printed at all.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Show what would steer a terminal, in the way that JSON has it: JSON stays what it was.

    Examples
    --------
    >>> visible("The \x1b[2JEnd")
    'The \\u001b[2JEnd'
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class _Guarded:
    """A stream whose text is made `visible`; in all else it is the stream that it stands for."""

    # Who finds bytes to write would go around it.
    buffer = None

    def __init__(self, raw: IO[str]) -> None:
        self.raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    def write(self, text: str) -> int:
        return self.raw.write(visible(text))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)


def guard_terminal() -> None:
    """Let everything that is printed from now on pass through `visible`."""
    sys.stdout = cast(Any, _Guarded(raw_stream(sys.stdout)))
    sys.stderr = cast(Any, _Guarded(raw_stream(sys.stderr)))


def raw_stream(stream: IO[str]) -> IO[str]:
    """Return the stream itself, for a display that steers the terminal on purpose."""
    return stream.raw if isinstance(stream, _Guarded) else stream
