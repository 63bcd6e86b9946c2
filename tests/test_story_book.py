"""book.toml: every key checked, with its line; a schema that agrees; takes kept."""

import json
import tomllib
from dataclasses import replace

import jsonschema
import pytest

from audiobook.errors import StoryError
from audiobook.story import book_schema, load_book, write_take
from audiobook.story.book import Book, MusicFile, Pronunciation
from audiobook.story.booktoml import parse_book
from audiobook.story.model import Story
from audiobook.story.new import render_book
from audiobook.story.toml_lines import lines_of_keys

FULL = """\
# a comment
title = "The Gale"  # another
language = "en"
date = 2024-05-01
description = \"\"\"
narator = 1
two lines\"\"\"

[voice]
narrator = "kokoro:af_heart"
speed = 1

[pauses]
scene_s = 2.5

[lexicon]
Akbulak = "ɑkbʊlˈɑk"
"Marat K." = { say = "Ma-raht" }

[[chapter]]
number = 3
mood = "lively"

[[chapter]]
title = "The Stage"
skip = true

[[segment]]
id = "3f9a1c20-2"
say = "Oh"
"""


def test_full_book_is_read():
    """Every kind of key finds its place."""
    book = parse_book(FULL)
    assert (book.title, book.date, book.voice.speed) == ("The Gale", "2024-05-01", 1.0)
    assert book.lexicon["Marat K."] == Pronunciation(say="Ma-raht")
    assert [c.number for c in book.chapters] == [3, 0]
    assert book.segments[0].id == "3f9a1c20-2"
    assert parse_book("") == Book()


OWN_MUSIC = """
[music]
files = ["river.flac", { file = "dawn.mp3", credit = "A. Player", licence = "CC BY 4.0" }]
licence = "CC0"

[music.by_mood]
solemn = "slow.ogg"
lively = ["reel.mp3", "jig.mp3"]

[[chapter]]
number = 1
music = ["sea.wav"]

[[chapter]]
number = 2
music = "none"
"""


