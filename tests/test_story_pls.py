"""W3C pronunciation lexicons are read as their standard says, and hostile ones are refused."""

import contextlib
import tracemalloc
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.story.book import Pronunciation
from audiobook.story.pls import load_pls, parse_pls
from audiobook.story.xsampa import ipa_of_xsampa

NAMESPACE = "http://www.w3.org/2005/01/pronunciation-lexicon"


def pls(lexemes, alphabet="ipa", language="en-US"):
    head = (
        f'<lexicon version="1.0" xmlns="{NAMESPACE}" alphabet="{alphabet}" xml:lang="{language}">'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{lexemes}\n</lexicon>'.encode()


def entries(lexemes, **options):
    return dict(parse_pls(pls(lexemes, **options), "names.pls").entries)


def test_words_sounds_and_respellings_are_read():
    """Every grapheme of a lexeme gets its phoneme; an alias is a respelling."""
    found = parse_pls(
        pls(
            "<meta name='a' content='b'/><lexeme><grapheme>Akbulak</grapheme>"
            "<grapheme>Aqbulaq</grapheme><phoneme> ɑkbʊlˈɑk\n</phoneme><example/></lexeme>"
            "<lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>"
        ),
        "names.pls",
    )
    sounds = Pronunciation("ɑkbʊlˈɑk", "")
    assert dict(found.entries) == {
        "Akbulak": sounds,
        "Aqbulaq": sounds,
        "W3C": Pronunciation("", "World Wide Web Consortium"),
    }
    assert (found.language, found.notes) == ("en-US", ())


def test_the_preferred_pronunciation_counts():
    """`prefer` wins, else the first; an alias beside a preferred phoneme is for other engines."""
    two = "<grapheme>a</grapheme><phoneme>1</phoneme>"
    assert entries(f"<lexeme>{two}<phoneme prefer='true'>2</phoneme></lexeme>")["a"].ipa == "2"
    assert entries(f"<lexeme>{two}<alias>b</alias></lexeme>")["a"] == Pronunciation("1", "b")
    preferred = f"<lexeme>{two}<alias prefer='true'>b</alias></lexeme>"
    assert entries(preferred)["a"] == Pronunciation("", "b")


def test_a_lexeme_without_a_role_wins():
    """Roles tell homographs apart, which a story does not; else the first lexeme counts."""
    verb = "<lexeme role='x:verb'><grapheme>read</grapheme><phoneme>ɹiːd</phoneme></lexeme>"
    plain = "<lexeme><grapheme>read</grapheme><phoneme>ɹɛd</phoneme></lexeme>"
    assert entries(verb + plain)["read"].ipa == "ɹɛd"
    assert entries(verb)["read"].ipa == "ɹiːd"


@pytest.mark.parametrize(
    ("typed", "ipa"),
    [
        ('r\\Ek"Ord', "ɹɛkˈɔrd"),
        ('"T{Nk ju:', "ˈθæŋk juː"),
        ("Si:z@n", "ʃiːzən"),
        ("t_h_w", "tʰʷ"),
        ("a~ n= l\\`", "a\u0303 n\u0329 ɺ˞"),
        ('"aI k3:d', "ˈaɪ kɜːd"),
    ],
)
def test_x_sampa_becomes_ipa(typed, ipa):
    """The keyboard's alphabet is read by Wells's table, the longest symbol first."""
    assert ipa_of_xsampa(typed) == ipa
    lexeme = f"<lexeme><grapheme>w</grapheme><phoneme>{escape(typed)}</phoneme></lexeme>"
    for name in ("x-sampa", "X-SAMPA"):
        assert entries(lexeme, alphabet=name)["w"].ipa == ipa
    mixed = lexeme.replace("<phoneme>", "<phoneme alphabet='x-sampa'>")
    assert entries(mixed)["w"].ipa == ipa


def test_what_cannot_be_used_is_named():
    """An unknown alphabet and an empty lexeme are left out, with file and line."""
    found = parse_pls(
        pls(
            "<lexeme><grapheme>a</grapheme><phoneme alphabet='x-cmu'>AA</phoneme></lexeme>\n"
            "<lexeme><phoneme>b</phoneme></lexeme>"
        ),
        "names.pls",
    )
    assert dict(found.entries) == {}
    assert found.notes[0] == 'names.pls:3: alphabet "x-cmu" is not known; use ipa or x-sampa'
    assert "names.pls:4: a lexeme without a grapheme" in found.notes[-1]


BOMB = "<!DOCTYPE lexicon [<!ENTITY a 'ha'>{}]><lexicon><lexeme>&{};</lexeme></lexicon>".format(
    "".join(f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)), "j"
)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (BOMB.encode(), "declares XML entities"),
        (
            b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><lexicon>&x;</lexicon>',
            "declares XML entities",
        ),
        (b'<!DOCTYPE l [<!ENTITY % x SYSTEM "http://a.b/c">%x;]><lexicon/>', "declares XML"),
        (b"<lexicon><lexeme></lexicon>", "names.pls:1: not XML: mismatched tag"),
        (b"<html/>", 'not a PLS lexicon: it begins with "html"'),
        (b"", "not XML: no element found"),
        (b"\0" * 100, "not XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><lexicon/>', "names.pls"),
        (b'<?xml version="1.0" encoding="utf-7"?><lexicon/>', "names.pls"),
    ],
)
def test_hostile_and_broken_files_are_refused_in_one_line(data, problem):
    """Nothing is expanded or fetched, and the line says where the file is wrong."""
    with pytest.raises(StoryError) as caught:
        parse_pls(data, "names.pls")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_deep_nesting_costs_no_stack():
    """A hundred thousand elements inside each other are read, or refused, and never crash."""
    deep = "<lexeme>" * 100_000 + "</lexeme>" * 100_000
    tracemalloc.start()
    assert entries(deep) == {}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 60e6


def test_a_missing_file_is_named(tmp_path):
    """The line says which file, and how to name one."""
    with pytest.raises(StoryError, match=r'a\.pls is not there; name a file .*"names\.pls"'):
        load_pls(tmp_path / "a.pls")


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.text(st.characters(categories=["L"]), min_size=1), st.text("ɑkbʊlˈ", min_size=1)
    )
)
def test_what_is_written_is_read(words):
    """Any words and sounds come back as they were put in."""
    lexemes = "".join(
        f"<lexeme><grapheme>{escape(w)}</grapheme><phoneme>{s}</phoneme></lexeme>"
        for w, s in words.items()
    )
    assert {w: p.ipa for w, p in entries(lexemes).items()} == words


@settings(max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_damaged_files_end_in_a_line(junk, at):
    """Whatever bytes a file has, it is read or refused."""
    whole = pls("<lexeme><grapheme>Akbulak</grapheme><phoneme>ɑk</phoneme></lexeme>")
    with contextlib.suppress(StoryError):
        parse_pls(whole[:at] + junk + whole[at + len(junk) :], "names.pls")
