"""``book.toml`` in, `Book` out, or the line that says what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from audiobook.errors import StoryError, did_you_mean
from audiobook.story.book import (
    Book,
    CastMember,
    ChapterSettings,
    Music,
    MusicFile,
    Pronunciation,
)
from audiobook.story.schema import ENTRIES, TABLES, Key, keys_of
from audiobook.story.toml_lines import Path as KeyPath
from audiobook.story.toml_lines import line_of, lines_of_keys

__all__ = ["load_book", "parse_book"]

_TYPE_NAMES = {str: "text in quotation marks", bool: "true or false", int: "a whole number"}
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


def load_book(path: Path) -> Book:
    """Read ``book.toml``.

    Raises
    ------
    StoryError
        With the line, if it is not TOML, has an unknown key or a value of a wrong type or size.
    """
    return parse_book(_read(path), path.name)


def parse_book(text: str, name: str = "book.toml") -> Book:
    """Make a book of the text of its file; ``name`` is what to call it in an error."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _TOML_PLACE.search(str(error))
        line = match[1] if match and match[1] else text.count("\n") + 1
        problem = _TOML_PLACE.sub("", str(error))
        problem = problem[:1].lower() + problem[1:]
        raise StoryError(
            f'{name}:{line}: not TOML: {problem}; a key looks like title = "My Story"'
        ) from error
    return _Checker(name, lines_of_keys(text)).book(values)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise StoryError(f'{path} does not exist; make one with "audiobook new"') from error
    except UnicodeDecodeError as error:
        raise StoryError(f"{path} is not UTF-8, as TOML must be; save it again as UTF-8") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoryError(f"{path} cannot be read: {reason}; check its rights") from error


