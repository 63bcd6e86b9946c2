"""Any encoding a story is found in is read."""

import codecs

import pytest

from audiobook.errors import StoryError
from audiobook.story.encoding import decode

SAMPLES = {
    "cp1252": "“Café crème,” she said – and the naïve Zoë left. It’s a façade.",
    "cp1251": "Глава 1. Он вышел из дома и пошёл — куда глаза глядят. «Стой!»",
    "cp1250": "Był sobie król, który miał trzy córki. Najstarsza była piękna, młodsza mądra.",
    "cp1253": "Μια φορά κι έναν καιρό ήταν ένας βασιλιάς που είχε τρεις κόρες.",
    "cp1254": "Bir varmış bir yokmuş, ışığın peşinde koşan güzel bir kız varmış.",
    "koi8_r": "Он вышел из дома и пошёл куда глаза глядят. Стой! крикнули ему вслед.",
    "cp932": "むかしむかし、あるところにおじいさんとおばあさんがいました。",
    "gb18030": "从前有一个国王，他有三个女儿。大女儿很美丽，二女儿很聪明。",
}


@pytest.mark.parametrize("encoding", SAMPLES)
@pytest.mark.parametrize("times", [1, 30])
def test_code_pages_are_recognised(encoding, times):
    """A line or a page in a national code page is enough to tell it."""
    text = "\n".join([SAMPLES[encoding]] * times)
    assert decode(text.encode(encoding), "x.txt") == text


@pytest.mark.parametrize("text", ["Hello there, Anna.", "Бір күні ол кетті. Кім білсін?"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_with_and_without_a_mark(text, encoding):
    """UTF-8 and UTF-16 in both orders need no mark."""
    assert decode(text.encode(encoding), "x.txt") == text


def test_utf_16_be_with_a_mark_is_read():
    """The mark decides the order of bytes."""
    assert decode(codecs.BOM_UTF16_BE + "Ану".encode("utf-16-be"), "x.txt") == "Ану"


def test_line_ends_become_one_kind():
    """Windows' and old Macintosh line ends are line ends."""
    assert decode(b"a\r\nb\rc\nd\x1a", "x.txt") == "a\nb\nc\nd"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n", b"a\x00b", b"\x01\x02\xff\x00" * 9, b"ID3\x04"])
def test_binary_data_is_refused(data):
    """What is no text is named, not read as noise."""
    with pytest.raises(StoryError, match=r"x\.txt is not text"):
        decode(data, "x.txt")
