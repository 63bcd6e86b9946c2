"""Words and their times in, the pieces that a line of subtitles is made of out.

Widths are in letters of an alphabet; an ideograph or kana takes the room, and the time to read, of
`WIDE` of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.export.edition import Passage
from audiobook.export.names import clusters
from audiobook.segments import Boundary
from audiobook.segments.breath import CONJUNCTIONS
from audiobook.speech.timing import makes_sound

__all__ = ["LINE_WIDTH", "Bit", "bits_of", "joined", "width_of"]

LINE_WIDTH = 42.0  # Netflix Timed Text Style Guide, English: 42 characters a line
WIDE = LINE_WIDTH / 16  # the same for Japanese and Chinese: 16
# A longer word is cut: by nothing else could it stand in a line.
MAX_WORD_WIDTH = LINE_WIDTH / 2

# What a break costs by what stands before it.
SENTENCE, STRONG, WEAK, LINE, CONJUNCTION, SPACE, SHORT_WORD, SYLLABLE = 0, 1, 2, 1, 4, 6, 9, 9
SILENT = 60  # a dash alone is shown for no time
PHRASE = 5  # in Japanese, where particles end and the next word begins
_SHORT_CHARS = 3
_STRONG = re.compile(r"[;:；：—–…!?！？。][\"'”’»)\]」』）]*$")
_STOP = re.compile(r"\w{4,}\.[\"'”’»)\]]*$")
_WEAK = re.compile(r"[,，、)\]」』）،؛][\"'”’»]*$")
_IDEOGRAPHIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HIRAGANA_END = re.compile(r"[\u3040-\u309f]$")
# What no line may begin with, and what none may end with (JIS X 4051, kinsoku).
_NO_START = frozenset(
    "、。，．・：；？！ー々〻ゝゞ」』）】》〉〕］｝’”…‥,.!?:;)]}»›%"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
)
_NO_END = frozenset("「『（【《〈〔［｛“‘([{«‹")


@dataclass(frozen=True)
class Bit:
    """What is never divided: a word, or a syllable where words are written without spaces.

    Attributes
    ----------
    before : str
        What stands between it and the bit before it in a line: a space, nothing, or a line feed
        where the story divides the lines.
    cost : int
        Of a break after it.
    """

    text: str
    width: float
    before: str
    start_s: float
    end_s: float
    cost: int


def width_of(text: str) -> float:
    """Return how much room a text takes, in letters."""
    if text.isascii():
        return float(len(text))
    return sum(map(_char_width, text))


def _char_width(char: str) -> float:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    return WIDE if unicodedata.east_asian_width(char) in "WF" else 1.0


def joined(bits: Sequence[Bit]) -> str:
    """Return bits as one line."""
    return "".join((bit.before and " ") + bit.text for bit in bits)[len(bits[0].before) :]


def bits_of(passages: Sequence[Passage]) -> list[Bit]:
    """Return the bits of passages that follow one another, as one reader says them.

    What ends with the last of a passage's words costs what the passage ends with.
    """
    bits: list[Bit] = []
    before = ""
    for passage in passages:
        segment = passage.segment
        words = [*_spaced(segment.text)]
        is_clause = segment.after is Boundary.CLAUSE
        for i, ((gap, word), timed) in enumerate(zip(words, passage.words, strict=True)):
            if i + 1 == len(words):
                cost = STRONG if is_clause else SENTENCE
            else:
                cost = _cost(word, *words[i + 1])
            bits += _bits(word, gap or before, timed.start_s, timed.end_s, cost)
        before = _gap(segment.separator)
    return bits


def _spaced(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text's words, each with what stands before it."""
    at = 0
    for word in text.split():
        start = text.index(word, at)
        yield _gap(text[at:start]), word
        at = start + len(word)


def _gap(between: str) -> str:
    if between == "\n":  # of verse; where a segment goes on in another paragraph, there are two
        return between
    return " " if between else ""


def _cost(word: str, gap: str, following: str) -> int:
    if not (makes_sound(word) and makes_sound(following)):
        return SILENT
    if gap == "\n":
        return LINE
    if _STRONG.search(word) or (_STOP.search(word) and not following[0].islower()):
        return STRONG
    if _WEAK.search(word):
        return WEAK
    if following.lower() in CONJUNCTIONS:
        return CONJUNCTION
    return SHORT_WORD if len(word) <= _SHORT_CHARS else SPACE


def _bits(word: str, before: str, start_s: float, end_s: float, cost: int) -> Iterator[Bit]:
    """Yield a word, or its syllables with the time divided by their width."""
    width = width_of(word)
    if width <= MAX_WORD_WIDTH and not _IDEOGRAPHIC.search(word):
        yield Bit(word, width, before, start_s, end_s, cost)
        return
    pieces = _syllables(word)
    per_width_s = (end_s - start_s) / (width or 1.0)
    done = 0.0
    for i, piece in enumerate(pieces):
        own = width_of(piece)
        is_last = i + 1 == len(pieces)
        first_s = start_s + done * per_width_s
        done += own
        last_s = end_s if is_last else start_s + done * per_width_s
        own_cost = cost if is_last else _inner_cost(piece, pieces[i + 1])
        yield Bit(piece, own, before if i == 0 else "", first_s, last_s, own_cost)


def _inner_cost(piece: str, following: str) -> int:
    if _STRONG.search(piece):
        return STRONG
    if _WEAK.search(piece):
        return WEAK
    is_phrase = _HIRAGANA_END.search(piece) and not _HIRAGANA_END.search(following[:1])
    return PHRASE if is_phrase else SYLLABLE


def _syllables(word: str) -> list[str]:
    """Cut a word where a line may end: at any ideograph, else where it grows too long."""
    pieces: list[str] = []
    width = 0.0
    for cluster in clusters(word):
        own = width_of(cluster)
        clings = bool(pieces) and (cluster in _NO_START or pieces[-1][-1] in _NO_END)
        is_alphabetic = bool(pieces) and not (
            _IDEOGRAPHIC.search(cluster) or _IDEOGRAPHIC.search(pieces[-1][-1])
        )
        if width + own <= MAX_WORD_WIDTH and (clings or is_alphabetic):
            pieces[-1] += cluster
            width += own
        else:
            pieces.append(cluster)
            width = own
    return pieces
