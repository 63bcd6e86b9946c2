"""Folders, files and streams: the story, its book, and new projects that read back."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.assets import assets_dir
from audiobook.errors import StoryError
from audiobook.story import new_project, open_project
from audiobook.story.book import (
    Book,
    ChapterSettings,
    Pauses,
    Pronunciation,
    SegmentSettings,
    Voice,
)
from audiobook.story.booktoml import parse_book
from audiobook.story.model import Block, BlockKind, Chapter, Story
from audiobook.story.new import render_book, render_story
from audiobook.story.read import parse_story

BUNDLED = assets_dir() / "stories" / "marat-kalmurzaeva"


def shape(story):
    """Return what must come back: titles, kinds, texts and depths."""
    return [(c.title, [(b.kind, b.text, b.level) for b in c.blocks]) for c in story.chapters]


def test_bundled_story_has_its_words(data):
    """The bundled story is the text as it was handed in, in six titled chapters."""
    project = open_project(BUNDLED)
    paragraphs = (data / "marat-kalmurzaeva.txt").read_text("utf-8").strip().split("\n\n")
    assert [[b.text for b in c.blocks] for c in project.story.chapters] == [[p] for p in paragraphs]
    assert project.story.title == project.book.title == "Marat Kalmurzaeva"
    assert all(chapter.title_is_written for chapter in project.story.chapters)
    assert project.story.chapters[0].title == "The Girl from Akbulak"


def test_bundled_names_can_be_said_by_every_engine(data):
    """Each Kazakh name has a respelling, and sounds that the default engine knows."""
    lexicon = open_project(BUNDLED).book.lexicon
    known = json.loads((assets_dir() / "voices" / "kokoro-tokens.json").read_text("utf-8"))
    assert {"Marat", "Kalmurzaeva", "Akbulak", "Shalyapova", "Astana", "Kazakh"} < set(lexicon)
    assert {"Kazakhstan", "kazachok", "kurash"} < set(lexicon)
    text = (data / "marat-kalmurzaeva.txt").read_text("utf-8")
    for word, said in lexicon.items():
        assert word in text
        assert said.say
        assert set(said.ipa) <= set(known)


def test_book_beside_a_file_counts_if_it_is_about_it(tmp_path):
    """A book.toml is used for the story it names and for no other."""
    (tmp_path / "book.toml").write_text('title = "T"\nstory = "a.md"\n')
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Some words.")
    assert open_project(tmp_path / "a.md").book.title == "T"
    assert open_project(tmp_path / "b.md").book == Book()
    assert open_project(tmp_path).story_path == tmp_path / "a.md"
    assert open_project(tmp_path / "book.toml").base == tmp_path


def test_folder_without_a_book_has_its_only_text(tmp_path):
    """story.md comes first, else the only text; its title is the folder's name."""
    folder = tmp_path / "the-long_gale"
    folder.mkdir()
    (folder / "notes.txt").write_text("Not this.")
    (folder / "tale.txt").write_text("It blew.")
    assert open_project(folder).story.title == "Tale"
    (folder / "story.md").write_text("It blew harder.")
    assert open_project(folder).story.title == "The Long Gale"


def test_book_that_names_a_missing_story_says_so(tmp_path):
    """A story key must name a file."""
    (tmp_path / "book.toml").write_text('story = "gone.md"\n')
    with pytest.raises(StoryError, match=r'story = "gone\.md" is not there'):
        open_project(tmp_path)


@pytest.mark.parametrize(
    ("data", "title"),
    [(b"# One\n\nA.\n\n# Two\n\nB.\n", "One"), (b"Chapter 1\n\nA.\n", "Chapter 1")],
)
def test_stream_is_markdown_or_text_by_its_signs(data, title):
    """Standard input has no name; its signs decide."""
    project = open_project(data)
    assert project.story.chapters[0].title == title
    assert project.story_path is None


def test_new_project_reads_back(tmp_path, data):
    """A raw text becomes a folder with the same chapters, whose titles are not spoken."""
    first = open_project(data / "marat-kalmurzaeva.txt")
    paths = new_project(first.story, first.book, tmp_path / "new")
    again = open_project(tmp_path / "new")
    assert [path.name for path in paths] == ["book.toml", "story.md"]
    assert shape(again.story) == shape(first.story)
    assert not again.book.voice.speak_titles
    with pytest.raises(StoryError, match=r"book\.toml is there already"):
        new_project(first.story, first.book, tmp_path / "new")


def test_new_book_keeps_what_was_set():
    """Every setting is written so that it is read again."""
    book = Book(
        author='A "B" \\ C\x7f',
        language="kk",
        voice=Voice(speed=1.25),
        pauses=Pauses(scene_s=0.0),
        lexicon={"Ақ бұлақ": Pronunciation("ɑk", "Ahk"), "K": Pronunciation(ipa="k")},
        chapters=(ChapterSettings(number=2, take=3), ChapterSettings(title="X", speed=0.9)),
        segments=(SegmentSettings("0123abcd", say="Oh"),),
    )
    block = Block(BlockKind.PARAGRAPH, "Words.", 1)
    story = Story("The Gale", "", "", (Chapter("One", True, (block,)),))
    again = parse_book(render_book(story, book))
    assert again == Book(**{**vars(book), "title": "The Gale", "story": "story.md"})


TEXT = st.text(alphabet="aБ1 #*_-`[]()<>!\\&;:.|~\"'=+—", min_size=1, max_size=30).map(
    lambda t: " ".join(f"w{t}.".split())
)
PARAGRAPH = st.builds(Block, st.just(BlockKind.PARAGRAPH), TEXT, st.just(1))
VERSE = st.builds(
    Block,
    st.just(BlockKind.VERSE),
    st.lists(TEXT, min_size=2, max_size=3).map("\n".join),
    st.just(1),
)
SECTION = st.builds(Block, st.just(BlockKind.HEADING), TEXT, st.just(1), st.integers(1, 3))
CHAPTER = st.builds(
    lambda title, first, blocks: Chapter(title, True, (first, *blocks)),
    TEXT,
    PARAGRAPH,
    st.lists(st.one_of(PARAGRAPH, VERSE, SECTION), max_size=3).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(TEXT, st.lists(CHAPTER, min_size=1, max_size=4).map(tuple))
def test_any_story_reads_back_from_markdown(title, chapters):
    """Whatever the characters, what is written is read: titles, sections, verse and words."""
    story = Story(title, "", "", chapters)
    again = parse_story(render_story(story), "story.md", is_markdown=True)
    assert again.title == title
    assert shape(again) == shape(story)


def test_reading_starts_fast():
    """Nothing heavy is imported to read a story and its book."""
    import subprocess
    import sys

    code = (
        "import sys; from audiobook.story import open_project; from pathlib import Path; "
        f"open_project(Path({str(BUNDLED)!r})); "
        "print(*{'numpy', 'scipy', 'yaml', 'charset_normalizer'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
