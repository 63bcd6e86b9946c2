"""Names in, engines and voices out: what can speak, and in which language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from audiobook.errors import SpeechError, did_you_mean
from audiobook.speech.engine import Engine, Voice

__all__ = [
    "ENGINES",
    "check_language",
    "default_voice",
    "engine_names",
    "find_voice",
    "load_engine",
    "speaks",
    "unavailable",
]

ENGINES = {
    "kokoro": "audiobook.speech.kokoro:Kokoro",
    "piper": "audiobook.speech.piper:Piper",
    "espeak": "audiobook.speech.espeak:Espeak",
    "gtts": "audiobook.speech.gtts:Gtts",
    "tone": "audiobook.speech.tone:Tone",
}
GROUP = "audiobook.engines"  # other packages add theirs under this entry-point group

# Languages that go by several codes; BCP 47's own first subtag is on the right.
_ALIASES = {"cmn": "zh", "no": "nb", "iw": "he", "jw": "jv", "fil": "tl", "in": "id"}


@cache
def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def engine_names() -> tuple[str, ...]:
    """Return the names of all engines: the program's own, then those of other packages."""
    return (*ENGINES, *(name for name in sorted(_plugins()) if name not in ENGINES))


@cache
def load_engine(name: str) -> Engine:
    """Return an engine, the same one each time; its model waits until it speaks.

    Raises
    ------
    SpeechError
        If the name is unknown, or another package's engine cannot be imported.
    """
    if name in ENGINES:
        module, _, attribute = ENGINES[name].partition(":")
        return cast("Engine", getattr(import_module(module), attribute)())
    if name not in _plugins():
        raise SpeechError(f'unknown engine "{name}"; {did_you_mean(name, engine_names())}')
    try:
        return cast("Engine", _plugins()[name].load()())
    except (ImportError, AttributeError) as error:
        raise SpeechError(
            f'engine "{name}" cannot be loaded from {_plugins()[name].value} ({error}); '
            "mend or remove the package that brings it"
        ) from error


def unavailable(engine: Engine) -> str:
    """Return why an engine's service is not asked for now and until when; "" for any other."""
    reason: str = engine.unavailable() if hasattr(engine, "unavailable") else ""
    return reason


def find_voice(address: str, language: str = "") -> Voice:
    """Return the voice a user means.

    Parameters
    ----------
    address : str
        ``"engine:voice"``, an engine alone (its voice for the language, else its default), or a
        voice's name alone where only one engine has it.
    language : str
        BCP 47; may be empty.

    Raises
    ------
    SpeechError
        If there is none; the message has a suggestion.
    """
    engine_name, colon, voice_name = address.strip().partition(":")
    if engine_name.lower() in engine_names():
        engine_name = engine_name.lower()
    if colon and voice_name:
        return _voice_of(load_engine(engine_name), voice_name)
    if engine_name in engine_names():
        return _best_voice(load_engine(engine_name), language)
    if colon:
        load_engine(engine_name)  # raises, with a suggestion
    return _bare_voice(engine_name)


def _voice_of(engine: Engine, name: str) -> Voice:
    voices = {voice.name: voice for voice in engine.voices()}
    lower = {known.lower(): known for known in voices}
    if name.lower() not in lower:
        stem, at, _ = name.lower().partition("@")
        family = [v for v in voices if v.lower().startswith(f"{stem}@") and "+" not in v]
        accents = family if at and "+" not in name else []
        hint = f"known: {', '.join(accents)}" if accents else did_you_mean(name, voices)
        raise SpeechError(f'{engine.name} has no voice "{name}"; {hint}')
    return voices[lower[name.lower()]]


