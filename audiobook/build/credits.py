"""What plays under the chapters in, whom to thank for it out: for tags, report and notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audiobook.build.recipe import MusicPlan, OwnTrack

__all__ = ["COMPOSED", "music_credit", "uncredited"]

COMPOSED = "composed for this book by kuibook"
MOST = 3  # files that a note names


def music_credit(musics: Iterable[MusicPlan | None]) -> str:
    """Return whom the music is from, and on which terms; each once, "" where nothing is said.

    Composed music owes nobody anything; the book may give it a credit all the same.
    """
    thanks: list[str] = []
    for music in musics:
        if music is not None and music.tracks:
            thanks += [_credit(track) for track in music.tracks]
        elif music is not None:
            thanks.append(music.settings.credit)
    return "; ".join(dict.fromkeys(filter(None, thanks)))


def uncredited(musics: Sequence[MusicPlan | None]) -> list[str]:
    """Return a note that names the files that have neither credit nor licence, if there are any."""
    tracks = [track for music in musics if music for track in music.tracks]
    names = list(dict.fromkeys(t.name for t in tracks if not (t.credit or t.licence)))
    if not names:
        return []
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    note = (
        f"{', '.join(names[:MOST])}{rest}: no credit is given; if somebody else made this music, "
        "name them and the licence in book.toml, as credit and licence under [music]"
    )
    return [note]


def _credit(track: OwnTrack) -> str:
    if not track.licence:
        return track.credit
    return f"{track.credit or track.name} ({track.licence})"
