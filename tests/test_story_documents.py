"""Documents of other formats: each gives the same story, hostile ones give a line."""

import importlib.util
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from audiobook.errors import StoryError
from audiobook.story import convert, documents, open_project, read_story
from audiobook.story.read import DOCUMENT_SUFFIXES

needs_pandoc = pytest.mark.skipif(
    importlib.util.find_spec("pypandoc") is None,
    reason="the extra [documents] is not installed",
)

SOURCE = """\
---
title: The Fence
author: A. Person
lang: en
---

# The Wind

It blew *all* night.[^1] It did.

> A line of a letter.

# The Field

There it lay, “where it had wanted to be”.

[^1]: Hard.
"""
# Where a format keeps no title, author or language.
KEEPS_FACTS = {".docx", ".odt", ".fb2", ".html", ".tex", ".docbook"}
WRITERS = {
    ".docx": "docx", ".odt": "odt", ".fb2": "fb2", ".html": "html", ".rtf": "rtf", ".rst": "rst",
    ".org": "org", ".tex": "latex", ".docbook": "docbook5",
}  # fmt: skip


def written(suffix, source=SOURCE):
    """Return a document that pandoc writes."""
    pandoc = documents._pandoc("a test")
    command = [pandoc, "--standalone", "-f", "markdown", "-t", WRITERS[suffix], "-o", "-"]
    if suffix in (".tex", ".html"):
        command += ["--top-level-division=chapter"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=True)
    return done.stdout


def titles(story):
    return [chapter.title for chapter in story.chapters]


def words(story):
    return " ".join(block.text for chapter in story.chapters for block in chapter.blocks)


@needs_pandoc
@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_gives_the_same_story(suffix, tmp_path):
    """Chapters, words, emphasis and facts come through; the note is left out and listed."""
    path = tmp_path / f"the-fence{suffix}"
    path.write_bytes(written(suffix))
    story = read_story(path)
    assert titles(story) == ["The Wind", "The Field"]
    assert "It blew all night. It did." in words(story)
    assert "“where it had wanted to be”" in words(story)
    assert "Hard." not in words(story)
    assert any("Hard." in b.text for part in story.left_out for b in part.chapter.blocks)
    assert story.title == "The Fence"
    first = story.chapters[0].blocks[0]
    assert [first.text[s.start : s.end] for s in first.spans] == ["all"]
    if suffix in KEEPS_FACTS:
        assert story.author == "A. Person"
    assert story.language in ("en", "en-us", "")
    assert story.date == ""


@needs_pandoc
def test_a_document_without_facts_is_named_for_its_file(tmp_path):
    """No title is made up, no language either."""
    path = tmp_path / "the-old-fence.html"
    path.write_text("<p>Es war einmal ein Zaun, der wollte fort.</p>")
    story = read_story(path)
    assert (story.title, story.author, story.language) == ("The Old Fence", "", "")
    assert not story.chapters[0].title_is_written


