"""Every file that comes with the program has its credit, and is what the credit says."""

from __future__ import annotations

import hashlib
import tomllib
from typing import Any

import pytest

from audiobook.assets import assets_dir

FIELDS = {"path", "title", "author", "licence", "source", "sha256"}
CREDITS = assets_dir() / "CREDITS.toml"


def entries() -> list[dict[str, Any]]:
    with CREDITS.open("rb") as file:
        return list(tomllib.load(file)["asset"])


def test_every_file_has_one_entry() -> None:
    """The files under assets and the entries in CREDITS.toml are the same."""
    files = [
        path.relative_to(assets_dir()).as_posix()
        for path in assets_dir().rglob("*")
        if path.is_file() and path != CREDITS
    ]
    assert sorted(entry["path"] for entry in entries()) == sorted(files)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["path"])
def test_entry_is_complete_and_fits_the_file(entry: dict[str, Any]) -> None:
    """An entry names title, author, licence and source, and its hash is the file's."""
    assert set(entry) == FIELDS
    assert all(isinstance(value, str) and value for value in entry.values())
    data = (assets_dir() / entry["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]


def test_font_comes_with_its_licence() -> None:
    """The Open Font License asks that its text and the copyright go with the font."""
    text = (assets_dir() / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert text.startswith("Copyright 2017 The EB Garamond Project Authors")
