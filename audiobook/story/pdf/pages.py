"""A PDF on standard input, what stands on its pages as JSON on standard output.

This runs as a program of its own: whatever a document does to the library that reads it, and
however much memory it asks for, the rest goes on.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["main", "read_pages"]

MAX_MEMORY_BYTES = 3_000_000_000  # of address space
MAX_PAGES = 20_000
MAX_RUNS_PER_PAGE = 20_000
# What the library writes for a hyphen that divides a word at a line's end.
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\xad": "-"})


def read_pages(data: bytes) -> dict[str, Any]:
    """Return facts, outline and the runs of text of each page; or what is wrong, as "error"."""
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"error": "password" if "password" in str(error).lower() else "broken"}
    if len(pdf) > MAX_PAGES:
        return {"error": "long"}
    return {
        "facts": {key: value for key, value in pdf.get_metadata_dict().items() if value},
        "outline": [*_outline(pdf)],
        "pages": [_page(pdf, number) for number in range(len(pdf))],
    }


def _outline(pdf: Any) -> Iterator[list[Any]]:
    for entry in pdf.get_toc(max_depth=4):
        place = entry.get_dest()
        number = place.get_index() if place else None
        if number is not None:
            yield [entry.level, entry.get_title(), number]


def _page(pdf: Any, number: int) -> dict[str, Any]:
    import pypdfium2 as pdfium

    try:
        page = pdf[number]
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return {"height": 0.0, "runs": []}
    runs = []
    for i in range(min(text.count_rects(), MAX_RUNS_PER_PAGE)):
        left, bottom, right, top = text.get_rect(i)
        said = text.get_text_bounded(left, bottom, right, top).translate(_HYPHENS)
        if said.strip():
            runs.append([round(v, 1) for v in (left, bottom, right, top)] + [said])
    found = {"height": page.get_height(), "runs": runs}
    text.close()
    page.close()
    return found


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def main() -> None:
    """Read standard input, write standard output."""
    _bound_memory()
    try:
        found = read_pages(sys.stdin.buffer.read())
    except (MemoryError, ValueError, RuntimeError, OSError):
        found = {"error": "broken"}
    sys.stdout.buffer.write(json.dumps(found).encode())


if __name__ == "__main__":
    main()
