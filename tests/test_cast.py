"""Who says what: the rules, the names, and what an edit leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.build.casting import voices_for
from audiobook.cast import Speaker, find_cast
from audiobook.segments import chapter_text, segment_chapter
from audiobook.speech.engine import Voice
from audiobook.story.model import Block, BlockKind, Chapter, Story


def story_of(*paragraphs):
    kinds = {"***": BlockKind.SCENE_BREAK}
    blocks = tuple(
        Block(kinds.get(p, BlockKind.PARAGRAPH), "" if p in kinds else p, i)
        for i, p in enumerate(paragraphs, start=1)
    )
    return Story("T", "", "en", (Chapter("C", True, blocks),))


def speakers(*paragraphs, language="en", joined=None):
    cast = find_cast(story_of(*paragraphs), language, joined)
    return [line.speaker if line.is_sure else "" for line in cast.lines]


NAMED = [
    ("en", "“Go,” said Anna.", "Anna"),
    ("en", "“Go,” Anna whispered.", "Anna"),
    ("en", "“Go!” cried Mrs. Shalyapova.", "Mrs. Shalyapova"),
    ("en", "“Go,” Anna softly said.", "Anna"),
    ("en", "Anna looked up and said, “Go.”", "Anna"),
    ("en", "Then Anna said: “Go.”", "Anna"),
    ("en", "“Go,” said the old professor.", "professor"),
    ("en", "“Go,” said Maria del Mar.", "Maria del Mar"),
    ("en", "“Go,” said the object of my pity.", ""),
    ("en", "“Go,” he said.", ""),
    ("en", "“Go.”", ""),
    ("de", "„Geh“, sagte Anna.", "Anna"),
    ("de", "„Geh“, rief der Lehrer.", "Lehrer"),
    ("de", "Anna flüsterte: „Geh.“", "Anna"),
    ("fr", "« Va », dit Anna.", "Anna"),
    ("fr", "— Va, dit le professeur.", "professeur"),
    ("es", "—Ve —dijo Ana.", "Ana"),
    ("es", "—Ve —respondió el maestro—. Ya.", "maestro"),
    ("it", "«Va’» disse Anna.", "Anna"),
    ("pt", "— Vá — disse Ana.", "Ana"),
    ("ru", "— Иди, — сказала Анна.", "Анна"),
    ("ru", "«Иди», — ответил учитель.", "учитель"),
    ("kk", "— Бар, — деді Анар.", "Анар"),
]


@pytest.mark.parametrize(("language", "text", "wanted"), NAMED)
def test_a_name_beside_a_line_says_it(language, text, wanted):
    """A name or a noun beside a verb of saying is believed; without one the narrator reads."""
    assert set(speakers(text, language=language)) == {wanted}


def test_people_take_turns():
    """Between two named turns the others follow from them, as long as nobody else comes in."""
    found = speakers(
        "“Who painted it?” asked Anna.",
        "“I painted it,” said Ben.",
        "“Alone?”",
        "“With a brush.”",
        "“It is good,” said Anna.",
    )
    assert found == ["Anna", "Ben", "Anna", "Ben", "Anna"]


def test_turns_far_from_a_name_are_not_believed():
    """Where the turns between two names do not add up, the doubtful ones are the narrator's."""
    found = speakers(
        "“Who painted it?” asked Anna.",
        "“I painted it,” said Ben.",
        *["“Indeed?”"] * 5,
        "“It is good,” said Anna.",
    )
    assert found[0] == found[-1] == "Anna"
    assert "" in found


def test_a_pronoun_means_the_only_one_of_its_gender():
    """He and she are told apart by first names and titles."""
    found = speakers(
        "“Go,” said Anna.", "“No,” said Mr. Ode.", "“Please,” she said.", "“Never,” he said."
    )
    assert found == ["Anna", "Mr. Ode", "Anna", "Mr. Ode"]


def test_the_gender_of_a_strange_name_is_learnt_from_its_pronouns():
    """A name of no list is a woman's after "her"."""
    cast = find_cast(story_of("“Go,” said Xanthe, shaking her head."), "en")
    assert cast.speakers == (Speaker("Xanthe", (), "female"),)


