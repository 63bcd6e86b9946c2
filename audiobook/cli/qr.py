"""An address in, a QR code for a terminal out: for a phone to read off the screen."""

from __future__ import annotations

import os
import shutil
import sys

__all__ = ["qr_code", "qr_fits_here"]

# Black on white, whatever the terminal's own colours are: some phones read no inverted code.
_COLOURS, _OWN = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
BORDER = 4  # light modules around the code, which readers need


def qr_code(text: str) -> str:
    """Return a text as a QR code of lines, two modules high each."""
    import segno

    rows = [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=BORDER)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(_HALVES[both] for both in zip(*pair, strict=True)) for pair in pairs)
    return "\n".join(f"{_COLOURS}{line}{_OWN}" for line in lines)


def qr_fits_here(text: str) -> bool:
    """Return whether standard output is a terminal that can show a text as a QR code."""
    import segno

    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return False
    width, _ = segno.make_qr(text, error="l").symbol_size(border=BORDER)
    return bool(width <= shutil.get_terminal_size().columns)
