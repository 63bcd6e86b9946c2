"""Cues, a palette, a mood and a seed in, a composed `Bed` out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.audio import Audio
from audiobook.music.bed import Cues, rechunk
from audiobook.music.composer import compose
from audiobook.music.instruments import instrument
from audiobook.music.moods import DEFAULT_MOOD, DEFAULT_PALETTE, find_mood
from audiobook.music.palette import Mood, Palette
from audiobook.music.players import Player
from audiobook.music.render import render
from audiobook.music.room import Hall
from audiobook.music.score import Score

__all__ = ["ComposedBed", "composed_bed", "ensemble_of"]


@dataclass(frozen=True)
class ComposedBed:
    """A bed that is played when it is asked for; holds its score, never its sound."""

    score: Score
    palette: Palette
    mood: Mood

    @property
    def n_samples(self) -> int:
        """Exact length."""
        return self.score.n_samples

    def blocks(self, block_samples: int | None = None) -> Iterator[Audio]:
        """Play it from the beginning; the size of the blocks changes nothing in the sound."""
        played = render(self.score, ensemble_of(self.palette), Hall(), level_db=self.mood.level_db)
        return played if block_samples is None else rechunk(played, block_samples)


def composed_bed(
    cues: Cues, palette: str = DEFAULT_PALETTE, mood: str = DEFAULT_MOOD, seed: str = ""
) -> ComposedBed:
    """Compose the music of one chapter.

    Parameters
    ----------
    cues : Cues
        Exact length and what the music must meet.
    palette, mood : str
        A name from `PALETTES` or the path of a palette file, and one of its moods.
    seed : str
        The piece; equal inputs give equal samples, whatever else runs beside.

    Returns
    -------
    ComposedBed
        Around -23 LUFS, peaks below -3 dBFS.

    Raises
    ------
    MusicError
        If the palette or a mood is unknown, or the palette's file has a mistake.
    """
    tradition, feeling = find_mood(palette, mood)
    return ComposedBed(compose(cues, tradition, feeling, seed), tradition, feeling)


def ensemble_of(palette: Palette) -> dict[str, Player]:
    """Return who plays a palette's instruments. A note says itself where it sounds."""
    return {
        name: Player(instrument(scored.model, scored.parameters), scored.gain, scored.send)
        for name, scored in palette.instruments.items()
    }
