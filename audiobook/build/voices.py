"""An address in, an installed voice that speaks the story's language out."""

from __future__ import annotations

from audiobook.build.recipe import Reading, keyed
from audiobook.errors import BuildError
from audiobook.speech.engine import Voice
from audiobook.speech.registry import check_language, default_voice, find_voice, load_engine

__all__ = ["Voices"]


class Voices:
    """Finds voices, and knows the fingerprints of their engines.

    Parameters
    ----------
    language : str
        BCP 47.
    draft : bool
        Whether the default is the fastest.
    notes : list of str
        Gets the lines that the user should read.
    """

    def __init__(self, language: str, *, draft: bool, notes: list[str]) -> None:
        self._language = language
        self._draft = draft
        self._notes = notes
        self._fingerprints: dict[str, str] = {}

    def find(self, address: str) -> Voice:
        """Find a voice, the default one for ""; refuse what cannot speak here."""
        if address:
            voice = find_voice(address, self._language)
        else:
            voice, note = default_voice(self._language, draft=self._draft)
            self._notes += [note] if note else []
        engine = load_engine(voice.engine)
        if missing := engine.missing():
            raise BuildError(f"{voice.address} cannot speak here: {missing}")
        check_language(engine, voice, self._language)
        self._fingerprints[voice.engine] = engine.fingerprint()
        return voice

    def keyed(self, reading: Reading) -> Reading:
        """Return the reading, by a voice that was found here, with its clip's key."""
        return keyed(reading, self._fingerprints[reading.voice.engine])
