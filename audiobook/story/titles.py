"""Words in, titles out: for chapters without one, for files, and the author from a byline."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["byline", "derive_title", "reads_as_title", "same_title", "title_of_file"]

MAX_TITLE_WORDS = 6
MAX_TITLE_CHARS = 60
MAX_CAPITALS_CHARS = 120  # set in capitals a longer line is still a title
MIN_CLAUSE_WORDS = 3
MAX_DANGLING_CHARS = 3  # a title should not end in "the", "of", "und", "на"
_DANGLING = """
with from into that this than when were been have what which their
"""
DANGLING = frozenset(_DANGLING.split())

_EDGES = " \t\n\"'“”‘’«»„‹›()[]{}<>*_#~|-–—:;,.…¿¡/\\"
_CLAUSE_END = re.compile(r"[,;:.!?…。、，！？：；—–][\"'”’»)]*$")
_BYLINE = re.compile(r"(?:by|von|par|por|di|автор:?|авторы:?)\s+([^,;!?]{2,60}?)\.?", re.IGNORECASE)


def derive_title(texts: Iterable[str]) -> str:
    """Return a title made of a chapter's first words, or "" when it has no words.

    Examples
    --------
    >>> derive_title(["Word of the deed spread quickly, and soon she was receiving offers."])
    'Word of the deed spread quickly'
    >>> derive_title(["* * *", "She was a woman with a passion for dance."])
    'She was a woman'
    """
    for text in texts:
        words = _first_clause(text.split()[:MAX_TITLE_WORDS])
        title = " ".join(words).strip(_EDGES)
        if len(title) > MAX_TITLE_CHARS:
            title = title[:MAX_TITLE_CHARS].rsplit(" ", 1)[0].strip(_EDGES)
        if any(char.isalnum() for char in title):
            return title
    return ""


def _first_clause(words: list[str]) -> list[str]:
    for i, word in enumerate(words):
        if i + 1 >= MIN_CLAUSE_WORDS and _CLAUSE_END.search(word):
            return words[: i + 1]
    while len(words) > 2 and _dangles(words[-1]):
        words = words[:-1]
    return words


def _dangles(word: str) -> bool:
    bare = word.strip(_EDGES)
    return bare.islower() and (len(bare) <= MAX_DANGLING_CHARS or bare in DANGLING)


def same_title(one: str, other: str) -> bool:
    """Tell whether two titles differ at most in case, spaces and punctuation."""
    return bool(_letters(one)) and _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def reads_as_title(text: str) -> bool:
    """Tell whether a line reads as a title and not as a sentence.

    Examples
    --------
    >>> reads_as_title("A Letter with a Postscript"), reads_as_title("WHAT NOW?")
    (True, True)
    >>> reads_as_title("He left."), reads_as_title("“Stop!” he said")
    (False, False)
    """
    opening = text.lstrip(_EDGES)
    if not opening or text[0] in "—–-" or len(text) > MAX_CAPITALS_CHARS:
        return False
    if text.isupper():
        return True
    return (
        len(text) <= MAX_TITLE_CHARS
        and opening[0].isupper()
        and text[0] not in '"“«'
        and text[-1] not in '.,;:!?…"”»'
    )


def byline(text: str) -> str:
    """Return the name in a line like "by Mary Shelley", else ""."""
    match = _BYLINE.fullmatch(text.strip())
    name = match[1].strip() if match else ""
    return name if name[:1].isupper() and len(name.split()) <= 6 else ""


def title_of_file(stem: str) -> str:
    """Make a file's stem readable.

    Examples
    --------
    >>> title_of_file("marat-kalmurzaeva"), title_of_file("The Sea_and me")
    ('Marat Kalmurzaeva', 'The Sea and me')
    """
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    if words.islower():
        words = " ".join(word[:1].upper() + word[1:] for word in words.split())
    return words
