"""Lexicons are laid over each other in order, and what they leave undone is found."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiobook.build.recipe import Reading, reading_recipe
from audiobook.cli import app
from audiobook.lexicon import Lexicon, Source, SpokenWord, merged, say
from audiobook.lexicon.review import doubtful_words, entries_met
from audiobook.lexicon.sources import shadowed
from audiobook.segments import Boundary, Segment, SegmentKind
from audiobook.speech.registry import find_voice
from audiobook.story.book import Pronunciation

PLS = """<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"
 alphabet="ipa" xml:lang="{language}">
<lexeme><grapheme>Akbulak</grapheme><phoneme>{akbulak}</phoneme></lexeme>
<lexeme><grapheme>Zhanar</grapheme><alias>Jah-nar</alias></lexeme>
</lexicon>"""
STORY = """# Tales

## The Road

The road to Akbulak was long, and Zhumagali knew the road well. He knew that the road was old.

An old man from Akbulak said that Zhumagali was on the road. The man was old, and Zhumagali ran.
"""


def say_(ipa):
    return Pronunciation(ipa, "")


def test_the_first_lexicon_wins():
    """The book's table is over its files, and apostrophes and stops are not what differs."""
    sources = [
        Source("book.toml", {"Akbulak": say_("1"), "O'Hara": say_("2")}),
        Source("a.pls", {"Akbulak": say_("3"), "O’Hara": say_("4"), "Astana": say_("5")}),
        Source("b.pls", {"Astana": say_("6"), "Dr.": say_("7")}),
    ]
    lexicon = merged(sources)
    assert {word: said.ipa for word, said in lexicon.items()} == {
        "Akbulak": "1",
        "O'Hara": "2",
        "Astana": "5",
        "Dr.": "7",
    }
    lost = [(s.word, s.source, s.by) for s in shadowed(sources)]
    assert lost == [
        ("Akbulak", "a.pls", "book.toml"),
        ("O’Hara", "a.pls", "book.toml"),
        ("Astana", "b.pls", "a.pls"),
    ]


def test_longer_entries_are_tried_first_and_nothing_is_said_twice():
    """Here "Mrs. Shalyapova" wins over her name alone, and a respelling is not looked up."""
    lexicon = Lexicon(
        {
            "Shalyapova": Pronunciation("", "Anna"),
            "Mrs. Shalyapova": Pronunciation("", "Missus Shal-ya-pova"),
            "Anna": Pronunciation("", "Shalyapova"),
        }
    )
    words = say("Mrs. Shalyapova’s dog saw Shalyapova. Anna, Mrs. Miller.", lexicon, "en")
    assert " ".join(w.say for w in words) == (
        "Missus Shal-ya-pova's dog saw Anna. Shalyapova, Missus Miller."
    )
    assert words[0].written == "Mrs."


def test_marks_inside_an_entry_are_not_forgotten():
    """An entry "C++" is not the letter C."""
    assert [w.say for w in say("C and C.", {"C++": Pronunciation("", "see")}, "en")] == [
        "C",
        "and",
        "C.",
    ]


def test_entries_that_speak_are_counted():
    """Possessives, compounds and words in punctuation count; a longer entry takes the words."""
    lexicon = {w: say_("x") for w in ("Akbulak", "Kazakh", "New York", "York", "idle")}
    met = entries_met(["“Akbulak’s”, Kazakh-born.", "New York; York"], lexicon, "en")
    assert met == {"Akbulak": 1, "Kazakh": 1, "New York": 1, "York": 1}


def test_names_and_odd_spellings_are_doubtful():
    """A frequent name with unusual letters comes first; plain words and known ones do not come."""
    plain = "the old man went down to the river and said that he was not there and then went home"
    texts = [plain, "then Kyzylkum went down", "so Kyzylkum and Ann went", "The man; Home."]
    found = doubtful_words([*texts, "he saw Ann and the old NATO and a naïve man"], {}, "en")
    assert found[0].word == "Kyzylkum"
    assert found[0].count == 2
    assert "name" in found[0].reasons
    by_word = {d.word: d.reasons for d in found}
    assert by_word["NATO"][0] == "capitals"
    assert "foreign letters" in by_word["naïve"]
    assert not {"The", "man", "Home", "went"} & by_word.keys()
    known = {"Kyzylkum": say_("qɯzɯlqʊm")}
    assert "Kyzylkum" not in {d.word for d in doubtful_words(texts, known, "en")}


