"""`Manuscript` in, chapters out: by its headings, else chapter lines, else breaks, else length."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audiobook.story.directed import check_read, check_sayings, hand_on_directions
from audiobook.story.draft import Draft, Manuscript
from audiobook.story.headings import is_part_line, match_chapter_line, numeral_value
from audiobook.story.model import Block, BlockKind, Chapter, has_words
from audiobook.story.titles import byline, derive_title, reads_as_title, same_title

__all__ = ["divide"]

SHORT_STORY_WORDS = 3_000
SHORT_CHAPTER_WORDS = 50  # at least, in a short story
LONG_CHAPTER_WORDS = 1_500  # about, in a long one
MIN_CONTENTS_LINES = 3  # so many headings without text under them are a table of contents


@dataclass
class _Part:
    """A chapter in the making."""

    title: str
    line: int
    level: int = 1
    drafts: list[Draft] = field(default_factory=list)

    @property
    def has_words(self) -> bool:
        return any(has_words(draft.text) for draft in self.drafts)


def divide(
    manuscript: Manuscript, name: str = "the story"
) -> tuple[Manuscript, tuple[Chapter, ...]]:
    """Cut a manuscript into chapters; ``name`` is what to call it in an error.

    Returns
    -------
    manuscript : Manuscript
        With the title and author that its headings give, where it had none.
    chapters : tuple of Chapter
        Together they hold every word; each has words of its own, unless the story has none.

    Raises
    ------
    StoryError
        If a direction stands where it is for nothing.
    """
    drafts = manuscript.drafts
    if not any(draft.kind is BlockKind.HEADING for draft in drafts):
        drafts = _mark_chapter_lines(drafts)
    drafts = hand_on_directions(drafts, manuscript.directions)
    if not any(draft.kind is BlockKind.HEADING for draft in drafts):
        pieces = _by_breaks(drafts) or _by_length(drafts)
        return manuscript, tuple(check_read(_derived(piece)) for piece in pieces)
    manuscript = dataclasses.replace(manuscript, drafts=drafts)
    manuscript = _take_title(manuscript)
    parts = _parts(manuscript.drafts, _chapter_level(manuscript.drafts))
    manuscript, parts = _take_front(manuscript, parts)
    chapters = tuple(check_read(_chapter(part)) for part in _fold_empty(parts))
    check_sayings(drafts, chapters, name)
    return manuscript, chapters


def _mark_chapter_lines(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Make headings of paragraphs like "Chapter 3", else of bare numerals that count from one."""
    marked = [_as_heading(d) if _is_chapter_line(d) else d for d in drafts]
    if any(draft.kind is BlockKind.HEADING for draft in marked):
        return tuple(marked)
    bare = [i for i, draft in enumerate(drafts) if _bare_number(draft)]
    if len(bare) >= 2 and [_bare_number(drafts[i]) for i in bare] == [*range(1, len(bare) + 1)]:
        return tuple(_as_heading(d) if i in bare else d for i, d in enumerate(drafts))
    return tuple(drafts)


def _is_chapter_line(draft: Draft) -> bool:
    return draft.kind is BlockKind.PARAGRAPH and match_chapter_line(draft.text) is not None


def _bare_number(draft: Draft) -> int:
    text = draft.text.rstrip(".") if draft.kind is BlockKind.PARAGRAPH else ""
    return numeral_value(text) if text.isdigit() or text.isupper() else 0


def _as_heading(draft: Draft) -> Draft:
    return dataclasses.replace(draft, kind=BlockKind.HEADING, lines=(draft.text,), level=1)


def _take_title(manuscript: Manuscript) -> Manuscript:
    """Take the book's title from a first heading that stands over its chapters."""
    drafts = manuscript.drafts
    at = [i for i, draft in enumerate(drafts) if draft.kind is BlockKind.HEADING]
    others = [drafts[i] for i in at[1:]]
    first = drafts[at[0]]
    has_text = len(at) > 1 and at[1] > at[0] + 1
    if not others or not _names_book(first, others, manuscript.title, has_text=has_text):
        return manuscript
    rest = (*drafts[: at[0]], *drafts[at[0] + 1 :])
    return dataclasses.replace(manuscript, drafts=rest, title=manuscript.title or first.text)


def _names_book(first: Draft, others: Sequence[Draft], title: str, *, has_text: bool) -> bool:
    """Tell whether the first heading is the book's title and no chapter's."""
    is_lone = all(other.level > first.level for other in others)
    if same_title(first.text, title):
        return is_lone or not has_text
    if match_chapter_line(first.text):
        return False
    if is_lone and first.level == 1:
        return sum(other.level == first.level + 1 for other in others) > 1
    return not has_text and match_chapter_line(others[0].text) is not None


def _chapter_level(drafts: Sequence[Draft]) -> int:
    """Return the depth of the headings that open chapters; what lies above it are parts."""
    headings = [d for d in drafts if d.kind is BlockKind.HEADING]
    level = min((d.level for d in headings), default=1)
    top = [d for d in headings if d.level == level]
    below = sorted({d.level for d in headings if d.level > level})
    if below and all(is_part_line(d.text) for d in top):
        return below[0]
    return level


def _parts(drafts: Sequence[Draft], level: int) -> list[_Part]:
    parts = [_Part("", drafts[0].line if drafts else 1, level)]
    for draft in drafts:
        if draft.kind is BlockKind.HEADING and draft.level <= level:
            parts.append(_Part(draft.text, draft.line, level))
        elif draft.kind is BlockKind.HEADING:
            below = dataclasses.replace(draft, level=draft.level - level)
            parts[-1].drafts.append(below)
        else:
            parts[-1].drafts.append(draft)
    return parts if parts[0].has_words else parts[1:]


