"""Lines of a book in; its text, and what was printed around the text, apart, out.

Pictures, marks of notes, the notes, lists of contents and what the transcriber says of his work.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audiobook.story.aside import aside
from audiobook.story.contentslist import contents_at
from audiobook.story.epub.parts import part_of_title
from audiobook.story.headings import is_scene_break
from audiobook.story.lines import Block, Line, blocks_of, gap_before, text_of
from audiobook.story.model import LeftOut, has_words

__all__ = ["Sorted", "sort_out"]

MAX_BRACKET_LINES = 120  # a note that does not close within so many is none
MAX_NOTE_BLOCKS = 30
WIDE_GAP = 3  # so many empty lines end what stands under a heading

_PICTURE = (
    "illustrations?|illus\\.|frontispiece|abbildung|bild|ilustraci[oó]n|ilustração|illustrazione"
    "|figura|gravure|иллюстрация|рисунок|decoration|ornament|image|map|music"
)
_SCRIBE = (
    r"transcriber(?:'s|’s|s|s'|s’)? notes?|anmerkungen? (?:des bearbeiters|zur transkription)"
    r"|note (?:au lecteur|d[eu]s? transcripteurs?)|nota del? transcriptor|note? del trascrittore"
    r"|nota d[eo] transcritor|opmerkingen van de bewerker"
)
_OPENING = re.compile(
    rf"\s*\[\s*(?:(?P<picture>{_PICTURE})\b\s*[:.]?|(?P<scribe>{_SCRIBE})\b\s*[:.]?"
    r"|(?:foot)?note (?P<label>\w{1,4}|[*†‡]{1,3})\s*:|(?P<bare>(?:foot)?note)\s*:)",
    re.IGNORECASE,
)
_SCRIBE_HEAD = re.compile(rf"[\W_]*(?:{_SCRIBE})\b[\W_]*(?P<rest>.*)", re.IGNORECASE)
_NOTES_HEAD = re.compile(
    r"[\W_]*(?:footnotes?|fußnoten|notes?|notas|примечания)[\W_]*", re.IGNORECASE
)
_LABEL = r"\d{1,4}|[A-Z]{1,2}|[*†‡]{1,3}"
_NOTE = re.compile(rf"\s*\[({_LABEL})\]\s*\S")
_CLINGING = re.compile(rf"(?<=[^\s\[(])\[({_LABEL})\]")
_NUMBER = re.compile(r"(?<=[\w.,;:!?”\"'’])\[\d{1,4}\]")
_ANY = re.compile(rf"\s?\[({_LABEL})\]")


@dataclass
class Sorted:
    """The lines of the text, the parts that are left out, and what within it is not read."""

    lines: list[Line]
    left_out: list[LeftOut] = field(default_factory=list)
    omitted: Counter[str] = field(default_factory=Counter)
    labels: set[str] = field(default_factory=set)

    def leave_out(self, kind: str, lines: Sequence[Line], title: str = "") -> None:
        """Put lines aside."""
        part = aside(kind, lines, title)
        if part:
            self.left_out.append(part)


def sort_out(lines: Sequence[Line], *, captions: bool) -> Sorted:
    """Take what is no text out of a book's lines; ``captions`` of pictures may stay."""
    found = Sorted(list(lines))
    found.lines = [*_without_brackets(found, captions=captions)]
    _take_scribe(found)
    _take_contents(found)
    _take_notes(found)
    found.lines = [*_without_marks(found)]
    found.left_out.sort(key=lambda part: part.chapter.line)
    return found


def _without_brackets(found: Sorted, *, captions: bool) -> Iterator[Line]:
    lines = found.lines
    i = 0
    while i < len(lines):
        opening = _OPENING.match(lines[i].raw)
        end, column = _closing(lines, i) if opening else (-1, 0)
        if opening is None or end < 0:
            yield lines[i]
            i += 1
            continue
        inner = _inside(lines[i : end + 1], opening.end(), column)
        if opening["picture"]:
            says = has_words(text_of(inner)) and part_of_title(text_of(inner)) != "cover"
            found.omitted["pictures"] += not (captions and says)
            if captions and says:
                yield from inner
        elif opening["scribe"]:
            found.leave_out("colophon", inner)
        else:
            found.labels.add(opening["label"] or "")
            found.leave_out("notes", inner)
        yield Line(lines[end].number, lines[end].raw[column + 1 :].strip(" ."))
        i = end + 1


