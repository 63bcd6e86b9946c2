"""Directions in a story: what is said otherwise, what is not read, and what is refused."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner
from editions import make_edition, tone
from hypothesis import given
from hypothesis import strategies as st

from audiobook.check.words import check_story
from audiobook.cli import app
from audiobook.errors import StoryError
from audiobook.export.epub.page import chapter_page
from audiobook.export.epub.sync import synced
from audiobook.segments import chapter_text, segment_chapter
from audiobook.story.new import render_story
from audiobook.story.read import parse_story

XHTML = "{http://www.w3.org/1999/xhtml}"
PICTURE = """# A

They came to the mill.

{unread}

The picture shows the mill and its wheel.

{mood: solemn}
{unread}
So does this one.

Nobody was there.
"""


def parse(text):
    return parse_story(text, "tale.md", is_markdown=True)


def segments_of(text, lexicon=()):
    (chapter,) = parse("# A\n\n" + text).chapters
    return segment_chapter(chapter, language="en", lexicon=dict(lexicon), speak_title=False)


@pytest.mark.parametrize(
    ("text", "printed", "spoken"),
    [
        ("In [Akbulak]{say: Ahk-boo-lock}, he sat.", "In Akbulak, he sat.", "In Ahk-boo-lock,"),
        ("See “[Akbulak,]{say: A-b}” and go.", "See “Akbulak,” and go.", "See “A-b,” and go."),
        ("In [Akbulak]{say: A-b}'s old mill.", "In Akbulak's old mill.", "In A-b's old mill."),
        ("*Not [here]{ Say :  hee  yar }* now.", "Not here now.", "Not hee yar now."),
        ("By [Mrs. Lee]{say: Missus Li} now.", "By Mrs. Lee now.", "By Missus Li now."),
        ("By [Mrs. Lee]{say: the lady Li} now.", "By Mrs. Lee now.", "By the lady Li now."),
        ("The [old\nmill]{say: mole ill} stood.", "The old mill stood.", "The mole ill stood."),
    ],
)
def test_words_in_brackets_are_said_as_the_braces_have_it(text, printed, spoken):
    """What is printed stays as it is, punctuation around it too, and words keep their places."""
    (segment,) = segments_of(text)
    assert segment.text == printed
    assert segment.spoken.startswith(spoken)
    assert [word.written for word in segment.words] == printed.split()


def test_sounds_go_to_the_words_they_stand_behind_and_to_no_others():
    """A second occurrence is said as ever; as many sounds as words are given out one by one."""
    (segment,) = segments_of(
        "An [Akbulak]{ipa: ɑqbʊlˈɑq}, the [old mill]{ipa: oʊld mˈɪl}, Akbulak."
    )
    assert [w.ipa for w in segment.words] == ["", "ɑqbʊlˈɑq,", "", "oʊld", "mˈɪl,", ""]
    assert segment.spoken == "An Akbulak, the old mill, Akbulak."


def test_a_saying_wins_over_the_lexicon_in_its_place():
    """The lexicon is for all of a book's occurrences, the braces are for one."""
    from audiobook.story.book import Pronunciation

    said = segments_of(
        "Akbulak and [Akbulak]{say: A-b} were there.", {"Akbulak": Pronunciation(say="Ok")}.items()
    )
    assert said[0].spoken == "Ok and A-b were there."


