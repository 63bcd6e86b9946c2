"""What can go wrong, as a tree. Each name is its stage's name, so an error says where it arose.

::

    AudiobookError            what the command line shows in one line, without a traceback
    |-- StoryError            the story or its book.toml cannot be read
    |-- SpeechError           an engine or voice is missing, or it failed
    |   `-- UnavailableError  a service on the network gives nothing for now; a fallback can read
    |-- MusicError            a palette or the listener's own music cannot be used
    |-- MixError              a clip or bed does not fit
    |-- MasterError           the loudness target cannot be met
    |-- ExportError           a file of the release cannot be written
    |-- StoreError            the store of finished artefacts cannot be used
    |   `-- LostError         an artefact was damaged and dropped; making it anew mends that
    |-- BuildError            the build as asked for cannot be done
    |-- ServeError            a finished folder cannot be played or served
    `-- FFmpegError           ffmpeg is missing, or it failed

The reader's mistake or the machine's is an ``AudiobookError``; the programmer's is a ``ValueError``
and keeps its traceback. A message says where, what, and what to do, in one line that begins in
lower case and has no full stop: ``wolf.md:14: unknown direction "puase"; did you mean "pause"?``
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "AudiobookError",
    "BuildError",
    "ExportError",
    "FFmpegError",
    "LostError",
    "MasterError",
    "MixError",
    "MusicError",
    "ServeError",
    "SpeechError",
    "StoreError",
    "StoryError",
    "UnavailableError",
    "did_you_mean",
]


class AudiobookError(Exception):
    """Something the user can understand and mend; shown in one line."""


class StoryError(AudiobookError):
    """The story or its ``book.toml`` cannot be read."""


class SpeechError(AudiobookError):
    """An engine or voice is missing, or it failed."""


class UnavailableError(SpeechError):
    """A service on the network gives nothing for now, or not this; another voice can read instead.

    Attributes
    ----------
    key : str
        The clip that it was asked for, where that is known.
    """

    key: str = ""


class MusicError(AudiobookError):
    """A palette or the listener's own music cannot be used."""


class MixError(AudiobookError):
    """A clip or bed does not fit the timeline."""


class MasterError(AudiobookError):
    """The loudness target cannot be met."""


class ExportError(AudiobookError):
    """A file of the release cannot be written."""


class StoreError(AudiobookError):
    """The store of finished artefacts cannot be used."""


class LostError(StoreError):
    """An artefact was damaged or vanished, and was dropped; making it anew mends that."""


class BuildError(AudiobookError):
    """The build as asked for cannot be done."""


class ServeError(AudiobookError):
    """A finished folder cannot be played or served."""


class FFmpegError(AudiobookError):
    """The ffmpeg program is missing, or it failed."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause naming the closest known names, or all of a few, or nothing.

    Examples
    --------
    >>> did_you_mean("kokro", ["kokoro", "piper"])
    'did you mean "kokoro"?'
    >>> did_you_mean("the wlof", ["The Wolf", "The Fox"])
    'did you mean "The Wolf"?'
    >>> did_you_mean("x", ["kokoro", "piper"])
    'known: kokoro, piper'
    """
    names = list(known)
    folded = {known_name.casefold(): known_name for known_name in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    if not names:
        return "none are known"
    return "known: " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
