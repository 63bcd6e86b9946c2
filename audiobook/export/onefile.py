"""An edition in, the one file of a codec out that holds all its chapters as they are encoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from audiobook.export.clock import Frames, JoinedChapter
from audiobook.export.edition import Edition, Output
from audiobook.export.id3 import Tags
from audiobook.export.mpeg import Source

__all__ = ["one_file"]

Write: TypeAlias = Callable[
    [Path, Sequence[Source], Sequence[Frames], Sequence[str], Tags, bytes], list[JoinedChapter]
]


def one_file(edition: Edition, codec: str, suffix: str, write: Write) -> Output:
    """Name the file; ``write`` joins the chapters when it is to be written."""

    def join(target: Path) -> None:
        write(
            target,
            [partial(chapter.sound, codec) for chapter in edition.chapters],
            [chapter.frames(codec) for chapter in edition.chapters],
            [chapter.title for chapter in edition.chapters],
            edition.tags,
            edition.picture(),
        )

    made_of = [edition.facts, [chapter.fingerprint for chapter in edition.chapters]]
    return Output(f"{edition.name}{suffix}", made_of, join)
