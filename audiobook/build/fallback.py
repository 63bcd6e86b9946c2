"""Who reads what an online voice cannot be asked for, and what is said about it.

The voice that reads instead has keys of its own, so nothing of this is remembered: where a clip of
the voice that was wanted is in the store it is heard, and the next build asks for the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from audiobook.build.recipe import Reading
from audiobook.build.voices import Voices
from audiobook.errors import SpeechError, UnavailableError
from audiobook.speech.registry import load_engine, unavailable

__all__ = ["ADVICE", "Fallback", "as_data", "check_available", "instead", "told"]

ADVICE = "build again later, or let --fallback ENGINE:VOICE read instead"


class Fallback:
    """Puts a voice that works offline in the place of online ones that cannot be asked now.

    Parameters
    ----------
    voices : Voices
        Finds it.
    address : str
        Who reads instead; "" if nobody shall.
    is_kept : callable
        Whether the clip of a key is in the store.
    refused : mapping of str to str
        Keys of clips that this build asked for in vain, and why.

    Raises
    ------
    SpeechError
        If the voice is unknown, or needs the network itself.
    """

    def __init__(
        self,
        voices: Voices,
        address: str,
        is_kept: Callable[[str], bool],
        refused: Mapping[str, str],
    ) -> None:
        self._voices = voices
        self._voice = voices.find(address) if address else None
        if self._voice is not None and load_engine(self._voice.engine).online:
            raise SpeechError(
                f"{self._voice.address} cannot be the fallback, as it needs the network too; "
                "name an offline voice, such as espeak"
            )
        self._is_kept = is_kept
        self._refused = refused
        self._away: dict[str, str] = {}  # by engine, looked up once: a plan is of one mind
        self._used: dict[str, str] = {}

    def reading(self, wanted: Reading) -> Reading:
        """Return the reading that is wanted, or else the fallback's."""
        if self._voice is None or self.can_be_asked(wanted) or self._is_kept(wanted.key):
            return wanted
        if wanted.key in self._refused and not self._away[wanted.voice.engine]:
            self._used[wanted.key] = self._refused[wanted.key]
        return self._voices.keyed(replace(wanted, voice=self._voice, wanted=wanted.voice.address))

    def can_be_forced(self, reading: Reading) -> bool:
        """Return whether a clip that is there is to be made anew; else it is kept, as it can."""
        return self._voice is None or self.can_be_asked(reading)

    def can_be_asked(self, reading: Reading) -> bool:
        """Return whether the clip of a reading can be made now, as far as is known."""
        if not reading.is_online:
            return True
        engine = reading.voice.engine
        if engine not in self._away:
            self._away[engine] = unavailable(load_engine(engine))
        return not self._away[engine] and reading.key not in self._refused

    def notes(self, readings: Iterable[Reading], unspoken: Iterable[Reading]) -> list[str]:
        """Say which services cannot be asked, and what that means for what is read."""
        reasons = [reason for reason in self._away.values() if reason]
        if self._voice is not None:
            by = told(readings)
            found = [*(reasons if by else []), *self._used.values()]
            return [f"{reason}; {self._voice.address} reads instead" for reason in found]
        away = (unavailable(load_engine(r.voice.engine)) for r in unspoken if r.is_online)
        return [f"{reason}; {ADVICE}" for reason in dict.fromkeys(filter(None, away))]


def check_available(unspoken: Iterable[Reading]) -> None:
    """Refuse to begin when what is to be spoken cannot be asked for.

    Raises
    ------
    UnavailableError
        If a service is not asked for now; the message says until when.
    """
    for engine in {r.voice.engine for r in unspoken if r.is_online}:
        if reason := unavailable(load_engine(engine)):
            raise UnavailableError(reason)


def instead(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings that are another voice's than the one that was wanted."""
    return [reading for reading in readings if reading.wanted]


def as_data(readings: Iterable[Reading]) -> list[dict[str, str]]:
    """Return the same for programs."""
    return [
        {"segment": r.segment.id, "voice": r.voice.address, "wanted": r.wanted}
        for r in instead(readings)
    ]


def told(readings: Iterable[Reading]) -> str:
    """Say who reads in whose place, "" if nobody does.

    Examples
    --------
    ``3 segments read by espeak:en in the place of gtts:en``
    """
    counts = Counter((r.voice.address, r.wanted) for r in instead(readings))
    return ", ".join(
        f"{n} segment{'' if n == 1 else 's'} read by {voice} in the place of {wanted}"
        for (voice, wanted), n in counts.items()
    )