def _take_front(manuscript: Manuscript, parts: list[_Part]) -> tuple[Manuscript, list[_Part]]:
    """Take title and author from the front, when nothing else stands before the first chapter."""
    first = parts[0] if parts else None
    if first is None or first.title or len(parts) < 2 or len(first.drafts) > 2:
        return manuscript, parts
    if any(draft.directions for draft in first.drafts):  # then it is told, not a title page
        return manuscript, parts
    texts = [draft.text for draft in first.drafts]
    author = byline(texts[-1])
    title = texts[0] if len(texts) == 2 or not author else ""
    if (len(texts) == 2 and not author) or (title and not reads_as_title(title)):
        return manuscript, parts
    if (author and manuscript.author) or (
        title and manuscript.title and not same_title(title, manuscript.title)
    ):
        return manuscript, parts
    taken = dataclasses.replace(
        manuscript, title=manuscript.title or title, author=manuscript.author or author
    )
    return taken, parts[1:]


def _fold_empty(parts: Iterable[_Part]) -> list[_Part]:
    """Give headings without text a place: in the next title, or as text where they are a list."""
    folded: list[_Part] = []
    waiting: list[_Part] = []
    for part in parts:
        if not part.has_words:
            waiting.append(part)
            continue
        if len(waiting) >= MIN_CONTENTS_LINES or any(
            same_title(part.title, other.title) for other in waiting
        ):
            folded.append(_contents(waiting))
        elif waiting:
            titles = [*(other.title for other in waiting), part.title]
            part = dataclasses.replace(part, title=join_titles(titles), line=waiting[0].line)
        waiting = []
        folded.append(part)
    if waiting:
        _append_headings(folded, waiting)
    return _repeated_contents(folded)


def join_titles(titles: Sequence[str]) -> str:
    """Join the titles of a part and its chapter so that they read as two."""
    joined = titles[0]
    for title in titles[1:]:
        joined += f" {title}" if joined[-1:] in ".:!?—–" else f". {title}"
    return joined


def _contents(waiting: Sequence[_Part]) -> _Part:
    lines = tuple(part.title for part in waiting)
    return _Part("", waiting[0].line, 1, [Draft(BlockKind.VERSE, lines, waiting[0].line)])


def _append_headings(folded: list[_Part], waiting: Sequence[_Part]) -> None:
    """Let headings that nothing follows ("The End") close the last chapter."""
    if not folded:
        folded.append(_Part("", waiting[0].line))
    for part in waiting:
        folded[-1].drafts.append(Draft(BlockKind.HEADING, (part.title,), part.line, level=1))


def _repeated_contents(parts: list[_Part]) -> list[_Part]:
    """Join a table of contents to the front matter before it."""
    if len(parts) > 2 and not parts[0].title and not parts[1].title:
        parts[0].drafts.extend(parts[1].drafts)
        return [parts[0], *parts[2:]]
    return parts


def _by_breaks(drafts: Sequence[Draft]) -> list[list[Draft]]:
    """Cut at scene breaks; nothing when there are none between words."""
    pieces: list[list[Draft]] = [[]]
    for draft in drafts:
        if draft.kind is BlockKind.SCENE_BREAK:
            pieces.append([])
        else:
            pieces[-1].append(draft)
    return pieces_with_words(pieces) if len(pieces_with_words(pieces)) > 1 else []


def pieces_with_words(pieces: Sequence[list[Draft]]) -> list[list[Draft]]:
    """Join pieces in which nothing can be said to the piece before them, or after the first."""
    kept: list[list[Draft]] = []
    silent: list[Draft] = []
    for piece in pieces:
        if any(has_words(draft.text) for draft in piece):
            kept.append([*silent, *piece])
            silent = []
        elif kept:
            kept[-1].extend(piece)
        else:
            silent.extend(piece)
    return kept or [silent]


def _by_length(drafts: Sequence[Draft]) -> list[list[Draft]]:
    total = sum(_n_words(draft) for draft in drafts)
    least = SHORT_CHAPTER_WORDS if total < SHORT_STORY_WORDS else LONG_CHAPTER_WORDS
    pieces: list[list[Draft]] = [[]]
    n_words = 0
    for draft in drafts:
        if n_words >= least:
            pieces.append([])
            n_words = 0
        pieces[-1].append(draft)
        n_words += _n_words(draft)
    # A remainder may stay alone in a long story when it is at least half a chapter.
    if len(pieces) > 1 and n_words < (least if least == SHORT_CHAPTER_WORDS else least // 2):
        last = pieces.pop()
        pieces[-1].extend(last)
    return pieces_with_words(pieces)


def _n_words(draft: Draft) -> int:
    return len(draft.text.split())


def _derived(piece: Sequence[Draft]) -> Chapter:
    return _chapter(_Part("", piece[0].line if piece else 1, 1, list(piece)))


def _chapter(part: _Part) -> Chapter:
    blocks = _trim_breaks(
        [
            Block(d.kind, d.text, d.line, d.level, d.directions, d.spans, d.sayings)
            for d in part.drafts
        ]
    )
    title = part.title or derive_title(block.text for block in blocks)
    line = part.line if part.title or not blocks else blocks[0].line
    return Chapter(title, bool(part.title), blocks, line)


def _trim_breaks(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Keep only breaks that divide something, and one of several in a row."""
    kept: list[Block] = []
    for block in blocks:
        is_break = block.kind is BlockKind.SCENE_BREAK
        if block.text or (is_break and kept and kept[-1].kind is not BlockKind.SCENE_BREAK):
            kept.append(block)
    if kept and kept[-1].kind is BlockKind.SCENE_BREAK:
        kept.pop()
    return tuple(kept)
