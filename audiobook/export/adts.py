"""An encoded chapter as an ADTS stream in, its AAC packets out: each once, nothing decoded.

In ADTS each packet has a header of its own in front, which says how long it is (ISO/IEC 13818-7,
6.2). An MP4 file keeps the packets without it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, TypeAlias

import numpy as np
import numpy.typing as npt

from audiobook.errors import ExportError
from audiobook.export.clock import Frames

__all__ = [
    "AAC_DELAY_SAMPLES",
    "AAC_FRAME_SAMPLES",
    "Sizes",
    "adts_frames",
    "packets",
    "sound_config",
]

AAC_FRAME_SAMPLES = 1024
AAC_DELAY_SAMPLES = 1024  # ffmpeg's own encoder: the first packet holds what is before the sound
Sizes: TypeAlias = npt.NDArray[np.uint32]

HEADER_BYTES = 7
BLOCK_BYTES = 1 << 20
SYNC = 0xFFF
_SIZE = struct.Struct(">I").unpack_from
SAMPLE_RATES_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000)


def adts_frames(file: IO[bytes], name: str, n_samples: int) -> Frames:
    """Count the packets of a chapter.

    Parameters
    ----------
    file : binary file
        From where it stands to its end.
    name : str
        What messages call it.
    n_samples : int
        What the encoder was given, of each channel.

    Raises
    ------
    ExportError
        If it is damaged, or its packets cannot hold that sound as ffmpeg's encoder lays it out.
    """
    n_frames = n_bytes = coding = 0
    for data, sizes, found in packets(file, name):
        n_frames, n_bytes, coding = n_frames + len(sizes), n_bytes + len(data), found
    if n_frames != -(-(n_samples + AAC_DELAY_SAMPLES) // AAC_FRAME_SAMPLES):
        raise ExportError(f"{name}: {n_frames} AAC packets for {n_samples} samples; build it again")
    sample_rate = SAMPLE_RATES_HZ[coding >> 6 & 15]
    return Frames(n_frames, AAC_FRAME_SAMPLES, n_samples, sample_rate, n_bytes, f"{coding:07x}")


def packets(file: IO[bytes], name: str) -> Iterator[tuple[bytes, Sizes, int]]:
    """Yield the packets that are whole in a block, joined, with their sizes and their coding.

    Raises
    ------
    ExportError
        If something else than packets of one coding follows, or the last one is cut short.
    """
    rest, coding = b"", 0
    while block := file.read(BLOCK_BYTES):
        data = rest + block
        coding = coding or int.from_bytes(data[:4], "big") >> 4
        if coding >> 16 != SYNC or not coding >> 12 & 1:
            raise ExportError(f"{name}: no AAC file as this program writes them; build it again")
        starts = _starts(data)
        end = starts.pop()
        yield *_without_headers(data[:end], np.array(starts, dtype=np.int64), coding, name), coding
        rest = data[end:]
    if rest or not coding:
        raise ExportError(f"{name}: ends in the middle of an AAC packet; build it again")


def _starts(data: bytes) -> list[int]:
    """Return where each whole packet starts, and where the last one ends.

    The one loop over all packets of a book, of which 12 hours have two million.
    """
    starts = [0]
    position, n_bytes = 0, len(data)
    while position + HEADER_BYTES <= n_bytes:
        size = _SIZE(data, position + 3)[0] >> 13 & 0x1FFF
        position += size
        if position > n_bytes or size <= HEADER_BYTES:
            break
        starts.append(position)
    return starts


def _without_headers(
    data: bytes, starts: npt.NDArray[np.int64], coding: int, name: str
) -> tuple[bytes, Sizes]:
    """Return what stands between the headers, and their sizes; all headers must be alike."""
    content = np.frombuffer(data, dtype=np.uint8)
    places = starts[:, np.newaxis] + np.arange(HEADER_BYTES)
    heads = content[places].astype(np.uint32)
    codings = heads[:, 0] << 20 | heads[:, 1] << 12 | heads[:, 2] << 4 | heads[:, 3] >> 4
    # One packet behind each header: the lowest two bits count those after the first.
    wrong = (codings != coding) | (heads[:, 6] & 3 != 0)
    if wrong.any():
        n_good = int(np.argmax(wrong))
        raise ExportError(f"{name}: is damaged after {n_good} packets; build it again")
    is_packet = np.ones(len(content), dtype=bool)
    is_packet[places] = False
    sizes = np.diff(starts, append=len(content)) - HEADER_BYTES
    return content[is_packet].tobytes(), sizes.astype(np.uint32)


def sound_config(coding: str) -> tuple[int, bytes]:
    """Return the number of channels, and what an MP4 file tells the decoder in advance.

    ISO/IEC 14496-3, 1.6.2.1: five bits of object type, four of sample rate, four of channels.
    """
    bits = int(coding, 16)
    object_type, rate, n_channels = (bits >> 10 & 3) + 1, bits >> 6 & 15, bits >> 2 & 7
    return n_channels, (object_type << 11 | rate << 7 | n_channels << 3).to_bytes(2, "big")
