"""An EPUB through the commands: listed, built, exported as an EPUB again, made a project."""

import io
import json
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from epubs import P, epub, page
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audiobook.cli import app
from audiobook.segments import segment_chapter
from audiobook.story import new_project, open_project
from audiobook.story.book import Read

XHTML = "{http://www.w3.org/1999/xhtml}"


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (60, 90), (10, 90, 200)).save(buffer, "PNG")
    return buffer.getvalue()


BOOK = epub(
    {
        "i.xhtml": page("<h2>Imprint</h2><p>Made by hand.</p>", attributes='epub:type="imprint"'),
        "d.xhtml": page("<p>For <em>her</em>.</p>", attributes='epub:type="dedication"'),
        "1.xhtml": f"<h1>The Wolf</h1><p>It <em>was</em> <b>late</b>.</p><h2>At Dawn</h2>{P}"
        '<div class="poem"><p>One line</p><p>two lines</p></div><hr/>'
        '<p>A wolf<a epub:type="noteref" href="#n">1</a>.</p>'
        '<aside epub:type="footnote" id="n"><p>A grey one.</p></aside>',
        "2.xhtml": f"<h1>The Fox</h1>{P}",
        "c.xhtml": page("<h2>Colophon</h2><p>Set in lead.</p>", attributes='epub:type="colophon"'),
    },
    [("The Wolf", "1.xhtml", [("At Dawn", "1.xhtml#s")]), ("The Fox", "2.xhtml")],
    items='<item id="cv" href="c.png" media-type="image/png" properties="cover-image"/>'
    '<item id="l" href="l.pls" media-type="application/pls+xml"/>',
    extra={
        "OPS/c.png": picture(),
        "OPS/l.pls": '<lexicon alphabet="ipa"><lexeme><grapheme>wolf</grapheme>'
        "<phoneme>vɔlf</phoneme></lexeme></lexicon>",
    },
    metadata="<dc:title>Tales</dc:title><dc:creator>A. Writer</dc:creator>"
    "<dc:language>en</dc:language><dc:publisher>House</dc:publisher><dc:date>2001</dc:date>",
)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.epub").write_bytes(BOOK)
    return tmp_path


def run(*arguments, status=0):
    done = CliRunner(mix_stderr=False).invoke(app, [*arguments], catch_exceptions=False)
    assert done.exit_code == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


def test_chapters_lists_what_is_read_and_with_all_what_is_not(desk):
    """Each part that is left out stands in its place, with its reason."""
    hum = ("--voice", "tone:hum")
    assert "3 parts left out; audiobook chapters --all says which and why" in run(
        "chapters", "tales.epub", *hum
    )
    lines = run("chapters", "tales.epub", "--all", *hum).splitlines()
    listed = [line for line in lines[1:-1] if re.match(r" {3}(\d|-)", line)]  # not the moods
    names = [re.sub(r":.*", "", line).split(maxsplit=1)[1] for line in listed]
    assert names == ["Imprint", "For her", "The Wolf", "Notes", "The Fox", "Colophon"]
    assert "left out as colophon: how the book was made" in listed[-1]
    assert lines[-1] == "      not read within chapters: note references (1)"
    found = json.loads(run("chapters", "tales.epub", "--all", "--json", *hum))
    assert [part["kind"] for part in found["left_out"]] == ["copyright", "notes", "colophon"]
    assert found["omitted"] == {"note references": 1}


def test_asking_for_a_part_that_is_left_out_says_how(desk):
    """One line, with what to write where; and what it says works."""
    line = run("segments", "tales.epub", "--chapter", "colophon", status=1)
    assert line.strip() == (
        'Error: "Colophon" is left out (how the book was made); to read it, put [[chapter]] '
        'with title = "Colophon" and skip = false into book.toml'
    )
    (desk / "book.toml").write_text('[[chapter]]\ntitle = "Colophon"\nskip = false\n')
    assert "Set in lead." in run("segments", "tales.epub", "--chapter", "colophon")
    (desk / "book.toml").write_text('[[chapter]]\ntitle = "Colophon"\nskip = true\n')
    assert "Set in lead." not in run("segments", "tales.epub")
    (desk / "book.toml").write_text('[read]\nparts = "colofon"\n')
    line = run("segments", "tales.epub", status=1)
    assert 'nothing that is left out is called "colofon"' in line
    assert 'did you mean "colophon"?' in line


