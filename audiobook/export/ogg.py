"""Ogg pages in, Ogg pages out: the layer under Opus (RFC 3533).

A page carries up to 255 pieces of packets, its place in the stream, when its last whole packet
ends (the granule position), and a checksum.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from audiobook.errors import ExportError

__all__ = ["CONTINUED", "FIRST", "LAST", "Page", "crc32", "packet_pages", "read_pages"]

CONTINUED, FIRST, LAST = 1, 2, 4
NO_GRANULE = -1  # no packet ends on the page
SERIAL = 1  # one stream in a file, so any number will do
MAX_PIECES, PIECE_BYTES = 255, 255

_HEADER = struct.Struct("<4sBBqIIIB")
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_U32_MAX = 0xFFFF_FFFF


def crc32(data: bytes) -> int:
    """Return a page's checksum: polynomial 0x04C11DB7, highest bit first, starting from 0.

    zlib knows the same polynomial lowest bit first, so bits are reversed on the way in and out; it
    also inverts both ends, which is undone. In Python alone, hours of sound would take minutes.

    Examples
    --------
    >>> hex(crc32(b"123456789"))
    '0x89a1897f'
    """
    mirrored = zlib.crc32(data.translate(_REVERSED), _U32_MAX) ^ _U32_MAX
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")


@dataclass(frozen=True)
class Page:
    """A page without its number.

    Attributes
    ----------
    flags : int
        Of `CONTINUED`, `FIRST` and `LAST`.
    granule : int
        For Opus: 48 kHz samples that the packets up to here decode to; -1 if none ends here.
    lacing : bytes
        The length of each piece. A packet ends with the first piece shorter than 255.
    """

    flags: int
    granule: int
    lacing: bytes
    body: bytes

    @property
    def n_packets(self) -> int:
        """Packets that end on this page."""
        return len(self.lacing) - self.lacing.count(PIECE_BYTES)

    def numbered(self, number: int) -> bytes:
        """Return the page as it stands in a file, the first of which is number 0."""
        head = [b"OggS", 0, self.flags, self.granule, SERIAL, number & _U32_MAX]
        rest = self.lacing + self.body
        crc = crc32(_HEADER.pack(*head, 0, len(self.lacing)) + rest)
        return _HEADER.pack(*head, crc, len(self.lacing)) + rest


def read_pages(file: IO[bytes], name: str) -> Iterator[Page]:
    """Yield the pages from where a file stands to its end; their checksums are not looked at.

    Raises
    ------
    ExportError
        If something else than pages is there, or the last one is cut short.
    """
    while head := file.read(_HEADER.size):
        if len(head) < _HEADER.size or head[:4] != b"OggS":
            raise ExportError(f"{name}: is no Ogg file, or damaged; build it again")
        _, _, flags, granule, _, _, _, n_pieces = _HEADER.unpack(head)
        lacing = file.read(n_pieces)
        body = file.read(sum(lacing))
        if len(lacing) < n_pieces or len(body) < sum(lacing):
            raise ExportError(f"{name}: ends in the middle of an Ogg page; build it again")
        yield Page(flags, granule, lacing, body)


def packet_pages(packet: bytes, flags: int = 0) -> list[Page]:
    """Return the pages of a header packet, which takes no time and shares its pages with none."""
    lacing = bytes([PIECE_BYTES]) * (len(packet) // PIECE_BYTES)
    lacing += bytes([len(packet) % PIECE_BYTES])
    pages = []
    for first in range(0, len(lacing), MAX_PIECES):
        pieces = lacing[first : first + MAX_PIECES]
        start = first * PIECE_BYTES
        ends = pieces[-1] < PIECE_BYTES
        continued = CONTINUED if first else 0
        body = packet[start : start + sum(pieces)]
        pages.append(Page(flags | continued, 0 if ends else NO_GRANULE, pieces, body))
    return pages
