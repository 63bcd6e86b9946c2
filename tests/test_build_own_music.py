"""The listener's own music through a whole build: chosen, credited, kept, and refused early."""

import json
from pathlib import Path

import mutagen.id3
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from audiobook.build.library import Library
from audiobook.build.recipe import OwnTrack
from audiobook.cli import app
from audiobook.errors import MusicError
from audiobook.store import Store, default_root
from audiobook.story.book import Book, ChapterSettings, Music, MusicFile

RATE = 44_100
STORY = """# Two Tales

## The Wolf

A wolf came down from the hills in the winter.

## The Fox

A fox lived under the mill.
"""


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Stand in a folder with a story, and with four short pieces of music."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.md").write_text(STORY, "utf-8")
    time_s = np.arange(9 * RATE) / RATE
    for name, hz in (("a.wav", 220), ("b.flac", 277), ("c.ogg", 330), ("d.mp3", 392)):
        soundfile.write(tmp_path / name, 0.1 * np.sin(2 * np.pi * hz * time_s), RATE)
    return tmp_path


def run(*arguments):
    return CliRunner(mix_stderr=False).invoke(
        app, [str(a) for a in arguments], catch_exceptions=False
    )


def build(book_toml=None, *options, why=True):
    """Build the folder; return the result as data."""
    if book_toml is not None:
        Path("book.toml").write_text('story = "story.md"\n' + book_toml, "utf-8")
    words = ["--voice", "tone:hum", "--jobs", "1", "--json", *(["--why"] if why else [])]
    done = run("build", ".", "-o", "out", *words, *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def music_of(number):
    report = json.loads(Path("out/build.json").read_text("utf-8"))
    return report["chapters"][number - 1]["music"]


def test_each_chapter_plays_and_credits_its_own(shelf):
    """Report and tags say which file plays where, by whom and on which terms."""
    build(
        """
[music]
files = ["a.wav", { file = "b.flac", credit = "B. Player", licence = "CC BY 4.0" }]
credit = "A. Player"
by_mood = { solemn = { file = "d.mp3", licence = "CC0" } }

[[chapter]]
number = 2
mood = "solemn"
"""
    )
    first, second = music_of(1), music_of(2)
    assert first["palette"] == second["palette"] == "own"
    assert {f["file"] for f in first["files"]} == {"a.wav", "b.flac"}
    assert first["files"][0]["start_s"] == 0.0
    assert second["credit"] == "A. Player (CC0)"
    assert [(f["file"], f["credit"], f["licence"]) for f in second["files"]] == [
        ("d.mp3", "A. Player", "CC0")
    ]
    tags = mutagen.id3.ID3("out/chapters/02 The Fox.mp3")
    assert tags["TXXX:music"].text == ["A. Player (CC0)"]
    whole = mutagen.id3.ID3("out/Two Tales.mp3")
    thanked = set(str(whole["TXXX:music"].text[0]).split("; "))
    assert thanked == {"A. Player", "B. Player (CC BY 4.0)", "A. Player (CC0)"}
    assert whole.getall("COMM")[0].text[0].startswith("Music: ")


def test_only_what_a_file_holds_is_in_the_key(shelf):
    """A renamed file and a new credit mix nothing; a changed file mixes anew and is named."""
    toml = '[music]\nfiles = ["a.wav", "b.flac"]\n'
    build(toml)
    assert build(toml)["made"] == []
    (shelf / "a.wav").rename(shelf / "river.wav")
    renamed = build(toml.replace("a.wav", "river.wav") + 'credit = "A. Player"\n')
    assert (renamed["made"], renamed["why"]) == ([], {})
    assert "river.wav" in {f["file"] for f in music_of(1)["files"]}
    soundfile.write("b.flac", 0.1 * np.sin(np.arange(8 * RATE) / 20), RATE)
    changed = build()
    assert (changed["made"], changed["spoken"]) == ([1, 2], 0)
    assert changed["why"]["1"] == ["music: b.flac changed"]


def test_music_files_typed_one_after_another_are_a_playlist(shelf):
    """Several --music files play in turn; a palette typed later replaces them, and says so."""
    build(None, "--music", "a.wav", "--music", "b.flac", "--title", "X", why=False)
    assert {f["file"] for f in music_of(1)["files"]} == {"a.wav", "b.flac"}
    again = run("locate", "out", "0:06").output
    assert "--music a.wav --music b.flac" in again
    build(None, "--music", "a.wav", "--music", "kazakh", "--title", "X", why=False)
    assert music_of(1)["credit"] == "composed for this book by kuibook"
    assert music_of(1)["files"] == []
    assert "TXXX:music" not in mutagen.id3.ID3("out/X.mp3")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.mp3", None, "is not there; it is looked for in"),
        ("folder", "folder", "is a folder; name the music files in it"),
        ("text.mp3", b"no music " * 99, "no music that can be decoded"),
        ("nothing.mp3", b"", "no music that can be decoded"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:9,\na.wav\n#EXT-X-ENDLIST\n", "no music that can be"),
        ("list.mp3", b"ffconcat version 1.0\nfile a.wav\n", "no music that can be decoded"),
        ("half.flac", "half", "is cut off, its last"),
        ("silent.wav", "silent", "holds only silence; choose other music"),
    ],
)
def test_what_is_no_music_is_refused_before_anything_is_spoken(shelf, name, content, reason):
    """One line that names the file, and nothing is made."""
    if content == "folder":
        (shelf / name).mkdir()
    elif content == "half":
        data = (shelf / "b.flac").read_bytes()
        (shelf / name).write_bytes(data[: len(data) // 2])
    elif content == "silent":
        soundfile.write(shelf / name, np.zeros(RATE), RATE)
    elif content is not None:
        (shelf / name).write_bytes(content)
    (shelf / "book.toml").write_text(f'[music]\nfiles = ["a.wav", "{name}"]\n', "utf-8")
    done = run("build", ".", "--voice", "tone:hum", "--jobs", "1")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert name in done.stderr
    assert reason in done.stderr
    assert sum(kind.n_files for kind in Store(default_root()).usage()) == 0


def test_music_without_a_credit_is_noted_once(shelf):
    """The note names the files; a credit or a licence ends it."""
    (shelf / "book.toml").write_text('[music]\nfiles = ["a.wav", "b.flac"]\n', "utf-8")
    done = run("build", ".", "--voice", "tone:hum", "--dry-run")
    notes = [line for line in done.stderr.splitlines() if line.startswith("note:")]
    assert len(notes) == 1
    assert "a.wav" in notes[0]
    assert "no credit is given" in notes[0]
    (shelf / "book.toml").write_text('[music]\npalette = "a.wav"\nlicence = "CC0"\n', "utf-8")
    assert "note:" not in run("build", ".", "--voice", "tone:hum", "--dry-run").stderr


def test_what_is_nearest_to_the_chapter_plays(shelf):
    """The chapter's own files, then its mood's, then the book's, then the palette."""
    one, two, three = (MusicFile(name) for name in ("a.wav", "b.flac", "c.ogg"))
    book = Book(music=Music(palette="celtic", files=(one,), by_mood={"solemn": (two,)}))
    library = Library(book, shelf)
    assert library.wanted(ChapterSettings(music=(three,)), "solemn") == (three,)
    assert library.wanted(ChapterSettings(music="none"), "solemn") == "none"
    assert library.wanted(ChapterSettings(), "solemn") == (two,)
    assert library.wanted(ChapterSettings(), "tender") == (one,)
    assert Library(Book(music=Music("celtic")), shelf).wanted(ChapterSettings(), "x") == "celtic"


def test_a_chapter_begins_with_a_file_of_its_own_choice(shelf):
    """Which file comes first depends on the seed alone, all come first somewhere, order stays."""
    library = Library(Book(), shelf)
    files = tuple(MusicFile(name) for name in ("a.wav", "b.flac", "c.ogg"))
    orders = [[t.name for t in library.tracks(files, f"book/{n}")] for n in range(30)]
    assert {tuple(order) for order in orders} == {
        ("a.wav", "b.flac", "c.ogg"),
        ("b.flac", "c.ogg", "a.wav"),
        ("c.ogg", "a.wav", "b.flac"),
    }
    assert orders == [[t.name for t in library.tracks(files, f"book/{n}")] for n in range(30)]
    assert isinstance(library.tracks(files[:1], "x")[0], OwnTrack)


def test_a_misspelt_mood_is_refused(shelf):
    """A list that no chapter could ask for is a mistake; a mood of the book's own is none."""
    lists = {"solem": (MusicFile("a.wav"),)}
    with pytest.raises(MusicError, match='"solem" of by_mood; did you mean "solemn"'):
        Library(Book(music=Music(by_mood=lists)), shelf)
    chapters = (ChapterSettings(number=1, mood="solem"),)
    Library(Book(music=Music(by_mood=lists), chapters=chapters), shelf)
