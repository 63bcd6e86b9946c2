"""MP3 from the network in, whether it ends as it should out."""

from __future__ import annotations

__all__ = ["is_cut"]

# Layer III, kbit/s by the header's four bits; MPEG-1, then MPEG-2 and 2.5.
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HZ = (44_100, 48_000, 32_000)  # MPEG-1; halved for 2, quartered for 2.5
_DIVISORS = {3: 1, 2: 2, 0: 4}  # by the header's two bits


def is_cut(data: bytes) -> bool:
    """Tell whether an MP3 without tags ends inside a frame; what is no MP3 is not judged."""
    position, n_frames = 0, 0
    while position + 4 <= len(data):
        size = _frame_bytes(data[position : position + 4])
        if not size:
            return False
        position += size
        n_frames += 1
    return n_frames > 0 and position != len(data)


def _frame_bytes(header: bytes) -> int:
    """Return the length of the frame that a header begins, 0 if it begins none of Layer III."""
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bits, rate = header[2] >> 4, header[2] >> 2 & 3
    is_header = header[0] == 0xFF and header[1] >> 5 == 7 and layer == 1
    if not is_header or version not in _DIVISORS or rate == 3 or bits in (0, 15):
        return 0
    divisor = _DIVISORS[version]
    kbits = (_KBITS_1 if divisor == 1 else _KBITS_2)[bits]
    samples = 1152 if divisor == 1 else 576
    return samples // 8 * kbits * 1000 * divisor // _HZ[rate] + (header[2] >> 1 & 1)
