"""Titles in, file names out that are safe on Linux, macOS and Windows, whatever the titles are."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator

__all__ = ["MAX_BYTES", "clusters", "safe_name", "slug", "unique_names"]

# Linux allows 255 bytes, macOS and Windows 255 UTF-16 units, encrypted folders on Linux 143 bytes;
# what is added (a number, a suffix, the mark of an unfinished file) must fit as well.
MAX_BYTES = 120
MAX_SLUG_BYTES = 60

UNTITLED = "Untitled"
_ELLIPSIS = "…"
_VIRAMA = 9  # combining class of the sign that ties a letter to the next one in Indic scripts
_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # part of spelling in Persian and Hindi, and of emoji
# Not allowed on Windows, or the separator of folders somewhere; what a typist would write instead.
_REPLACED = str.maketrans(
    {"/": "-", "\\": "-", "|": "-", ":": " -", '"': "'", "<": "(", ">": ")", "*": "", "?": ""}
)
# Names of devices on Windows, with any suffix.
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"]
    + [port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)


def safe_name(title: str, *, max_bytes: int = MAX_BYTES) -> str:
    """Return a title as a file name without a suffix.

    Parameters
    ----------
    title : str
        Anything at all.
    max_bytes : int >= 16
        Longest name in bytes of UTF-8; a longer one ends in an ellipsis, cut between words if
        that loses little, and never inside a character with its accents.

    Examples
    --------
    >>> safe_name('Part 1: "The Road" / the Well?')
    "Part 1 - 'The Road' - the Well"
    >>> safe_name("../../"), safe_name("con"), safe_name("")
    ('Untitled', 'con_', 'Untitled')
    """
    allowed = "".join(_allowed(character) for character in title).translate(_REPLACED)
    name = _trimmed(" ".join(unicodedata.normalize("NFC", allowed).split()))
    if len(name.encode()) > max_bytes:
        name = _trimmed(_cut(name, max_bytes - len(_ELLIPSIS.encode()))) + _ELLIPSIS
    stem, dot, rest = name.partition(".")
    if stem.rstrip().upper() in _DEVICES:
        name = f"{stem.rstrip()}_{dot}{rest}"
    return name or UNTITLED


def unique_names(titles: Iterable[str], reserved: Iterable[str] = ()) -> list[str]:
    """Return a safe name for each title, no two alike to any file system.

    File systems differ in whether case and composed accents count, so here they do not.

    Parameters
    ----------
    reserved : iterable of str
        Names in the same folder that are taken.

    Examples
    --------
    >>> unique_names(["Road", "road", "Road"])
    ['Road', 'road (2)', 'Road (3)']
    """
    taken = {_folded(name) for name in reserved}
    names = []
    for title in titles:
        name = base = safe_name(title)
        for number in itertools.count(2):
            if _folded(name) not in taken:
                break
            ending = f" ({number})"
            name = safe_name(base, max_bytes=MAX_BYTES - len(ending)) + ending
        taken.add(_folded(name))
        names.append(name)
    return names


def slug(text: str) -> str:
    """Return a name for a folder: letters and digits of any script, lower case, hyphens.

    Examples
    --------
    >>> slug("Marat Kalmurzaeva"), slug("Қыз Жібек: 2-бөлім"), slug("***")
    ('marat-kalmurzaeva', 'қыз-жібек-2-бөлім', 'untitled')
    """
    lower = unicodedata.normalize("NFC", text.lower())
    kept = "".join(c if _is_of_a_word(c) else " " for c in lower)
    name = _cut("-".join(kept.split()), MAX_SLUG_BYTES).strip("-")
    return f"{name}-book" if name.upper() in _DEVICES else name or UNTITLED.lower()


def _allowed(character: str) -> str:
    """Return the character, a space for white space, or nothing for what no name should hold."""
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    if category in ("Cc", "Cs", "Co", "Cn"):
        return ""
    if category == "Cf":  # direction marks and their like: names that lie about their order
        return character if character in _ZERO_WIDTH_JOINERS else ""
    return character


def _trimmed(name: str) -> str:
    """Drop what must not stand at the ends: leading dots hide, trailing ones are lost on Windows.

    A leading hyphen reads as an option, and a leading tilde as somebody's home.
    """
    return name.lstrip(" .-~" + _ZERO_WIDTH_JOINERS).rstrip(" .-" + _ZERO_WIDTH_JOINERS)


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or character in _ZERO_WIDTH_JOINERS


def _cut(name: str, max_bytes: int) -> str:
    """Return as much of the start as fits, whole words if at least two thirds can be kept."""
    kept, n_bytes = "", 0
    for cluster in clusters(name):
        n_bytes += len(cluster.encode())
        if n_bytes > max_bytes:
            break
        kept += cluster
    if len(kept) == len(name):
        return kept
    if not kept:  # one letter under more accents than a name can hold
        return name.encode()[:max_bytes].decode(errors="ignore")
    words = max(kept.rpartition(" ")[0], kept.rpartition("-")[0], key=len)
    whole_words = kept if name[len(kept)] in " -" else words
    return whole_words if len(whole_words) * 3 >= len(kept) * 2 else kept


def clusters(text: str) -> Iterator[str]:
    """Split into characters as a reader sees them: letter with accents, joined emoji, flag."""
    cluster, n_flag_letters = "", 0
    for character in text:
        is_flag_letter = "\U0001f1e6" <= character <= "\U0001f1ff"
        goes_on = (
            unicodedata.category(character)[0] == "M"
            or character in _ZERO_WIDTH_JOINERS
            or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
            or cluster.endswith("\u200d")
            or (cluster and unicodedata.combining(cluster[-1]) == _VIRAMA)
            or (is_flag_letter and n_flag_letters % 2 == 1)
        )
        if cluster and not goes_on:
            yield cluster
            cluster = ""
        cluster += character
        n_flag_letters = n_flag_letters + 1 if is_flag_letter else 0
    if cluster:
        yield cluster


def _folded(name: str) -> str:
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
