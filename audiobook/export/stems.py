"""An edition in, speech and music of each chapter apart out: for an editor, or to mix anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from audiobook.export.edition import MUSIC, SPEECH, Edition, EditionChapter, Output
from audiobook.export.files import replacing

__all__ = ["stem_files", "stem_names"]

FOLDER = "stems"
CHUNK_BYTES = 1 << 20


def stem_files(edition: Edition) -> Iterator[Output]:
    """Make a FLAC file of each stem of each chapter, as the store keeps it."""
    for chapter in edition.chapters:
        for stem, name in stem_names(chapter).items():
            yield Output(
                name, [stem, chapter.key], partial(_write, chapter, stem), chapter=chapter.number
            )


def stem_names(chapter: EditionChapter) -> dict[str, str]:
    """Return the file of each stem, below the output folder; no music has none."""
    stems = (SPEECH, MUSIC) if chapter.has_music else (SPEECH,)
    return {stem: f"{FOLDER}/{chapter.name}.{stem}.flac" for stem in stems}


def _write(chapter: EditionChapter, stem: str, target: Path) -> None:
    with replacing(target) as file, chapter.sound(stem) as sound:
        shutil.copyfileobj(sound, file, CHUNK_BYTES)
