"""A chapter's clips in, its media overlay out: which element of the page sounds when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audiobook.export.epub.sync import Clip

__all__ = ["clock_value", "overlay"]

_DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">
<body epub:textref="{page}" epub:type="chapter">
{body}
</body>
</smil>
"""


def overlay(clips: Sequence[Clip], page: str, sound: str) -> str:
    """Return a SMIL document.

    Parameters
    ----------
    page, sound : str
        The documents that ``clips`` are of, relative to this one.
    """
    return _DOCUMENT.format(page=page, body="\n".join(_lines(clips, page, sound)))


def _lines(clips: Sequence[Clip], page: str, sound: str) -> Iterator[str]:
    for clip in clips:
        if clip.words:
            yield f'<seq epub:textref="{page}#{clip.id}">'
            yield from _lines(clip.words, page, sound)
            yield "</seq>"
        else:
            begin, end = clock_value(clip.start_ms), clock_value(clip.end_ms)
            yield (
                f'<par><text src="{page}#{clip.id}"/>'
                f'<audio src="{sound}" clipBegin="{begin}" clipEnd="{end}"/></par>'
            )


def clock_value(time_ms: int) -> str:
    """Return a time as SMIL and package documents write it.

    Examples
    --------
    >>> clock_value(3_723_045)
    '1:02:03.045'
    """
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{ms:03}"