@pytest.mark.parametrize(("called", "answers"), [("", "Jones"), (", Millie", "Millie")])
def test_who_is_called_answers_and_does_not_speak(called, answers):
    """In "Isn't that so, Millie?" it is not Millie who asks, and she is likely who answers."""
    story = story_of(
        "“Oh, how nice,” said Millie.",
        "“A farm,” said Jones.",
        f"“We shall be rich,” said Ukridge. “Isn’t that so{called}?”",
        "“Yes, dear.”",
    )
    assert [line.speaker for line in find_cast(story, "en").lines][-2:] == ["Ukridge", answers]


def test_words_held_at_arms_length_are_no_lines():
    """A title, a word in quotation marks and a phrase inside a sentence are the narrator's."""
    found = speakers(
        "“Go,” said Anna.",
        "The “creature” sat on a column called “Items of Interest” and sang.",
        "Anna called me “my dear boy,” and the man laughed.",
    )
    assert found == ["Anna", "", "", ""]


def test_one_paragraph_may_hold_two_speakers():
    """A second name inside a paragraph begins another turn."""
    assert speakers("“Go,” said Anna. “No,” said Ben.") == ["Anna", "Ben"]


def test_who_tells_the_story_is_nobody_else():
    """After "I said" a line is the teller's, whom the narrator reads."""
    found = speakers("“Go,” I said.", "“No,” said Ben.", "“Go now,” I said.", "“No,” said Ben.")
    assert found == ["I", "Ben", "I", "Ben"]


def test_scenes_do_not_share_their_turns():
    """After a scene break nobody has spoken yet."""
    found = speakers(
        "“Go,” said Anna.", "“No,” said Ben.", "***", "“Go,” said Cora.", "“No,” said Dan.", "“Go.”"
    )
    assert found[:2] == ["Anna", "Ben"]
    assert found[-1] in ("Cora", "")


def names_of(*paragraphs):
    return {s.name: set(s.also) for s in find_cast(story_of(*paragraphs), "en").speakers}


def test_names_of_one_person_are_joined():
    """Title and family name, given name, nickname and title alone mean one person."""
    found = names_of(
        "“A,” said Tom Chase.", "“B,” said Mr. Chase.", "“C,” said Mr. Chase.", "“D,” said Tom.",
        "“E,” said Professor Derrick.", "“F,” said the professor.", "“G,” said Professor Derrick.",
    )  # fmt: skip
    assert found == {"Mr. Chase": {"Tom Chase", "Tom"}, "Professor Derrick": {"professor"}}


def test_a_pronoun_is_no_family_name():
    """After a name "I" is somebody else."""
    assert names_of("“A,” said Beale. I rose.", "“Beale I’m sure is here,” said Beale.") == {
        "Beale": set()
    }


def test_families_are_not_joined():
    """Husband and wife, father and daughter keep their lines apart."""
    found = names_of(
        "“A,” said Ukridge, taking off his hat.", "“B,” said Mrs. Ukridge.",
        "“C,” said Phyllis Derrick.", "“D,” said Professor Derrick.", "“E,” said Miss Derrick.",
    )  # fmt: skip
    assert set(found) == {"Ukridge", "Mrs. Ukridge", "Phyllis Derrick", "Professor Derrick"}
    assert found["Phyllis Derrick"] == {"Miss Derrick"}


def test_the_reader_joins_what_no_rule_can():
    """With "also" in [cast] two names are one person's."""
    lines = ("“A,” said Beale.", "“B,” said the Hired Retainer.")
    assert speakers(*lines) == ["Beale", "Hired Retainer"]
    assert speakers(*lines, joined={"Hired Retainer": "Beale"}) == ["Beale", "Beale"]


def test_a_language_without_word_lists_has_no_speakers():
    """Quotation marks alone name nobody, and nothing breaks."""
    assert speakers("„Tak”, powiedziała Anna.", language="pl") == [""]
    assert find_cast(story_of(), "en").lines == ()


PIECES = st.sampled_from(
    ["“Go,”", "“No.”", " said Anna", " said Ben", ". ", ", ", "He", " rose", " —", "“", "”", "’",
     "« Va »", "—Ve", "'", '"', "\u00a0", "I said", "Mrs. O", "…", "ß", "漢", "\n"]
)  # fmt: skip