def test_own_music_is_a_name_or_several_with_or_without_a_credit():
    """Lists of the book, of a mood and of a chapter are read alike; the schema takes them, too."""
    book = parse_book(OWN_MUSIC)
    dawn = MusicFile("dawn.mp3", "A. Player", "CC BY 4.0")
    assert book.music.files == (MusicFile("river.flac"), dawn)
    assert book.music.by_mood == {
        "solemn": (MusicFile("slow.ogg"),),
        "lively": (MusicFile("reel.mp3"), MusicFile("jig.mp3")),
    }
    assert [c.music for c in book.chapters] == [(MusicFile("sea.wav"),), "none"]
    jsonschema.validate(tomllib.loads(OWN_MUSIC), book_schema())
    assert parse_book(render_book(Story("", "", "", ()), book)) == replace(book, story="story.md")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[music]\nfiles = [5]", "b.toml:2: files in [music] must name a file, not 5"),
        (
            '[music]\n\nfiles = [{ file = "a.mp3", license = "x" }]',
            'b.toml:3: unknown key "license" in files in [music]; did you mean "licence"?',
        ),
        ('[music]\nfiles = [{ credit = "x" }]', "b.toml:2: files in [music] names no file"),
        ("[music]\nby_mood = 1", "b.toml:2: [music.by_mood] must be a table"),
        (
            "[music.by_mood]\nsolemn = [[]]",
            "b.toml:2: solemn in [music.by_mood] must name a file, not a list",
        ),
        (
            "[[chapter]]\nnumber = 1\nmusic = [true]",
            "b.toml:3: music in [[chapter]] must name a file, not true",
        ),
        (
            '\n[voice]\nnarator = "x"',
            'b.toml:3: unknown key "narator" in [voice]; did you mean "narrator"?',
        ),
        ('titel = "x"', 'b.toml:1: unknown key "titel"; did you mean "title"?'),
        ("[musik]\nseed = 1", 'b.toml:1: unknown table [musik]; did you mean "music"?'),
        ("[voice]\nspeed = 3.5", "b.toml:2: speed in [voice] is 3.5; it must be 0.5 to 2"),
        ("[voice]\n\nspeed = true", "b.toml:3: speed in [voice] must be a number, not true"),
        ("[voice]\nspeed = nan", "b.toml:2: speed in [voice] is nan; it must be 0.5 to 2"),
        ("[music]\nseed = 1.5", "b.toml:2: seed in [music] must be a whole number, not 1.5"),
        (
            "[music]\nunder_speech_lu = -9.5",
            "b.toml:2: under_speech_lu in [music] is -9.5; it must be -60 to -10",
        ),
        (
            "[music]\nbetween_lu = -3.5",
            "b.toml:2: between_lu in [music] is -3.5; it must be -60 to -4",
        ),
        ("[music]\ndip_db = -0.5", "b.toml:2: dip_db in [music] is -0.5; it must be 0 to 12"),
        ("[music]\nintro_s = 60.5", "b.toml:2: intro_s in [music] is 60.5; it must be 0 to 60"),
        (
            "[music]\nseed = 1\nbetween_lu = -25",
            "b.toml:3: in [music] under_speech_lu is -20 and between_lu -25; under speech the mus",
        ),
        (
            "[music]\nbetween_lu = -15\nunder_speech_lu = -15",
            "b.toml:3: in [music] under_speech_lu is -15 and between_lu -15; ",
        ),
        ("title = 5", "b.toml:1: title must be text in quotation marks, not 5"),
        (
            'language = "Englisch!"',
            'b.toml:1: language is "Englisch!"; it must be a code such as "en" or "kk"',
        ),
        ("voice = 1", "b.toml:1: [voice] must be a table; write its keys under it, one a line"),
        (
            "[cast]\nTom = 5",
            'b.toml:2: "Tom" in [cast] must name a voice, such as "kokoro:bf_emma"',
        ),
        (
            '[cast]\nTom = { voic = "x" }',
            'b.toml:2: unknown key "voic" in "Tom" in [cast]; did you mean "voice"?',
        ),
        (
            '[cast]\nTom = { also = "Tommy" }',
            'b.toml:2: also of "Tom" in [cast] must be a list of names, ["Anna"]',
        ),
        (
            '[voice]\ncast = "all"',
            'b.toml:2: cast in [voice] is "all"; it must be "auto" (speakers have voices)',
        ),
        (
            "[[chapter]]\nnumber = 1\n\n[[chapter]]\ntake = 2",
            "b.toml:4: [[chapter]] needs either number or title, to say which",
        ),
        ("[[chapter]]\nnumber = 0", "b.toml:2: number in [[chapter]] is 0; it must be 1 or more"),
        ("[chapter]\nnumber = 1", "b.toml:1: chapter must be written as [[chapter]]"),
        ("[[segment]]\ntake = 2", '[[segment]] needs an id; see "audiobook segments"'),
        (
            "[lexicon]\nA = 5",
            'b.toml:2: "A" in [lexicon] must be its sounds in IPA or { say = "..." }',
        ),
        (
            '[lexicon]\nA = { sy = "x" }',
            'b.toml:2: unknown key "sy" in "A" in [lexicon]; did you mean "say"?',
        ),
        ('[lexicon]\nA = ""', 'b.toml:2: "A" in [lexicon] says nothing'),
        (
            "a = 1\nb = = 2",
            'b.toml:2: not TOML: invalid value; a key looks like title = "My Story"',
        ),
    ],
)
def test_wrong_books_are_refused_with_their_line(text, message):
    """Where, what, what to do, in one line."""
    with pytest.raises(StoryError) as caught:
        parse_book(text, "b.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lines_are_found_past_long_strings_and_lists():
    """What only looks like a key, inside a string or a list, is none."""
    lines = lines_of_keys(
        'a = """\nb = 1\n"""\nc = [\n  "[d]",\n]\n"e f".g = 1\n[[h]]\n[h.i]\nj = 2\n'
    )
    assert lines["a",] == 1
    assert lines["c",] == 4
    assert lines["e f", "g"] == 7
    assert lines["h", 0, "i", "j"] == 10
    assert ("b",) not in lines
    assert ("d",) not in lines


def test_schema_is_the_one_that_is_shipped():
    """The file editors use is made of the same table the program checks with."""
    from importlib.resources import files

    shipped = files("audiobook.story").joinpath("book.schema.json").read_text("utf-8")
    assert json.loads(shipped) == book_schema()


@pytest.mark.parametrize(
    "text",
    [
        '[voice]\nnarator = "x"',
        "[voice]\nspeed = 3.5",
        "[[chapter]]\ntake = 2",
        "[[segment]]\ntake = 2",
        "[lexicon]\nA = {}",
        'language = "Englisch!"',
        'cast = "x"',
        "[cast]\nTom = 5",
        '[voice]\ncast = "all"',
    ],
)
def test_schema_refuses_what_the_program_refuses(text):
    """An editor underlines what a build would refuse."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), book_schema())
    with pytest.raises(StoryError):
        parse_book(text)


def test_schema_accepts_what_the_program_accepts():
    """An editor leaves a right book alone."""
    text = FULL.replace("2024-05-01", '"2024-05-01"')
    jsonschema.Draft202012Validator.check_schema(book_schema())
    jsonschema.validate(tomllib.loads(text), book_schema())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_take_is_kept_and_the_rest_untouched(tmp_path, newline):
    """A take is added to its chapter's block, or changed there; comments stay."""
    path = tmp_path / "book.toml"
    path.write_bytes(FULL.replace("\n", newline).encode())
    write_take(path, 3, 2)
    write_take(path, 3, 4)
    write_take(path, 7, 5)
    write_take(path, 9, 6, title="The Stage")
    book = load_book(path)
    assert [(c.number, c.title, c.take) for c in book.chapters] == [
        (3, "", 4),
        (0, "The Stage", 6),
        (7, "", 5),
    ]
    text = path.read_bytes().decode()
    kept = [line for line in text.split(newline) if not line.startswith(("take", "number = 7"))]
    assert [line for line in kept if line][:-1] == [line for line in FULL.split("\n") if line]
    assert list(tmp_path.iterdir()) == [path]


def test_take_that_cannot_be_put_in_leaves_the_file(tmp_path):
    """Entries written on one line are the author's to edit."""
    path = tmp_path / "book.toml"
    path.write_text("chapter = [{ number = 3 }]\n")
    with pytest.raises(StoryError, match="write take = 2 yourself"):
        write_take(path, 3, 2)
    assert path.read_text() == "chapter = [{ number = 3 }]\n"


def test_book_of_another_encoding_is_refused(tmp_path):
    """TOML is UTF-8, with or without a mark."""
    path = tmp_path / "book.toml"
    path.write_bytes("title = 'é'".encode("utf-8-sig"))
    assert load_book(path).title == "é"
    path.write_bytes("title = 'é'".encode("cp1252"))
    with pytest.raises(StoryError, match="is not UTF-8"):
        load_book(path)
