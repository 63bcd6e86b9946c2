"""Files in and out: decode, encode, measure. The only room that starts ffmpeg.

The program comes from the package ``imageio-ffmpeg``, so no system-wide ffmpeg is needed (set
``IMAGEIO_FFMPEG_EXE`` to use another one). Sound crosses the border as raw little-endian float32.
Inputs are local files or pipes: protocols and containers are whitelisted, so that no playlist leads
elsewhere, and a path is never taken for an option.
"""

from audiobook.ffmpeg.measured import encode_measured
from audiobook.ffmpeg.meter import Loudness, measure
from audiobook.ffmpeg.missing import missing_s
from audiobook.ffmpeg.mp3 import encode_mp3, encode_mp3_measured
from audiobook.ffmpeg.probe import ChapterMark, Probe, probe
from audiobook.ffmpeg.process import executable, version
from audiobook.ffmpeg.sound import decode, decode_blocks, decode_bytes, encode

__all__ = [
    "ChapterMark",
    "Loudness",
    "Probe",
    "decode",
    "decode_blocks",
    "decode_bytes",
    "encode",
    "encode_measured",
    "encode_mp3",
    "encode_mp3_measured",
    "executable",
    "measure",
    "missing_s",
    "probe",
    "version",
]
