"""What a sound track and its chapters are in, the boxes of an MP4 file out.

ISO/IEC 14496-12 and -14; the chapter track as Apple's QuickTime File Format has it: a text track
that the sound track refers to. Sizes and places are unknown while the sound is copied, but never
how many there are, so `Movie.boxes` is as long before as after.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiobook.export.clock import Frames, JoinedChapter

__all__ = ["FILE_TYPE", "Movie", "box", "full_box"]

FRAMES_A_CHUNK = 43  # one second of AAC at 44.1 kHz: what a player reads at once
U32_MAX = 0xFFFF_FFFF
SOUND, TEXT = 1, 2  # numbers of the two tracks
ENABLED, IN_MOVIE = 1, 2
UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
MAX_TEXT_BYTES = 0xFFFF
UTF_8 = b"\0\0\0\x0cencd\0\0\1\0"
# A text track's look: nobody sees it, but QuickTime wants all of it, down to a nameless font.
TEXT_LOOK = bytes.fromhex("00000001" + "0000" + "00000000" * 3 + "00000000" + "0001" + "0000")
TEXT_LOOK += (
    bytes.fromhex("00000000" + "0000000d") + b"ftab" + bytes.fromhex("0001" + "0001" + "00")
)


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box: its length, its kind, and what is in it."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Return a box that has a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


# "M4B " is an audiobook to Apple's players; the others tell the rest that it is MP4 all the same.
FILE_TYPE = box(b"ftyp", b"M4B ", bytes(4), b"M4B M4A mp42isom")


@dataclass(frozen=True)
class Movie:
    """A sound track with a mark for each chapter.

    Attributes
    ----------
    frames, clock, titles : sequences
        One for each chapter. All is counted in samples of the sound.
    delay_samples : int
        What the decoder gives before the sound; players are told to leave it out.
    language : str
        ISO 639-2.
    config : bytes
        What the decoder is told in advance.
    user_data : bytes
        Boxes for ``udta``.
    """

    frames: Sequence[Frames]
    clock: Sequence[JoinedChapter]
    titles: Sequence[str]
    delay_samples: int
    language: str
    n_channels: int
    config: bytes
    user_data: bytes

    @property
    def text_samples(self) -> list[bytes]:
        """The chapters' titles as the samples of the text track, which stand before the sound."""
        samples = []
        for title in self.titles:
            data = title.encode("utf-8", "replace")[:MAX_TEXT_BYTES]
            data = data.decode("utf-8", "ignore").encode()  # cut between two characters
            samples.append(struct.pack(">H", len(data)) + data + UTF_8)
        return samples

    @property
    def n_frames(self) -> int:
        """Packets of the sound track."""
        return sum(coded.n_frames for coded in self.frames)

    def boxes(self, sizes: npt.NDArray[np.uint32], data_start: int, *, is_large: bool) -> bytes:
        """Return ``moov``.

        Parameters
        ----------
        sizes : array, shape (n_frames,)
            Of every packet, in bytes.
        data_start : int
            Where the text samples, and after them the packets, stand in the file.
        is_large : bool
            Whether places in the file need 64 bits.
        """
        texts = np.array([len(sample) for sample in self.text_samples])
        starts = data_start + int(texts.sum()) + np.cumsum(sizes, dtype=np.int64) - sizes
        places = _places(starts[::FRAMES_A_CHUNK], is_large=is_large)
        total = self.clock[-1].end
        head = _times(b"mvhd", 0, struct.pack(">I", self._rate), total)
        head += struct.pack(">IH", 0x10000, 0x100) + bytes(10) + UNITY + bytes(24)
        return box(
            b"moov",
            _framed(head, struct.pack(">I", TEXT + 1)),
            self._sound(sizes, places, total),
            self._text(texts, _places(np.array([data_start]), is_large=is_large), total),
            box(b"udta", self.user_data),
        )

    @property
    def _rate(self) -> int:
        return self.clock[0].sample_rate

    def _sound(self, sizes: npt.NDArray[np.uint32], places: bytes, total: int) -> bytes:
        frame, n_frames = self.clock[0].frame_samples, self.n_frames
        media = self.delay_samples + total
        wide = media > U32_MAX
        edit = struct.pack(">QqI" if wide else ">IiI", total, self.delay_samples, 0x10000)
        # The last packet counts only as far as there is sound.
        durations = [(n_frames - 1, frame), (1, media - (n_frames - 1) * frame)]
        full, rest = divmod(n_frames, FRAMES_A_CHUNK)
        chunks = [(1, FRAMES_A_CHUNK, 1)] if full else []
        chunks += [(full + 1, rest, 1)] if rest else []
        tables = [self._sound_entry(), _table(b"stts", durations), _table(b"stsc", chunks)]
        return box(
            b"trak",
            _track_head(SOUND, ENABLED | IN_MOVIE, total, volume=0x100),
            box(b"edts", full_box(b"elst", int(wide), 0, struct.pack(">I", 1), edit)),
            box(b"tref", box(b"chap", struct.pack(">I", TEXT))),
            self._media(
                media,
                _handler(b"soun", b"SoundHandler"),
                full_box(b"smhd", 0, 0, bytes(4)),
                [*tables, _sizes(sizes), places],
            ),
        )

    def _text(self, sizes: npt.NDArray[np.int64], place: bytes, total: int) -> bytes:
        starts = [chapter.start for chapter in self.clock]
        ends = [*starts[1:], total]
        durations = [(1, end - start) for start, end in zip(starts, ends, strict=True)]
        entry = box(b"text", bytes(6), struct.pack(">H", 1), TEXT_LOOK)
        return box(
            b"trak",
            _track_head(TEXT, IN_MOVIE, total, volume=0),
            self._media(
                total,
                _handler(b"text", b"SubtitleHandler"),
                box(b"gmhd", full_box(b"gmin", 0, 0, _GMIN), box(b"text", UNITY)),
                [
                    full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
                    _table(b"stts", durations),
                    _table(b"stsc", [(1, len(durations), 1)]),
                    _sizes(sizes),
                    place,
                ],
            ),
        )

    def _media(self, duration: int, handler: bytes, head: bytes, tables: Sequence[bytes]) -> bytes:
        letters = [ord(letter) - 0x60 for letter in self.language]
        language = letters[0] << 10 | letters[1] << 5 | letters[2]
        here = full_box(b"url ", 0, 1)  # the data is in this file
        source = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), here))
        return box(
            b"mdia",
            _framed(
                _times(b"mdhd", 0, struct.pack(">I", self._rate), duration),
                struct.pack(">HH", language, 0),
            ),
            handler,
            box(b"minf", head, source, box(b"stbl", *tables)),
        )

    def _sound_entry(self) -> bytes:
        n_bytes = sum(coded.n_bytes for coded in self.frames)
        bits_per_s = round(8 * n_bytes * self._rate / (self.n_frames * self.clock[0].frame_samples))
        # MPEG-4 audio (0x40) as an audio stream (0x15); a buffer of 6144 bits a channel.
        buffer = (768 * self.n_channels).to_bytes(3, "big")
        decoder = struct.pack(">BB", 0x40, 0x15) + buffer + struct.pack(">II", *[bits_per_s] * 2)
        stream = bytes(3) + _described(4, decoder + _described(5, self.config))
        esds = full_box(b"esds", 0, 0, _described(3, stream + _described(6, b"\x02")))
        shape = struct.pack(">HHII", self.n_channels, 16, 0, self._rate << 16)
        entry = box(b"mp4a", bytes(6), struct.pack(">H", 1), bytes(8), shape, esds)
        return full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry)


