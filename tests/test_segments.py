"""Segments hold every word once, sound right in length, and stay put under edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.segments import Boundary, SegmentKind, chapter_text, segment_chapter
from audiobook.segments.breath import MAX_CHARS, MIN_CHARS
from audiobook.segments.sentences import sentence_spans
from audiobook.story.model import Block, BlockKind, Chapter


def chapter(*texts, title="The Title", kinds=None):
    kinds = kinds or [BlockKind.PARAGRAPH] * len(texts)
    blocks = tuple(Block(k, t, i + 1) for i, (k, t) in enumerate(zip(kinds, texts, strict=True)))
    return Chapter(title, True, blocks)


def cut(*texts, language="en", speak_title=False, **options):
    return segment_chapter(
        chapter(*texts, **options), language=language, lexicon={}, speak_title=speak_title
    )


def sentences(text, language="en"):
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", ["“Stop!” cried Tom.", "“Why?” he asked.", "“Because.”", "She left."]),
        ("en", ["Mrs. Smith met Dr. Jones.", "He left."]),
        ("en", ["J. R. R. Tolkien left at 3.14 p.m. on Monday.", "It was e.g. Fine."]),
        ("en", ["In the U.S. Army he rose.", "He lives in the U.S.", "He left."]),
        ("en", ["Wait... what?", "He said… nothing.", "No!"]),
        ("en", ["See vol. 3 and p. 5.", "No. 7 is here.", "No.", "He paid $3.50."]),
        ("en", ["‘First one here.", "Second one.’", "It’s Tom’s."]),
        ("en", ['"First one here.', 'Third!" he said.', "Then he left."]),
        ("fr", ["« Arrêtez ! » cria-t-il.", "« Pourquoi ? »", "M. Dupont arriva."]),
        ("de", ["Er wohnt z. B. in Berlin.", "Dr. Müller kam am 3. Mai.", "„Halt!“ rief er."]),
        ("de", ["Es war im 19. Jahrhundert.", "Sie wohnten im 2. Stock.", "Es waren 3.", "Dann"]),
        ("ru", ["— Стой! — крикнул он.", "— Зачем?", "А. С. Пушкин писал и т. д. и т. п."]),
        ("kk", ["Mrs. Smith келді.", "— Қайда? — деді ол.", "Ол отырды."]),
        ("es", ["¿Qué?", "¡No! dijo ella.", "El Sr. López vino."]),
        ("ar", ["هل أنت هنا؟", "نعم.", "أنا هنا!"]),
        ("hi", ["मैं यहाँ हूँ।", "तुम कहाँ हो?"]),
        ("xx", ["Hello there.", "Bye."]),
    ],
)
def test_sentences_are_found(language, wanted):
    """Quotes, abbreviations, initials, decimals and ellipses do not end a sentence."""
    assert sentences(" ".join(wanted), language) == wanted


def test_sentences_without_spaces_are_found():
    """Chinese needs no spaces, and a mark opens with what follows it."""
    assert sentences("你好。你呢？“是的。”他说。", "zh") == [
        "你好。",
        "你呢？",
        "“是的。”",
        "他说。",
    ]


def test_a_quotation_is_judged_without_its_far_end():
    """A quotation mark left open changes nothing elsewhere."""
    text = "He said, “Go. Nobody came. It was late. They left."
    assert sentences(text) == ["He said, “Go.", "Nobody came.", "It was late.", "They left."]


def test_short_sentences_join_the_one_before():
    """What is too short to sound right is said with its neighbour, the first with the next."""
    texts = [
        s.text
        for s in cut(
            "No. He walked slowly down to the river. Why? Nobody in the town ever knew it."
        )
    ]
    assert texts == [
        "No. He walked slowly down to the river. Why?",
        "Nobody in the town ever knew it.",
    ]


def test_short_paragraphs_are_not_joined():
    """A paragraph's pause is kept however short it is."""
    assert [s.text for s in cut("“Yes.”", "“No.”")] == ["“Yes.”", "“No.”"]


def test_long_sentence_is_cut_at_its_clauses():
    """A sentence longer than an engine is sure of is cut where one would breathe."""
    clause = "the wind went over the hills and the grass lay down before it"
    segments = cut("; ".join([clause] * 9) + ".")
    assert len(segments) > 1
    assert all(len(s.text) <= MAX_CHARS for s in segments)
    assert all(s.text.endswith(";") for s in segments[:-1])
    assert {s.after for s in segments[:-1]} == {Boundary.CLAUSE}


def test_no_cut_after_an_abbreviation():
    """The stop of "Mr." is no place to breathe."""
    text = "and the people of the town who had all come to see Mr. Beale " * 8
    assert not any(s.text.endswith("Mr.") for s in cut(text))


def test_a_word_longer_than_a_segment_is_cut_between_letters():
    """Even a word without end can be spoken, its accents kept."""
    text = "a\u0301" * 500
    segments = cut(text)
    assert "".join(s.text for s in segments) == text
    assert not any(s.text.startswith("\u0301") for s in segments)


def test_boundaries_say_what_follows():
    """The pause after a segment is decided by what comes next."""
    p, h, b = BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.SCENE_BREAK
    first = "This is the first sentence of it. And this is the second one here."
    segments = cut(
        *(first, "A paragraph before the break.", "", "The Heading", "The last paragraph of all."),
        kinds=[p, p, b, h, p],
        speak_title=True,
    )
    assert [(s.kind.value, s.after.value) for s in segments] == [
        ("title", "title"),
        *[("text", "sentence"), ("text", "paragraph"), ("text", "scene")],
        *[("heading", "heading"), ("text", "end")],
    ]
    assert segments[3].separator == "\n\n***\n\n"


