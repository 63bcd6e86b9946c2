"""Subtitles: broken as they should be, every word once, in the order of time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.export.cues import GAP_MS, MAX_MS, MIN_MS, Cue, cues_of
from audiobook.export.edition import Passage
from audiobook.export.phrases import LINE_WIDTH, width_of
from audiobook.export.report import WordReport
from audiobook.lexicon import SpokenWord
from audiobook.segments import Boundary, Segment, SegmentKind, segment_chapter
from audiobook.story.model import Block, BlockKind, Chapter

PROSE = (
    "Marat Kalmurzaeva was a woman with a passion for dance that knew no bounds. Born and raised "
    "in a small town, Akbulak, she spent most of her childhood watching traditional Kazakh "
    "folk dances performed by local women. The rhythmic movements and vibrant costumes sparked "
    "something within her, and Marat decided to pursue dance as a career."
)
JAPANESE = (
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
    "何でも薄暗いじめじめした所で「ニャーニャー」泣いていた事だけは記憶している。"
)
PAUSES_S = {"clause": 0.2, "sentence": 0.4, "paragraph": 1.2, "scene": 2.5}


def spoken(*texts, kinds=None, language="en", chars_per_s=15.0):
    """Return the passages of a chapter as a reader of a certain speed says them."""
    blocks = tuple(Block(BlockKind.PARAGRAPH, text, 1) for text in texts)
    if kinds:
        blocks = tuple(Block(kind, b.text, 1) for kind, b in zip(kinds, blocks, strict=True))
    chapter = Chapter("A Title", True, blocks)
    segments = segment_chapter(chapter, language=language, lexicon={}, speak_title=True)
    passages, now_s = [], 3.0
    for segment in segments:
        words, start_s = [], now_s
        for word in segment.words:
            length_s = width_of(word.written + " ") / chars_per_s
            words.append(WordReport(word.written, now_s, now_s + 0.95 * length_s, True))
            now_s += length_s
        passages.append(Passage(segment, start_s, now_s, tuple(words), "tone:hum"))
        now_s += PAUSES_S.get(segment.after.value, 0.7)
    return passages, round((now_s + 5.0) * 1000)


def said_by(*lines):
    """Return a passage of one sentence for each speaker and text, a second after the other."""
    return [
        Passage(
            Segment(
                f"{i:08x}",
                SegmentKind.TEXT,
                speaker,
                text,
                " ",
                tuple(SpokenWord(word, word) for word in text.split()),
                Boundary.SENTENCE,
            ),
            2.0 * i,
            2.0 * i + 1.5,
            tuple(WordReport(word, 2.0 * i, 2.0 * i + 1.5, False) for word in text.split()),
            "tone:hum",
        )
        for i, (speaker, text) in enumerate(lines)
    ]


def test_lines_end_where_the_sense_does():
    """Clauses and phrases stay together; no line ends with an article."""
    cues = cues_of(*spoken(PROSE))
    assert [cue.lines for cue in cues[:4]] == [
        ("A Title",),
        ("Marat Kalmurzaeva was a woman with", "a passion for dance that knew no bounds."),
        ("Born and raised in a small town,", "Akbulak, she spent most of her childhood"),
        ("watching traditional Kazakh folk", "dances performed by local women."),
    ]
    assert not {line.split()[-1] for cue in cues for line in cue.lines} & {"a", "the", "of", "and"}


@pytest.mark.parametrize("chars_per_s", [8.0, 15.0])
def test_cues_can_be_read(chars_per_s):
    """One or two lines of 42 letters, one to seven seconds, two frames apart, not too fast."""
    passages, duration_ms = spoken(PROSE, PROSE, "No.", "Yes.", chars_per_s=chars_per_s)
    cues = cues_of(passages, duration_ms)
    for cue, following in zip(cues, [*cues[1:], Cue(duration_ms + GAP_MS, 0, ())], strict=True):
        length_ms = cue.end_ms - cue.start_ms
        assert MIN_MS <= length_ms <= MAX_MS
        assert following.start_ms - cue.end_ms >= GAP_MS
        assert 1 <= len(cue.lines) <= 2
        assert all(len(line) <= 42 for line in cue.lines)
        assert len(" ".join(cue.lines)) / length_ms * 1000 <= 20


def test_cues_start_with_their_words():
    """Nothing is shown before it is said, and what is shown stays until it has been said."""
    passages, duration_ms = spoken(PROSE)
    words = [word for passage in passages for word in passage.words]
    at = 0
    for cue in cues_of(passages, duration_ms):
        n_words = len(" ".join(cue.lines).split())
        own = words[at : at + n_words]
        at += n_words
        assert cue.start_ms == pytest.approx(own[0].start_s * 1000, abs=1)
        assert cue.end_ms >= own[-1].end_s * 1000 - GAP_MS
    assert at == len(words)


def test_no_cue_goes_over_a_paragraph():
    """What a pause divides is not shown together, however short it is."""
    cues = cues_of(*spoken("He ran.", "She sang.", "They met."))
    assert [" ".join(cue.lines) for cue in cues[1:]] == ["He ran.", "She sang.", "They met."]


def test_verse_keeps_its_lines():
    """A line of a poem is a line on the screen."""
    verse = "The rain was long,\nthe night was old,\nthe road went on,\nthe tale was told."
    cues = cues_of(*spoken(verse, kinds=[BlockKind.VERSE]))
    shown = [line for cue in cues[1:] for line in cue.lines]
    assert shown == verse.split("\n")


def test_a_dash_alone_is_not_shown_alone():
    """What makes no sound goes with what is said before it, or after it."""
    cues = cues_of(*spoken("He looked at the hills for a long time.", "—", "— They went on."))
    assert all(any(c.isalpha() for c in "".join(cue.lines)) for cue in cues)


def test_japanese_is_broken_between_words():
    """Lines have at most 16 characters, and none begins with a full stop or a closing bracket."""
    cues = cues_of(*spoken(JAPANESE, language="ja"))
    lines = [line for cue in cues for line in cue.lines]
    assert max(map(len, lines[1:])) <= 16
    assert not {line[0] for line in lines} & set("。、」ーャ")
    assert not {line[-1] for line in lines} & set("「")
    assert "".join(lines[1:]) == JAPANESE


def test_speakers_are_not_mixed():
    """A cue is one speaker's, and leaves room for the name."""
    passages = said_by(
        ("narrator", "He asked."), ("Anna", "No."), ("Anna", "Never, never. " * 3), ("Ivan", "Why?")
    )
    cues = cues_of(passages, 9000, is_cast=True)
    assert [cue.speaker for cue in cues] == ["narrator", "Anna", "Ivan"]
    assert max(len(line) for cue in cues for line in cue.lines) <= 42 - len("Anna: ")


