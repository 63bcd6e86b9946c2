"""What is asked of one build, beside what the book says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audiobook.errors import BuildError, ExportError, did_you_mean
from audiobook.export.edition import ReleaseSettings
from audiobook.export.formats import DEFAULT_FORMATS, FORMATS, with_required
from audiobook.profiles import DEFAULT_PROFILE

__all__ = ["EPOCH_S", "Options", "parse_formats"]

ALL, STEMS = "all", "stems"
# When nothing says when a book was made: the first moment that a ZIP archive can name.
EPOCH_S = 315_532_800


def parse_formats(
    text: str | None, settings: ReleaseSettings, *, stems: bool = False
) -> tuple[str, ...]:
    """Read a list of formats as typed: ``"mp3,book"``, ``"all"``, None for the default.

    ``all`` are those that need nothing more than what the settings say; ``stems`` come beside
    whatever is asked for.

    Raises
    ------
    BuildError
        If one is unknown.
    ExportError
        If one that is named cannot be made with these settings.
    """
    also = (STEMS,) if stems else ()
    if text is None:
        return with_required([*DEFAULT_FORMATS, *also])
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS and name != ALL:
            raise BuildError(f'unknown format "{name}"; {did_you_mean(name, [*FORMATS, ALL])}')
    named = [name for name in names if name != ALL]
    for name in named:
        FORMATS[name].check_settings(settings)
    if ALL in names:
        named += [n for n, f in FORMATS.items() if f.is_of_all and _can_be_made(n, settings)]
    return with_required([*(named or DEFAULT_FORMATS), *also])


def _can_be_made(name: str, settings: ReleaseSettings) -> bool:
    try:
        FORMATS[name].check_settings(settings)
    except ExportError:
        return False
    return True


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
    refused : mapping of str to str
        Clips that this build asked an online voice for in vain, and why.
    epoch_s : int
        When the book was made, for files that must say it, if the book has no date.
    """

    out: Path
    base: Path
    chapters: tuple[str, ...] = ()
    draft: bool = False
    force: bool = False
    take: int | None = None
    mood: str = ""
    profile: str = DEFAULT_PROFILE
    formats: tuple[str, ...] = DEFAULT_FORMATS
    release: ReleaseSettings = field(default_factory=ReleaseSettings)
    refused: Mapping[str, str] = field(default_factory=dict)
    epoch_s: int = EPOCH_S
