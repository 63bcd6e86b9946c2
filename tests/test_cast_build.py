"""A cast at the command line: listed, written, heard, and off unless asked."""

import json
import tomllib
from dataclasses import replace

import pytest
from click.testing import CliRunner

from audiobook.build.casting import Casting
from audiobook.build.pieces import Piece
from audiobook.check.words import check_story
from audiobook.cli import app
from audiobook.errors import StoryError
from audiobook.speech.engine import Voice
from audiobook.story import load_book, write_cast
from audiobook.story.book import Book, CastMember, ChapterSettings
from audiobook.story.booktoml import parse_book
from audiobook.story.model import Story
from audiobook.story.new import render_book
from audiobook.story.read import parse_story

STORY = """# The Fence

“Who painted the old fence?” asked Anna.

“I did it,” said Ben. “Do you like it, Anna?”

“Very much,” she said—and she laughed—“but the gate is still wet.”

“Mind your sleeves,” said Ben.

Anna looked at her sleeves, and said nothing more that day.
"""
QUIET = ["--music", "none"]


@pytest.fixture
def book(tmp_path, monkeypatch):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "story.md").write_text(STORY, "utf-8")
    (folder / "book.toml").write_text("# mine\ntitle = 'The Fence'\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def run(*words, code=0):
    done = CliRunner(mix_stderr=False).invoke(app, [*map(str, words)])
    assert done.exit_code == code, done.stderr or done.exception
    return done


def segments(*words):
    found = json.loads(run("segments", *words, "--json").stdout)
    return [s for c in found["chapters"] for s in c["segments"]]


def test_one_narrator_is_the_default(book):
    """Without a word about a cast everything is the narrator's; "none" is the same."""
    plain = segments(book)
    assert {s["speaker"] for s in plain} == {"narrator"}
    assert segments(book, "--cast", "none") == plain


def test_speakers_are_listed_with_lines_and_voices(book):
    """The list has who speaks, how much, their gender, a voice that fits, and what they say."""
    found = json.loads(run("cast", book, "--json").stdout)
    assert [(s["name"], s["lines"], s["gender"]) for s in found["speakers"]] == [
        ("Anna", 3, "female"),
        ("Ben", 3, "male"),
    ]
    voices = [s["voice"] for s in found["speakers"]]
    assert voices[0][8] == "f"
    assert voices[1][8] == "m"
    assert "kokoro:af_heart" not in voices
    assert all(line["rule"] and 0 <= line["confidence"] <= 1 for line in found["lines"])
    text = run("cast", book).stdout
    assert "Anna: 3 lines; female; kokoro:" in text
    assert "“Mind your sleeves,”" in text
    assert "Ben 1.00, named" in run("cast", book, "--lines").stdout


def test_the_cast_is_written_for_review(book):
    """--write puts everybody under [cast], keeps what is there, and again changes nothing."""
    run("cast", book, "--write")
    text = (book / "book.toml").read_text("utf-8")
    assert text.startswith("# mine\n")
    assert set(tomllib.loads(text)["cast"]) == {"Anna", "Ben"}
    assert "# 3 lines; male" in text
    run("cast", book, "--write")
    assert (book / "book.toml").read_text("utf-8") == text
    auto = segments(book, "--cast", "auto")
    assert segments(book) == auto
    assert {s["speaker"] for s in auto} == {"narrator", "Anna", "Ben"}


def test_what_the_book_says_wins(book):
    """A voice in [cast] holds; whoever is not there is the narrator's, or gets one by "auto"."""
    with (book / "book.toml").open("a", encoding="utf-8") as file:
        file.write('[cast]\nBen = "kokoro:bm_george"\n')
    voices = {s["speaker"]: s["voice"] for s in segments(book)}
    assert voices == {"narrator": "kokoro:af_heart", "Ben": "kokoro:bm_george"}
    voices = {s["speaker"]: s["voice"] for s in segments(book, "--cast", "auto")}
    assert voices["Ben"] == "kokoro:bm_george"
    assert set(voices) == {"narrator", "Ben", "Anna"}


@pytest.mark.parametrize(
    ("cast", "message"),
    [
        ('Ben = "kokoro:bm_gorge"', 'book.toml: "Ben" in [cast]: kokoro has no voice "bm_gorge"'),
        ('Ben = "kokoro:ef_dora"', '"Ben" in [cast]: kokoro:ef_dora speaks es, not en'),
    ],
)
def test_voices_that_cannot_be_are_refused(book, cast, message):
    """A voice that is unknown or speaks another language is one clear line."""
    (book / "book.toml").write_text(f"[cast]\n{cast}\n", "utf-8")
    assert message in run("segments", book, code=1).stderr


def test_a_name_that_nobody_has_is_noted(book):
    """An entry for nobody stops nothing, and says so."""
    (book / "book.toml").write_text('[cast]\nBenn = "kokoro:bm_george"\n', "utf-8")
    done = run("build", book, "--dry-run", *QUIET)
    assert 'no line is surely said by "Benn" of [cast]; did you mean "Ben"?' in done.stderr


def test_too_few_voices_are_noted(book):
    """An engine with one voice reads everything with it, and says so."""
    done = run("build", book, "--dry-run", "--voice", "tone:hum", "--cast", "auto", *QUIET)
    assert "cast: tone has no voice left for Anna, Ben; the narrator reads them" in done.stderr


def test_a_cast_is_heard(book):
    """Each line is spoken with its speaker's voice, the book keeps its words, and why is told."""
    (book / "book.toml").write_text('[cast]\nBen = "espeak:en-gb"\n', "utf-8")
    words = [book, "--voice", "tone:hum", "-o", "out", "--jobs", "1", *QUIET]
    run("build", *words)
    report = json.loads((book.parent / "out" / "build.json").read_text("utf-8"))
    said = [(s["speaker"], s["voice"]) for c in report["chapters"] for s in c["segments"]]
    assert set(said) == {("narrator", "tone:hum"), ("Ben", "espeak:en-gb")}
    lines = [s["text"] for c in report["chapters"] for s in c["segments"] if s["speaker"] == "Ben"]
    assert lines == ["“I did it,”", "“Do you like it, Anna?”", "“Mind your sleeves,”"]
    assert "rule" in run("check", "out").stdout
    (book / "book.toml").write_text('[cast]\nBen = "espeak:en-us"\n', "utf-8")
    assert "voice changed: espeak:en-gb -> espeak:en-us" in run("build", *words, "--why").stderr


def test_words_that_a_cast_divides_are_checked_as_one():
    """What a dash glues together on the page is two people's in the sound; nothing is missing."""
    (chapter,) = parse_story("# A\n\nlaughed—“but no” so", "a.md", is_markdown=True).chapters
    said = [{"kind": "text", "text": text} for text in ("laughed—", "“but no”", "so")]
    assert check_story("f", said, chapter, "").ok
    assert not check_story("f", [*said[:1], *said[2:]], chapter, "").ok


def test_cast_survives_new_and_is_edited_line_by_line(tmp_path):
    """What --write adds stands under what is there; comments, line ends and other tables stay."""
    book = parse_book('[cast]\nAnna = { voice = "x", also = ["the girl"] }\nB = "narrator"\n')
    assert book.cast["Anna"] == CastMember("x", ("the girl",))
    again = parse_book(render_book(Story("T", "", "en", ()), book))
    assert again.cast == book.cast
    path = tmp_path / "book.toml"
    path.write_bytes(b'[cast]\r\nAnna = "x" # mine\r\n\r\n[music]\r\nseed = 3\r\n')
    write_cast(path, {"Anna": "y", "Mrs. O": "z"}, {"Mrs. O": "2 lines"})
    assert path.read_bytes().decode() == (
        '[cast]\r\nAnna = "x" # mine\r\n"Mrs. O" = "z"  # 2 lines\r\n\r\n[music]\r\nseed = 3\r\n'
    )
    path.write_text('cast = { Anna = "x" }\n', "utf-8")
    with pytest.raises(StoryError, match="under \\[cast\\]"):
        write_cast(path, {"Ben": "y"}, {})
    assert load_book(path).cast == {"Anna": CastMember("x")}


def test_a_part_of_a_chapter_keeps_its_lines():
    """A chapter that a profile divides has each line where its paragraph went."""
    story = parse_story(STORY, "a.md", is_markdown=True)
    (chapter,) = story.chapters
    voice = Voice("e", "n", "en")
    book = Book(cast={"Ben": CastMember("e:b")})
    casting = Casting(story, book, "en", voice, lambda name: Voice("e", name, "en"))

    def said(start, end):
        part = replace(chapter, blocks=chapter.blocks[start:end])
        piece = Piece(1, 1, part, ChapterSettings(), chapter)
        texts = [block.text for block in part.blocks]
        return [texts[line.block][line.start : line.end] for line in casting.lines(piece)]

    whole = ["“I did it,”", "“Do you like it, Anna?”", "“Mind your sleeves,”"]
    assert said(0, None) == whole
    assert said(0, 2) + said(2, None) == whole
    assert said(2, None) == whole[2:]
    assert said(0, 0) == []
