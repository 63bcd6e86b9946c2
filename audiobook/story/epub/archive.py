"""An EPUB's archive in, the bytes of its files out: read in memory, never unpacked, within limits.

Names inside the archive are only looked up among its own names, so that neither ``..`` nor an
absolute path nor a link in it can reach the disk.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from urllib.parse import unquote

from audiobook.errors import StoryError

__all__ = ["MAX_DOCUMENT_BYTES", "Archive", "resolved"]

MAX_FILES = 100_000
MAX_DOCUMENT_BYTES = 64_000_000  # of one file that is read
MAX_TOTAL_BYTES = 512_000_000  # of all that are read
MAX_RATIO = 400  # a text of this size packs to a hundredth at most; a bomb to a thousandth
MIN_RATIO_BYTES = 16_000_000  # below it no ratio does harm
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_IS_ENCRYPTED = 1
# What the library raises where bytes are not what they should be.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    ValueError,
)


class Archive:
    """The files of an EPUB by their names."""

    def __init__(self, source: Path | bytes, name: str) -> None:
        self.name = name
        self._n_bytes = 0
        try:
            file = source if isinstance(source, Path) else io.BytesIO(source)
            self._zip = zipfile.ZipFile(file)
        except (*_DAMAGE, NotImplementedError) as error:
            raise StoryError(
                f"{name} is no EPUB, or it was cut short; get the file again"
            ) from error
        entries = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(entries) > MAX_FILES:
            raise StoryError(f"{name} holds {len(entries)} files, which no book does")
        # Of two files with one name the later one counts, as it does for any archive.
        self._entries = {_plain(info.filename): info for info in entries}
        self._folded = {name.casefold(): name for name in self._entries}

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in the archive's order."""
        return tuple(self._entries)

    def find(self, name: str) -> str:
        """Return the name under which a file is there: wrong case is forgiven; "" if it is not."""
        for form in dict.fromkeys((name, unquote(name))):
            plain = _plain(form)
            found = plain if plain in self._entries else self._folded.get(plain.casefold(), "")
            if found:
                return found
        return ""

    def read(self, name: str, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
        """Return what is in a file that `find` has found.

        Raises
        ------
        StoryError
            If it is locked, damaged, or larger than any book's.
        """
        info = self._entries[name]
        where = f"{self.name}: {name}"
        if info.flag_bits & _IS_ENCRYPTED:
            raise StoryError(f"{where} is locked with a password; unlock the archive first")
        self._n_bytes += info.file_size
        is_bomb = info.file_size > max(MIN_RATIO_BYTES, MAX_RATIO * info.compress_size)
        if info.file_size > max_bytes or is_bomb or self._n_bytes > MAX_TOTAL_BYTES:
            raise StoryError(f"{where} unpacks to more than a book can hold; it is not read")
        try:
            # No more comes out than the archive says, and its checksum is compared at the end.
            with self._zip.open(info) as file:
                return file.read()
        except _DAMAGE as error:
            raise StoryError(f"{where} is damaged; get the file again") from error
        except (NotImplementedError, RuntimeError) as error:
            raise StoryError(
                f"{where} is packed in a way that EPUB does not allow; pack it again"
            ) from error


def _plain(name: str) -> str:
    path = posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")
    return unicodedata.normalize("NFC", path)


def resolved(href: str, base: str) -> tuple[str, str]:
    """Return what a reference in the file ``base`` means: a name in the archive, and a fragment.

    Examples
    --------
    >>> resolved("../Text/chapter%201.xhtml#start", "OPS/nav/nav.xhtml")
    ('OPS/Text/chapter%201.xhtml', 'start')
    >>> resolved("#note", "OPS/one.xhtml"), resolved("https://example.org/", "OPS/one.xhtml")
    (('OPS/one.xhtml', 'note'), ('', ''))
    """
    href = href.strip()
    if _SCHEME.match(href):
        return "", ""
    path, _, fragment = href.partition("#")
    path = path.partition("?")[0]
    name = _plain(posixpath.join(posixpath.dirname(base), path)) if path else base
    return name, unquote(fragment)
