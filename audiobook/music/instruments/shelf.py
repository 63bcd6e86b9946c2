"""Finished strokes, kept while there is room: what was struck before need not be computed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from audiobook.music.instruments.model import Samples

__all__ = ["STROKES", "Shelf"]

STROKES_BYTES = 64_000_000  # a chapter's plucked and drummed strokes fit several times over


class Shelf:
    """A cache bounded by the memory its sounds take; the least used go first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._sounds: OrderedDict[Hashable, Samples] = OrderedDict()
        self._lock = Lock()
        self.n_bytes = 0

    def get(self, key: Hashable, make: Callable[[], Samples]) -> Samples:
        """Return the sound of a key; make it where it is missing. It must not be changed."""
        with self._lock:
            if key in self._sounds:
                self._sounds.move_to_end(key)
                return self._sounds[key]
        sound = make()
        sound.setflags(write=False)
        with self._lock:
            if key not in self._sounds:
                self._sounds[key] = sound
                self.n_bytes += sound.nbytes
            while self.n_bytes > self._limit_bytes and len(self._sounds) > 1:
                self.n_bytes -= self._sounds.popitem(last=False)[1].nbytes
        return sound


STROKES = Shelf(STROKES_BYTES)
