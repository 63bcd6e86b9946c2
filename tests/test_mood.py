"""What a chapter feels like, by its words, its pace and how bright they are."""

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.mood import feel
from audiobook.mood.evidence import of_sentence
from audiobook.mood.words import FOLDER, word_lists
from audiobook.music.moods import MOODS
from audiobook.segments import segment_chapter
from audiobook.story import open_project
from audiobook.story.model import Block, BlockKind, Chapter
from audiobook.story.read import parse_story

HERE = Path(__file__).parent
STORY = HERE.parent / "assets" / "stories" / "marat-kalmurzaeva"
PASSAGES = [
    (" ".join(entry["text"].split()), entry["mood"], entry.get("unseen", False))
    for entry in tomllib.loads((HERE / "data" / "moods.toml").read_text("utf-8"))["passage"]
]
PLAIN = (
    "The clerk put the papers on the table and counted them. There were about as many as on the "
    "day before. He wrote the number into the book and took the next box from the shelf."
)


def segments_of(*paragraphs, language="en", kinds=()):
    """Cut paragraphs into segments; "***" is a scene break, a leading "# " makes a heading."""
    blocks = []
    for line, text in enumerate(paragraphs, start=1):
        if text == "***":
            blocks.append(Block(BlockKind.SCENE_BREAK, "", line))
        elif text.startswith("# "):
            blocks.append(Block(BlockKind.HEADING, text[2:], line, 1))
        else:
            blocks.append(Block(BlockKind.PARAGRAPH, text, line))
    chapter = Chapter("T", False, tuple(blocks))
    return segment_chapter(chapter, language=language, lexicon={}, speak_title=False)


def mood_of(*paragraphs, language="en"):
    return feel("", segments_of(*paragraphs, language=language), language).mood


def all_of(mood):
    """Return the passages of a mood as paragraphs of one scene."""
    return [text for text, expected, _ in PASSAGES if expected == mood]


def test_passages_have_the_mood_that_people_gave_them():
    """Of 42 short passages at least nine in ten are judged as labelled, at most one otherwise."""
    judged = [(mood_of(text), expected) for text, expected, _ in PASSAGES]
    right = sum(mood == expected for mood, expected in judged)
    wrong = sum(mood not in (expected, "") for mood, expected in judged)
    assert right >= 0.9 * len(judged)
    assert wrong <= 1


def test_passages_that_the_lists_were_not_made_with_are_judged_too():
    """Of the passages written after the lists, at least four in five are right."""
    judged = [(mood_of(text), expected) for text, expected, unseen in PASSAGES if unseen]
    assert len(judged) >= 12
    assert sum(mood == expected for mood, expected in judged) > 0.8 * len(judged)


def test_the_bundled_story_has_moods_that_fit_its_chapters():
    """Dance and stage are lively, the festival triumphant, roots and farewell wistful."""
    story = open_project(STORY).story
    found = {}
    for chapter in story.chapters:
        segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
        found[chapter.title] = feel(chapter.title, segments, "en").mood
    assert found == {
        "The Girl from Akbulak": "lively",
        "Mrs. Shalyapova's Studio": "",  # a plain report of training: the palette's own mood
        "Old Steps, New Wings": "lively",
        "The Festival in Astana": "triumphant",
        "A Name Carried on the Wind": "wistful",
        "The Last Bow": "wistful",
    }


def test_one_word_never_makes_one_clear_mood_another():
    """Without any one word a passage keeps its mood, or none is clear any more."""
    for text, _, _ in PASSAGES:
        words = text.split()
        before = mood_of(text)
        after = {mood_of(" ".join(words[:i] + words[i + 1 :])) for i in range(0, len(words), 5)}
        assert after <= {before, ""}, (before, after, text[:40])


def test_a_word_of_another_mood_does_not_make_it():
    """A murder mentioned at a dance, or a dance at a funeral, changes nothing."""
    intruders = {"lively": "dancing", "solemn": "murder", "mysterious": "ghost", "tender": "kiss"}
    for text, _, _ in PASSAGES:
        before = mood_of(text)
        for mood, word in intruders.items():
            assert mood_of(f"{text} It was a {word}.") in {before, mood if not before else "", ""}


@given(st.randoms(use_true_random=False))
def test_neither_order_nor_place_decides(dice: random.Random):
    """The same paragraphs in another order feel the same."""
    paragraphs = [text for text, _, _ in PASSAGES[10:16]]
    before = feel("", segments_of(*paragraphs), "en")
    dice.shuffle(paragraphs)
    after = feel("", segments_of(*paragraphs), "en")
    assert (after.mood, after.why) == (before.mood, before.why)
    assert after.scores == pytest.approx(before.scores)


@pytest.mark.parametrize("mood", MOODS)
def test_length_does_not_decide(mood):
    """Three times the text of one mood is that mood still, and why names words of the text."""
    paragraphs = all_of(mood)
    feeling = feel("", segments_of(*paragraphs * 3), "en")
    assert feeling.mood == mood
    first = feeling.why.replace(";", ",").split(",")[0]
    assert first in " ".join(paragraphs).casefold()
    assert feeling.confidence > 1.0


