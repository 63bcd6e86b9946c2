"""Words in, one line of phonemes out, with the place of every printed word in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from audiobook.lexicon import SpokenWord
from audiobook.speech import espeakng
from audiobook.speech.align import align_groups

__all__ = ["Pronunciation", "Span", "pronounce"]


@dataclass(frozen=True)
class Span:
    """Where a printed word is in the line of phonemes.

    Attributes
    ----------
    start, end : int
        Characters; equal when the word makes no sound.
    shared : bool
        True when it was spoken as one with its neighbour, who has the same span.
    """

    start: int
    end: int
    shared: bool = False


@dataclass(frozen=True)
class Pronunciation:
    """A line of phonemes and punctuation, and the span of each printed word in it."""

    phonemes: str
    spans: tuple[Span, ...]


@dataclass
class _Line:
    """The line as it grows; ``known`` is the model's vocabulary."""

    known: Collection[str]
    text: str = ""
    spans: dict[int, Span] = field(default_factory=dict)

    def add(self, phonemes: str, *, glued: bool) -> tuple[int, int]:
        """Append, after a space unless glued; return where it stands."""
        if self.text and not glued and not self.text.endswith(" "):
            self.text += " "
        start = len(self.text)
        self.text += phonemes
        return start, len(self.text)

    def mark(self, word: int, start: int, end: int, *, shared: bool = False) -> None:
        """Let a word have this stretch, besides what it has already."""
        if word in self.spans:
            before = self.spans[word]
            start, end = min(before.start, start), max(before.end, end)
            shared = shared or before.shared
        self.spans[word] = Span(start, end, shared)


@dataclass(frozen=True)
class _Piece:
    """A part of a word: letters to be phonemised, phonemes as given, or punctuation."""

    word: int
    glued: bool  # no space before it
    letters: str = ""
    ipa: str = ""
    punctuation: str = ""


def pronounce(words: Sequence[SpokenWord], language: str, known: Collection[str]) -> Pronunciation:
    """Write words in phonemes.

    Parameters
    ----------
    words : sequence of SpokenWord
        A word's ``ipa`` is taken as it is, in the model's own notation; the others are
        phonemised by espeak-ng, in the runs they form between punctuation, as its rules join and
        reduce neighbours.
    language : str
        espeak-ng's code of the language.
    known : collection of str
        The characters the model knows. Others are replaced by their nearest known neighbour
        where there is one, and dropped where there is none: the model would refuse them.
    """
    line = _Line(known)
    run: list[_Piece] = []
    for piece in _pieces(words):
        if piece.letters:
            run.append(piece)
            continue
        _add_run(line, run, language)
        run = []
        _add_piece(line, piece, language)
    _add_run(line, run, language)
    return Pronunciation(line.text.rstrip(), _all_spans(line, len(words)))


def _all_spans(line: _Line, n_words: int) -> tuple[Span, ...]:
    """Give words without a sound an empty span after the word before."""
    spans, place = [], 0
    for word in range(n_words):
        span = line.spans.get(word, Span(place, place))
        spans.append(span)
        place = span.end
    return tuple(spans)


def _add_piece(line: _Line, piece: _Piece, language: str) -> None:
    if piece.ipa:
        phonemes = _in_vocabulary(_in_notation(piece.ipa, language), line.known)
        if phonemes:
            line.mark(piece.word, *line.add(phonemes, glued=piece.glued))
    else:
        mark = _in_vocabulary(piece.punctuation, line.known)
        if mark:
            line.add(mark, glued=piece.glued)


def _add_run(line: _Line, run: Sequence[_Piece], language: str) -> None:
    """Phonemise a run of words and tell each its share."""
    if not run:
        return

    def sounds(letters: str) -> str:
        spoken = _phonemes(letters, language)
        return " ".join(_in_vocabulary(spoken, line.known).split())

    groups = sounds(" ".join(piece.letters for piece in run)).split()
    if not groups:
        return
    for w0, w1, g0, g1 in align_groups([p.letters for p in run], groups, sounds):
        start, end = line.add(" ".join(groups[g0:g1]), glued=run[w0].glued)
        shared = len({piece.word for piece in run[w0:w1]}) > 1
        for piece in run[w0:w1]:
            line.mark(piece.word, start, end, shared=shared)


@lru_cache(maxsize=4096)
def _phonemes(letters: str, language: str) -> str:
    spoken = espeakng.phonemes(letters, language)
    if language.startswith("en"):
        for ours, its in (*_ENGLISH, *(_BRITISH if language == "en-gb" else _AMERICAN)):
            spoken = spoken.replace(ours, its)
    return spoken


