"""A story and a book in, a folder with ``story.md`` and ``book.toml`` out, ready to edit."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audiobook.errors import StoryError
from audiobook.story.book import Book, ChapterSettings, Pronunciation, SegmentSettings
from audiobook.story.headings import match_chapter_line
from audiobook.story.markdown import parse_markdown
from audiobook.story.model import Block, BlockKind, Chapter, Span, SpanKind, Story
from audiobook.story.project import BOOK_NAME, LEFT_OUT_NAME, STORY_NAME
from audiobook.story.schema import ENTRIES, TABLES, Key, keys_of
from audiobook.story.source import completed
from audiobook.story.tomltext import toml_key, toml_value

__all__ = ["new_project", "render_book", "render_story"]

MAX_HEADING_LEVEL = 6
_ANYWHERE = re.compile(r"[\\`*_\[\]<>~|#]|&(?=#?\w+;)")
_AT_START = re.compile(r"(?m)^(?:([-+=>{])|(\d{1,9})([.)])(?=\s|$))")

_BOOK_HEAD = """\
# Everything about this audiobook that is not its text. Each key is optional; a line that begins
# with "#" shows what holds without it. The command line wins over this file.
"""
_TABLE_HEADS = {
    "voice": 'Who reads, and how. "audiobook voices" lists the voices.',
    "pauses": "Silences, in seconds. Changing them speaks nothing again.",
    "music": "The music under the voice. Changing it speaks nothing again.",
    "read": "What is read besides the story; see docs/reading.md.",
    "credits": "What is said before and after; of use in profiles acx and librivox.",
}
_LEXICON_HEAD = """\
# How words are said: by their sounds, by a respelling, or both.
# Akbulak = "ɑkbʊlˈɑk"
# Shalyapova = { say = "Sha-lya-pova" }
[lexicon]
"""
_CAST_HEAD = """\
# Who speaks with which voice; "audiobook cast" lists the speakers, and --write puts them here.
# "Mrs. Shalyapova" = "kokoro:bf_emma"
# Marat = { voice = "kokoro:af_bella", also = ["the girl"] }
[cast]
"""
_CHAPTER_EXAMPLE = """\
# What is different in one chapter; repeat the block for others.
# [[chapter]]
# number = 3
# mood = "lively"
# take = 2
"""
_LEFT_OUT_HEAD = """\
<!-- What the source has and the audiobook has not. To have a part read, move it into story.md. -->
"""
_UNTITLED_NOTE = "# The story wrote no titles: those in story.md are its first words.\n"


def new_project(story: Story, book: Book, folder: Path) -> tuple[Path, ...]:
    """Write a folder that reads back to the same chapters and text.

    Parameters
    ----------
    story, book
        As `audiobook.story.open_project` gives them.
    folder : Path
        Where to write; made when missing. Nothing in it is overwritten.

    Returns
    -------
    tuple of Path
        The files written.

    Notes
    -----
    Chapters whose titles were derived get them as headings, to be edited; since such titles are
    not spoken, ``speak_titles`` is off then.

    Raises
    ------
    StoryError
        If one of the files is there already, or the folder cannot be written.
    """
    book = _completed(story, book)
    files = {
        folder / BOOK_NAME: render_book(story, book).encode("utf-8", "replace"),
        folder / STORY_NAME: render_story(story).encode("utf-8", "replace"),
    }
    if story.cover and book.cover == _cover_name(story):
        files[folder / book.cover] = story.cover
    if story.left_out:
        files[folder / LEFT_OUT_NAME] = render_left_out(story).encode("utf-8", "replace")
    taken = next((path for path in files if path.exists()), None)
    if taken is not None:
        raise StoryError(f"{taken} is there already; choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("xb") as file:
                file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoryError(f"{folder} cannot be written: {reason}; choose another folder") from error
    return tuple(files)


def _completed(story: Story, book: Book) -> Book:
    """Let the book say all that the new story cannot."""
    cover = book.cover or (_cover_name(story) if story.cover else "")
    # What was left out is not in the new story, and what was asked for is.
    chapters = [dataclasses.replace(c, skip=c.skip or None) for c in book.chapters]
    chapters = [c for c in chapters if c != ChapterSettings(c.number, c.title)]
    if any(chapter.title_is_written for chapter in story.chapters):
        chapters += [
            ChapterSettings(number=number, speak_title=False)
            for number, chapter in enumerate(story.chapters, start=1)
            if not chapter.title_is_written and not _is_preface(chapter, story)
        ]
    read = dataclasses.replace(book.read, parts="")
    book = dataclasses.replace(book, cover=cover, chapters=tuple(chapters), read=read)
    return completed(book, story)


def _cover_name(story: Story) -> str:
    return "cover.png" if story.cover.startswith(b"\x89PNG") else "cover.jpg"


def render_left_out(story: Story) -> str:
    """Return what is not read as Markdown, for whoever wants some of it in the story."""
    parts = [_LEFT_OUT_HEAD.rstrip()]
    for left in story.left_out:
        chapter = left.chapter
        parts += [f"## {_escaped(chapter.title)}", f"<!-- left out as {left.kind} -->"]
        parts += [_block(block) for block in chapter.blocks]
    return "\n\n".join(parts) + "\n"


def render_story(story: Story) -> str:
    """Return a story as Markdown: its title as the top heading, chapters below it."""
    title = story.title or "Untitled"
    parts = [f"# {_escaped(title)}"]
    n_headings = sum(not _is_preface(chapter, story) for chapter in story.chapters)
    if n_headings < 2 or match_chapter_line(title):
        # Only front matter tells such a title from a chapter's.
        parts.insert(0, f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---")
    for chapter in story.chapters:
        if not _is_preface(chapter, story):
            parts.append(f"## {_escaped(chapter.title)}")
        parts += [_block(block) for block in chapter.blocks]
    return "\n\n".join(parts) + "\n"


def _is_preface(chapter: Chapter, story: Story) -> bool:
    """Tell whether a chapter is what stands before the first written title."""
    others = story.chapters[1:]
    is_first = chapter is story.chapters[0] and not chapter.title_is_written
    return is_first and bool(others) and all(other.title_is_written for other in others)


def _block(block: Block) -> str:
    if block.kind is BlockKind.SCENE_BREAK:
        return "***"
    if block.kind is BlockKind.HEADING:
        return "#" * min(block.level + 2, MAX_HEADING_LEVEL) + " " + _with_sayings(block)
    # Markup for the eye gives way where words say how they are spoken.
    text = (not block.sayings and _emphasised(block)) or _with_sayings(block)
    return "\n\n".join([*(d.written for d in block.directions), text])


def _with_sayings(block: Block) -> str:
    """Return a block's text with how some of its words are said."""
    parts, at = [], 0
    for said in block.sayings:
        words = _escaped_inside(block.text[said.start : said.end])
        parts += [_escaped_inside(block.text[at : said.start]), f"[{words}]"]
        parts += [f"{{{said.name}: {said.value}}}"]
        at = said.end
    text = "".join([*parts, _escaped_inside(block.text[at:])])
    return _escaped_at_start(text).replace("\n", "\\\n")