@given(st.lists(st.lists(PIECES, max_size=9).map("".join), max_size=7), st.sampled_from(
    ["en", "de", "fr", "es", "ru", "kk", "pl", ""]))  # fmt: skip
def test_a_cast_loses_and_doubles_nothing(paragraphs, language):
    """Whatever the text, segments by speaker join to it, and their words are its words."""
    story = story_of(*paragraphs)
    cast = find_cast(story, language)
    (chapter,) = story.chapters
    for line in cast.lines:
        text = chapter.blocks[line.block].text.strip()
        assert 0 <= line.start < line.end <= len(text)
        assert 0.0 <= line.confidence <= 1.0
    spoken = [line for line in cast.lines if line.speaker]
    segments = segment_chapter(
        chapter, language=language, lexicon={}, speak_title=False, lines=spoken
    )
    if not segments:
        assert not any(c.isalnum() for c in chapter_text(chapter))
        return
    assert "".join(s.text + s.separator for s in segments) == chapter_text(chapter)
    assert all(any(c.isalnum() for c in s.text) for s in segments)
    assert len({s.id for s in segments}) == len(segments)


HOSTILE = [
    "“a " * 20_000,
    "A. " * 20_000 + "said",
    "Abc " * 20_000,
    "“a,” said Bob. " * 5_000,
    "Anna Bob said " * 10_000 + "“x.”",
    "'a " * 20_000,
    "—" + "a — " * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_paragraphs_end(text):
    """Marks without partners, endless names and endless dashes are read through in one go."""
    assert len(find_cast(story_of(text), "es").lines) <= len(text)


def test_without_lines_segments_are_what_they_were():
    """No cast, no difference: ids and texts do not know that there could be one."""
    (chapter,) = story_of("“Go,” said Anna. “Now!”", "He went.").chapters
    plain = segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
    cast = segment_chapter(chapter, language="en", lexicon={}, speak_title=True, lines=())
    assert plain == cast
    assert {s.speaker for s in plain} == {"narrator"}
    assert [s.id for s in plain] == ["a876d853", "efae8a20", "d55aa847"]


def test_the_frame_of_a_line_stays_with_the_narrator():
    """Each line is its speaker's, "said Anna" is not, and a short pause divides them."""
    story = story_of("“Go away now,” said Anna to him. “I want to sleep.”")
    cast = find_cast(story, "en")
    segments = segment_chapter(
        story.chapters[0], language="en", lexicon={}, speak_title=False, lines=cast.lines
    )
    assert [(s.speaker, s.text, str(s.after)) for s in segments] == [
        ("Anna", "“Go away now,”", "clause"),
        ("narrator", "said Anna to him.", "sentence"),
        ("Anna", "“I want to sleep.”", "end"),
    ]


NARRATOR = Voice("e", "n", "en-us", "female")
POOL = [Voice("e", f"{g[0]}{i}", "en-us", g) for g in ("female", "male") for i in range(4)]


def chosen(*people, pool=POOL):
    cast = [Speaker(name, (), gender) for name, gender, _ in people]
    counts = {name: n for name, _, n in people}
    return voices_for(cast, counts, pool, NARRATOR)


def test_voices_fit_and_differ():
    """Nobody shares a voice, and nobody has one of the other gender."""
    found = chosen(("Anna", "female", 9), ("Ben", "male", 8), ("Cora", "female", 3), ("X", "", 1))
    assert len(set(found.values())) == 4
    assert found["Anna"].gender == found["Cora"].gender == "female"
    assert found["Ben"].gender == "male"


def test_who_finds_no_voice_is_the_narrators():
    """With too few voices those with most lines have them."""
    people = [(f"A{i}", "female", 100 // (i + 1)) for i in range(7)]
    found = chosen(*people)
    assert {"A0", "A1"} <= set(found)
    assert len(found) == 4
    assert all(voice.gender == "female" for voice in found.values())


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(1, 3))
def test_a_minor_speaker_moves_nobody(counts, few):
    """Somebody new with fewer lines takes no voice from those who were there."""
    people = [(f"P{i}", "male" if i % 2 else "female", n + 4) for i, n in enumerate(counts)]
    before = chosen(*people)
    after = chosen(*people, ("Newcomer", "male", few))
    assert {name: after[name] for name in before} == before
