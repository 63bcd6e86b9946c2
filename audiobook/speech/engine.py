"""What a speech engine is: utterance in, clip out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from audiobook.audio import Audio, samples_to_seconds
from audiobook.lexicon import SpokenWord

__all__ = ["Clip", "Engine", "OnlineEngine", "Utterance", "Voice", "WordTiming", "take_step"]


@dataclass(frozen=True)
class Voice:
    """One voice of an engine; addressed as ``engine:name``.

    Attributes
    ----------
    language : str
        BCP 47 in lower case, as exact as the engine knows: ``"en-us"``, ``"kk"``.
    gender : str
        ``"female"``, ``"male"`` or ``""``.
    about : str
        What a reader calls it, where its name does not say: ``"English (Ireland)"``.
    """

    engine: str
    name: str
    language: str
    gender: str = ""
    about: str = ""

    @property
    def address(self) -> str:
        """The name a user types: ``kokoro:af_heart``."""
        return f"{self.engine}:{self.name}"


@dataclass(frozen=True)
class Utterance:
    """What is to be said in one go, and how.

    Attributes
    ----------
    words : tuple of SpokenWord
        Never empty; at least one has something to say.
    voice : str
        The voice's name within the engine.
    language : str
        BCP 47, the story's language; the engine maps it to what it has.
    speed : float
        1.0 is the voice's own; 0.5 to 2.
    take : int
        1 is the first reading; another take sounds a little different and is as reproducible.
    """

    words: tuple[SpokenWord, ...]
    voice: str
    language: str
    speed: float = 1.0
    take: int = 1

    @property
    def text(self) -> str:
        """The words as one line, respellings in place."""
        return " ".join(word.say for word in self.words if word.say)


@dataclass(frozen=True, slots=True)  # a long book has hundreds of thousands
class WordTiming:
    """When a word of the utterance sounds, in seconds from the clip's first sample.

    Attributes
    ----------
    exact : bool
        True when the engine itself timed it; False when it was estimated, or when several words
        share one span because the engine spoke them as one.
    """

    start_s: float
    end_s: float
    exact: bool


@dataclass(frozen=True, eq=False)
class Clip:
    """Speech of one utterance.

    Attributes
    ----------
    audio : Audio, shape (n_samples, 1)
        Mono float32 at the engine's own rate; silence at both edges is trimmed to about 30 ms,
        so that pauses belong to the timeline alone. Not normalised.
    words : tuple of WordTiming
        One for each word of the utterance, in order, inside the clip, starts never decreasing.
    """

    audio: Audio
    sample_rate: int
    words: tuple[WordTiming, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return samples_to_seconds(len(self.audio), self.sample_rate)


class Engine(Protocol):
    """One way of speaking. Making one is cheap: heavy imports and models wait for `speak`."""

    name: str
    default_voice: str
    deterministic: bool  # the same utterance gives the same samples
    online: bool  # needs the network
    takes_ipa: bool  # `SpokenWord.ipa` is used; otherwise `SpokenWord.say`

    def missing(self) -> str:
        """Return what keeps the engine from working and the command that mends it, or ""."""
        ...

    def voices(self) -> tuple[Voice, ...]:
        """Return all voices, without loading a model."""
        ...

    def fingerprint(self) -> str:
        """Return what decides the sound besides the utterance: engine version, weights' hash."""
        ...

    def speak(self, utterance: Utterance) -> Clip:
        """Speak. Raises `SpeechError` rather than return silence or a part."""
        ...


class OnlineEngine(Engine, Protocol):
    """An engine that asks a service on the network.

    Its `speak` raises `UnavailableError` when that service gives nothing for now, or not this.
    """

    def unavailable(self) -> str:
        """Return why the service is not asked for now and until when, or ""."""
        ...


def take_step(take: int) -> int:
    """Return how far a take is from the first, to either side in turn: 0, 1, -1, 2, -2 ..."""
    return take // 2 * (1 if take % 2 == 0 else -1)
