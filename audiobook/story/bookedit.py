"""What is to be kept in, ``book.toml`` edited line by line: takes and the cast.

Everything else in the file stays as it is, comments too.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.book import Book, CastMember, ChapterSettings
from audiobook.story.booktoml import load_book, parse_book
from audiobook.story.toml_lines import lines_of_keys
from audiobook.story.tomltext import toml_key, toml_value

__all__ = ["write_cast", "write_take"]


def write_take(path: Path, number: int, take: int, *, title: str = "") -> None:
    """Keep in ``book.toml`` which reading of a chapter is wanted; the rest stays as it is.

    Parameters
    ----------
    path : Path
        An existing ``book.toml``.
    number : int >= 1
        The chapter.
    take : int >= 1
        Its reading.
    title : str
        Its title; an entry that names the chapter so is used, too.

    Raises
    ------
    StoryError
        If the file is broken, cannot be written, or is written in a way that cannot be edited
        line by line; it is unchanged then.
    """
    before = load_book(path)
    text = path.read_bytes().decode("utf-8-sig")
    edited = _with_take(text, before, number, take, title)
    refusal = f"{path.name}: the take cannot be put in by program; write take = {take} yourself"
    _replace(path, edited, _expected(before, number, take, title), refusal)


def write_cast(path: Path, voices: Mapping[str, str], about: Mapping[str, str]) -> None:
    """Keep in ``book.toml`` who speaks with which voice; entries that are there stay.

    Parameters
    ----------
    path : Path
        An existing ``book.toml``.
    voices : mapping of str to str
        Addresses of voices by speaker, in the order to write.
    about : mapping of str to str
        A few words about a speaker, for a comment.

    Raises
    ------
    StoryError
        As `write_take`.
    """
    before = load_book(path)
    new = {name: voice for name, voice in voices.items() if name not in before.cast}
    if not new:
        return
    text = path.read_bytes().decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    entries = [
        f"{toml_key(name)} = {toml_value(voice)}"
        + (f"  # {about[name]}" if about.get(name) else "")
        for name, voice in new.items()
    ]
    places = [line for key, line in lines_of_keys("\n".join(lines)).items() if key[0] == "cast"]
    if places:
        lines[max(places) : max(places)] = entries
    else:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [*([""] if lines else []), "[cast]", *entries, ""]
    members = {name: CastMember(voice) for name, voice in new.items()}
    expected = dataclasses.replace(before, cast={**before.cast, **members})
    refusal = f"{path.name}: the cast cannot be put in by program; write {entries[0]} under [cast]"
    _replace(path, newline.join(lines), expected, refusal)


def _entry_of(book: Book, number: int, title: str) -> int | None:
    for i, entry in enumerate(book.chapters):
        if entry.number == number or (title and entry.title == title):
            return i
    return None


def _expected(book: Book, number: int, take: int, title: str) -> Book:
    i = _entry_of(book, number, title)
    chapters = list(book.chapters)
    if i is None:
        chapters.append(ChapterSettings(number=number, take=take))
    else:
        chapters[i] = dataclasses.replace(chapters[i], take=take)
    return dataclasses.replace(book, chapters=tuple(chapters))


def _with_take(text: str, book: Book, number: int, take: int, title: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    places = lines_of_keys("\n".join(lines))
    i = _entry_of(book, number, title)
    if i is None:
        end = [] if not text.strip() else [""]
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [*end, "[[chapter]]", f"number = {number}", f"take = {take}", ""]
    elif ("chapter", i, "take") in places:
        at = places["chapter", i, "take"] - 1
        lines[at] = re.sub(r"(take\W*?=\s*)[+\w]+", rf"\g<1>{take}", lines[at], count=1)
    else:
        key = "number" if book.chapters[i].number else "title"
        at = places.get(("chapter", i, key), 1)
        indent = re.match(r"\s*", lines[at - 1])
        lines.insert(at, f"{indent[0] if indent else ''}take = {take}")
    return newline.join(lines)


def _replace(path: Path, text: str, expected: Book, refusal: str) -> None:
    """Write a file whole or not at all, through a link, if it then says what it should."""
    try:
        after = parse_book(text.replace("\r\n", "\n"), path.name)
    except StoryError as error:
        raise StoryError(refusal) from error
    if after != expected:
        raise StoryError(refusal)
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise StoryError(f"{path} cannot be written: {reason}; check its rights") from error
