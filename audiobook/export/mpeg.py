"""An MP3 file in; its Info header and its audio frames out, a block at a time, nothing decoded.

MPEG-1 Layer III only, at a constant bit rate: what `audiobook.ffmpeg.encode_mp3` writes. The first
frame of such a file is silent and carries numbers: how many frames follow, and how many samples at
either end come from the encoder and not from the sound [1]_ [2]_.

References
----------
.. [1] ISO/IEC 11172-3:1993, 2.4.1.3 (frame header) and 2.4.1.7 (``main_data_begin``).
.. [2] G. Bouvigne, "MP3 Info Tag rev 1", the header LAME and ffmpeg write.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

from audiobook.errors import ExportError

__all__ = ["SAMPLES_PER_FRAME", "Mp3Info", "Source", "audio_frames", "opened", "read_info"]

# A file, one that is open (read from where it stands), or one that is opened when it is needed.
Source: TypeAlias = Path | IO[bytes] | Callable[[], AbstractContextManager[IO[bytes]]]

SAMPLES_PER_FRAME = 1152
BLOCK_BYTES = 1 << 20
HEADER_BYTES = 4
ID3V1_BYTES = 128

_BITRATES_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_SAMPLE_RATES_HZ = (44_100, 48_000, 32_000)
_MONO = 3
# What is the same in all frames of a file: sync, version, layer, protection, bit rate and sample
# rate. Padding differs from frame to frame, and so does how two channels are coded.
_CONSTANT_BITS = 0xFFFF_FC00


@dataclass(frozen=True)
class Mp3Info:
    """What the Info header of a file says.

    Attributes
    ----------
    n_frames : int
        Audio frames, the Info frame not among them; each is `SAMPLES_PER_FRAME` samples.
    n_bytes : int
        Bytes of the audio frames, the Info frame not among them.
    delay_samples, padding_samples : int
        Samples before and after the sound, within the frames; 0 to 4095. A decoder takes its own
        delay of 529 samples off the padding and adds it to the delay.
    music_crc : int
        CRC-16 of the audio frames.
    frame : bytes
        The Info frame as it stands in the file.
    offset : int
        Where "Info" stands in ``frame``.
    """

    n_frames: int
    n_bytes: int
    delay_samples: int
    padding_samples: int
    music_crc: int
    sample_rate: int
    n_channels: int
    bitrate_kbps: int
    frame: bytes
    offset: int

    @property
    def n_samples(self) -> int:
        """Samples of sound, of each channel: what a decoder that knows the header gives."""
        coded = self.n_frames * SAMPLES_PER_FRAME
        return max(0, coded - self.delay_samples - self.padding_samples)

    @property
    def frame_samples(self) -> int:
        """What each frame decodes to, of each channel."""
        return SAMPLES_PER_FRAME

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return self.n_samples / self.sample_rate

    @property
    def coding(self) -> int:
        """What must be the same in files that are joined."""
        return _coding(int.from_bytes(self.frame[:HEADER_BYTES], "big"))


@contextlib.contextmanager
def opened(source: Source) -> Iterator[tuple[IO[bytes], str]]:
    """Give an open file and its name for messages; a file that was open already stays open.

    Raises
    ------
    ExportError
        If the file cannot be opened.
    """
    if callable(source):
        with source() as file:
            yield file, str(getattr(file, "name", "the encoded chapter"))
        return
    if not isinstance(source, Path):
        yield source, str(getattr(source, "name", "the encoded chapter"))
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise ExportError(f"{source}: cannot be read: {error.strerror or error}") from error
    with file:
        yield file, str(source)


def read_info(file: IO[bytes], name: str) -> Mp3Info:
    """Read past an ID3v2 tag and the Info frame; the file then stands at the first audio frame.

    Parameters
    ----------
    file : binary file
        Its MP3 stream starts where it stands and goes on to its end.
    name : str
        What messages call it.

    Raises
    ------
    ExportError
        If no MPEG-1 Layer III frame with an Info header is there.
    """
    head = _after_id3v2(file)
    header = int.from_bytes(head, "big")
    if not _is_layer_iii(header):
        raise ExportError(f"{name}: not an MP3 file as this program writes them; build it again")
    frame = head + file.read(_frame_bytes(header) - HEADER_BYTES)
    offset = HEADER_BYTES + _side_info_bytes(header)
    is_whole = len(frame) == _frame_bytes(header) >= offset + 156
    # The lowest two flags say that the counts of frames and bytes are there.
    if not is_whole or frame[offset : offset + 4] != b"Info" or frame[offset + 7] & 3 != 3:
        raise ExportError(f"{name}: has no Info header, so its length is unknown; build it again")
    n_frames, n_bytes = struct.unpack_from(">II", frame, offset + 8)
    delay_and_padding = int.from_bytes(frame[offset + 141 : offset + 144], "big")
    return Mp3Info(
        n_frames=n_frames,
        n_bytes=n_bytes - len(frame),
        delay_samples=delay_and_padding >> 12,
        padding_samples=delay_and_padding & 0xFFF,
        music_crc=int.from_bytes(frame[offset + 152 : offset + 154], "big"),
        sample_rate=_SAMPLE_RATES_HZ[header >> 10 & 3],
        n_channels=_n_channels(header),
        bitrate_kbps=_BITRATES_KBPS[header >> 12 & 15],
        frame=frame,
        offset=offset,
    )


def audio_frames(file: IO[bytes], info: Mp3Info, name: str) -> Iterator[tuple[bytes, int]]:
    """Yield the audio frames, as many as are whole in a block of `BLOCK_BYTES`, with their number.

    Raises
    ------
    ExportError
        If something else than frames of one coding follows, the last frame is cut short, or the
        first one needs bits of a frame before it (then it could not follow another chapter).
    """
    rest, is_first = b"", True
    while block := file.read(BLOCK_BYTES):
        data = rest + block
        if is_first and _main_data_begin(data, info) != 0:
            raise ExportError(f"{name}: does not start at a clean frame; build it again")
        is_first = False
        end, n_frames = _walk(data, info, name)
        if end:
            yield data[:end], n_frames
        rest = data[end:]
    if rest and not _is_id3v1(rest):
        raise ExportError(f"{name}: ends in the middle of a frame; build it again")


def _walk(data: bytes, info: Mp3Info, name: str) -> tuple[int, int]:
    """Return where the last whole frame ends, and how many there are."""
    coding = info.coding
    frame_bytes = _frame_bytes(coding)
    last_start = len(data) - HEADER_BYTES
    position = n_frames = 0
    while position <= last_start:
        header = int.from_bytes(data[position : position + HEADER_BYTES], "big")
        if _coding(header) != coding:
            if _is_id3v1(data[position:]):
                break
            raise ExportError(f"{name}: is damaged after {n_frames} frames; build it again")
        end = position + frame_bytes + (header >> 9 & 1)
        if end > len(data):
            break
        position, n_frames = end, n_frames + 1
    return position, n_frames


def _is_id3v1(data: bytes) -> bool:
    return data[:3] == b"TAG" and len(data) <= ID3V1_BYTES


def _after_id3v2(file: IO[bytes]) -> bytes:
    """Return the first four bytes that are no ID3v2 tag (ID3v2.3, section 3.1)."""
    head = file.read(HEADER_BYTES)
    while head[:3] == b"ID3":
        rest = file.read(6)
        if len(rest) < 6:
            break
        size = rest[2] << 21 | rest[3] << 14 | rest[4] << 7 | rest[5]
        file.seek(size, 1)
        head = file.read(HEADER_BYTES)
    return head


def _is_layer_iii(header: int) -> bool:
    # 11 bits of sync, MPEG-1 (11), Layer III (01); neither free nor forbidden bit rate.
    is_mpeg_1 = header >> 17 == 0x7FFD
    return is_mpeg_1 and 0 < header >> 12 & 15 < 15 and header >> 10 & 3 != 3


def _coding(header: int) -> int:
    """Return the constant bits of a header, and in its lowest bit whether it is mono."""
    return header & _CONSTANT_BITS | header >> 7 & header >> 6 & 1


def _frame_bytes(header: int) -> int:
    """Return the length of a frame in bytes, its padding counted."""
    bitrate_bps = _BITRATES_KBPS[header >> 12 & 15] * 1000
    return 144 * bitrate_bps // _SAMPLE_RATES_HZ[header >> 10 & 3] + (header >> 9 & 1)


def _n_channels(header: int) -> int:
    return 1 if header >> 6 & 3 == _MONO else 2


def _side_info_bytes(header: int) -> int:
    return 17 if _n_channels(header) == 1 else 32


def _main_data_begin(data: bytes, info: Mp3Info) -> int:
    """Return how many bytes the first frame borrows from the frames before it."""
    is_protected = info.coding >> 16 & 1 == 0
    start = HEADER_BYTES + (2 if is_protected else 0)
    return int.from_bytes(data[start : start + 2], "big") >> 7
