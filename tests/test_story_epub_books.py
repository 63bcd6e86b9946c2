"""Two real EPUBs: the chapters that a reader would name, and not a word of them lost."""

import re
import zipfile
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from audiobook.segments import segment_chapter
from audiobook.story import read_story

TALES = """
INTRODUCTORY|A FOUR-LEAVED CLOVER|THE LORD HELPETH MAN AND BEAST|THE REAL PRINCESS
|THE EMPEROR'S NEW CLOTHES|THE NIGHTINGALE|THE FIR TREE|THE TINDER-BOX|THE HARDY TIN SOLDIER
|THE UGLY DUCKLING|THE STORY OF FAIRYFOOT|THE HAPPY PRINCE|THE KNIGHTS OF THE SILVER SHIELD
|THE PRINCE'S DREAM|OLD PIPES AND THE DRYAD|THE KING OF THE GOLDEN RIVER
"""
BLOCKS = ("p", "li", "td", "div", "section", "br", "h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(params=["childrens-literature.epub", "regime-anticancer-arabic.epub"])
def book(request, data):
    return data / "books" / request.param


def source_words(path):
    """Return the words of a book, by another way of reading: marks of pages and notes aside."""
    found = Counter()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xhtml") and "nav" not in name:
                root = ET.fromstring(archive.read(name))
                for element in root.iter():
                    tag = element.tag.rpartition("}")[2]
                    kind = element.get("{http://www.idpf.org/2007/ops}type")
                    note = tag == "a" and element.get("href", "").startswith("#footnote-")
                    if kind == "pagebreak" or (note and "backlink" in element.get("id", "")):
                        element.text = ""
                    if tag in BLOCKS:
                        element.tail = f" {element.tail or ''}"
                        element.text = f" {element.text or ''}"
                body = next(e for e in root if e.tag.endswith("body"))
                found.update(re.findall(r"\w+", "".join(body.itertext())))
    return found


def words(chapters):
    return Counter(w for c in chapters for b in c.blocks for w in re.findall(r"\w+", b.text))


def test_no_word_of_a_book_is_lost(book):
    """What is said and what is listed as left out are together all that the pages hold."""
    found = read_story(book)
    said = Counter(
        word
        for chapter in found.chapters
        for segment in segment_chapter(
            chapter, language=found.language, lexicon={}, speak_title=True
        )
        for word in re.findall(r"\w+", segment.text)
    )
    left = [part.chapter for part in found.left_out]
    rest = source_words(book) - said - words(left)
    rest -= Counter(w for chapter in left for w in re.findall(r"\w+", chapter.title))
    assert rest == Counter()


def test_the_chapters_are_those_that_a_reader_would_name(data):
    """The tales of the anthology, in order; bibliography and notes are none of them."""
    found = read_story(data / "books" / "childrens-literature.epub")
    named = re.split(r"\s*\|\s*", TALES.strip())
    assert len(found.chapters) == len(named)
    for chapter, name in zip(found.chapters, named, strict=True):
        assert name in chapter.title
    assert {part.kind for part in found.left_out} == {"contents", "bibliography", "notes"}


def test_a_right_to_left_book_has_its_title_and_its_sections(data):
    """Its contents only say where to begin; heading and number are the title."""
    found = read_story(data / "books" / "regime-anticancer-arabic.epub")
    assert found.language == "ar"
    assert [chapter.title for chapter in found.chapters] == ["الفصل الثاني. ما هو السرطان؟"]
    assert [part.kind for part in found.left_out] == ["notes"]
    levels = [block.level for block in found.chapters[0].blocks if block.level]
    assert levels[:4] == [1, 1, 1, 2]
