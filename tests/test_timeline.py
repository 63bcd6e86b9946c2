"""The one clock."""

from hypothesis import given
from hypothesis import strategies as st

from audiobook.audio import SAMPLE_RATE
from audiobook.lexicon import SpokenWord
from audiobook.segments import Boundary, Segment, SegmentKind
from audiobook.speech.engine import WordTiming
from audiobook.story.book import Pauses
from audiobook.timeline import GRID_SAMPLES, place


def segment(text="Hello.", after=Boundary.SENTENCE, kind=SegmentKind.TEXT):
    return Segment(text, kind, "narrator", text, " ", (SpokenWord(text, text),), after)


def clip(seconds=1.0, sample_rate=24_000):
    words = (WordTiming(0.1, seconds - 0.1, True),)
    return (round(seconds * sample_rate), sample_rate, words)


def test_pauses_stand_between_the_segments_they_belong_to():
    """A second clip begins a sentence's pause after the first has ended."""
    line = place(
        [segment(), segment(after=Boundary.PARAGRAPH), segment(after=Boundary.END)],
        [clip(), clip(), clip()],
        Pauses(sentence_s=0.5, paragraph_s=1.5),
        intro_s=2.0,
        outro_s=3.0,
    )
    starts = [p.start / SAMPLE_RATE for p in line.placed]
    assert starts == [2.0, 3.5, 6.0]
    assert line.n_samples / SAMPLE_RATE == 10.0
    assert line.pauses[1][2] is Boundary.PARAGRAPH


def test_words_move_with_their_clip():
    """A word's time is on the chapter's clock."""
    line = place([segment(after=Boundary.END)], [clip()], Pauses(), intro_s=2.0, outro_s=0.0)
    word = line.placed[0].words[0]
    assert (word.start_s, word.end_s, word.exact) == (2.1, 2.9, True)


def test_the_intro_leads_into_the_title():
    """Music knows where the title is said and where it has ended."""
    line = place(
        [segment("One", Boundary.TITLE, SegmentKind.TITLE), segment(after=Boundary.END)],
        [clip(), clip()],
        Pauses(title_s=2.0),
        intro_s=5.0,
        outro_s=7.0,
    )
    assert line.speech_start == 5 * SAMPLE_RATE
    assert line.title_end == 6 * SAMPLE_RATE
    assert line.speech_end == 9 * SAMPLE_RATE


@given(
    st.lists(
        st.tuples(st.floats(0.1, 30.0), st.sampled_from([16_000, 22_050, 24_000, 48_000])),
        min_size=1,
        max_size=40,
    ),
    st.floats(0.0, 60.0),
)
def test_nothing_overlaps_and_everything_fits(clips, intro_s):
    """Clips follow one another inside a chapter of whole 10 ms."""
    segments = [segment(after=Boundary.CLAUSE) for _ in clips]
    line = place(segments, [clip(*c) for c in clips], Pauses(), intro_s=intro_s, outro_s=0.3)
    ends = [0, *(p.end for p in line.placed)]
    assert all(p.start >= end for p, end in zip(line.placed, ends, strict=False))
    assert line.placed[-1].end <= line.n_samples
    assert line.n_samples % GRID_SAMPLES == 0
