"""The listener's own music in, a `Bed` out: looped or in turn, equally loud, faded at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from audiobook.audio import Audio, db_to_gain, gain_to_db, seconds_to_samples, silence
from audiobook.music.bed import Cues, edge_gain
from audiobook.music.loop import Loop, find_loop
from audiobook.music.track import BLOCK_SAMPLES, Track, listen
from audiobook.music.turns import Turn, ends_well, take_turns

__all__ = ["OwnBed", "own_bed"]

Crossfade = Callable[[Audio, Audio], Audio]

IN_MEMORY_S = 600.0  # shorter music is kept as 16 bits (106 MB at most), longer is decoded again
LEVEL_LUFS = -23.0  # what a composed bed has, too
PEAK_DB = -3.0  # no sample of any file comes out higher
FADE_IN_S = 1.0  # at most half of the intro
CLICK_S = 0.03  # shortest fade-in
FADE_OUT_S = 8.0
SHORTEST_FADE_S = 0.5


@dataclass(frozen=True)
class OwnBed:
    """Music from files, of the chapter's exact length.

    Attributes
    ----------
    tracks : tuple of Track
        The files that play.
    gains : tuple of float
        What brings each to the common loudness.
    turns : tuple of Turn
        Which plays when; a piece that ends before the chapter does is followed by silence.
    loop : Loop or None
        For a single file that is too short: where to go back, in samples of the file.
    """

    cues: Cues
    tracks: tuple[Track, ...]
    gains: tuple[float, ...]
    turns: tuple[Turn, ...]
    loop: Loop | None
    _crossfade: Crossfade

    @property
    def n_samples(self) -> int:
        """Exact length."""
        return self.cues.n_samples

    def blocks(self) -> Iterator[Audio]:
        """Play it from the beginning."""
        total = self.n_samples
        shortest = min(seconds_to_samples(SHORTEST_FADE_S), total // 4)
        fade_out = max(shortest, min(seconds_to_samples(FADE_OUT_S), total - self.cues.speech_end))
        lead = max(seconds_to_samples(CLICK_S), self.cues.speech_start // 2)
        fade_in = min(seconds_to_samples(FADE_IN_S), lead, total // 4)
        position = 0
        for piece in self._music():
            block = piece[: total - position]
            block = block * edge_gain(
                position, len(block), total, fade_in=fade_in, fade_out=fade_out
            )
            position += len(block)
            yield block
            if position == total:
                return

    def _music(self) -> Iterator[Audio]:
        """Yield at least as much as the chapter is long."""
        yield from self._looped(self.loop) if self.loop else self._in_turn()
        while True:
            yield silence(BLOCK_SAMPLES, 2)

    def _looped(self, loop: Loop) -> Iterator[Audio]:
        """Play to the loop's end, and again from its start, crossfaded."""
        begin = self.tracks[0].start
        head = self._whole(0, loop.start, loop.start + loop.fade)
        while True:
            tail = yield from _all_but_last(self._span(0, begin, loop.end), loop.fade)
            if loop.fade:
                yield self._crossfade(tail, head)
            begin = loop.start + loop.fade

    def _in_turn(self) -> Iterator[Audio]:
        """Play one piece after another, crossfaded."""
        begin = self.tracks[self.turns[0].track].start
        for turn, following in pairwise([*self.turns, None]):
            assert turn is not None
            stop = self.tracks[turn.track].start + turn.n_samples
            tail = yield from _all_but_last(self._span(turn.track, begin, stop), turn.fade)
            if following is not None:
                begin = self.tracks[following.track].start + turn.fade
                if turn.fade:
                    head = self._whole(following.track, begin - turn.fade, begin)
                    yield self._crossfade(tail, head)

    def _span(self, track: int, start: int, stop: int) -> Iterator[Audio]:
        gain = np.float32(self.gains[track])
        return (block * gain for block in self.tracks[track].span(start, stop))

    def _whole(self, track: int, start: int, stop: int) -> Audio:
        return np.concatenate([silence(0, 2), *self._span(track, start, stop)])


def own_bed(paths: Sequence[Path], cues: Cues, crossfade: Crossfade) -> OwnBed:
    """Make a bed of music files.

    Parameters
    ----------
    paths : sequence of Path
        Anything ffmpeg reads, of any length, in the order of play. Silence at both ends of a file
        is skipped.
    cues : Cues
        Exact length; pieces change in its pauses, and the music fades after the last word.
    crossfade : callable (tail, head) -> Audio
        Joins two pieces of equal length, of 441 samples times a whole number, into one as long.

    Returns
    -------
    OwnBed
        A single file that is shorter than the chapter is looped at its most similar quiet place;
        several take turns. All come out equally loud: at -23 LUFS, or as far below that as keeps
        every peak at -3 dBFS, by one gain for each file, so that what is dynamic stays so. Music
        longer than ten minutes is never held in memory, and not read further than it is needed.

    Raises
    ------
    MusicError
        If a file is missing, is not music that can be decoded, or holds only silence.
    """
    tracks: dict[int, Track] = {}

    def length(number: int, wanted: int) -> int:
        if number not in tracks:
            kept = sum(track.kept_samples for track in tracks.values())
            keep = seconds_to_samples(IN_MEMORY_S) - kept
            tracks[number] = listen(paths[number], wanted, keep=keep)
        return tracks[number].audible_samples

    loop = None
    if len(paths) > 1:
        turns = take_turns(len(paths), length, cues)
    else:
        n_samples = length(0, cues.n_samples)
        turns = (Turn(0, 0, min(n_samples, cues.n_samples)),)
        if not ends_well(n_samples, cues):
            loop = find_loop(tracks[0].features, tracks[0].n_samples)
    # The pieces have their first turns in their order, so their numbers stay what they were.
    played = tuple(tracks[number] for number in sorted(tracks))
    return OwnBed(cues, played, _gains(played), turns, loop, crossfade)


def _gains(tracks: Sequence[Track]) -> tuple[float, ...]:
    """Bring all to one loudness: the highest up to the level at which no peak passes the limit."""
    loudest = [track.lufs + PEAK_DB - gain_to_db(track.peak) for track in tracks]
    common_lufs = min(LEVEL_LUFS, *loudest)
    return tuple(db_to_gain(common_lufs - track.lufs) for track in tracks)


def _all_but_last(pieces: Iterable[Audio], n_last: int) -> Generator[Audio, None, Audio]:
    """Yield everything but the last samples, and return those."""
    held = silence(0, 2)
    for piece in pieces:
        held = np.concatenate([held, piece])
        if len(held) > n_last:
            yield held[: len(held) - n_last]
            held = held[len(held) - n_last :]
    return held
