"""Words are said as the book and the language want, each in its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.lexicon import say
from audiobook.story.book import Pronunciation

LEXICON = {
    "Akbulak": Pronunciation("ɑkbʊlˈɑk", "Ahk-boo-lock"),
    "Marat Kalmurzaeva": Pronunciation("mɐɹˈɑt kɐlmʊɹzˈɑjəvə", "Mah-raht Kal-moor-za-yeva"),
    "New York City": Pronunciation("njuːjˈɔːk", ""),
    "kurash": Pronunciation("kʊɹˈɑʃ", ""),
    "Polish": Pronunciation("pˈoʊlɪʃ", ""),
    "Kazakh": Pronunciation("", "kuh-zahk"),
}


def said(text, language="en", **options):
    return " ".join(w.say for w in say(text, LEXICON, language, **options) if w.say)


def sounds(text, language="en"):
    return [w.ipa for w in say(text, LEXICON, language)]


def test_entry_is_met_inside_punctuation():
    """Punctuation clings to the sounds as it clung to the word."""
    (word,) = say("“Akbulak,”", LEXICON, "en")
    assert (word.written, word.say, word.ipa) == ("“Akbulak,”", "“Ahk-boo-lock,”", "“ɑkbʊlˈɑk,”")


@pytest.mark.parametrize("written", ["Akbulak's", "Akbulak’s"])
def test_possessive_gets_the_ending_of_its_last_sound(written):
    """After a voiceless sound "s", after a hiss a syllable, else "z"."""
    (word,) = say(written, LEXICON, "en")
    assert (word.say, word.ipa) == ("Ahk-boo-lock's", "ɑkbʊlˈɑks")
    assert sounds("Kurash's") == ["kʊɹˈɑʃɪz"]
    assert sounds("Marat Kalmurzaeva's")[1] == "kɐlmʊɹzˈɑjəvəz"


def test_possessives_are_english():
    """Elsewhere an apostrophe belongs to the word."""
    assert sounds("Akbulak's", "de") == [""]


def test_longest_entry_goes_word_by_word():
    """Sounds with as many words as print are given out one by one."""
    assert sounds("Marat Kalmurzaeva!") == ["mɐɹˈɑt", "kɐlmʊɹzˈɑjəvə!"]
    assert sounds("Marat, Kalmurzaeva") == ["", ""]


def test_entry_of_other_length_is_said_on_its_first_word():
    """Sounds that cannot be shared out are said once, with the last word's punctuation."""
    words = say("New York City, at last", LEXICON, "en")
    assert [w.ipa for w in words] == ["njuːjˈɔːk,", "", "", "", ""]
    assert [w.say for w in words] == ["New York City,", "", "", "at", "last"]


def test_capitals_of_an_entry_matter():
    """A lower-case entry is met in any case; "Polish" is not "polish", but may be "POLISH"."""
    assert sounds("Kurash KURASH kurash") == ["kʊɹˈɑʃ"] * 3
    assert sounds("Polish polish POLISH") == ["pˈoʊlɪʃ", "", "pˈoʊlɪʃ"]


def test_compounds_are_said_by_their_parts():
    """Hyphens and dashes do not hide a word."""
    assert said("Kazakh-born") == "kuh-zahk-born"
    assert said("Akbulak—the") == "Ahk-boo-lock—the"
    assert sounds("Akbulak-Akbulak.") == ["ɑkbʊlˈɑk ɑkbʊlˈɑk."]