def _bare_voice(name: str) -> Voice:
    """Find a voice named without its engine."""
    found = [v for e in _own_engines() for v in e.voices() if v.name.lower() == name.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(voice.address for voice in found)
        raise SpeechError(f'voice "{name}" is not clear; say which: {choices}')
    known = {v.name: v.address for e in _own_engines() for v in e.voices()}
    hint = did_you_mean(name, [*engine_names(), *known])
    if not hint.startswith("did"):
        hint = f"engines: {', '.join(engine_names())}; see: audiobook voices"
    raise SpeechError(f'unknown voice "{name}"; {hint}')


def _own_engines() -> Iterator[Engine]:
    """Yield the program's own engines that work; another package's is asked only by its name."""
    for name in ENGINES:
        engine = load_engine(name)
        if not engine.missing():
            yield engine


def _best_voice(engine: Engine, language: str) -> Voice:
    """Return the engine's default voice, or its first one that speaks the language."""
    voices = engine.voices()
    default = next((v for v in voices if v.name == engine.default_voice), voices[0])
    exact = [v for v in voices if language and v.language == language.lower()]
    near = [v for v in voices if language and speaks(v, language)]
    if default in exact or (default in near and not exact):
        return default
    plain = (_base(language), f"{_base(language)}-{_base(language)}")  # "fr-fr" before "fr-be"
    return next(iter([*exact, *(v for v in near if v.language in plain), *near]), default)


def speaks(voice: Voice, language: str) -> bool:
    """Tell whether a voice speaks a language: the regions may differ, "en" is spoken by "en-gb".

    A voice without a language speaks all; a story without one is not held against any voice.
    """
    return not voice.language or not language or _base(voice.language) == _base(language)


def _base(language: str) -> str:
    first = language.lower().replace("_", "-").partition("-")[0]
    return _ALIASES.get(first, first)


def check_language(engine: Engine, voice: Voice, language: str) -> None:
    """Make sure that a voice speaks the story's language.

    Raises
    ------
    SpeechError
        If it does not; the message names who can.
    """
    if speaks(voice, language):
        return
    own = [v for v in engine.voices() if speaks(v, language)]
    others = [_best_voice(e, language) for e in _speakers(language) if e.name != engine.name]
    able = ", ".join(v.address for v in [*own[:3], *others])
    advice = f"use one of: {able}" if able else "set the right language in book.toml"
    raise SpeechError(f"{voice.address} speaks {voice.language}, not {language}; {advice}")


def _speakers(language: str) -> Iterator[Engine]:
    """Yield the engines with a voice of this very language; one that only hums is none."""
    for engine in _own_engines():
        if any(v.language and speaks(v, language) for v in engine.voices()):
            yield engine


def default_voice(language: str, *, draft: bool = False) -> tuple[Voice, str]:
    """Choose a voice where the user named none.

    Returns
    -------
    tuple of Voice and str
        The voice, and a line for the user when it is not what the program is known for, or "".

    Raises
    ------
    SpeechError
        If nothing offline speaks the language; the message names who can.
    """
    language = language or "en"
    if draft:
        return _draft_voice(language)
    kokoro = _best_voice(load_engine("kokoro"), language)
    if speaks(kokoro, language):
        return kokoro, ""
    voice = _robot_voice(language)
    others = [e.name for e in _speakers(language) if e.name not in ("espeak", "kokoro")]
    also = f" ({', '.join(others)} can too)" if others else ""
    return voice, f"kokoro does not speak {language}; {voice.address} reads{also}"


def _robot_voice(language: str) -> Voice:
    """Return espeak's voice for a language, where the better engines have none."""
    voice = _best_voice(load_engine("espeak"), language)
    if speaks(voice, language):
        return voice
    able = ", ".join(_best_voice(e, language).address for e in _speakers(language))
    advice = f"choose with --voice: {able}" if able else "set the story's language in book.toml"
    raise SpeechError(f'no offline voice speaks "{language}"; {advice}')


def _draft_voice(language: str) -> tuple[Voice, str]:
    """Choose the fastest voice that is fit to listen to."""
    piper = load_engine("piper")
    voice = _best_voice(piper, language)
    absent = piper.missing()
    if not absent and speaks(voice, language):
        return voice, f"draft: {voice.address} reads"
    robot = _robot_voice(language)
    why = absent if speaks(voice, language) else f"piper does not speak {language}"
    return robot, f"draft: {robot.address} reads; {why}"
