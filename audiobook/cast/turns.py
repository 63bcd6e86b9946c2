"""The paragraphs of a scene in, its turns out: who has the word for how long, and every clue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audiobook.cast.frames import Clue, Frames
from audiobook.cast.quotes import Quote

__all__ = ["Paragraph", "Turn", "turns_of"]

_MARKS = "“”\"«»„‟‘’‚'‹›「」—–― \u00a0\u202f"
_QUOTES = _MARKS.replace("—", "").replace("–", "").replace("―", "")
_FEW_WORDS = (
    4  # so many in quotation marks without a stop are a title, or a word held at arm's length
)
_NEAR_CHARS = 300  # around a line, in which it is told whether it is one
_VERBS_BEFORE = 3  # words in front of a line among which its verb may stand


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a scene with its quoted stretches."""

    block: int
    text: str
    quotes: Sequence[Quote]


@dataclass
class Turn:
    """What one person says in one paragraph, or in several that one quotation joins.

    Attributes
    ----------
    places : list of (block, start, end)
        The quoted stretches.
    said : list of str
        Their texts.
    gap : int
        Paragraphs of narration since the turn before; 0 also inside a paragraph.
    clue : Clue or None
        What the words around the lines tell.
    lead : Clue or None
        What the narration before the paragraph tells.
    called : list of str
        Names that the lines call.
    """

    gap: int = 0
    places: list[tuple[int, int, int]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    clue: Clue | None = None
    lead: Clue | None = None
    called: list[str] = field(default_factory=list)
    is_open: bool = False

    @property
    def ends_calling(self) -> bool:
        """Whether the last words are a name that is called: "Isn't that so, Millie?"."""
        return bool(self.called) and self.said[-1].rstrip(_MARKS + ".,!?…").endswith(
            self.called[-1]
        )


def turns_of(
    paragraphs: Sequence[Paragraph], frames: Frames
) -> tuple[list[Turn], list[tuple[int, int, int]]]:
    """Divide a scene into turns.

    Returns
    -------
    tuple of list of Turn and list of (block, start, end)
        The turns in order, and the quoted stretches that are nobody's lines: titles, a word that
        is held at arm's length.
    """
    turns: list[Turn] = []
    others: list[tuple[int, int, int]] = []
    gap, narration = 0, ""
    for paragraph in paragraphs:
        spoken: list[Quote] = []
        for quote in paragraph.quotes:
            if _is_line(paragraph, quote, frames):
                spoken.append(quote)
            else:
                others.append((paragraph.block, quote.start, quote.end))
        if not spoken:
            gap, narration = gap + 1, paragraph.text
            continue
        goes_on = bool(turns) and turns[-1].is_open and spoken[0].start == 0 and not gap
        new = [*_turns_in(paragraph, spoken, frames)]
        if goes_on:
            _join(turns[-1], new.pop(0))
        elif new:
            new[0].gap = gap
            new[0].lead = _lead(narration, frames) if gap else None
        turns += new
        gap, narration = 0, _tail(paragraph, spoken)
    for turn in turns:
        turn.called = [name for line in turn.said for name in frames.vocatives(line)]
    return turns, others


def _tail(paragraph: Paragraph, spoken: Sequence[Quote]) -> str:
    return paragraph.text[spoken[-1].end :]


def _join(turn: Turn, more: Turn) -> None:
    turn.places += more.places
    turn.said += more.said
    turn.clue = turn.clue or more.clue
    turn.is_open = more.is_open


def _lead(narration: str, frames: Frames) -> Clue | None:
    """Return whom the paragraph before is about; one that ends with a colon tells who speaks."""
    if narration.rstrip().endswith(":"):
        found = frames.before(narration)
        if found:
            return found
    return frames.beat(narration, is_last=True)


def _is_line(paragraph: Paragraph, quote: Quote, frames: Frames) -> bool:
    """Tell whether a quoted stretch is said by somebody there."""
    if quote.is_dash or quote.is_open:
        return True
    text = paragraph.text
    inside = text[quote.start : quote.end].strip(_QUOTES)
    if not any(char.isalnum() for char in inside):
        return False
    before = text[max(0, quote.start - _NEAR_CHARS) : quote.start].rstrip()
    if before and before[-1].isalnum() and not _says_before(before, frames):
        return False
    has_stop = inside[-1] in ".,!?…—–;:" or text[quote.end - 1 : quote.end + 1].endswith((",", "."))
    if has_stop or len(inside.split()) > _FEW_WORDS:
        return True
    after = text[quote.end : quote.end + _NEAR_CHARS]
    return frames.after(after, is_comma=False) is not None or (not before and not after.strip())


def _says_before(before: str, frames: Frames) -> bool:
    words = [word.lower().strip(_MARKS) for word in before.split()[-_VERBS_BEFORE:]]
    return any(word in frames.tongue.verbs for word in words)


def _turns_in(paragraph: Paragraph, quotes: Sequence[Quote], frames: Frames) -> Iterator[Turn]:
    """Yield the turns of a paragraph: another one begins where somebody else is named."""
    text = paragraph.text
    turn, beats = Turn(), [text[: quotes[0].start]]
    for i, quote in enumerate(quotes):
        before = text[quotes[i - 1].end if i else 0 : quote.start]
        until = quotes[i + 1].start if i + 1 < len(quotes) else len(text)
        clue = _clue(before if i == 0 else "", quote, text, until, frames)
        if clue and clue.says and turn.clue and turn.clue.says and _differ(clue, turn.clue):
            yield turn
            turn = Turn()
        turn.places.append((paragraph.block, quote.start, quote.end))
        turn.said.append(text[quote.start : quote.end])
        turn.is_open = quote.is_open
        beats.append(text[quote.end : until])
        turn.clue = _better(turn.clue, clue)
    if turn.clue is None:
        found = (frames.beat(beat, is_last=j == 0) for j, beat in enumerate(beats))
        turn.clue = next((clue for clue in found if clue), None)
    yield turn


def _clue(before: str, quote: Quote, text: str, until: int, frames: Frames) -> Clue | None:
    """Return who is named beside one quoted stretch."""
    inside = text[quote.start : quote.end].rstrip(_MARKS)
    after = text[quote.end : until]
    clue = frames.after(after, is_comma=inside.endswith(",") or after[:1] == ",")
    if clue and inside.endswith(".") and re.match(r"\s*[^\W\d_]", after):
        opening = after.lstrip()[0]
        if opening.isupper():  # a sentence of its own: something done
            clue = Clue(clue.mention, says=False, rest=clue.rest)
    return clue or frames.before(before)


def _better(one: Clue | None, other: Clue | None) -> Clue | None:
    """Return the clue that tells more: a name before a pronoun, saying before doing."""
    if one is None or other is None:
        return one or other
    return max((one, other), key=lambda clue: (clue.says, clue.mention.kind in ("name", "i")))


def _differ(one: Clue, other: Clue) -> bool:
    """Tell whether two clues are surely about two people."""
    a, b = one.mention, other.mention
    if a.kind == b.kind:
        return a.text != b.text
    return "i" in (a.kind, b.kind) or {a.kind, b.kind} == {"he", "she"}