@needs_pandoc
def test_scripts_files_and_addresses_in_a_page_are_left_alone(tmp_path):
    """Nothing is run, fetched or included."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    page = tmp_path / "page.html"
    page.write_text(
        f"<h1>One</h1><p>It blew.<script>alert('bad')</script></p><style>p {{}}</style>"
        f"<iframe src='{secret}'></iframe><img src='{secret}'><img src='http://x.invalid/a.png'>"
        "<h1>Two</h1><p>It lay there.</p>"
    )
    assert words(read_story(page)) == "It blew. It lay there."
    for suffix, text in (
        (".tex", rf"\input{{{secret}}} Words. \include{{{secret}}}"),
        (".rst", f"Words.\n\n.. include:: {secret}\n"),
        (".org", f"#+INCLUDE: {secret}\n\nWords."),
        (
            ".docbook",
            (
                f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret}">]>'
                "<article><para>Words. &x;</para></article>"
            ),
        ),
    ):
        path = tmp_path / f"page{suffix}"
        path.write_text(text)
        try:
            said = words(read_story(path))
        except StoryError as error:
            said = str(error)
        assert "the secret" not in said, suffix


@needs_pandoc
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16", "koi8-r"])
def test_markup_is_read_as_it_says_it_is_written(tmp_path, encoding):
    """The declared encoding counts."""
    path = tmp_path / "page.html"
    text = f'<meta charset="{encoding}"><h1>Один</h1><p>Ветер дул всю ночь.</p>'
    path.write_bytes(text.encode(encoding))
    assert words(read_story(path)) == "Ветер дул всю ночь."


@needs_pandoc
def test_right_to_left_text_keeps_its_order(tmp_path):
    """Letters stand in the order in which they are said."""
    path = tmp_path / "page.html"
    path.write_text('<html dir="rtl" lang="ar"><p>هبت الريح طوال الليل.</p></html>', "utf-8")
    assert words(read_story(path)) == "هبت الريح طوال الليل."


@needs_pandoc
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb"\u8220?where\u8221? she", "“where” she"),
        (rb"\u8220\'93where\u8221\'94 she", "“where” she"),
        (rb"\uc0\u8220 where\u8221  she", "“where” she"),
        (rb"{\uc2\u8220 ??where} caf\'e9", "“where café"),
        (rb"\f1\'c2\'e5\'f2\'e5\'f0 \f0 wind", "Ветер wind"),
        (rb"\u-10179?\u-8704? wind", "😀 wind"),
        (rb"one\~two {\*\generator none}three", "one two three"),
    ],
)
def test_letters_of_rtf_are_read_in_all_their_forms(tmp_path, body, said):
    """By number, with and without substitutes, and in the page of their font."""
    path = tmp_path / "a.rtf"
    fonts = rb"{\fonttbl{\f0\fnil\fcharset0 A;}{\f1\fnil\fcharset204 B;}}"
    path.write_bytes(rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\f0 " + body + rb"\par}")
    assert words(read_story(path)).replace("\xa0", " ") == said


def bomb(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\0" * 60_000_000)
    return buffer.getvalue()


BROKEN = {
    "cut.docx": (lambda: written(".docx")[:900], "cut short"),
    "text.odt": (lambda: b"It blew all night.", "cut short, or something else"),
    "old.docx": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, "password"),
    "bomb.docx": (lambda: bomb("word/document.xml"), "more than a book can hold"),
    "bomb.odt": (lambda: bomb("content.xml"), "more than a book can hold"),
    "nul.html": (lambda: b"<p>It \0\0 blew</p>", "not text"),
    "broken.fb2": (lambda: b"<FictionBook><body>", "cannot be read as a FictionBook"),
    "broken.docbook": (lambda: b"<article><para>It", "cannot be read as DocBook"),
    "entities.docbook": (
        lambda: (
            '<!DOCTYPE a [<!ENTITY a0 "ha">'
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
            + "]><article><para>&a9;</para></article>"
        ).encode(),
        "",
    ),
    "empty.html": (lambda: b"<p></p>", "no words"),
}


@needs_pandoc
@pytest.mark.parametrize("name", BROKEN)
def test_broken_documents_get_one_line(name, tmp_path):
    """What cannot be read is refused with its name and what to do."""
    make, reason = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(StoryError, match=f"(?s)^{name}.*{reason}") as caught:
        read_story(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_without_the_converter_a_line_says_how_to_get_it(tmp_path, monkeypatch):
    """The extra is named with its command."""
    monkeypatch.setattr(documents.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(documents.shutil, "which", lambda _: None)
    path = tmp_path / "page.html"
    path.write_text("<p>Words.</p>")
    with pytest.raises(StoryError, match=r"pip install 'kuibook\[documents\]'"):
        read_story(path)


def test_a_converter_that_hangs_is_stopped(monkeypatch):
    """Time is bounded."""
    monkeypatch.setattr(convert, "TIMEOUT_S", 0.2)
    with pytest.raises(StoryError, match="could not be read"):
        convert.run_converter(["sleep", "60"], b"", "a.html", what="an HTML page")


def test_too_large_a_text_is_refused(monkeypatch, tmp_path):
    """Size is bounded before anything reads it."""
    monkeypatch.setattr(documents, "MAX_TEXT_BYTES", 10)
    monkeypatch.setattr(documents, "_pandoc", lambda _: "pandoc")
    path = tmp_path / "a.html"
    path.write_text("<p>It blew all night.</p>")
    with pytest.raises(StoryError, match="larger than"):
        read_story(path)


@pytest.mark.parametrize("name", ["book.mobi", "book.azw3", "book.kfx", "book.doc", "book.pages"])
def test_formats_that_are_not_read_say_what_to_do(tmp_path, name):
    """The line names another format."""
    path = tmp_path / name
    path.write_bytes(b"BOOKMOBI")
    with pytest.raises(StoryError, match=r"\.(epub|docx)"):
        read_story(path)


@pytest.mark.parametrize("address", ["https://example.org/book.html", "http://x.invalid/a.txt"])
def test_an_address_is_not_fetched(address):
    """One line says so, whatever the address ends in."""
    with pytest.raises(StoryError, match="is not fetched"):
        open_project(address)


def test_the_readers_know_the_same_formats():
    """The list that is cheap to import is the list of the reader."""
    assert set(DOCUMENT_SUFFIXES) == set(documents.FORMATS)


@needs_pandoc
def test_a_folder_with_one_document_is_its_story(tmp_path):
    """A document counts where there is no text beside it."""
    (tmp_path / "a.docx").write_bytes(written(".docx"))
    assert open_project(tmp_path).story.title == "The Fence"
    (tmp_path / "b.txt").write_text("It blew all night.")
    assert open_project(tmp_path).story_path == Path(tmp_path / "b.txt")
