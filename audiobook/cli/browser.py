"""An address in, a page in the reader's browser out, where there is one to show it."""

from __future__ import annotations

import os
import sys

__all__ = ["open_in_browser"]


def open_in_browser(address: str) -> bool:
    """Open an address in the reader's browser; return whether that could be done.

    Where there is no screen none is tried: one for terminals would take over this one, and play
    nothing.
    """
    import webbrowser

    if not _has_screen():
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def _has_screen() -> bool:
    if os.name != "posix" or sys.platform == "darwin":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
