"""Sound in, a file of the kind its suffix names out: for listening to one thing alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from audiobook import ffmpeg
from audiobook.audio import Audio
from audiobook.errors import ExportError, FFmpegError, did_you_mean

__all__ = ["write_sound"]

# Suffix: container, and what ffmpeg is told.
KINDS = {
    ".mp3": ("mp3", ["-codec:a", "libmp3lame", "-b:a", "192k"]),
    ".wav": ("wav", ["-codec:a", "pcm_s16le"]),
    ".flac": ("flac", ["-codec:a", "flac", "-sample_fmt", "s16"]),
    ".ogg": ("ogg", ["-codec:a", "libopus", "-b:a", "128k", "-ar", "48000"]),
}


def write_sound(target: Path, blocks: Iterable[Audio], *, comment: str = "") -> None:
    """Write stereo blocks at `SAMPLE_RATE` into a file that appears whole or not at all.

    Parameters
    ----------
    comment : str
        Kept in the file as a tag, unless it is empty.

    Raises
    ------
    ExportError
        If the suffix is unknown or the file cannot be written.
    """
    kind = KINDS.get(target.suffix.lower())
    if kind is None:
        raise ExportError(
            f'{target}: "{target.suffix}" is no known sound file; '
            f"{did_you_mean(target.suffix, KINDS)}"
        )
    if not target.parent.is_dir():
        raise ExportError(f"{target}: there is no folder {target.parent}; make it first")
    noted = ["-metadata", f"comment={comment}"] if comment else []
    part = target.with_name(f".{target.name}.part")
    try:
        ffmpeg.encode(blocks, part, [*kind[1], *noted], file_format=kind[0])
        part.replace(target)
    except (OSError, FFmpegError) as error:
        raise ExportError(f"{target}: cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
