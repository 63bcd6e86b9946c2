"""When words sound, where the engine does not say: words and a span in, estimated timings out."""

from __future__ import annotations

from collections.abc import Sequence

from audiobook.speech.engine import WordTiming

__all__ = ["estimate", "makes_sound", "spoken_weight"]

_WORD_WEIGHT = 2.0  # in letters: what any word takes besides its letters
_DIGIT_WEIGHT = 4.0  # a digit or sign is read as a word of its own
_PAUSE_WEIGHTS = {",": 3.0, ";": 4.0, ":": 4.0, "—": 4.0, "–": 3.0, ".": 6.0, "!": 6.0, "?": 6.0}


# A word of nothing else is at most a pause; "&", "%" and a smile are read out.
_SILENT = "-–—―….,;:!?¡¿\"'‘’“”„‟«»‹›()[]{}*_~।॥،؛؟。、！？\u200b\ufe0f"


def makes_sound(word: str) -> bool:
    """Tell whether there is more to a word than punctuation."""
    return bool(word.strip(_SILENT))


def spoken_weight(word: str) -> float:
    """Return about how long a word takes to say, in letters; 0 for bare punctuation."""
    if not makes_sound(word):
        return 0.0
    letters = sum(1.0 for c in word if c.isalpha())
    names = sum(1.0 for c in word if c not in _SILENT and not c.isalpha())
    return _WORD_WEIGHT + letters + _DIGIT_WEIGHT * names


def _pause_weight(word: str) -> float:
    """Return about how long the pause after a word is, in letters."""
    tail = word.rstrip("\"'”’»)]}")
    return _PAUSE_WEIGHTS.get(tail[-1:], 0.0)


def estimate(words: Sequence[str], start_s: float, end_s: float) -> tuple[WordTiming, ...]:
    """Spread words over a span of sound by how long they take to say.

    Parameters
    ----------
    words : sequence of str
        As spoken, with their punctuation; a word without letters takes no time.
    start_s, end_s : float
        Where the sound is, in seconds; the pause after the last word is not in it.
    """
    weights = [spoken_weight(word) for word in words]
    pauses = [_pause_weight(word) for word in words[:-1]] + [0.0]
    unit_s = (end_s - start_s) / (sum(weights) + sum(pauses) or 1.0)
    timings, now = [], start_s
    for weight, pause in zip(weights, pauses, strict=True):
        after = min(now + weight * unit_s, end_s)
        timings.append(WordTiming(now, after, exact=False))
        now = min(after + pause * unit_s, end_s)
    return tuple(timings)
