"""Whatever is given to a reader, there is a story or one line: never a traceback, never a hang."""

import importlib.util
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.story import read_story
from audiobook.story.documents import _archive_facts, read_document
from audiobook.story.emphasis import set_off
from audiobook.story.pdf import story_of
from audiobook.story.read import parse_story
from audiobook.story.rtf import normalised

PIECES = [
    *("CONTENTS", "CHAPTER I", "PART ONE", "II.", "III. THE SEA", "THE SEA", "* * *", "---"),
    *("[Illustration: A]", "[Illustration", "[Footnote 1: So.]", "so[1]", "[1] So.", "]", "["),
    *("Transcriber's Note", "_so_", "_so", "so_", "=so=", "*** START OF THE PROJECT GUTENBERG"),
    *("*** END OF THE PROJECT GUTENBERG EBOOK X ***", "Title: X", "by A. Person", "\x00"),
    *(
        "Ветер дул.",
        "هبت الريح",
        "風が吹く。",
        "word " * 40,
        "|",
        "+----+",
        "\ufeff",
        "\ud7ff",
        "   ",
    ),
    *("# A", "```", "<p>", "<script>", "</p>", "&amp;", "![a](b)", "[^1]", "\\", "> a", "1. b"),
]
LINES = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=4).map(" ".join)
TEXTS = st.lists(LINES, max_size=30).map("\n".join)


def outcome(read, *args, **more):
    """Return the story, or None for one line that says why there is none."""
    story, refused = None, ""
    try:
        story = read(*args, **more)
    except StoryError as error:
        refused = str(error)
    assert "\n" not in refused
    if story is None:
        assert refused, "a reason"
        return None
    assert any(block.text for chapter in story.chapters for block in chapter.blocks)
    for chapter in story.chapters:
        for block in chapter.blocks:
            assert all(0 <= s.start < s.end <= len(block.text) for s in block.spans)
    return story


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_texts_give_a_story_or_a_line(text, is_markdown):
    """Plain text and Markdown."""
    outcome(parse_story, text, "a", is_markdown=is_markdown)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), TEXTS.map(lambda text: text.encode("utf-8", "replace"))))
def test_bytes_give_a_story_or_a_line(data):
    """Any bytes under any name."""
    for name in ("a.txt", "a.md", "standard input"):
        outcome(read_story, name, data=data)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_plain_text_is_read_or_listed(text):
    """No word disappears: it is in a title, a block, or a part that was left out."""
    text = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    story = outcome(parse_story, text + "\n\nThe end came slowly.", "a", is_markdown=False)
    found = [story.title, story.author, *(c.title for c in story.chapters)]
    for chapter in (*story.chapters, *(part.chapter for part in story.left_out)):
        found += [chapter.title, *(block.text for block in chapter.blocks)]
    said = " ".join(found).split()
    for word in ("ветер", "дул", "word", "слово"):
        assert text.casefold().count(word) <= " ".join(said).casefold().count(word)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="a_= .\n[]", max_size=20), max_size=4))
def test_emphasis_takes_nothing_but_signs(lines):
    """Letters stay, in order; marks lie within them."""
    found, marks = set_off(lines)
    kept = [c for c in "".join(found) if c not in "_=\n"]
    assert kept == [c for c in "".join(lines) if c not in "_=\n"]
    n_visible = sum(not c.isspace() for c in "".join(found))
    assert all(0 <= mark.start < mark.end <= n_visible for mark in marks)


RUN = st.tuples(
    *[st.floats(-50, 900, allow_nan=False) for _ in range(4)],
    st.text(min_size=1, max_size=30).filter(str.strip),
).map(lambda r: [min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3]), r[4]])
PAGE = st.fixed_dictionaries({"height": st.just(842.0), "runs": st.lists(RUN, max_size=25)})
ENTRY = st.tuples(st.integers(0, 3), st.text(max_size=12), st.integers(0, 5)).map(list)


@settings(max_examples=150, deadline=None)
@given(st.lists(PAGE, max_size=4), st.lists(ENTRY, max_size=4))
def test_any_layout_gives_a_story_or_a_line(pages, outline):
    """Boxes anywhere, over one another, of no size; outlines that lead nowhere."""
    outcome(_story_of, {"facts": {}, "outline": outline, "pages": pages})


def _story_of(found):
    return _with_words(story_of(found, "a"))


def _with_words(story):
    if not any(block.text for chapter in story.chapters for block in chapter.blocks):
        raise StoryError("no words")  # as `read_story` says, which calls these readers
    return story


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"\\u8220?", b"\\'c2", b"{", b"}", b"\\uc2 ", b"\\f1", b"\\u-9999999999"]
            ),
            st.sampled_from(
                [b"\\", b"\\fcharset204", b"\\ansicpg932", b"\\'8", b"a b", b"\\bin9 "]
            ),
            st.binary(max_size=6),
        ),
        max_size=20,
    )
)
def test_any_rtf_is_brought_into_one_form(pieces):
    """Letters of ASCII stay, whatever stands around them."""
    assert isinstance(normalised(b"".join(pieces)), bytes)


@pytest.mark.skipif(
    importlib.util.find_spec("pypandoc") is None, reason="the extra [documents] is not installed"
)
@settings(max_examples=12, deadline=None)
@given(TEXTS, st.sampled_from([".html", ".rst", ".org", ".tex", ".docbook", ".fb2"]))
def test_any_markup_gives_a_story_or_a_line(text, suffix):
    """The converter, too, has the last word in one line."""
    outcome(
        lambda *args: _with_words(read_document(*args)),
        text.encode("utf-8", "replace"),
        suffix,
        "a",
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=4), st.integers(0, 5000))
def test_any_damage_to_an_archive_is_a_story_or_a_line(noise, at):
    """Bytes turned over in an archive are found before the converter sees it, or do no harm."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "<p>It blew.</p>" * 9)
        archive.writestr("meta.xml", "<dc:title>The Fence</dc:title>")
    data = bytearray(buffer.getvalue())
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        facts = _archive_facts(bytes(data), ".odt", "a.odt")
    except StoryError:
        return
    assert set(facts) == {"title", "author", "language"}