def test_title_is_spoken_only_if_written_and_wanted():
    """A derived title only names files."""
    derived = Chapter("First words", False, (Block(BlockKind.PARAGRAPH, "First words go.", 1),))
    for story, wanted, count in [
        (chapter("Text."), True, 2),
        (chapter("Text."), False, 1),
        (derived, True, 1),
    ]:
        found = segment_chapter(story, language="en", lexicon={}, speak_title=wanted)
        assert len(found) == count


def test_lines_of_verse_are_clauses():
    """Each line of a poem is a breath, a full stop a longer one, short lines go together."""
    lines = [
        "The woods are lovely, dark,",
        "But I will keep my every word.",
        "And so I walk before I sleep",
    ]
    poem = "\n".join(lines)
    segments = cut(poem, kinds=[BlockKind.VERSE])
    assert [s.after.value for s in segments] == ["clause", "sentence", "end"]
    assert [s.line for s in segments] == [1, 2, 3]
    assert len(cut("An old pond\nA frog\nSplash", kinds=[BlockKind.VERSE])) == 1


@pytest.mark.parametrize(
    "texts", [("—", "He left at once."), ("He left at once.", "—", "…"), ("?!", "—", "Go on then.")]
)
def test_nothing_silent_is_given_to_an_engine(texts):
    """A lone dash is joined to a neighbour, and is still in the text."""
    segments = cut(*texts)
    assert len(segments) == 1
    assert segments[0].spoken
    assert "".join(s.text + s.separator for s in segments) == "\n\n".join(texts)


def test_chapter_without_words_has_no_segments():
    """Nothing to say gives nothing."""
    assert cut("—", "…") == ()
    assert cut() == ()


def test_ids_are_of_the_content_and_not_of_the_place():
    """A new paragraph moves segments and keeps their ids; equal texts are told apart."""
    before = cut("The same words again.", "Other words are here.", "The same words again.")
    after = cut("A new one stands in front.", *(s.text for s in before))
    assert [s.id for s in after][1:] == [s.id for s in before]
    assert before[2].id == before[0].id + "-2"


def test_ids_do_not_change_between_versions():
    """An id is written into book.toml by hand and must stay what it is."""
    assert cut("The same words again.")[0].id == "f415c70d"


SPACE = st.sampled_from([" ", "  ", "\u00a0", " \t"])
WORD = st.sampled_from(
    [
        *[
            "a",
            "I",
            "Anna",
            "said.",
            "“Go!”",
            "—",
            "…",
            "3.14",
            "Mrs.",
            "e.g.",
            "(he",
            "‘No.’",
            "the;",
            "well,",
            "и",
            "Т.б.",
            "$5.50",
            "1998",
            "19.",
            "Jahrhundert",
            "km",
            "XIX",
            "你好。",
            "«",
            "»",
            "-",
            "word",
        ],
        "w" * 400,
    ]
)
PROSE = st.lists(st.tuples(WORD, SPACE), max_size=60).map(
    lambda pairs: "".join(w + s for w, s in pairs)
)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(list(BlockKind)), st.one_of(PROSE, st.text(max_size=80))), max_size=6
)


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.sampled_from(["en", "de", "fr", "ru", "zh", "kk", ""]), st.booleans())
def test_every_word_is_spoken_once_in_order(blocks, language, speak_title):
    """Texts and separators joined are the chapter, word for word, and none is silent."""
    story = Chapter(
        "Title",
        True,
        tuple(Block(k, "" if k is BlockKind.SCENE_BREAK else t, 1) for k, t in blocks),
    )
    segments = segment_chapter(story, language=language, lexicon={}, speak_title=speak_title)
    body = [s for s in segments if s.kind is not SegmentKind.TITLE]
    text = chapter_text(story)
    if not any(c.isalnum() for c in text):
        assert body == [] or speak_title
        return
    assert "".join(s.text + s.separator for s in body) == text
    for s in segments:
        assert s.text == s.text.strip()
        assert any(c.isalnum() for c in s.text)
        assert [w.written for w in s.words] == s.text.split()
    assert segments[-1].after is Boundary.END
    assert len({s.id for s in segments}) == len(segments)


LONG = st.integers(5, 25).map(lambda n: " ".join(["Then", *["rain"] * n]) + ".")
SHORT = st.sampled_from(["No.", "“Stop!”", "Why not?", "She left.", "“Go!” he said."])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(LONG, LONG, LONG, SHORT), min_size=2, max_size=14),
    st.one_of(LONG, SHORT, st.just("“Never,” said Mrs. Smith, e.g. to Tom, and that was all.")),
    st.data(),
)
def test_an_edit_goes_no_further_than_its_sentence(story, edited, data):
    """One sentence changed is one segment spoken anew, or two where short ones are joined."""
    i = data.draw(st.integers(0, len(story) - 1))
    before = {s.text for s in cut(" ".join(story))}
    story[i] = edited
    after = {s.text for s in cut(" ".join(story))}
    assert len(after - before) <= 2


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 12).map(lambda n: "so" * n), min_size=80, max_size=300))
def test_long_text_is_cut_into_pieces_that_sound_right(words):
    """Whatever its words, a text without marks is cut below the limit and not into crumbs."""
    segments = cut(" ".join(words) + ".")
    assert all(MIN_CHARS <= len(s.text) <= MAX_CHARS for s in segments)
