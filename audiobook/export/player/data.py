"""An edition in, what the page's script reads out: JSON that cannot leave its element."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from audiobook.export.edition import CHAPTERS, MUSIC, SPEECH, Edition, EditionChapter
from audiobook.export.id3 import Mark
from audiobook.export.identity import hashed_uuid
from audiobook.export.languages import UNDETERMINED, direction
from audiobook.export.player.labels import interface_words
from audiobook.export.stems import stem_names
from audiobook.segments import NARRATOR, SegmentKind
from audiobook.story.model import has_words

__all__ = ["book_data", "chapter_url", "element", "language_of", "speakers_of", "title_of"]

# "<" could begin an end tag or a comment; the separators end a line in older JavaScript.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\x7f\u2028\u2029"}
_VERTICAL = ("ja", "zh-hant", "zh-tw", "zh-hk", "zh-mo")


def element(name: str, data: object) -> str:
    """Return data as a script element that no browser runs, whatever words are in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return f'<script type="application/json" id="{name}">{text}</script>\n'


def book_data(
    edition: Edition, speakers: dict[str, int], *, is_single: bool = False
) -> dict[str, Any]:
    """Return what is known of the book, its text aside."""
    tags, language = edition.tags, language_of(edition)
    chapters = zip(edition.done, edition.clock, strict=True)
    return {
        "id": hashed_uuid("player", tags.title, tags.author).hex[:16],
        "title": title_of(edition),
        "author": tags.author,
        "narrator": tags.narrator,
        "language": language,
        "direction": direction(language),
        "vertical": language.lower().startswith(_VERTICAL),
        "labels": interface_words(language),
        "speakers": ["", *(name for name in speakers if name != NARRATOR)],
        "chapters": [
            _chapter(
                chapter,
                f"#audio-{i}" if is_single else chapter_url(chapter),
                place.n_samples * 1000 // place.sample_rate,
                has_stems=chapter.number in edition.with_stems and not is_single,
            )
            for i, (chapter, place) in enumerate(chapters)
        ],
    }


def _chapter(
    chapter: EditionChapter, file: str, duration_ms: int, *, has_stems: bool
) -> dict[str, Any]:
    stems = stem_names(chapter) if has_stems and chapter.has_music else {}
    return {
        "number": chapter.number,
        "title": " ".join(chapter.title.split()),
        "written": int(chapter.story.title_is_written),
        "file": file,
        "duration_ms": duration_ms,
        "sections": [[_heading(m.title), round(m.start_s * 1000)] for m in _sections(chapter)],
        "speech": quote(stems[SPEECH]) if stems else None,
        "music": quote(stems[MUSIC]) if stems else None,
    }


def _sections(chapter: EditionChapter) -> tuple[Mark, ...]:
    """Return where sections start; without any the clock is not read for it."""
    has_any = any(segment.kind is SegmentKind.HEADING for segment in chapter.segments)
    return chapter.sections if has_any else ()


def _heading(title: str) -> str:
    """Return a heading without what is said with it because it cannot be said alone: a dash."""
    return next((line for line in title.split("\n") if has_words(line)), title)


def chapter_url(chapter: EditionChapter) -> str:
    """Return where the chapter's file is, relative to the page."""
    return quote(f"{CHAPTERS}/{chapter.name}.mp3")


def speakers_of(edition: Edition) -> dict[str, int]:
    """Return a number for each speaker: 0 for the narrator, the others as they come."""
    numbers = {NARRATOR: 0}
    for chapter in edition.done:
        for segment in chapter.segments:
            numbers.setdefault(segment.speaker, len(numbers))
    return numbers


def language_of(edition: Edition) -> str:
    """Return the book's language as a BCP 47 tag."""
    return edition.tags.language.replace("_", "-") or UNDETERMINED


def title_of(edition: Edition) -> str:
    """Return the book's title on one line."""
    return " ".join(edition.tags.title.split()) or edition.name