def _closing(lines: Sequence[Line], start: int) -> tuple[int, int]:
    """Return line and column of the bracket that closes the one a line opens; -1 if none."""
    depth = 0
    for i in range(start, min(start + MAX_BRACKET_LINES, len(lines))):
        raw = lines[i].raw
        if depth and depth + raw.count("[") - raw.count("]") > 0 and "]" not in raw:
            depth += raw.count("[")
            continue
        for column, char in enumerate(raw):
            depth += (char == "[") - (char == "]")
            if char == "]" and depth == 0:
                return i, column
    return -1, 0


def _inside(lines: Sequence[Line], begin: int, end: int) -> list[Line]:
    """Return what stands in a bracket after its label."""
    texts = [line.raw for line in lines]
    texts[-1] = texts[-1][:end]
    texts[0] = texts[0][begin:]
    return [Line(line.number, text.strip()) for line, text in zip(lines, texts, strict=True)]


def _take_scribe(found: Sorted) -> None:
    """Take a note of the transcriber without brackets: its heading, and what follows closely."""
    blocks = [*blocks_of(found.lines)]
    gone: set[int] = set()
    for i, block in enumerate(blocks):
        head = _SCRIBE_HEAD.fullmatch(text_of(block).strip("|+-= "))
        if head is None or block[0].number in gone:
            continue
        n_blocks = _n_of_note(blocks, i) if not has_words(head["rest"]) else 1
        taken = [line for other in blocks[i : i + n_blocks] for line in other]
        gone.update(line.number for line in taken)
        found.leave_out("colophon", found.lines[_at(found, taken[0]) : _at(found, taken[-1]) + 1])
    found.lines = [line for line in found.lines if line.number not in gone]


def _n_of_note(blocks: Sequence[Block], i: int) -> int:
    """Return how many blocks a heading and its note are: up to a wide gap, or to the end.

    Where neither comes soon, only the paragraph under the heading is sure to belong to it.
    """
    last = min(i + MAX_NOTE_BLOCKS, len(blocks))
    for j in range(i + 2, last):
        if gap_before(blocks, j) >= WIDE_GAP or is_scene_break(blocks[j][0].text):
            return j - i
    return last - i if last == len(blocks) else 2


def _at(found: Sorted, line: Line) -> int:
    return bisect_left(found.lines, line.number, key=lambda other: other.number)


def _take_contents(found: Sorted) -> None:
    blocks = [*blocks_of(found.lines)]
    gone: set[int] = set()
    i = 0
    while i < len(blocks):
        n_blocks = contents_at(blocks, i)
        if n_blocks:
            listed = [line for block in blocks[i : i + n_blocks] for line in block]
            gone.update(line.number for line in listed)
            title = listed[0].text.strip("_=*. :")
            found.leave_out("contents", listed[1:], title)
        i += max(n_blocks, 1)
    found.lines = [line for line in found.lines if line.number not in gone]


def _take_notes(found: Sorted) -> None:
    """Take paragraphs that begin with the mark of a note that some word carries."""
    carried = {label for line in found.lines for label in _CLINGING.findall(line.raw)}
    if not carried:
        return
    gone: set[int] = set()
    heading: list[Line] = []
    in_notes = False
    for block in blocks_of(found.lines):
        note = _NOTE.match(block[0].raw)
        goes_on = in_notes and all(line.is_indented for line in block)
        if (note and note[1] in carried) or goes_on:
            if note:
                found.labels.add(note[1])
            gone.update(line.number for line in (*heading, *block))
            found.leave_out("notes", [Line(b.number, _ANY.sub("", b.raw)) for b in block])
            in_notes, heading = True, []
            continue
        is_head = len(block) == 1 and _NOTES_HEAD.fullmatch(block[0].text) is not None
        heading, in_notes = (block if is_head else []), False
    found.lines = [line for line in found.lines if line.number not in gone]


def _without_marks(found: Sorted) -> Iterator[Line]:
    """Take the marks of notes off the words: those that cling to them, or that a note answers."""
    for line in found.lines:
        if "[" not in line.raw:
            yield line
            continue
        raw = _ANY.sub(lambda m: "" if m[1] in found.labels else m[0], line.raw)
        n_known = line.raw.count("[") - raw.count("[")
        raw, n_clinging = _NUMBER.subn("", raw)
        found.omitted["note references"] += n_known + n_clinging
        yield Line(line.number, raw)
