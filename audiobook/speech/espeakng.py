"""The espeak-ng library: text in, phonemes or timed samples out.

Two engines stand on it: espeak speaks with it, Kokoro only asks it for phonemes. The library comes
from the package ``espeakng-loader``; its state is one for the process, so every call holds a lock.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.errors import SpeechError

__all__ = ["Spoken", "WordEvent", "data_dir", "languages", "phonemes", "short_path", "speak"]

# The library keeps the path in char[160] (N_PATH_HOME in espeak-ng's speech.h) and appends file
# names to it; with some room for those, longer paths are reached through a short link.
MAX_PATH_BYTES = 120

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_PHONEMES_IPA = 0x02
_POS_CHARACTER = 1
_RATE, _PITCH = 1, 3
_EVENT_WORD, _EVENT_END, _EVENT_MSG_TERMINATED = 1, 5, 6
_LANGUAGE = re.compile(r"^language\s+(\S+)", re.MULTILINE)
_DICTIONARY = re.compile(r"^dictionary\s+(\S+)", re.MULTILINE)
_VOICE_FLAG = re.compile(r"\([a-z]{2,3}(?:-[a-z0-9-]+)?\)")  # "(en)": the library changed voice


@dataclass(frozen=True)
class WordEvent:
    """A word the library announced.

    Attributes
    ----------
    position : int
        Where it begins in the text, in characters from 0.
    start, end : int
        Samples; ``end`` is where the next word or the clause's pause begins.
    """

    position: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Spoken:
    """What the library gave: samples (int16, mono) and the words it announced, in order."""

    samples: npt.NDArray[np.int16]
    sample_rate: int
    words: tuple[WordEvent, ...]


class _EventId(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # ms
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded library, with what the running synthesis has given so far."""

    def __init__(self) -> None:
        import espeakng_loader

        try:
            self.c = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise SpeechError(
                f"espeak-ng's library cannot be loaded ({error}); mend it with: "
                "pip install --force-reinstall espeakng-loader"
            ) from error
        self.c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        home = short_path(data_dir()).parent
        self.sample_rate = int(
            self.c.espeak_Initialize(
                _AUDIO_OUTPUT_SYNCHRONOUS, 0, os.fsencode(home), _INITIALIZE_DONT_EXIT
            )
        )
        if self.sample_rate <= 0:
            raise SpeechError(
                f"espeak-ng cannot use its data in {data_dir()}; mend it with: "
                "pip install --force-reinstall espeakng-loader"
            )
        self.blocks: list[npt.NDArray[np.int16]] = []
        self.events: list[tuple[int, int, int]] = []
        self._voice = ""
        self._callback = _Callback(self._receive)  # kept: the library holds only its address
        self.c.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, n_samples: int, events: Any) -> int:
        if samples and n_samples > 0:
            self.blocks.append(np.ctypeslib.as_array(samples, (n_samples,)).copy())
        i = 0
        while events[i].type:
            self.events.append((events[i].type, events[i].text_position, events[i].sample))
            i += 1
        return 0

    def set_voice(self, language: str) -> None:
        """Choose a language; cheap when it is the one already chosen."""
        if language == self._voice:
            return
        file = languages().get(language)
        if file is None or self.c.espeak_SetVoiceByName(file.encode()) != 0:
            raise SpeechError(f'espeak-ng has no language "{language}"; see: audiobook voices')
        self._voice = language


_lock = threading.RLock()


@cache
def _library() -> _Library:
    return _Library()


def _fresh_library() -> _Library:
    """Load the library anew, so that nothing of the last utterance sounds in this one.

    Pitch flutter and wave phases run on from one utterance to the next, past espeak_Terminate:
    the same text would sound a little different each time. Loading takes 5 ms.
    """
    if _library.cache_info().currsize:
        import _ctypes

        used = _library()
        used.c.espeak_Terminate()
        unload = "dlclose" if hasattr(_ctypes, "dlclose") else "FreeLibrary"  # as on Windows
        getattr(_ctypes, unload)(used.c._handle)
        _library.cache_clear()
    return _library()


