"""EPUBs that are broken, locked or made to do harm: one clear line, or the right words."""

import contextlib
import io
import random
import zipfile

import pytest
from epubs import CONTAINER, P, epub, one, package, packed, page, story, texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.segments import segment_chapter
from audiobook.story import read_story
from audiobook.story.epub import read_epub

WORDS = ["Some", "words", "of", "the", "story."]


def refusal(data):
    with pytest.raises(StoryError) as caught:
        read_epub(data, "book.epub")
    line = str(caught.value)
    assert line.startswith("book.epub")
    assert "\n" not in line
    return line


def words(found):
    return [w for c in found.chapters for b in c.blocks for w in b.text.split()]


def test_an_archive_that_is_none_or_cut_short_is_refused():
    """Whatever the bytes are."""
    whole = epub({"a.xhtml": P}, [("A", "a.xhtml")])
    for data in (b"", b"PK\x03\x04", whole[:200], whole[: len(whole) // 2], b"<html/>"):
        assert "is no EPUB, or it was cut short" in refusal(data)


def test_damage_inside_names_the_document():
    """A wrong checksum is no text."""
    data = bytearray(epub({"a.xhtml": P + "<p>Unpacked.</p>"}, [("A", "a.xhtml")]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("OPS/a.xhtml")
    at = info.header_offset + 30 + len("OPS/a.xhtml") + 20
    data[at] ^= 0xFF
    assert refusal(bytes(data)) == "book.epub: OPS/a.xhtml is damaged; get the file again"


def test_a_locked_archive_is_refused():
    """The password flag of the archive."""
    data = bytearray(epub({"a.xhtml": P}, [("A", "a.xhtml")]))
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    assert "is locked with a password" in refusal(bytes(data))


def test_zip_bombs_are_not_unpacked():
    """A hundred megabytes of zeros in a hundred kilobytes."""
    bomb = page("<p>" + "0" * 65_000_000 + "</p>")
    assert "unpacks to more than a book can hold" in refusal(epub({"a.xhtml": bomb}))
    flat = page("<p>" + "0" * 20_000_000 + "</p>")
    assert "unpacks to more than a book can hold" in refusal(epub({"a.xhtml": flat}))


def test_protected_books_are_refused_and_hidden_fonts_are_not():
    """Encryption beyond fonts is protection; its scheme is named."""
    method = '<enc:EncryptionMethod Algorithm="{}"/>'
    frame = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        "{}</enc:EncryptedData></encryption>"
    )
    aes = frame.format(method.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    fonts = frame.format(method.format("http://www.idpf.org/2008/embedding"))
    where = "META-INF/encryption.xml"
    assert "protected against copying and" in refusal(epub({"a.xhtml": P}, extra={where: aes}))
    adobe = {where: aes, "META-INF/rights.xml": "<rights/>"}
    assert "protected against copying (Adobe ADEPT)" in refusal(epub({"a.xhtml": P}, extra=adobe))
    apple = {"META-INF/sinf.xml": "<x/>"}
    assert "Apple FairPlay" in refusal(epub({"a.xhtml": P}, extra=apple))
    assert words(story({"a.xhtml": P}, extra={where: fonts})) == WORDS


def test_entities_expand_to_nothing_and_fetch_nothing(tmp_path):
    """Neither a bomb nor a file of the machine ends up in the text."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE html [<!ENTITY l0 "lol">{bomb}<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    body = page("<p>Some &l11; &f; words.</p>").replace("<!DOCTYPE html>", doctype)
    assert texts(body) == ["Some &l11; &f; words."]


def test_names_in_the_archive_reach_no_file(tmp_path, monkeypatch):
    """Absolute paths, dots and foreign addresses are names that are not there, or are there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outside.xhtml").write_text(page("<p>OUTSIDE</p>"))
    names = ["../../outside.xhtml", "/outside.xhtml", "file:///etc/passwd", "a.xhtml"]
    files = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": package(names)}
    files |= {"OPS/a.xhtml": page(P), "../../evil.xhtml": page("<p>EVIL</p>")}
    found = read_epub(packed(files), "book.epub")
    assert words(found) == WORDS
    assert len(found.notes) == 3
    assert [p.name for p in tmp_path.iterdir()] == ["outside.xhtml"]


@pytest.mark.parametrize(
    "files",
    [
        {"META-INF/container.xml": CONTAINER.replace("OPS/book.opf", "ops/BOOK.opf")},
        {"META-INF/container.xml": "not XML"},
        {},
    ],
)
def test_small_faults_of_an_archive_are_forgiven(files):
    """Wrong case, percent signs, no container, no mimetype: the book is there all the same."""
    rest = {"OPS/book.opf": package(["My%20Text/A.xhtml"]), "OPS/my text/a.xhtml": page(P)}
    assert words(read_epub(packed(files | rest, mimetype=False), "book.epub")) == WORDS


def test_of_two_files_with_one_name_the_later_counts():
    """As every archive program has it."""
    buffer = io.BytesIO(epub({"a.xhtml": "<p>Old.</p>"}))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("OPS/a.xhtml", page(P))
    assert words(read_epub(buffer.getvalue(), "book.epub")) == WORDS


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Some <i>words<p>of the</b> story.",
        "<html><body><p>Some words<br>of the story.",
        page("<p>Some words</p><p>of the story.</p>").replace("</body>", ""),
        page('<p foo:bar="1">Some words of<a id="x"/> the story.</p>'),
        page("<p>Some \0words\x0b of the&#0; story.</p>"),
        page(f"{P}<script/>"),
        "<html><title/><style>p{}</style><body><p>Some words of the story.</p>",
        page("<p>Some words of the story.</p>").replace("utf-8", "utf-99"),
        page(P).encode("utf-16"),
        page(P.replace("story", "störy")).replace("utf-8", "windows-1252").encode("cp1252"),
    ],
)
def test_broken_markup_loses_no_word(markup):
    """Whatever is not well-formed is read as a browser would."""
    found = words(story({"a.xhtml": markup}, [("A", "a.xhtml")]))
    assert [w.replace("ö", "o").replace("\ufffd", "") for w in found] == WORDS


def test_depth_and_length_have_no_end_to_reach():
    """Fifty thousand elements within one another, a sentence of 100,000 words, 10 MB in one go."""
    deep = "<div>" * 50_000 + "deep" + "</div>" * 50_000
    assert texts(deep) == ["deep"]
    assert texts(page(deep).replace("</body>", "</b>")) == ["deep"]
    spans = "<b><i>" * 3_000 + "deep" + "</i></b>" * 3_000
    assert texts(f"<p>{spans}</p>") == ["deep"]
    many = random.Random(1).choices(["one", "two", "three", "four"], k=100_000)
    block = one(f"<p>{' '.join(many)}.</p>")[0]
    assert len(block.text.split()) == 100_000
    big = " ".join(f"word{n}" for n in range(1_000_000))
    assert len(texts(f"<p>{big}</p>")[0]) == len(big) > 10_000_000


def test_a_spine_of_5000_documents_is_read():
    """Each of them a chapter."""
    pages = {f"{n}.xhtml": f"<h1>Chapter {n}</h1><p>word{n}</p>" for n in range(1, 5001)}
    found = story(pages, [(f"Chapter {n}", f"{n}.xhtml") for n in range(1, 5001)])
    assert words(found) == [f"word{n}" for n in range(1, 5001)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3000))
@example(b"U", 1675)  # the library seeks before the file's beginning
def test_no_bytes_break_the_reader(noise, at):
    """Overwritten anywhere, an EPUB is read or refused in one line."""
    data = epub({"a.xhtml": f"<h1>A</h1>{P}", "b.xhtml": P}, [("A", "a.xhtml")])
    data = data[:at] + noise + data[at + len(noise) :]
    with contextlib.suppress(StoryError):
        read_epub(data, "book.epub")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_markup_breaks_the_reader(text):
    """Nor does anything inside a document."""
    read_epub(epub({"a.xhtml": f"<html><body>{text}</p> x {P}"}), "book.epub")


def test_a_stream_is_an_epub_by_its_beginning():
    """What comes from standard input has no name."""
    data = epub({"a.xhtml": f"<h1>A</h1>{P}"})
    assert read_story("standard input", data=data).title == "The Book"


@st.composite
def bodies(draw, depth=2):
    """Make markup whose words are all different, with those words in order."""
    markup, expected = "", []
    for kind in draw(st.lists(st.sampled_from(BLOCK_KINDS), min_size=1, max_size=5)):
        if kind == "nested" and depth:
            inner, more = draw(bodies(depth=depth - 1))
            tag = draw(st.sampled_from(["div", "section", "blockquote", "ul><li", "article"]))
            closing = "</" + "></".join(reversed(tag.split("><"))) + ">"
            markup, expected = f"{markup}<{tag}>{inner}{closing}", expected + more
            continue
        some = [f"w{draw(st.integers(0, 9))}x{i}" for i in range(draw(st.integers(1, 6)))]
        some = [f"{word}n{len(expected) + i}d{depth}" for i, word in enumerate(some)]
        markup += BLOCK_MARKUP.get(kind, "<p>{}</p>").format(draw(inlines(some)))
        expected += some
    return markup, expected


BLOCK_MARKUP = {
    "p": "<p>{}</p>",
    "heading": "<h4>{}</h4>",
    "bare": " {} ",
    "br": "<p>{}<br/></p>",
    "table": "<table><tr><td>{}</td></tr></table>",
    "poem": '<div class="poem"><p>{}</p></div>',
    "hr": "<hr/><p>{}</p>",
    "pre": "<pre>{}</pre>",
}
BLOCK_KINDS = [*BLOCK_MARKUP, "nested"]
UNLINKED = ["{}", "<em>{}</em>", "<b>{}</b>", "<span>{}</span>", "{}\n"]
INLINE = [*UNLINKED, '<a href="#x">{}</a>']


@st.composite
def inlines(draw, some):
    """Mark the words up somehow, one after another; lines of links alone are a list of contents."""
    kinds = [draw(st.sampled_from(INLINE if i % 2 else UNLINKED)) for i in range(len(some))]
    return " ".join(kind.format(word) for kind, word in zip(kinds, some, strict=True))


@settings(max_examples=120, deadline=None)
@given(st.lists(bodies(), min_size=1, max_size=4), st.sets(st.integers(0, 3)))
def test_every_word_is_said_once_and_in_order(pages, listed):
    """Whatever is nested in whatever, with whatever gaps in the table of contents."""
    documents = {f"{i}.xhtml": f"<p>start{i}.</p>{body}" for i, (body, _) in enumerate(pages)}
    lines = [(f"Title {i}", f"{i}.xhtml") for i in sorted(listed) if i < len(pages)]
    found = story(documents, lines)
    said = [
        word.strip(",.")
        for chapter in found.chapters
        for segment in segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
        for word in segment.text.split()
        if word != "Title" and not word.isdigit()
    ]
    expected = [w for i, (_, some) in enumerate(pages) for w in (f"start{i}", *some)]
    assert found.left_out == ()
    assert said == expected
