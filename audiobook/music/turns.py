"""How long each piece of a playlist is in, which plays when in a chapter out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audiobook.audio import seconds_to_samples
from audiobook.music.bed import Cues
from audiobook.timeline import GRID_SAMPLES

__all__ = ["Turn", "ends_well", "take_turns"]

FADE_S = 4.0  # between two pieces; taste, as are the two below
MOST = (2, 3)  # of a piece is heard before a pause may end it
LAST_S = 30.0  # a piece that would sound shorter than that at the end begins earlier


@dataclass(frozen=True)
class Turn:
    """One piece's turn, in samples.

    Attributes
    ----------
    track : int
        Which piece.
    start : int
        Where in the chapter it begins; it is played from its own beginning.
    n_samples : int
        How long it sounds, the crossfade into the next included.
    fade : int
        How much of that sounds together with the beginning of the next; 0 for the last.
    """

    track: int
    start: int
    n_samples: int
    fade: int = 0


def ends_well(end: int, cues: Cues) -> bool:
    """Tell whether a piece that ends there may be the last: it outlives half of the outro."""
    return end >= (cues.speech_end + cues.n_samples) / 2


def take_turns(n_tracks: int, length: Callable[[int, int], int], cues: Cues) -> tuple[Turn, ...]:
    """Let the pieces play in their order, and again from the first, until the chapter ends.

    Parameters
    ----------
    n_tracks : int >= 2
    length : callable (track, wanted) -> int >= 1
        Audible samples of a piece; less than ``wanted`` only if that is all there is.
    cues : Cues
        A piece of which most has been heard ends in a pause, in a scene break rather than between
        two paragraphs, and late rather than early; where there is no pause, at its own end.

    Returns
    -------
    tuple of Turn
        Each starts where the fade of the one before it starts; the last reaches the chapter's end,
        or ends by itself after the last word.
    """
    turns: list[Turn] = []
    position, total = 0, cues.n_samples
    while True:
        track = len(turns) % n_tracks
        n_samples = length(track, total - position)
        if ends_well(position + n_samples, cues):
            return (*turns, Turn(track, position, min(n_samples, total - position)))
        following = length((track + 1) % n_tracks, total - position)
        fade = min(seconds_to_samples(FADE_S), n_samples // 4, following // 4)
        fade -= fade % GRID_SAMPLES
        change = _change(position, n_samples, fade, cues)
        turns.append(Turn(track, position, change + fade - position, fade))
        position = change


def _change(position: int, n_samples: int, fade: int, cues: Cues) -> int:
    """Return where the next piece begins to be heard."""
    earliest = position + max(1, n_samples * MOST[0] // MOST[1])
    latest = position + n_samples - fade
    is_hurried = cues.n_samples - latest < seconds_to_samples(LAST_S)
    places = [((start + end - fade) // 2, weight) for start, end, weight in cues.breaths]
    places = [(at, weight) for at, weight in places if earliest <= at <= latest]
    if not places:
        return min(earliest, latest) if is_hurried else latest
    return max(places, key=lambda p: (p[1], -p[0] if is_hurried else p[0]))[0]