@given(st.integers(0, 40))
def test_sayings_keep_their_words_wherever_a_sentence_is_cut(at):
    """In a text of many segments each word in brackets is said once, in its own place."""
    words = [f"word{n}." if n % 6 == 5 else f"word{n}" for n in range(41)]
    directed = [f"[{w}]{{say: SAID}}" if n == at else w for n, w in enumerate(words)]
    segments = segments_of(" ".join(directed))
    spoken = " ".join(s.spoken for s in segments)
    core = words[at]
    wanted = [("SAID." if "." in core else "SAID") if w == core else w for w in words]
    assert spoken.split() == wanted
    assert " ".join(s.text for s in segments).split() == words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A \\[word]{say: x} here.", "A [word]{say: x} here."),
        ("A [word]\\{say: x} here.", "A [word]{say: x} here."),
        ("A [word]{.small} here.", "A [word]{.small} here."),
        ("A {say: x} here.", "A {say: x} here."),
        ("{two words}", "{two words}"),
    ],
)
def test_other_brackets_and_braces_are_text(line, told):
    """A backslash makes any direction text, and what looks otherwise is none."""
    (chapter,) = parse(f"# A\n\n{line}\n").chapters
    assert [block.text for block in chapter.blocks] == [told]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x [a]{sya: b} c", r':3: unknown direction "sya" behind .*; did you mean "say"'),
        ("x\ny [a]{say: } c", r":4: \{say:\} says nothing; write \[Akbulak\]"),
        ("x [...]{say: b} c", r":3: there is no word in the brackets before \{say: b\}"),
        ("a-[b]{ipa: c}-d", r':3: sounds are for whole words: put all of "a-b-d" into the'),
        ("{say: x}", r":3: \{say: ...\} stands behind words in brackets"),
        ("{puase: 2s}", r':3: unknown direction "puase"; did you mean "pause"'),
        ("{unraed}", r':3: unknown direction "unraed"; did you mean "unread"'),
        ("{pause}", r":3: \{pause\} says nothing; write \{pause: 2s\}"),
        ("{pause: 2}", r':3: "2" is no length of a pause; write \{pause: 2s\}'),
        ("{pause: 31 s}", r":3: a pause of 31 s is too long; it may be 0 s to 30 s"),
        ("{music: of}", r':3: music cannot be "of"; did you mean "off"'),
        ("{unread: yes}", r':3: \{unread\} takes no value, and has "yes"'),
        ("{unread}\n\n***\n\nB.", r":3: \{unread\} is for the paragraph right under it"),
        ("{unread}\n\n## B", r":3: \{unread\} is for the paragraph right under it"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_line(line, message):
    """No direction is passed over or read aloud."""
    with pytest.raises(StoryError, match=r"tale\.md" + message):
        parse(f"# A\n\n{line}\n\nmore\n")


def test_a_title_has_no_sayings_and_a_chapter_is_not_wholly_unread():
    """Both are refused with what to do instead."""
    with pytest.raises(StoryError, match=r"tale\.md:3: in a chapter's title .* \[lexicon\]"):
        parse("# A\n\n## [X]{say: y}\n\nOne.\n\n## Z\n\nTwo.\n")
    with pytest.raises(StoryError, match=r'tale\.md:3: nothing of the chapter "A" is read'):
        parse("# A\n\n{unread}\nOne.\n")


def test_the_heading_of_a_section_may_be_said_otherwise():
    """It is read like any text of its chapter."""
    story = parse(
        "# A\n\nOne.\n\n## B\n\nTwo.\n\n### The [Ak]{say: Ock}\n\nThree.\n\n## C\n\nFour."
    )
    found = [
        s
        for chapter in story.chapters
        for s in segment_chapter(chapter, language="en", lexicon={}, speak_title=False)
    ]
    assert "The Ock" in [s.spoken for s in found]


def test_what_is_not_read_is_no_part_of_what_is_spoken():
    """Other directions above it are for the next text that is read, and its words do not count."""
    (chapter,) = parse(PICTURE).chapters
    segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=False)
    assert [s.text for s in segments] == ["They came to the mill.", "Nobody was there."]
    assert "".join(s.text + s.separator for s in segments) == chapter_text(chapter)
    assert [d.name for d in segments[1].directions] == ["mood"]
    assert chapter.n_words == 8


def test_what_is_not_read_is_listed(tmp_path):
    """`audiobook chapters` says where it stands, and check that it was left out."""
    (tmp_path / "tale.md").write_text(PICTURE, "utf-8")
    asked = ["chapters", str(tmp_path / "tale.md"), "--voice", "tone"]
    shown = CliRunner().invoke(app, asked, catch_exceptions=False).output
    assert 'not read: tale.md:5 "The picture shows the"' in shown
    assert "8 words" in shown
    (chapter,) = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)["chapters"]
    assert [u["where"] for u in chapter["unread"]] == ["tale.md:5", "tale.md:10"]
    (read,) = parse(PICTURE).chapters
    spoken = [{"kind": "text", "text": "They came to the mill. Nobody was there."}]
    verdict = check_story("a.mp3", spoken, read, "")
    assert verdict.ok
    assert verdict.value == "8 words; not read: tale.md:5, tale.md:10"


def test_what_is_not_read_is_printed_and_not_highlighted(store, tmp_path):
    """The exported book has the paragraph in its place, without a name to be played by."""
    edition = make_edition(store, PICTURE, tone(tmp_path / "tone.mp3"))
    (chapter,) = edition.chapters
    page = chapter_page(chapter.story, synced(chapter, 2000, by_word=False), "a.xhtml", "en")
    paragraphs = [*ET.fromstring(page.document.encode()).iter(f"{XHTML}p")]
    assert ["".join(p.itertext()) for p in paragraphs] == [
        "They came to the mill.",
        "The picture shows the mill and its wheel.",
        "So does this one.",
        "Nobody was there.",
    ]
    assert [len(p.findall(f"{XHTML}span")) for p in paragraphs] == [1, 0, 0, 1]


def test_every_direction_comes_through_a_new_project():
    """`audiobook new` writes them where they were, escapes what is none, and reads them back."""
    text = (
        "# T\n\n## A\n\n{music: off}\n{pause: 1.5 s}\n\n"
        "One [two]{say: too}\\\n[three]{ipa: θriː}.\n\n"
        "{unread}\n\nNot [this]{say: x}.\n\n{voice: tone:hum}\n\nA \\[b]{say: c} d.\n\n## B\n\nE.\n"
    )
    story = parse(text)
    again = parse(render_story(story))

    def told(story):
        return [
            (b.kind, b.text, b.sayings, [(d.name, d.value) for d in b.directions])
            for c in story.chapters
            for b in c.blocks
        ]

    assert told(again) == told(story)
    assert told(story)[2][1] == "A [b]{say: c} d."
