"""Words in, pieces out that a service takes in one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["CLOSING", "cut_word", "pack_words"]

CLOSING = "\"'”’»)]"
_CLAUSE_ENDS = tuple(".!?…,;:—")
_WIDE_ENDS = "。、，；：！？」』）"  # of scripts that put no space after them


def pack_words(words: Sequence[str], most: int) -> list[list[str]]:
    """Divide words into pieces of up to ``most`` characters, at a clause's end where there is one.

    Nothing is lost: the pieces' words are the words, and punctuation stays (gTTS's own division
    drops it and makes a request of every clause). A word longer than a piece is a piece of its
    own; see `cut_word`.
    """
    pieces: list[list[str]] = []
    piece: list[str] = []
    for word in words:
        if piece and len(" ".join([*piece, word])) > most:
            cut = _clause_cut(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
            if piece and len(" ".join([*piece, word])) > most:
                pieces.append(piece)
                piece = []
        piece.append(word)
    return [*pieces, piece] if piece else pieces


def _clause_cut(piece: Sequence[str]) -> int:
    """Return after how many words to cut: the last clause's end in the second half, else all."""
    length = len(" ".join(piece))
    for n in range(len(piece), 0, -1):
        if len(" ".join(piece[:n])) < length / 2:
            break
        if piece[n - 1].rstrip(CLOSING).endswith(_CLAUSE_ENDS):
            return n
    return len(piece)


def cut_word(text: str, most: int) -> Iterator[str]:
    """Yield parts of up to ``most`` characters of a word too long for one request.

    Chinese and Japanese sentences are such words; they are cut after a clause where there is one.

    Examples
    --------
    >>> list(cut_word("一二。三四五", 4))
    ['一二。', '三四五']
    """
    while len(text) > most:
        window = text[:most]
        cut = max(window.rfind(end) for end in _WIDE_ENDS) + 1 or most
        yield text[:cut]
        text = text[cut:]
    yield text