def test_entries_are_whole_words():
    """A word that only begins like an entry is left alone."""
    assert said("Kazakhstan Akbulaks") == "Kazakhstan Akbulaks"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Mr. and Mrs. Smith met Ms. Jones.", "Mister and Missus Smith met Miz Jones."),
        ("Dr. Green on Elm Dr. today", "Doctor Green on Elm Drive today"),
        ("At St. Mary's on Baker St. He left.", "At Saint Mary's on Baker Street. He left."),
        ("fruit, e.g. pears, i.e. food", "fruit, for example pears, that is food"),
        ("pears, etc., and so on, etc.", "pears, et cetera, and so on, et cetera."),
        ("No. 5 is open. No. He left.", "Number 5 is open. No. He left."),
        ("John Smith Jr. left", "John Smith Junior left"),
        ("In the U.S. Army", "In the U S Army"),
        ("He left the U.S. He came.", "He left the U S. He came."),
        ("He left the U.S.", "He left the U S."),
        ("J. R. R. Tolkien wrote", "J R R Tolkien wrote"),
        ("It was I. He left.", "It was I. He left."),
        ("That was plan B. The end.", "That was plan B. The end."),
        ("at 5 p.m. on Monday", "at 5 PM on Monday"),
        ("Henry VIII and World War II", "Henry the Eighth and World War Two"),
        ("Chapter IV. Malcolm X", "Chapter Four. Malcolm X"),
        (
            "Ms Jones and Lt Blake Jr on Mt Everest",
            "Miz Jones and Lieutenant Blake Junior on Mount Everest",
        ),
        ("Mr Smith and Dr Jones at St Mary", "Mr Smith and Dr Jones at St Mary"),
        ("George V. Higgins and John D. Miller", "George V Higgins and John D Miller"),
        ("Lt. Col. Blake", "Lieutenant Colonel Blake"),
        ("He said hmm. Drôle, MIX, 3.14!", "He said hmm. Drôle, MIX, 3.14!"),
    ],
)
def test_english_abbreviations(text, spoken):
    """An abbreviation makes no false stop, and keeps a true one; what is unclear stays."""
    assert said(text) == spoken


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        (
            "de",
            "Hier, z. B. bei Dr. Müller usw.",
            "Hier, zum Beispiel bei Doktor Müller und so weiter.",
        ),
        ("fr", "Un drôle de M. Dupont.", "Un drôle de Monsieur Dupont."),
        ("es", "El Sr. López", "El señor López"),
        ("ru", "А. С. Пушкин и т. д.", "А С Пушкин и так далее."),
        ("kk", "Алма, алмұрт т.б.", "Алма, алмұрт тағы басқалар."),
        ("tr", "Dr. Kaya", "Dr. Kaya"),
    ],
)
def test_other_languages_have_their_own(language, text, spoken):
    """Only abbreviations of the story's language are known."""
    assert said(text, language) == spoken


def test_headings_may_begin_with_a_numeral():
    """A Roman numeral opens a heading as a number, and a sentence never."""
    assert said("IV. The Storm", is_heading=True) == "Four. The Storm"
    assert said("I", is_heading=True) == "One"
    assert said("I go home", is_heading=True) == "I go home"
    assert said("I. M. Pei") == "I M Pei"


def test_marks_of_print_are_silent():
    """Nobody hears asterisks; a dash is a breath."""
    words = say("_go_ * now — 😀 # go", {}, "en")
    assert [w.say for w in words] == ["go", "", "now", "—", "", "", "go"]


def test_letter_a_keeps_its_name():
    """The last letter of "U.S.A." is not said as the article."""
    assert sounds("U.S.A. today")[0].endswith("ˈeɪ")


def test_line_of_verse_rests_at_its_end():
    """A line without punctuation gets a comma, one with some keeps its own."""
    assert said("old pond\na frog leaps;\nsplash") == "old pond, a frog leaps; splash"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["en", "de", "ru", "zh", "x"]))
def test_every_printed_word_has_one_entry(text, language):
    """Words stay one for one whatever the text, and none that can be read falls silent."""
    words = say(text, LEXICON, language)
    assert [word.written for word in words] == text.split()
    heard = "".join(word.say + word.ipa for word in words)
    assert any(c.isalpha() for c in heard) or not any(c.isalpha() for c in text)