def test_the_exported_epub_keeps_text_and_structure(desk):
    """All of the source is there in its order; only what is read has sound."""
    run(
        *("build", "tales.epub", "-o", "out", "--voice", "tone:hum", "--music", "none"),
        *("--jobs", "1", "--format", "epub"),
    )
    with zipfile.ZipFile(desk / "out" / "Tales.epub") as archive:
        package = ET.fromstring(archive.read("EPUB/package.opf"))
        space = "{http://www.idpf.org/2007/opf}"
        order = [item.get("idref") for item in package.iter(f"{space}itemref")]
        items = {item.get("id"): item for item in package.iter(f"{space}item")}
        pages = {
            name: ET.fromstring(archive.read(f"EPUB/{items[name].get('href')}")) for name in order
        }
        nav = [a.text for a in pages["nav"].iter(f"{XHTML}a")]
        cover = archive.read("EPUB/cover.jpg")
    silent = [name for name in order[3:] if not items[name].get("media-overlay")]
    read = [
        " ".join("".join(pages[name].find(f"{XHTML}body").itertext()).split()) for name in order
    ]
    assert read[3:] == [
        "Imprint Made by hand.",
        "For her.",
        "The Wolf It was late. At Dawn Some words of the story. One linetwo lines A wolf.",
        "A grey one.",
        "The Fox Some words of the story.",
        "Colophon Set in lead.",
    ]
    assert silent == [order[3], order[6], order[8]]
    wolf = pages[order[5]]
    assert [e.text for e in wolf.iter(f"{XHTML}h2")] != []
    assert ["".join(e.itertext()) for e in wolf.iter(f"{XHTML}em")] == ["was"]
    assert len([*wolf.iter(f"{XHTML}br")]) == len([*wolf.iter(f"{XHTML}hr")]) == 1
    assert nav[:7] == ["Imprint", "For her", "The Wolf", "At Dawn", "Notes", "The Fox", "Colophon"]
    red, _, blue = Image.open(io.BytesIO(cover)).convert("RGB").getpixel((30, 45))
    assert blue > 180 > red
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}publisher") == "House"


def said(project):
    """Return all that decides how the chapters sound."""
    story, book = project.story, project.book
    silent = {entry.number for entry in book.chapters if entry.speak_title is False}
    return [
        segment_chapter(
            chapter,
            language=story.language,
            lexicon=book.lexicon or story.lexicon,
            speak_title=book.voice.speak_titles and number not in silent,
        )
        for number, chapter in enumerate(story.chapters, start=1)
    ]


def without_lines(chapters):
    return [
        [(s.id, s.kind, s.text, s.separator, s.words, s.after) for s in segments]
        for segments in chapters
    ]


def test_a_project_made_of_an_epub_says_the_same(desk):
    """Text, emphasis, facts, cover and sounds come along; what is left out has a file."""
    first = open_project(desk / "tales.epub")
    paths = new_project(first.story, first.book, desk / "new")
    again = open_project(desk / "new")
    assert {path.name for path in paths} == {"book.toml", "story.md", "cover.png", "left-out.md"}
    assert without_lines(said(again)) == without_lines(said(first))
    assert [b.spans for c in again.story.chapters for b in c.blocks] == [
        b.spans for c in first.story.chapters for b in c.blocks
    ]
    assert (again.book.publisher, again.book.date, again.book.cover) == (
        "House",
        "2001",
        "cover.png",
    )
    assert again.book.lexicon["wolf"].ipa == "vɔlf"
    assert again.book.read == Read()
    assert (desk / "new" / "cover.png").read_bytes() == picture()
    assert "A grey one." in (desk / "new" / "left-out.md").read_text("utf-8")


TEXT = st.text(
    st.characters(categories=("Lu", "Ll", "Nd", "Po", "Pd", "Sm", "Zs"), max_codepoint=0x2100),
    min_size=1,
    max_size=40,
).map(lambda text: text.replace("&", "+").replace("<", "+").replace(">", "+"))
BLOCK = st.one_of(
    TEXT.map(lambda text: f"<p>word {text}</p>"),
    TEXT.map(lambda text: f"<p>word <em>{text}</em> word</p>"),
    st.tuples(TEXT, TEXT).map(lambda two: f"<p>x {two[0]}<br/>y {two[1]}</p>"),
    TEXT.map(lambda text: f"<h3>part {text}</h3>"),
    st.just("<hr/>"),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.lists(BLOCK, min_size=1, max_size=5)), min_size=1,
                max_size=4))  # fmt: skip
def test_any_project_says_the_same(tmp_path_factory, chapters):
    """Whatever stands in the book, with titles or without."""
    folder = tmp_path_factory.mktemp("book")
    pages = {
        f"{i}.xhtml": (f"<h1>Title {i}</h1>" if titled else "") + f"<p>Begin.</p>{''.join(blocks)}"
        for i, (titled, blocks) in enumerate(chapters)
    }
    (folder / "a.epub").write_bytes(
        epub(pages, [(f"Title {i}", f"{i}.xhtml") for i, (titled, _) in enumerate(chapters)
                     if titled])
    )  # fmt: skip
    first = open_project(folder / "a.epub")
    new_project(first.story, first.book, folder / "new")
    again = open_project(folder / "new")
    assert without_lines(said(again)) == without_lines(said(first))