_GMIN = struct.pack(">HHHHHH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0)  # QuickTime's defaults


def _framed(head: bytes, tail: bytes) -> bytes:
    """Close a box that `_times` began."""
    return struct.pack(">I", len(head) + len(tail) + 4) + head + tail


def _times(kind: bytes, flags: int, between: bytes, duration: int) -> bytes:
    """Begin a box that has dates, which are none, and a duration of 32 bits or, if need be, 64."""
    if duration > U32_MAX:
        return kind + struct.pack(">IQQ", 1 << 24 | flags, 0, 0) + between + _u64(duration)
    return kind + struct.pack(">III", flags, 0, 0) + between + struct.pack(">I", duration)


def _u64(value: int) -> bytes:
    return struct.pack(">Q", value)


def _track_head(number: int, flags: int, duration: int, *, volume: int) -> bytes:
    head = _times(b"tkhd", flags, struct.pack(">II", number, 0), duration)
    return _framed(head, bytes(8) + struct.pack(">HHHH", 0, 0, volume, 0) + UNITY + bytes(8))


def _handler(kind: bytes, name: bytes) -> bytes:
    return full_box(b"hdlr", 0, 0, bytes(4), kind, bytes(12), name, b"\0")


def _table(kind: bytes, rows: Sequence[tuple[int, ...]]) -> bytes:
    cells = np.array(rows, dtype=">u4").tobytes()
    return full_box(kind, 0, 0, struct.pack(">I", len(rows)), cells)


def _sizes(sizes: npt.NDArray[np.generic]) -> bytes:
    return full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(sizes)), sizes.astype(">u4").tobytes())


def _places(starts: npt.NDArray[np.int64], *, is_large: bool) -> bytes:
    kind, cells = (b"co64", ">u8") if is_large else (b"stco", ">u4")
    count = struct.pack(">I", len(starts))
    return full_box(kind, 0, 0, count, starts.astype(cells).tobytes())


def _described(tag: int, body: bytes) -> bytes:
    """Return one of MPEG-4's descriptors, all of which are short here."""
    return bytes([tag, len(body)]) + body
