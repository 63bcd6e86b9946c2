"""Numbers and signs are said as a narrator of the language would, and words are left alone."""

import hashlib
import json
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.lexicon import say
from audiobook.lexicon.grammar import FOLDER, grammar_of
from audiobook.segments import segment_chapter
from audiobook.speech.engine import Utterance
from audiobook.speech.kokoro import _vocabulary
from audiobook.speech.phonemes import pronounce
from audiobook.speech.registry import load_engine
from audiobook.story import open_project

TABLES = tomllib.loads((Path(__file__).parent / "data" / "said.toml").read_text("utf-8"))
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.toml"))
SAID = [(lang, *pair) for lang, table in TABLES.items() for pair in table["said"]]


def said(text, language):
    return " ".join(word.say for word in say(text, {}, language) if word.say)


@pytest.mark.parametrize(("language", "text", "spoken"), SAID)
def test_numbers_are_said_as_by_a_narrator(language, text, spoken):
    """Years, sums, measures, dates, numerals and signs are read as one reads them aloud."""
    assert said(text, language) == spoken


@pytest.mark.parametrize("language", TABLES)
def test_what_only_looks_like_a_number_is_left_alone(language):
    """Words in capitals, scores, names and plain numbers reach the engine as they are printed."""
    for line in TABLES[language]["untouched"].strip().splitlines():
        changed = [(w.written, w.say) for w in say(line, {}, language) if w.say != w.written]
        assert changed == []


def test_every_language_is_tried():
    """A file for a language has its examples, and its untouched words."""
    assert sorted(TABLES) == LANGUAGES
    assert all(len(table["said"]) >= 10 and table["untouched"] for table in TABLES.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_file_is_whole(language):
    """Twelve months or none, every unit with its forms, every sum with its names."""
    grammar = grammar_of(language)
    assert grammar is not None
    assert [bool(grammar.month(n)) for n in range(1, 13)] in ([True] * 12, [False] * 12)
    assert all(len(forms) in (2, 3) and all(forms) for forms in grammar.units.values())
    assert all(len(names) in (2, 3, 4) for names in grammar.money.signs.values())
    assert all(len(names) == 2 for names in grammar.fractions.values())


def test_a_word_said_as_many_keeps_one_span():
    """Each printed word has its own stretch of the sounds, however many words it is said as."""
    words = say("On May 12, 1998, he paid $5.50 for 20 °C.", {}, "en")
    line = pronounce(words, "en-us", _vocabulary())
    assert len(line.spans) == len(words)
    spans = {w.written: span for w, span in zip(words, line.spans, strict=True)}
    sounds = {word: line.phonemes[span.start : span.end] for word, span in spans.items()}
    assert len(sounds["1998,"].split()) >= 2
    assert len(sounds["$5.50"].split()) >= 5
    assert not spans["$5.50"].shared


def test_a_word_said_as_many_has_its_time():
    """The engine's own timings point at the words as printed, in order and without a gap lost."""
    words = say("On May 12, 1998, he paid $5.50 and left.", {}, "en")
    clip = load_engine("espeak").speak(Utterance(words, "en-us", "en"))
    assert len(clip.words) == len(words)
    length_s = {w.written: t.end_s - t.start_s for w, t in zip(words, clip.words, strict=True)}
    assert length_s["$5.50"] > 3 * length_s["he"]
    assert clip.words[-1].end_s <= clip.duration_s
    starts = [t.start_s for t in clip.words]
    assert starts == sorted(starts)


def test_regions_share_their_language():
    """British English reads numbers as English; Portugal counts in its own words."""
    assert said("in 1998", "en-GB") == said("in 1998", "en_US") == said("in 1998", "EN")
    assert said("século XIX", "pt-PT") == "século dezanove"
    assert said("século XIX", "pt-BR") == said("século XIX", "pt") == "século dezenove"


def test_a_language_without_a_file_is_left_to_its_engine():
    """Nothing is guessed for languages nobody described."""
    text = "1998 5 km 20 € XIV & 12.05.1998"
    assert said(text, "kk") == text
    assert said(text, "tlh") == text


def test_old_clips_are_found_again(data):
    """What engines are given for the bundled story is what it was before numbers were read."""
    chapters = open_project(data / "marat-kalmurzaeva.txt").story.chapters
    segments = (segment_chapter(c, language="en", lexicon={}, speak_title=True) for c in chapters)
    words = [[[w.say, w.ipa] for w in s.words] for chapter in segments for s in chapter]
    text = json.dumps(words, ensure_ascii=False).encode()
    assert hashlib.sha256(text).hexdigest()[:16] == "99b9538c673715b3"


PRINTED = """
$ € £ 5 50 1998 12 3.14 3,14 km °C m % : / - – . , May Mai I IV VIII & @ # № ½ ' s ² ٣ ９ км King
Henry Karl Louis siglo million 10:30 Uhr e Ier p. pp. a@b.com www.a.de 1/2 ’ ₽ R$ V. US$ 19. n° ª
"""
BITS = st.sampled_from([*PRINTED.split(), " ", "\u00a0", "9" * 5000])
TEXTS = st.lists(BITS, max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=40)), st.sampled_from([*LANGUAGES, "kk"]), st.booleans())
def test_every_printed_word_keeps_its_place(text, language, is_heading):
    """However numbers are said, words are those that are printed, and none with digits is lost."""
    words = say(text, {}, language, is_heading=is_heading)
    assert [word.written for word in words] == text.split()
    for word in words:
        assert word.say or not any(c.isdigit() for c in word.written)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=["Ll", "Zs"]), max_size=60), st.sampled_from(LANGUAGES))
def test_plain_words_are_never_rewritten(text, language):
    """Small letters after small letters are no numbers in any language: clips stay."""
    for word in say(text, {}, language):
        assert word.say == unicodedata.normalize("NFC", word.written)
        assert word.ipa == ""