def data_dir() -> Path:
    """Return the library's data folder as installed.

    Raises
    ------
    SpeechError
        If the package is missing or incomplete; the message names the command that mends it.
    """
    import importlib.util

    spec = importlib.util.find_spec("espeakng_loader")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "espeak-ng-data"
        if (folder / "phontab").is_file():
            return folder
    raise SpeechError(
        "espeak-ng is not installed completely; mend it with: "
        "pip install --force-reinstall espeakng-loader"
    )


@cache
def short_path(folder: Path) -> Path:
    """Return a path to the data folder that the library can hold, of the same name.

    A long one (deep virtual environments have them) is reached through a link in a fresh
    temporary folder, a copy where links are not allowed; either is removed when the process ends.
    """
    if len(os.fsencode(folder)) <= MAX_PATH_BYTES:
        return folder
    temporary = tempfile.mkdtemp(prefix="audiobook-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    short = Path(temporary, folder.name)
    if len(os.fsencode(short)) > MAX_PATH_BYTES:
        raise SpeechError(
            f"espeak-ng cannot use data under a path as long as {short}; set TMPDIR to a short one"
        )
    try:
        short.symlink_to(folder, target_is_directory=True)
    except OSError:  # Windows allows links only to some users
        shutil.copytree(folder, short)
    return short


@cache
def languages() -> dict[str, str]:
    """Return the language codes the library speaks, with the name of each one's voice file.

    Read from the data without loading the library; sorted by code.
    """
    folder = data_dir() / "lang"
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_text("utf-8", "replace")
            match = _LANGUAGE.search(text)
            if match and _has_dictionary(text, match.group(1)):
                files.setdefault(match.group(1).lower(), path.relative_to(folder).as_posix())
    return dict(sorted(files.items()))


def _has_dictionary(voice: str, language: str) -> bool:
    """Tell whether a voice file's rules are there; a few languages come without."""
    named = _DICTIONARY.search(voice)
    name = named.group(1) if named else language.partition("-")[0]
    return (data_dir() / f"{name}_dict").is_file()


def phonemes(text: str, language: str) -> str:
    """Return the IPA phonemes of a text without punctuation, words divided by spaces.

    Words that the language's rules speak as one are one: ``"of the"`` gives ``"ʌvðə"``.
    """
    with _lock:
        library = _library()
        library.set_voice(language)
        return _VOICE_FLAG.sub("", " ".join(_clauses(library, text))).strip()


def _clauses(library: _Library, text: str) -> Iterator[str]:
    """Yield the phonemes a clause at a time, as the library gives them."""
    buffer = ctypes.create_string_buffer(text.replace("\0", " ").encode("utf-8"))
    pointer = ctypes.c_void_p(ctypes.addressof(buffer))
    while pointer.value:
        clause = library.c.espeak_TextToPhonemes(ctypes.byref(pointer), _CHARS_UTF8, _PHONEMES_IPA)
        yield (clause or b"").decode("utf-8", "replace").strip()


def speak(text: str, language: str, *, words_per_minute: int, pitch: int) -> Spoken:
    """Speak a text.

    Parameters
    ----------
    words_per_minute : int, 80 to 450
        The library's own is 175.
    pitch : int, 0 to 99
        The library's own is 50.
    """
    with _lock:
        library = _fresh_library()
        library.set_voice(language)
        library.c.espeak_SetParameter(_RATE, words_per_minute, 0)
        library.c.espeak_SetParameter(_PITCH, pitch, 0)
        library.blocks, library.events = [], []
        data = text.replace("\0", " ").encode("utf-8")
        status = library.c.espeak_Synth(
            data, len(data) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        blocks, events = library.blocks, library.events
        if status != 0:
            raise SpeechError(f'espeak-ng failed with status {status} on "{text[:40]}"')
        samples = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int16)
        return Spoken(samples, library.sample_rate, _word_events(events, len(samples)))


def _word_events(events: list[tuple[int, int, int]], n_samples: int) -> tuple[WordEvent, ...]:
    """Give each word its end: where the next word begins, or its clause ends."""
    marks = [e for e in events if e[0] in (_EVENT_WORD, _EVENT_END, _EVENT_MSG_TERMINATED)]
    ends = [sample for _, _, sample in marks[1:]] + [n_samples]
    return tuple(
        WordEvent(position - 1, sample, max(sample, end))
        for (kind, position, sample), end in zip(marks, ends, strict=True)
        if kind == _EVENT_WORD
    )