def _emphasised(block: Block) -> str:
    """Return a block with its emphasis; "" where Markdown would read that as something else."""
    text, parts, at = block.text, [], 0
    for span in block.spans:
        if span.start < at:  # one within another
            continue
        mark = "*" if span.kind is SpanKind.EMPHASIS else "**"
        inner = _escaped(text[span.start : span.end])
        parts += [_escaped(text[at : span.start]), mark, inner, mark]
        at = span.end
    if not parts:
        return ""
    markup = "".join([*parts, _escaped(text[at:])]).replace("\n", "\\\n")
    drafts = parse_markdown(markup, STORY_NAME).drafts
    wanted = _outer(block.spans)
    is_same = len(drafts) == 1 and (drafts[0].kind, drafts[0].text) == (block.kind, text)
    return markup if is_same and drafts[0].spans == wanted else ""


def _outer(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def _escaped(text: str) -> str:
    """Return text that Markdown reads as it stands."""
    return _escaped_at_start(_escaped_inside(text))


def _escaped_inside(text: str) -> str:
    return _ANYWHERE.sub(lambda match: "\\" + match[0], text)


def _escaped_at_start(text: str) -> str:
    return _AT_START.sub(
        lambda match: "\\" + match[1] if match[1] else f"{match[2]}\\{match[3]}", text
    )


def render_book(story: Story, book: Book) -> str:
    """Return ``book.toml`` with every key: set where the book sets it, else as a comment."""
    known = {name: getattr(book, name) or getattr(story, name) for name in _STORY_KEYS}
    book = dataclasses.replace(book, **known, story=STORY_NAME)
    lines = [_BOOK_HEAD.rstrip()]
    lines += [_line(key, getattr(book, key.name)) for key in keys_of(Book).values()]
    if story.chapters and not any(chapter.title_is_written for chapter in story.chapters):
        untitled = dataclasses.replace(book.voice, speak_titles=False)
        book = dataclasses.replace(book, voice=untitled)
        lines += ["", _UNTITLED_NOTE.rstrip()]
    for name, table in TABLES.items():
        values = getattr(book, name)
        lines += ["", f"# {_TABLE_HEADS[name]}", f"[{name}]"]
        lines += [_line(key, getattr(values, key.name)) for key in keys_of(table).values()]
    lines += ["", _LEXICON_HEAD.rstrip(), *_lexicon_lines({**story.lexicon, **book.lexicon})]
    lines += ["", _CAST_HEAD.rstrip(), *_cast_lines(book), "", _CHAPTER_EXAMPLE.rstrip()]
    for chapter in book.chapters:
        lines += ["", *_entry_lines("chapter", chapter)]
    for segment in book.segments:
        lines += ["", *_entry_lines("segment", segment)]
    return "\n".join(lines) + "\n"


_STORY_KEYS = ("title", "author", "language")


def _line(key: Key, value: Any) -> str:
    """Return a key's line, with what it means; a comment where its value is the default."""
    about = (
        key.about
        if key.least is None or key.most is None
        else (f"{key.about}; {key.least:g} to {key.most:g}")
    )
    mark = "# " if value == key.default else ""
    return f"{mark}{key.name} = {toml_value(value)}  # {about}"


def _lexicon_lines(lexicon: Mapping[str, Pronunciation]) -> Iterator[str]:
    for word, said in lexicon.items():
        both = {name: text for name, text in vars(said).items() if text}
        yield f"{toml_key(word)} = {toml_value(both if said.say else said.ipa)}"


def _cast_lines(book: Book) -> Iterator[str]:
    for name, member in book.cast.items():
        yield f"{toml_key(name)} = {toml_value(member)}"


def _entry_lines(name: str, entry: ChapterSettings | SegmentSettings) -> Iterator[str]:
    yield f"[[{name}]]"
    for key in keys_of(ENTRIES[name][1]).values():
        value = getattr(entry, key.name)
        if value != key.default:
            yield f"{key.name} = {toml_value(value)}"
