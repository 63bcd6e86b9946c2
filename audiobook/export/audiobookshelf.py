"""The book's facts in, ``metadata.json`` out: what Audiobookshelf reads of a folder of chapters.

Of all it can read there, this file has the last word, over tags and folder names alike
(Audiobookshelf 2.36, server/scanner). One chapter without start, end or title would make it drop
the whole list, so each has all three.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from audiobook.export.clock import JoinedChapter
from audiobook.export.edition import CHAPTERS, Edition, Output
from audiobook.export.files import write_whole
from audiobook.export.id3 import Tags

__all__ = ["metadata", "metadata_bytes"]


def metadata(edition: Edition) -> Iterator[Output]:
    """Describe the folder of the chapter files, as many as there are."""

    def write(target: Path) -> None:
        titles = [chapter.title for chapter in edition.done]
        write_whole(target, metadata_bytes(edition.tags, titles, edition.clock))

    made_of = [edition.facts, [c.fingerprint for c in edition.done]]
    yield Output(f"{CHAPTERS}/metadata.json", made_of, write, is_partial=True)


def metadata_bytes(tags: Tags, titles: Sequence[str], clock: Sequence[JoinedChapter]) -> bytes:
    """Return ``metadata.json`` for a folder of chapter files.

    Parameters
    ----------
    tags : Tags
        The book's.
    titles, clock : sequences
        The chapters' titles and lengths, in order. The files are played one after another, so a
        chapter starts where the lengths of those before it end.
    """
    metadata: dict[str, Any] = {
        "title": tags.album,
        "authors": [tags.author] if tags.author else [],
        "narrators": [tags.narrator] if tags.narrator else [],
        "series": [tags.series] if tags.series else [],
        "genres": ["Audiobook"],
        "publishedYear": tags.date[:4] or None,
        "publisher": tags.publisher or None,
        "description": tags.description or None,
        "language": tags.language or None,
        "explicit": False,
        "abridged": False,
        "chapters": _chapters(titles, clock),
    }
    text = json.dumps(metadata, ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", "replace")


def _chapters(titles: Sequence[str], clock: Sequence[JoinedChapter]) -> list[dict[str, Any]]:
    chapters, start_s = [], 0.0
    for index, (title, place) in enumerate(zip(titles, clock, strict=True)):
        end_s = start_s + place.duration_s
        chapters.append(
            {"id": index, "start": round(start_s, 3), "end": round(end_s, 3), "title": title}
        )
        start_s = end_s
    return chapters
