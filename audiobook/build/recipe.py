"""What each artefact is made of. A recipe is plain JSON, and its hash is the artefact's key.

Position is in no recipe: inserting a paragraph makes new segments, and changes no other one's.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from audiobook.errors import MusicError
from audiobook.lexicon import SpokenWord
from audiobook.mood import Turn
from audiobook.music.versions import COMPOSER_VERSION, OWN_VERSION
from audiobook.profiles import Profile
from audiobook.segments import Segment
from audiobook.speech.engine import Utterance, Voice
from audiobook.speech.registry import load_engine
from audiobook.store import key_of
from audiobook.story.book import Music, Pauses

__all__ = [
    "PRODUCTION_VERSION",
    "MusicPlan",
    "OwnTrack",
    "Reading",
    "Recording",
    "chapter_recipe",
    "file_sha256",
    "reading_recipe",
]

# Raised when timeline, mix or master make other sound from the same clips and settings.
PRODUCTION_VERSION = 4

# Raised when engines that take sounds read given ones otherwise; in no other key.
GIVEN_SOUNDS = 2

Recipe = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """A reader's own recording of a segment, or of the chapter that it belongs to.

    Attributes
    ----------
    sha256 : str
        Hash of its content; nothing else about the file is in a key.
    group : str
        What all segments of one recorded chapter have in common; "" for a segment's own recording.
    together : tuple of (key, words)
        All segments of the recorded chapter: what is to be known to cut out one of them.
    """

    path: str
    sha256: str
    group: str = ""
    together: tuple[tuple[str, tuple[SpokenWord, ...]], ...] = ()


@dataclass(frozen=True)
class Reading:
    """A segment and who reads it how: all that its clip depends on.

    Attributes
    ----------
    recording : Recording or None
        What is heard in the place of a voice.
    wanted : str
        The voice that would read it, had its service been available; "" for this one.
    """

    segment: Segment
    voice: Voice
    language: str
    speed: float
    take: int
    key: str = ""
    recording: Recording | None = None
    wanted: str = ""

    @property
    def is_online(self) -> bool:
        """Whether a service on the network is asked for it."""
        return self.recording is None and load_engine(self.voice.engine).online

    @property
    def utterance(self) -> Utterance:
        """What the engine is given."""
        words = self.segment.words
        return Utterance(words, self.voice.name, self.language, self.speed, self.take)


@dataclass(frozen=True)
class OwnTrack:
    """A file of the listener's own music.

    Attributes
    ----------
    sha256 : str
        Hash of its content; nothing else about it is in a key.
    credit, licence : str
        Whom to thank, and what allows it; free text.
    """

    path: str
    sha256: str
    credit: str = ""
    licence: str = ""

    @property
    def name(self) -> str:
        """Its name without the folders, which tell where it lay on somebody's disk."""
        return Path(self.path).name


@dataclass(frozen=True)
class MusicPlan:
    """What plays under one chapter.

    Attributes
    ----------
    palette, mood, seed : str
        For a composed bed; the palette is a name or the path of its file.
    mood_why : str
        Why this mood, for readers; it makes no difference to the sound.
    turns : tuple of Turn
        From which segments on another mood holds.
    climax : str
        Id of the segment at which the text peaks; "" for the usual place.
    sha256 : str
        Hash of what the palette's file says.
    tracks : tuple of OwnTrack
        The listener's own music instead, in the order of play.
    changes : tuple of (segment id, change)
        From which segments on it is ``"off"``, ``"on"``, ``"louder"`` or ``"softer"``.
    """

    settings: Music
    palette: str = ""
    mood: str = ""
    seed: str = ""
    sha256: str = ""
    mood_why: str = ""
    turns: tuple[Turn, ...] = ()
    climax: str = ""
    tracks: tuple[OwnTrack, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


def reading_recipe(reading: Reading, engine_fingerprint: str) -> Recipe:
    """Return what a clip is made of: the words as spoken, the voice, and the engine's version."""
    words = reading.segment.words
    recipe: Recipe = {
        "engine": engine_fingerprint,
        "voice": reading.voice.address,
        "language": reading.language,
        "speed": reading.speed,
        "take": reading.take,
        "words": [[word.say, word.ipa] for word in words],
    }
    if any(word.ipa for word in words) and load_engine(reading.voice.engine).takes_ipa:
        recipe["given_sounds"] = GIVEN_SOUNDS
    return recipe


def chapter_recipe(
    readings: tuple[Reading, ...],
    pauses: Pauses,
    music: MusicPlan | None,
    profile: Profile,
    at_most_s: float = 0.0,
) -> Recipe:
    """Return what a mastered chapter is made of, or an excerpt of it."""
    excerpt = {"at_most_s": at_most_s} if at_most_s else {}
    segments = [r.segment for r in readings]
    directed = [[s.id, s.pause_before_s] for s in segments if s.pause_before_s is not None]
    return {
        **({"directed_pauses": directed} if directed else {}),
        "production": PRODUCTION_VERSION,
        "clips": [[r.key, r.segment.kind, r.segment.after, r.voice.address] for r in readings],
        "pauses": asdict(pauses),
        "music": None if music is None else _music_recipe(music),
        "profile": profile.recipe(),
        **excerpt,
    }


def _music_recipe(music: MusicPlan) -> Recipe:
    levels = {
        name: getattr(music.settings, name)
        for name in ("under_speech_lu", "between_lu", "dip_db", "intro_s", "outro_s")
    }
    # As with moods, an id holds no position; and what nobody directs is in no key.
    changes: Recipe = {"changes": [list(c) for c in music.changes]} if music.changes else {}
    levels |= changes
    if music.tracks:
        return {"own": OWN_VERSION, "files": [t.sha256 for t in music.tracks], **levels}
    # A palette file is what it says, wherever it lies.
    palette = {"palette": Path(music.palette).stem, "palette_sha256": music.sha256}
    named: Recipe = {**palette, "mood": music.mood, "seed": music.seed}
    # An id names a segment by its text, so these move with it and hold no position.
    named["turns"] = [[turn.segment_id, turn.mood] for turn in music.turns]
    named["climax"] = music.climax
    return {"composer": COMPOSER_VERSION, **named, **levels}


def file_sha256(path: Path) -> str:
    """Return the hash of a file's content. Raises `MusicError` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MusicError(f"{path}: cannot be read: {error.strerror or error}") from error


def keyed(reading: Reading, engine_fingerprint: str) -> Reading:
    """Return the reading with its clip's key."""
    return replace(reading, key=key_of(reading_recipe(reading, engine_fingerprint)))