WORDS = st.text(
    st.sampled_from("ab.,!?—-'\"<&>]{}\\[0123猫は、。「」ーだสวัáﻋر\u0301\U0001f600"),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=30).map(" ".join), min_size=1, max_size=4),
    st.sampled_from([1.0, 15.0, 400.0]),
)
def test_every_word_is_shown_once_and_in_order(texts, chars_per_s):
    """Whatever the words and however fast: nothing is lost, doubled, reordered or overlapping."""
    texts = [text + " word" for text in texts]
    passages, duration_ms = spoken(*texts, chars_per_s=chars_per_s)
    cues = cues_of(passages, duration_ms)
    shown = "".join("".join(cue.lines) for cue in cues)
    said = "".join(passage.segment.text for passage in passages)
    assert "".join(shown.split()) == "".join(said.split())
    edges = [edge for cue in cues for edge in (cue.start_ms, cue.end_ms)]
    assert edges == sorted(edges)
    assert all(cue.start_ms < cue.end_ms for cue in cues)
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(line and width_of(line) <= LINE_WIDTH for line in cue.lines)


def test_one_endless_word_is_cut():
    """A word of 300 letters fills lines and is still whole."""
    word = "https://" + "long" * 73
    cues = cues_of(*spoken(f"See {word} for more."))
    shown = " ".join(line for cue in cues[1:] for line in cue.lines)
    assert shown.replace(" ", "") == f"See{word}formore."
