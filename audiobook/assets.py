"""Where the data files are that come with the program, from a wheel and from a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["assets_dir"]


def assets_dir() -> Path:
    """Return the folder of stories, voices and fonts.

    In a wheel it lies inside the package, in a checkout (or an editable install) beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_assets"
    return inside if inside.is_dir() else package.parent / "assets"
