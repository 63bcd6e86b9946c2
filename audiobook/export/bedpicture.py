"""A bed in, a picture of it out: its notes, its waveform and its spectrum over one axis of time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.audio import Audio, samples_to_seconds
from audiobook.errors import ExportError
from audiobook.export.files import write_whole
from audiobook.export.hearing import Hearing
from audiobook.export.panels import Box, Sheet
from audiobook.export.roll import parts_of

if TYPE_CHECKING:
    from audiobook.music.composed import ComposedBed

__all__ = ["BedPicture"]

SUFFIX = ".png"
SIZE_PX = (1600, 1100)
LEFT, WIDTH = 92, 1410
HEADING = Box(LEFT, 24, WIDTH, 34)
BANDS_TOP, BAND_PX = 78, 28
DRUMS_PX = 34
ROLL_BOTTOM = 596
LEVELS = Box(LEFT, 632, WIDTH, 132)
SPECTRUM = Box(LEFT, 784, WIDTH, 260)


class BedPicture:
    """A picture that is drawn of a bed while the bed is played: 1600 x 1100 pixels, a PNG.

    Parameters
    ----------
    bed : ComposedBed
        What is played; at least one sample for each column of pixels.
    path : Path
        The picture; ends in ``.png``.
    title, about : str
        Stand above it.

    Raises
    ------
    ExportError
        If the path does not end in ``.png``, or its folder is not there.
    """

    def __init__(self, bed: ComposedBed, path: Path, title: str, about: str = "") -> None:
        if path.suffix.lower() != SUFFIX:
            raise ExportError(f'{path}: "{path.suffix}" is no picture that can be drawn; use .png')
        if not path.parent.is_dir():
            raise ExportError(f"{path}: there is no folder {path.parent}; make it first")
        self._bed, self._path = bed, path
        self._title, self._about = title, about

    def of(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        """Yield the bed's blocks as they are; when all have been taken, the picture is there.

        Raises
        ------
        ExportError
            If the picture cannot be written.
        """
        hearing = Hearing(self._bed.n_samples, WIDTH, SPECTRUM.height)
        yield from hearing.through(blocks)
        buffer = io.BytesIO()
        self._drawn(hearing).few_colours().save(buffer, "PNG", optimize=True)
        write_whole(self._path, buffer.getvalue(), option="--picture")

    def _drawn(self, hearing: Hearing) -> Sheet:
        score = self._bed.score
        parts = parts_of(score, self._bed.palette)
        drums = [part for part in parts if part.is_drum]
        tuned = [part for part in parts if not part.is_drum]
        sheet = Sheet(SIZE_PX, samples_to_seconds(score.n_samples))
        sheet.heading(HEADING, self._title, self._about, parts)
        top = BANDS_TOP
        if len(score.modes) > 1:
            sheet.moods(Box(LEFT, top, WIDTH, BAND_PX - 2), score)
            top += BAND_PX
        sheet.spans(Box(LEFT, top, WIDTH, BAND_PX), score)
        top += BAND_PX
        lane = Box(LEFT, ROLL_BOTTOM - DRUMS_PX, WIDTH, DRUMS_PX if drums else 0)
        roll = Box(LEFT, top, WIDTH, (lane.top - 8 if drums else ROLL_BOTTOM) - top)
        sheet.times([roll, *([lane] if drums else []), LEVELS, SPECTRUM])
        sheet.roll(roll, score, tuned)
        if drums:
            sheet.drums(lane, drums)
        sheet.levels(LEVELS, hearing)
        sheet.spectrum(SPECTRUM, hearing)
        return sheet