# Kokoro 1.0 learnt English in a notation of its own, one letter for each diphthong and affricate.
# It reads plain IPA too, but takes "noise" for "nighs" then: espeak-ng's output is rewritten.
_ENGLISH = (
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"), ("ʔn", "tᵊn"), ("n\u0329", "ᵊn"), ("l\u0329", "ᵊl"),
    ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("ɔɪ", "Y"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("əl", "ᵊl"),
    ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ɐ", "ə"), ("ʔ", "t"), ("\u0303", ""),
)  # fmt: skip
_AMERICAN = (
    ("oʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("o", "ɔ"), ("ː", ""), ("ɾ", "T"),
)  # fmt: skip
_BRITISH = (("əʊ", "Q"), ("eə", "ɛː"), ("iə", "ɪə"), ("o", "ɔ"))


# What dictionaries write otherwise than espeak-ng, and ties between the letters of one sound.
_GIVEN = (("\u0361", ""), ("\u035c", ""), ("r", "ɹ"), ("g", "ɡ"))
_DIPHTHONGS = (
    ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("ɔɪ", "Y"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("ɚ", "əɹ"),
)  # fmt: skip
_GIVEN_AMERICAN = (("oʊ", "O"), ("əʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ː", ""))
_GIVEN_BRITISH = (("əʊ", "Q"), ("oʊ", "Q"))


def _in_notation(ipa: str, language: str) -> str:
    """Write given English sounds as the model learnt them; every other sound stays as given."""
    if language.startswith("en"):
        own = _GIVEN_BRITISH if language == "en-gb" else _GIVEN_AMERICAN
        for ours, its in (*_GIVEN, *_DIPHTHONGS, *own):
            ipa = ipa.replace(ours, its)
    return ipa


# What sets phrases apart, as against the apostrophe or hyphen inside a word.
_PUNCTUATION = ';:,.!?¡¿—–―…"“”„‟«»‹›()[]{}।॥،؛؟。、！？'
_BETWEEN = re.compile(r"(—|–|―|…|\.\.\.+|--+|[!?¡¿\"“”„‟«»‹›()\[\]{};।॥،؛؟。、！？]+)")
# These only count at the edge of a word: 3.14, 10:30, don't, e.g, well-known.
_AT_EDGE = ",.:'‘’*_~-"
_MAX_LETTERS = 80  # espeak-ng loses the end of words that are much longer
_SAME = {
    **dict.fromkeys(("...", "…"), "…"),
    **dict.fromkeys(("–", "―", "-", "--"), "—"),
    **dict.fromkeys("„«‹[{", "“"),
    **dict.fromkeys("‟»›]}", "”"),
    **dict.fromkeys("।॥。", "."),
    "،": ",",
    "、": ",",
    "؛": ";",
    "؟": "?",
    "！": "!",
    "？": "?",
    **dict.fromkeys(("¡", "¿", "'", "‘", "’", "*", "_", "~"), ""),
}


def _pieces(words: Sequence[SpokenWord]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for i, word in enumerate(words):
        if word.ipa:
            pieces += _ipa_pieces(i, word.ipa)
            continue
        for token in word.say.split():
            pieces += _token_pieces(i, token)
    return pieces


def _ipa_pieces(word: int, ipa: str) -> list[_Piece]:
    """Divide given phonemes from the punctuation that clings to them."""
    ipa = ipa.strip()
    body = ipa.strip(_PUNCTUATION)
    if not body:
        return _token_pieces(word, ipa)
    head, _, tail = ipa.partition(body)
    body = body.replace(".", "")  # a syllable's end in IPA, a sentence's end to the model
    pieces = [_Piece(word, False, punctuation=_mark(head))] if head else []
    pieces.append(_Piece(word, bool(head), ipa=body))
    return pieces + ([_Piece(word, True, punctuation=_mark(tail))] if tail else [])


def _token_pieces(word: int, token: str) -> list[_Piece]:
    """Divide a token without spaces into letters and punctuation."""
    pieces: list[_Piece] = []
    for part in _BETWEEN.split(token):
        if not part:
            continue
        core = part.strip(_AT_EDGE)
        head, _, tail = part.partition(core) if core else (part, "", "")
        if head:
            pieces.append(_Piece(word, bool(pieces), punctuation=_mark(head)))
        if core and _BETWEEN.fullmatch(core):
            pieces.append(_Piece(word, bool(pieces), punctuation=_mark(core)))
        else:
            for at in range(0, len(core), _MAX_LETTERS):
                letters = core[at : at + _MAX_LETTERS]
                pieces.append(_Piece(word, bool(pieces), letters=letters))
        if tail:
            pieces.append(_Piece(word, bool(pieces), punctuation=_mark(tail)))
    return pieces


def _mark(text: str) -> str:
    """Write punctuation in the marks the model was trained with."""
    text = re.sub(r"\.\.\.+", "…", re.sub(r"--+|^-$", "—", text))
    return "".join(_SAME.get(c, c) for c in text if c != "-")


# The nearest phoneme that the model knows, for those it does not. ASCII g is not IPA's ɡ.
_NEAREST = {
    "g": "ɡ", "'": "ˈ", "’": "ˈ", "ɫ": "l", "ɬ": "l", "ɭ": "l", "ʟ": "l", "ɱ": "m", "ʏ": "y",
    "ʉ": "u", "ɵ": "ø", "ɘ": "ɪ", "ɞ": "ɜ", "ɝ": "ɜɹ", "ʀ": "ʁ", "ħ": "h", "ɦ": "h", "ʕ": "ʔ",
    "ʍ": "w", "ʑ": "ʒ", "ɧ": "ʃ", "ʙ": "b", "ɢ": "ɡ", "ɓ": "b", "ɗ": "d", "ɠ": "ɡ", "ɶ": "œ",
}  # fmt: skip


def _in_vocabulary(text: str, known: Collection[str]) -> str:
    return "".join(c if c in known else _NEAREST.get(c, "") for c in text)
