"""The chapters' files in, an extended M3U playlist in UTF-8 out, for players that know no book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audiobook.export.edition import CHAPTERS, Edition, Output
from audiobook.export.files import write_whole

__all__ = ["playlist_file"]


def playlist_file(edition: Edition) -> Iterator[Output]:
    """Make a playlist of the chapters that there are."""

    def write(target: Path) -> None:
        write_whole(target, _text(edition).encode("utf-8", "replace"))

    made_of = [edition.facts, [c.fingerprint for c in edition.done]]
    yield Output(f"{edition.name}.m3u8", made_of, write, is_partial=True)


def _text(edition: Edition) -> str:
    lines = ["#EXTM3U", "#EXTENC:UTF-8", f"#PLAYLIST:{_line(edition.tags.title)}"]
    if edition.tags.author:
        lines.append(f"#EXTART:{_line(edition.tags.author)}")
    for chapter, place in zip(edition.done, edition.clock, strict=True):
        lines.append(f"#EXTINF:{place.duration_s:.3f},{_line(chapter.title)}")
        lines.append(f"{CHAPTERS}/{chapter.name}.mp3")
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """Keep a title on its line: what follows a line end would be taken for a file."""
    return " ".join(text.split())
