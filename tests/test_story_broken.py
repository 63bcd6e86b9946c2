"""Broken input gets one clear line."""

import pytest

from audiobook.errors import StoryError
from audiobook.story import open_project, read_story

EXPECTED = {
    "empty.txt": "empty.txt is empty; write the story into it",
    "only-blank-lines.md": "only-blank-lines.md is empty; write the story into it",
    "only-punctuation.txt": "only-punctuation.txt has no words to speak; write the story into it",
    "headings-without-text.md": (
        "headings-without-text.md has headings but no text under them; write the story into it"
    ),
    "nul-bytes.txt": (
        "nul-bytes.txt is not text: it has bytes that no text has; "
        "save the story as plain text or Markdown"
    ),
    "pdf-named-text.txt": (
        "pdf-named-text.txt is not text: it is a PDF; save the story as plain text or Markdown"
    ),
    "zip-named-markdown.md": (
        "zip-named-markdown.md is not text: it is a ZIP archive such as .docx, .odt or .epub; "
        "save the story as plain text or Markdown"
    ),
    "story-of-another-format.epub": (
        "story-of-another-format.epub is no EPUB, or it was cut short; get the file again"
    ),
    "front-matter-not-yaml.md": (
        "front-matter-not-yaml.md:2: the front matter is not YAML "
        "(mapping values are not allowed here); put quotation marks around the value"
    ),
    "unknown-direction.md": (
        'unknown-direction.md:5: unknown direction "moood"; did you mean "mood"? '
        "(a backslash before the brace makes it text)"
    ),
    "direction-at-the-end.md": (
        "direction-at-the-end.md:5: no text follows {mood: solemn}; "
        "put it before the text it is for"
    ),
    "broken-utf-16.txt": (
        "broken-utf-16.txt is marked as UTF-16-LE but breaks it at byte 2; save it again as UTF-8"
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_broken_story_is_refused_in_one_line(name, data):
    """Each broken story has its message: where, what, what to do."""
    with pytest.raises(StoryError) as caught:
        read_story(data / "stories" / name)
    assert str(caught.value) == EXPECTED[name]


def test_every_broken_story_is_tried(data):
    """No broken story lies about without its message."""
    assert {path.name for path in (data / "stories").iterdir()} == set(EXPECTED)


def test_missing_file_is_named(tmp_path):
    """A mistyped name is shown as it was typed."""
    with pytest.raises(StoryError, match=r"nowhere\.txt does not exist; check the name"):
        open_project(tmp_path / "nowhere.txt")


def test_folder_without_a_story_says_what_to_put_there(tmp_path):
    """An empty folder is told what it lacks, a folder with a book of another format, too."""
    with pytest.raises(StoryError, match=r"has no story; put the text there as story\.md"):
        open_project(tmp_path)
    (tmp_path / "tale.mobi").write_bytes(b"PK")
    with pytest.raises(StoryError, match=r"only tale\.mobi, which this version cannot read"):
        open_project(tmp_path)


def test_folder_with_two_texts_asks_which(tmp_path):
    """Nothing is guessed between two texts; a readme is not one of them."""
    for name in ("a.md", "b.txt", "README.md"):
        (tmp_path / name).write_text("Some words.")
    with pytest.raises(StoryError, match=r"more than one text \(a\.md, b\.txt\)"):
        open_project(tmp_path)


def test_empty_stream_is_named():
    """Nothing on standard input is an empty story."""
    with pytest.raises(StoryError, match="standard input is empty"):
        open_project(b"")
