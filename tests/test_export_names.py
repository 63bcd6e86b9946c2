"""File names from any title."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.export.names import (
    MAX_BYTES,
    chapter_names,
    safe_name,
    slug,
    unique_names,
)

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


def test_names_can_be_made(tmp_path: Path) -> None:
    """The file system at hand takes the names, with number, suffix and the mark of a part file."""
    for name in chapter_names(["../../", "👩‍👩‍👧" * 50, "x" * 300, "NUL", "Ұ" * 300]):
        (tmp_path / f".{name}.part").write_bytes(b"")
        (tmp_path / name).write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 10


def test_chapter_numbers_sort_as_they_are_read() -> None:
    """Two digits up to 99 chapters, three beyond, so that any listing is in reading order."""
    assert chapter_names(["A", "A"]) == ["01 A.mp3", "02 A.mp3"]
    names = chapter_names(["A"] * 100)
    assert (names[0], names[-1]) == ("001 A.mp3", "100 A.mp3")
    assert names == sorted(names)
