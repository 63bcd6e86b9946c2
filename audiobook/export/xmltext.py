"""Any text in, text out that an XML 1.0 document, a tag or a line of a list can hold."""

from __future__ import annotations

import re

__all__ = ["clean"]

# Everything but the characters of XML 1.0 (production 2): most control characters and half of a
# surrogate pair cannot stand in a document even when escaped. And the later control characters,
# which it discourages: a terminal that shows a file's tags would obey them.
_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def clean(text: str) -> str:
    r"""Return a text without what no XML document may hold; escaping is the writer's affair.

    Examples
    --------
    >>> clean("a\x00b\x1b & c")
    'ab & c'
    """
    return _FORBIDDEN.sub("", text)
