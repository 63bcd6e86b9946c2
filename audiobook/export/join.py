"""Encoded chapters in, one MP3 stream out: the frames as they are, under one Info header.

Nothing is decoded, so nothing is lost, and the book's clock is a count of frames: the sound of a
chapter starts at exactly 1152 samples for each frame before its own. (Between two chapters lie the
encoder's end padding and delay, 25 to 51 ms of silence, which that count takes in. A plain
concatenation would play each chapter's Info frame too and be off by what decoders trim.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import IO

from audiobook.errors import ExportError
from audiobook.export.clock import JoinedChapter, lay_end_to_end
from audiobook.export.mpeg import Mp3Info, Source, audio_frames, opened, read_info

__all__ = ["checked_frames", "crc16", "crc16_joined", "info_frame", "join", "read_infos"]

# ffmpeg signs the header of what LAME encoded with its own name, and then some readers do not
# believe that delay and padding are in it: they would count 25 to 51 ms too many.
SIGNATURE = b"LAME3.100"
U32_MAX = 0xFFFF_FFFF  # the header's counts have no more bits: 74 hours at 128 kbit/s


def join(chapters: Sequence[Source], target: IO[bytes]) -> list[JoinedChapter]:
    """Write the chapters' frames one after another, without encoding them anew.

    Parameters
    ----------
    chapters : sequence of Path or binary file
        Constant-bit-rate MP3 files of one coding, each with an Info header; an ID3v2 tag in front
        is passed over. An open file is read from where it stands. Paths are opened one at a time.
    target : binary file
        Gets one Info frame and all audio frames, from where it stands.

    Returns
    -------
    list of JoinedChapter
        One for each chapter, in order.

    Raises
    ------
    ExportError
        If there is no chapter, one is damaged, or two were encoded differently.
    """
    infos = read_infos(chapters)
    target.write(info_frame(infos))
    for chapter, info in zip(chapters, infos, strict=True):
        for data in checked_frames(chapter, info):
            target.write(data)
    return lay_end_to_end(infos)


def read_infos(chapters: Sequence[Source]) -> list[Mp3Info]:
    """Read every chapter's Info header; open files then stand where they stood. See `join`."""
    infos: list[Mp3Info] = []
    for chapter in chapters:
        with opened(chapter) as (file, name):
            start = file.tell()
            infos.append(read_info(file, name))
            file.seek(start)
        if infos[-1].coding != infos[0].coding:
            raise ExportError(f"{name}: is encoded unlike the first chapter; build all chapters")
    if not infos:
        raise ExportError("there is no chapter to join; build at least one")
    return infos


def checked_frames(chapter: Source, info: Mp3Info) -> Iterator[bytes]:
    """Yield a chapter's audio frames; they must turn out as many as its header says."""
    n_frames = n_bytes = 0
    with opened(chapter) as (file, name):
        read_info(file, name)
        for data, n_more in audio_frames(file, info, name):
            n_frames, n_bytes = n_frames + n_more, n_bytes + len(data)
            yield data
    if (n_frames, n_bytes) != (info.n_frames, info.n_bytes):
        raise ExportError(
            f"{name}: has {n_frames} frames where its header says {info.n_frames}; build it again"
        )


def info_frame(infos: Sequence[Mp3Info]) -> bytes:
    """Return the Info frame of the joined stream: the first chapter's, with the sums written in.

    The delay is the first chapter's, the padding the last one's. Byte counts and the table of
    contents take in the Info frame, the CRC of the music does not, as LAME has it. Peak and gain
    are unknown and zero.
    """
    first = infos[0]
    frame, offset = bytearray(first.frame), first.offset
    n_bytes = len(frame) + sum(info.n_bytes for info in infos)
    n_frames = sum(info.n_frames for info in infos)
    struct.pack_into(">II", frame, offset + 8, min(n_frames, U32_MAX), min(n_bytes, U32_MAX))
    frame[offset + 16 : offset + 116] = _linear_toc(len(frame), n_bytes)
    frame[offset + 120 : offset + 129] = SIGNATURE
    frame[offset + 131 : offset + 139] = bytes(8)  # peak and two gains
    delay_and_padding = first.delay_samples << 12 | infos[-1].padding_samples
    frame[offset + 141 : offset + 144] = delay_and_padding.to_bytes(3, "big")
    music_crc = 0
    for info in infos:
        music_crc = crc16_joined(music_crc, info.music_crc, info.n_bytes)
    struct.pack_into(">IH", frame, offset + 148, min(n_bytes, U32_MAX), music_crc)
    struct.pack_into(">H", frame, offset + 154, crc16(bytes(frame[: offset + 154])))
    return bytes(frame)


def _linear_toc(info_bytes: int, n_bytes: int) -> bytes:
    """Return where each hundredth of the time lies, in 256ths of the stream.

    At a constant bit rate time is linear in bytes; only the Info frame in front takes no time.
    """
    audio_bytes = n_bytes - info_bytes
    places = (info_bytes + audio_bytes * percent // 100 for percent in range(1, 100))
    return bytes([0, *(min(255, place * 256 // n_bytes) for place in places)])


def crc16(data: bytes, crc: int = 0) -> int:
    """Return the CRC-16 of the Info header (polynomial 0x8005, reflected, starting from 0).

    Examples
    --------
    >>> hex(crc16(b"123456789"))
    '0xbb3d'
    """
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def crc16_joined(first: int, second: int, second_bytes: int) -> int:
    """Return the CRC-16 of two runs of bytes joined, from the CRC of each and the second's length.

    A CRC is linear, so what ``second_bytes`` zeros do to the first is a matrix over bits, and its
    powers are found by squaring. Reading hours of music bit by bit would take minutes.

    Examples
    --------
    >>> crc16_joined(crc16(b"1234"), crc16(b"56789"), 5) == crc16(b"123456789")
    True
    """
    matrix = [crc16(b"\0", 1 << bit) for bit in range(16)]
    while second_bytes:
        if second_bytes & 1:
            first = _times(matrix, first)
        matrix = [_times(matrix, column) for column in matrix]
        second_bytes >>= 1
    return first ^ second


def _times(matrix: Sequence[int], vector: int) -> int:
    """Multiply a matrix, one column for each bit, by a vector of bits."""
    product = 0
    for bit, column in enumerate(matrix):
        if vector >> bit & 1:
            product ^= column
    return product
