"""File names from any title."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.export.names import (
    MAX_BYTES,
    safe_name,
    slug,
    unique_names,
)
from audiobook.export.naming import Entry, Work, file_names
from audiobook.profiles import Naming

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=". /\\:-…\u200d\u202e\0\tCONaux1é\u0301👩🏽🇰🇿Қ", max_size=200),
    st.sampled_from(["con", "NUL.txt", "aux .x", "COM¹", "lpt9", "...", "~", "-rf"]),
)
FORBIDDEN = set('<>:"/\\|?*') | {chr(code) for code in range(32)}


@given(HOSTILE)
@settings(max_examples=300)
def test_names_are_safe_everywhere(title: str) -> None:
    """Whatever the title, the name is one that Windows, macOS and Linux accept."""
    name = safe_name(title)
    assert 0 < len(name.encode("utf-8")) <= MAX_BYTES
    assert not FORBIDDEN & set(name)
    assert name == name.strip()
    assert name[0] not in ".-~"
    assert name[-1] != "."
    assert name.partition(".")[0].rstrip().upper() not in ("CON", "NUL", "AUX", "COM¹", "LPT9")
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") for c in name)
    assert safe_name(name) == name


@given(st.lists(HOSTILE, max_size=12))
@settings(max_examples=100)
def test_names_in_a_folder_differ_for_every_file_system(titles: list[str]) -> None:
    """No two names are alike, nor like one that is taken, when case and accents do not count."""
    names = unique_names(titles, reserved=["untitled"])
    folded = {unicodedata.normalize("NFD", name).casefold() for name in names} | {"untitled"}
    assert len(folded) == len(titles) + 1
    assert all(len(name.encode()) <= MAX_BYTES for name in names)


@given(HOSTILE)
@settings(max_examples=200)
def test_slugs_are_one_lower_case_word(text: str) -> None:
    """A slug is made of letters, digits and single hyphens, and is never empty."""
    name = slug(text)
    assert name
    assert name == name.lower() or not name.isascii()
    assert not name.startswith("-")
    assert "--" not in name
    assert not FORBIDDEN & set(name)
    assert "." not in name
    assert " " not in name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Girl from Akbulak", "The Girl from Akbulak"),
        ("../../", "Untitled"),
        ("../../etc/passwd", "etc-passwd"),
        ("", "Untitled"),
        (" . . ", "Untitled"),
        ("Part 1: Road/Well?", "Part 1 - Road-Well"),
        ('Say "yes"', "Say 'yes'"),
        ("Wait...", "Wait"),
        (".hidden", "hidden"),
        ("NUL", "NUL_"),
        ("con.fession", "con_.fession"),
        ("Console", "Console"),
        ("tab\there\nand there", "tab here and there"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("Family 👩‍👩‍👧 🇰🇿", "Family 👩‍👩‍👧 🇰🇿"),
        ("Cafe\u0301", "Café"),
        ("Қыз Жібек", "Қыз Жібек"),
    ],
)
def test_names_keep_what_can_be_kept(title: str, name: str) -> None:
    """A name is as near to its title as the file systems allow."""
    assert safe_name(title) == name


def test_long_titles_are_cut_between_words() -> None:
    """Three hundred letters become a name that ends after a word, with an ellipsis."""
    name = safe_name("The long way over the snow " * 12)
    assert name.endswith(" The long…")
    assert MAX_BYTES - 12 < len(name.encode()) <= MAX_BYTES


@pytest.mark.parametrize("character", ["e\u0323\u0301", "👩🏽‍🚀", "🇰🇿", "ক্ষি"])
def test_cuts_keep_a_letter_with_its_accents(character: str) -> None:
    """A name is never cut inside what a reader sees as one character."""
    whole = unicodedata.normalize("NFC", character)
    assert set(safe_name(whole * 60).rstrip("…").split(whole)) == {""}


def test_a_letter_with_a_thousand_accents_still_makes_a_name() -> None:
    """When even one character is too long it is cut all the same."""
    name = safe_name("e" + "\u0323\u0301" * 1000)
    assert name.startswith("ẹ")
    assert len(name.encode()) <= MAX_BYTES


def named(naming: Naming, entries: list[Entry], title: str = "T", author: str = "A") -> list[str]:
    n_chapters = max(entry.number for entry in entries)
    work = Work(title, author, n_chapters, bitrate_kbps=128)
    return [file.name for file in file_names(naming, entries, work)]


def test_names_can_be_made(tmp_path: Path) -> None:
    """The file system at hand takes the names, with number, suffix and the mark of a part file."""
    titles = ["../../", "👩‍👩‍👧" * 50, "x" * 300, "NUL", "Ұ" * 300]
    for name in named(Naming.NUMBERED, [Entry(n, t) for n, t in enumerate(titles, start=1)]):
        (tmp_path / f".{name}.mp3.part").write_bytes(b"")
        (tmp_path / f"{name}.mp3").write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 10


def test_chapter_numbers_sort_as_they_are_read() -> None:
    """Two digits up to 99 chapters, three beyond, so that any listing is in reading order."""
    assert named(Naming.NUMBERED, [Entry(0, "A"), Entry(1, "A")]) == ["00 A", "01 A"]
    names = named(Naming.NUMBERED, [Entry(n, "A") for n in range(1, 101)])
    assert (names[0], names[-1]) == ("001 A", "100 A")
    assert names == sorted(names)


@given(HOSTILE)
def test_parts_of_a_chapter_are_told_apart(title: str) -> None:
    """However long a title is, the end of it that says which part it is stays."""
    endings = [f" (part {n} of 2)" for n in (1, 2)]
    first, second = named(Naming.NUMBERED, [Entry(3, title + e, e) for e in endings])
    assert first < second
    assert first.endswith("part 1 of 2)")
    assert len(first.encode()) <= MAX_BYTES + len("03 ")


@given(HOSTILE, HOSTILE)
def test_librivox_names_are_plain_ascii(title: str, author: str) -> None:
    """Title, number, surname and bit rate in small letters, with underscores between."""
    (name,) = named(Naming.LIBRIVOX, [Entry(7, "any")], title, author)
    assert re.fullmatch(r"[a-z0-9]{1,30}_07_[a-z0-9]+_128kb", name)


@pytest.mark.parametrize(
    ("title", "author", "name"),
    [
        ("Pride and Prejudice", "Jane Austen", "prideandprejudice_01_austen_128kb"),
        ("Қыз Жібек", "Ғабит Мүсірепов", "qyzzhibek_01_musirepov_128kb"),
        ("L'Été, à Łódź", "Æ. Müller", "letealodz_01_muller_128kb"),
        ("桃太郎", "", "book_01_anonymous_128kb"),
    ],
)
def test_librivox_names_of_any_script(title: str, author: str, name: str) -> None:
    """What has letters in ASCII keeps their sound; what has none gets a word in its place."""
    assert named(Naming.LIBRIVOX, [Entry(1, "any")], title, author) == [name]