class _Checker:
    """Turns the values of one file into a `Book`, knowing where each of them stands."""

    def __init__(self, name: str, lines: dict[KeyPath, int]) -> None:
        self.name = name
        self.lines = lines

    def wrong(self, path: KeyPath, problem: str) -> StoryError:
        return StoryError(f"{self.name}:{line_of(self.lines, path)}: {problem}")

    def book(self, values: Mapping[str, Any]) -> Book:
        plain = keys_of(Book)
        tables = [*TABLES, "lexicon", "cast", *ENTRIES]
        found: dict[str, Any] = {}
        for name, value in values.items():
            path = (name,)
            if name in plain:
                found[name] = self.value(plain[name], value, path, "")
            elif name in TABLES:
                found[name] = TABLES[name](**self.table(TABLES[name], value, path, f"[{name}]"))
            elif name == "lexicon":
                found[name] = self.lexicon(value)
            elif name == "cast":
                found[name] = self.cast(value)
            elif name in ENTRIES:
                found[ENTRIES[name][0]] = self.entries(name, value)
            else:
                raise self.unknown(name, value, [*plain, *tables])
        book = Book(**found)
        self.levels(book.music)
        return book

    def levels(self, music: Music) -> None:
        """Refuse a duck that would make the bed louder while somebody speaks."""
        if music.under_speech_lu < music.between_lu:
            return
        for name in ("under_speech_lu", "between_lu"):
            if (path := ("music", name)) in self.lines:
                raise self.wrong(
                    path,
                    f"in [music] under_speech_lu is {music.under_speech_lu:g} and between_lu "
                    f"{music.between_lu:g}; under speech the music must be the softer",
                )

    def unknown(self, name: str, value: Any, known: list[str]) -> StoryError:
        if isinstance(value, dict):
            problem = f"unknown table [{name}]; {did_you_mean(name, known)}"
        else:
            problem = f'unknown key "{name}"; {did_you_mean(name, known)}'
        return self.wrong((name,), problem)

    def table(self, table: type, value: Any, path: KeyPath, where: str) -> dict[str, Any]:
        keys = keys_of(table)
        if not isinstance(value, dict):
            raise self.wrong(path, f"{where} must be a table; write its keys under it, one a line")
        for name in value:
            if name not in keys:
                hint = did_you_mean(name, keys)
                raise self.wrong((*path, name), f'unknown key "{name}" in {where}; {hint}')
        return {
            name: self.value(keys[name], item, (*path, name), f" in {where}")
            for name, item in value.items()
        }

    def value(self, key: Key, value: Any, path: KeyPath, where: str) -> Any:
        if key.files and not (key.type is str and isinstance(value, str)):
            return self.music(key, value, path, where)
        if key.type is tuple:
            return self.texts(key, value, path, where)
        if key.name == "date" and isinstance(value, date | int) and value is not True:
            value = str(value)[:10]  # TOML has dates of its own
        if key.type is float and type(value) is int:
            value = float(value)
        if type(value) is not key.type:
            wanted = _TYPE_NAMES.get(key.type, "a number")
            raise self.wrong(path, f"{key.name}{where} must be {wanted}, not {_shown(value)}")
        if not _is_within(key, value):
            span = _span(key)
            raise self.wrong(path, f"{key.name}{where} is {_shown(value)}; it must be {span}")
        if key.pattern and not re.fullmatch(key.pattern, str(value)):
            raise self.wrong(path, f"{key.name}{where} is {_shown(value)}; it must be {key.about}")
        return value

    def texts(self, key: Key, value: Any, path: KeyPath, where: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            wanted = f'{key.name}{where} must be a list of names: {key.name} = ["names.pls"]'
            raise self.wrong(path, wanted)
        return tuple(value)

    def music(self, key: Key, value: Any, path: KeyPath, where: str) -> Any:
        """Read one music file, or several, or such for each mood."""
        if key.files == "list":
            entries = value if isinstance(value, list) else [value]
            return tuple(self.music_file(entry, path, f"{key.name}{where}") for entry in entries)
        where = f"[music.{key.name}]"
        if not isinstance(value, dict):
            raise self.wrong(path, f"{where} must be a table; write a mood a line")
        return {
            mood: self.music(
                Key(mood, tuple, (), "", files="list"), names, (*path, mood), f" in {where}"
            )
            for mood, names in value.items()
        }

    def music_file(self, value: Any, path: KeyPath, where: str) -> MusicFile:
        value = {"file": value} if isinstance(value, str) else value
        if not isinstance(value, dict):
            raise self.wrong(path, f"{where} must name a file, not {_shown(value)}")
        found = MusicFile(**self.table(MusicFile, value, path, where))
        if not found.file.strip():
            raise self.wrong(path, f'{where} names no file; write {{ file = "song.mp3" }}')
        return found

    def lexicon(self, value: Any) -> dict[str, Pronunciation]:
        if not isinstance(value, dict):
            raise self.wrong(("lexicon",), "[lexicon] must be a table; write a word a line")
        return {word: self.pronunciation(word, said) for word, said in value.items()}

    def pronunciation(self, word: str, said: Any) -> Pronunciation:
        path = ("lexicon", word)
        where = f'"{word}" in [lexicon]'
        if isinstance(said, str):
            said = {"ipa": said}
        if not isinstance(said, dict):
            raise self.wrong(path, f'{where} must be its sounds in IPA or {{ say = "..." }}')
        found = Pronunciation(**self.table(Pronunciation, said, path, where))
        if not (found.ipa.strip() or found.say.strip()) or not word.strip():
            raise self.wrong(path, f'{where} says nothing; give it sounds or {{ say = "..." }}')
        return found

    def cast(self, value: Any) -> dict[str, CastMember]:
        if not isinstance(value, dict):
            raise self.wrong(("cast",), "[cast] must be a table; write a speaker a line")
        return {name: self.cast_member(name, entry) for name, entry in value.items()}

    def cast_member(self, name: str, value: Any) -> CastMember:
        path = ("cast", name)
        where = f'"{name}" in [cast]'
        value = {"voice": value} if isinstance(value, str) else value
        if not isinstance(value, dict) or not name.strip():
            raise self.wrong(path, f'{where} must name a voice, such as "kokoro:bf_emma"')
        also = value.get("also", [])
        if not isinstance(also, list) or not all(isinstance(other, str) for other in also):
            raise self.wrong((*path, "also"), f'also of {where} must be a list of names, ["Anna"]')
        plain = {key: item for key, item in value.items() if key != "also"}
        return CastMember(**self.table(CastMember, plain, path, where), also=tuple(also))

    def entries(self, name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong((name,), f"{name} must be written as [[{name}]]")
        return tuple(self.entry(name, i, item) for i, item in enumerate(value))

    def entry(self, name: str, i: int, value: dict[str, Any]) -> Any:
        path: KeyPath = (name, i)
        table = ENTRIES[name][1]
        found = self.table(table, value, path, f"[[{name}]]")
        if table is ChapterSettings:
            if ("number" in found) == bool(found.get("title")):
                raise self.wrong(path, "[[chapter]] needs either number or title, to say which")
        elif "id" not in found:
            raise self.wrong(path, '[[segment]] needs an id; see "audiobook segments"')
        return table(**found)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _is_within(key: Key, value: Any) -> bool:
    if key.type not in (int, float):
        return True
    at_least = key.least is None or value >= key.least
    return at_least and (key.most is None or value <= key.most)


def _span(key: Key) -> str:
    if key.most is None:
        return f"{key.least:g} or more"
    return f"{key.least:g} to {key.most:g}"
