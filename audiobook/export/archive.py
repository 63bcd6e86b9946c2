"""Files in, a ZIP archive out that is the same whenever and wherever it is made."""

from __future__ import annotations

import contextlib
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from audiobook.export.files import replacing

__all__ = ["Archive", "archiving"]

CHUNK_BYTES = 1 << 20
FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16  # a plain file that everybody may read


class Archive:
    """A ZIP archive that is being written; entries keep the order they are added in."""

    def __init__(self, archive: zipfile.ZipFile, modified: datetime) -> None:
        self._archive = archive
        self._moment = max(modified.timetuple()[:6], FIRST_MOMENT)

    def add(self, name: str, data: bytes, *, is_stored: bool = False) -> None:
        """Add an entry; ``is_stored`` for what would not get smaller."""
        with self.open(name, is_stored=is_stored) as entry:
            entry.write(data)

    def copy(self, name: str, source: IO[bytes]) -> None:
        """Add sound or a picture as it is, a piece at a time."""
        with self.open(name, is_stored=True) as entry:
            shutil.copyfileobj(source, entry, CHUNK_BYTES)

    def open(self, name: str, *, is_stored: bool = False) -> IO[bytes]:
        """Return an entry to write into."""
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
        info.external_attr = READABLE
        info.create_system = 3  # Unix, on every system: the same bytes
        return self._archive.open(info, "w")


@contextlib.contextmanager
def archiving(target: Path, modified: datetime) -> Iterator[Archive]:
    """Give an archive to fill; it appears whole or not at all.

    Parameters
    ----------
    modified : datetime
        What every entry says of its age; an archive can say 1980 at the earliest.
    """
    with replacing(target) as file, zipfile.ZipFile(file, "w") as archive:
        yield Archive(archive, modified)
