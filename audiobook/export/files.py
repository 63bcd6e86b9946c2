"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from audiobook.errors import ExportError

__all__ = ["replacing", "write_whole"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def replacing(target: Path, option: str = "-o") -> Iterator[IO[bytes]]:
    """Give a file beside ``target`` to write; it takes the target's place when all went well.

    The name of the file is made from the target's: what an interrupted run left is removed by the
    next one. The folder is made if it is not there. ``option`` is what names another. A link in
    the place of either file is replaced and never followed.

    Raises
    ------
    ExportError
        If the disk is full, or the folder cannot be written; nothing is left behind.
    """
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            yield file
        beside.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            mend = "free some space there, or " if error.errno in _FULL else ""
            raise ExportError(
                f"{target}: cannot be written ({reason}); {mend}name another folder with {option}"
            ) from error
        raise


def write_whole(target: Path, data: bytes, option: str = "-o") -> None:
    """Write a file so that it appears whole or not at all; see `replacing`."""
    with replacing(target, option) as file:
        file.write(data)