def test_plain_text_has_no_mood():
    """Where nothing stands out the reason says so."""
    feeling = feel("", segments_of(PLAIN), "en")
    assert feeling.mood == ""
    assert feeling.why.startswith("no mood stands out")


def test_what_is_denied_does_not_count():
    """There was no joy and no laughter: such a text is not lively."""
    lists = word_lists("en")
    assert of_sentence("They found joy and laughter.", lists).found["lively"]
    assert "lively" not in of_sentence("They never found joy.", lists).found


def test_a_written_title_counts():
    """The secret of a wizard over a few plain lines is mysterious."""
    segments = segments_of(PLAIN)
    assert feel("The Wizard and the Secret of the Haunted Crypt: a Riddle", segments, "en").mood
    assert not feel("", segments, "en").mood


def test_a_language_without_lists_has_no_mood_and_says_why():
    """A Kazakh text is not measured with English words."""
    feeling = feel("", segments_of("Ол үйге қайтты.", language="kk"), "kk")
    assert (feeling.mood, feeling.why) == ("", "no word lists for kk")


def test_a_scene_of_another_mood_turns_the_music_and_back():
    """A solemn scene between lively ones begins and ends at its segments, by their ids."""
    lively, solemn = all_of("lively"), all_of("solemn")
    segments = segments_of(*lively, "***", *solemn[:3], "***", *lively[:3])
    feeling = feel("", segments, "en")
    assert feeling.mood == "lively"
    starts = {s.id: s.text for s in segments}
    (to, at), (back, there) = ((turn.mood, starts[turn.segment_id]) for turn in feeling.turns)
    assert (to, back) == ("solemn", "lively")
    assert at == "They carried the coffin down the hill in silence."
    assert there.startswith("Off they went!")
    assert feeling.turns[1].segment_id.endswith("-2")  # the same words stand in the first scene


def test_a_scene_begins_at_its_heading():
    """The turn of the music comes with the heading, not after it."""
    segments = segments_of(*all_of("tender"), "# The War", *all_of("solemn")[:3])
    (turn,) = feel("", segments, "en").turns
    assert next(s for s in segments if s.id == turn.segment_id).text == "The War"


def test_a_short_scene_turns_nothing():
    """What is over in half a minute does not change the music."""
    segments = segments_of(*all_of("lively"), "***", all_of("solemn")[0], "***", *all_of("lively"))
    assert feel("", segments, "en").turns == ()


def test_the_climax_lies_where_the_text_is_strongest():
    """A storm of terror and joy in a plain chapter is its climax; a plain chapter has none."""
    plain = [f"{PLAIN} It was day {i}." for i in range(24)]
    storm = (
        "Help! Help! The fire was terrible, she screamed with horror, the monstrous flames "
        "killed hope itself! Then a miracle! He was alive! They wept, they loved, they won!"
    )
    assert feel("", segments_of(*plain), "en").climax == ""
    segments = segments_of(*plain[:15], storm, storm, *plain[15:])
    climax = feel("", segments, "en").climax
    position = [s.id for s in segments].index(climax)
    assert segments[position].text in storm


def test_punctuation_alone_can_make_a_climax():
    """Where the words are not known, short exclamations still stand out."""
    plain = [f"Ол үстелге қағаздарды қойып, оларды асықпай санап шықты {i}." for i in range(80)]
    cries = ["Тұр! Қаш! Тез! Тез! Міне! Алға! Жет! Ал! Кел! Көр!"] * 3
    segments = segments_of(*plain[:45], *cries, *plain[45:], language="kk")
    climax = feel("", segments, "kk").climax
    assert next(s for s in segments if s.id == climax).text.endswith("!")


def test_the_lists_are_in_order():
    """Each list is small letters, has no word twice, and none that a star covers."""
    for path in FOLDER.glob("*.toml"):
        lists = word_lists(path.stem)
        assert lists.moods.keys() == lists.usual.keys() == set(MOODS)
        for mood, words in lists.moods.items():
            assert len(words) == len(set(words)), mood
            assert len(words) > 50, mood
            stars = [w[:-1] for w in words if w.endswith("*")]
            for word in words:
                assert word == word.lower()
                covers = [s for s in stars if word.startswith(s) and word != s + "*"]
                assert not covers, (mood, word, covers)


def test_directions_do_not_change_what_the_text_feels_like():
    """The word in {mood: ...} is no word of the text."""
    story = "# A\n\n# B\n\n{mood: solemn}\n\n" + PLAIN
    chapter = parse_story("# T\n\n" + PLAIN, "a.md", is_markdown=True).chapters[0]
    directed = parse_story(story, "a.md", is_markdown=True).chapters[-1]
    assert [b.text for b in directed.blocks] == [b.text for b in chapter.blocks]
