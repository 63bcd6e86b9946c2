"""What is asked of one build, beside what the book says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import BuildError, did_you_mean

__all__ = ["FORMATS", "Options", "parse_formats"]

FORMATS = ("mp3", "book")  # chapter files, and the whole book in one file


def parse_formats(text: str | None) -> tuple[str, ...]:
    """Read a list of formats as typed: ``"mp3,book"``, ``"all"``, None for the default.

    Raises
    ------
    BuildError
        If one is unknown.
    """
    if text is None or text.strip() == "all":
        return FORMATS
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in FORMATS:
            raise BuildError(f'unknown format "{name}"; {did_you_mean(name, [*FORMATS, "all"])}')
    return names or FORMATS


@dataclass(frozen=True)
class Options:
    """What is asked of one build, beside what the book says.

    Attributes
    ----------
    chapters : tuple of str
        Numbers, ranges or titles; empty for all.
    take : int or None
        Another reading of the selected chapters, this time only.
    mood : str
        Of all composed music, whatever book and story say; "" for what they say.
    base : Path
        The folder that a music file named in the book is relative to.
    """

    out: Path
    base: Path
    chapters: tuple[str, ...] = ()
    draft: bool = False
    force: bool = False
    take: int | None = None
    mood: str = ""
    profile: str = "storybook"
    formats: tuple[str, ...] = FORMATS