def test_german_nouns_are_no_names():
    """Where every noun has a capital, a capital says nothing."""
    text = "der alte mann und der hund sah das Haus und das Haus war alt und der Hund war da"
    assert "Haus" not in {d.word for d in doubtful_words([text], {}, "de") if "name" in d.reasons}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Stand in a project with a table and a file, both of which say Akbulak."""
    monkeypatch.chdir(tmp_path)
    Path("story.md").write_text(STORY, "utf-8")
    Path("names.pls").write_text(PLS.format(language="en", akbulak="fromfile"), "utf-8")
    write_book('Akbulak = "fromtable"')
    return tmp_path


def write_book(table):
    text = f'lexicons = ["names.pls"]\n[voice]\nnarrator = "tone:hum"\n[lexicon]\n{table}\n'
    Path("book.toml").write_text(text, "utf-8")


def run(*words, status=0):
    done = CliRunner(mix_stderr=False).invoke(app, words, catch_exceptions=False)
    assert done.exit_code == status, done.stderr
    return done


def test_the_check_lists_idle_entries_and_doubtful_words(book):
    """`lexicon check` says what is unused, what is shadowed by what, and what to listen to."""
    found = json.loads(run("lexicon", "check", ".", "--json").stdout)
    assert found["unused"] == [{"word": "Zhanar", "lexicon": "names.pls"}]
    assert found["shadowed"] == [{"word": "Akbulak", "lexicon": "names.pls", "by": "book.toml"}]
    assert found["doubtful"][0]["word"] == "Zhumagali"
    assert found["doubtful"][0]["count"] == 3
    assert found["doubtful"][0]["sounds"]
    assert found["hear"].startswith("audiobook voices --say ")
    text = run("lexicon", "check", ".").stdout
    assert "unused    Zhanar (names.pls): not in the story" in text
    assert "shadowed  Akbulak (names.pls): book.toml says it first" in text
    assert "hear them: audiobook voices --say Zhumagali. --voice tone:hum" in text


def test_the_words_can_be_heard(book):
    """The command that is shown works as it stands."""
    import shlex

    command = json.loads(run("lexicon", "check", ".", "--json").stdout)["hear"]
    run(*shlex.split(command)[1:])
    assert (book / "words.mp3").stat().st_size > 1000


def test_segments_show_what_is_printed_and_what_is_said(book):
    """Respellings stand in what is spoken; sounds do where the engine takes them."""
    write_book('Zhumagali = { say = "Joo-ma-gali" }')
    chapters = json.loads(run("segments", ".", "--json").stdout)["chapters"]
    (first,) = (s for s in chapters[0]["segments"] if s["text"].startswith("The road to"))
    assert "and Zhumagali knew" in first["text"]
    assert "and Joo-ma-gali knew" in first["spoken"]
    assert "said: The road to Akbulak was long, and Joo-ma-gali knew" in run("segments", ".").stdout
    kokoro = run("segments", ".", "--voice", "kokoro").stdout
    assert "said: The road to /fromfile/ was long, and Joo-ma-gali knew" in kokoro


def test_a_lexicon_of_another_language_is_not_used(book):
    """It says so, and nothing of it is spoken; a region is no other language."""
    for language, is_used in (("fr", False), ("en-GB", True)):
        Path("names.pls").write_text(PLS.format(language=language, akbulak="x"), "utf-8")
        write_book("")
        found = json.loads(run("lexicon", "check", ".", "--json").stdout)
        assert any(entry["name"] == "names.pls" for entry in found["lexicons"]) == is_used
        assert ("names.pls is for fr, the story is in en; not used" in found["notes"]) != is_used


def test_a_file_with_many_mistakes_names_a_few(book):
    """Nobody reads a thousand lines before a build: the first are shown, the rest counted."""
    bad = "<lexeme><grapheme>a</grapheme></lexeme>" * 12
    text = PLS.format(language="en", akbulak="x").replace("</lexicon>", bad + "</lexicon>")
    Path("names.pls").write_text(text, "utf-8")
    notes = json.loads(run("lexicon", "check", ".", "--json").stdout)["notes"]
    assert sum("a lexeme without a pronunciation" in note for note in notes) == 5
    assert "names.pls: 7 more like these" in notes


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('lexicons = "names.pls"', "book.toml:1: lexicons must be a list of names"),
        ("lexicons = [3]", "book.toml:1: lexicons must be a list of names"),
        ('lexicons = ["absent.pls"]', "absent.pls is not there"),
        ('lexicons = ["story.md"]', "story.md:1: not XML"),
    ],
)
def test_a_wrong_lexicon_is_refused(book, line, problem):
    """One line says where and what."""
    Path("book.toml").write_text(line, "utf-8")
    assert problem in run("segments", ".", status=1).stderr


@pytest.mark.parametrize(
    ("voice", "ipa", "is_keyed"),
    [("kokoro", "ɑk", True), ("kokoro", "", False), ("espeak", "ɑk", False)],
)
def test_only_given_sounds_have_their_reading_in_the_key(voice, ipa, is_keyed):
    """How engines read given sounds may change without every other clip being spoken again."""
    spoken = (SpokenWord("Akbulak", "Akbulak", ipa),)
    segment = Segment("0" * 8, SegmentKind.TEXT, "narrator", "Akbulak", "", spoken, Boundary.END)
    reading = Reading(segment, find_voice(voice, "en"), "en", 1.0, 1)
    assert ("given_sounds" in reading_recipe(reading, "engine")) == is_keyed
