"""The composer: figures, form and score, without a sound."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import MusicError
from audiobook.music.bed import Cues, open_cues
from audiobook.music.composer import MELODY_PAN, compose
from audiobook.music.figures import PHRASES_IN_PERIOD, metre, phrase, theme
from audiobook.music.moods import PALETTES, find_mood
from audiobook.music.score import Mark, Note, Score, pitch_name

KAZAKH = PALETTES["kazakh"]
MOODS = list(KAZAKH.moods)
MINUTE = open_cues(60 * SAMPLE_RATE)


def score_of(cues, mood="tender", seed="a"):
    return compose(cues, KAZAKH, KAZAKH.moods[mood], seed)


def melody(score):
    """Return the tune alone: struck on the melody's side, before the first final chord."""
    end = next(mark.onset for mark in score.marks if mark.name == "cadence")
    return [n for n in score.notes if n.pan == MELODY_PAN and n.onset < end]


def part_of(score, name):
    """Return the tune's notes within the parts of a name."""
    marks = [*score.marks, Mark(score.n_samples, "end")]
    spans = [(a.onset, b.onset) for a, b in itertools.pairwise(marks) if name in a.name]
    return [n for n in melody(score) if any(a <= n.onset < b for a, b in spans)]


def chapter(paragraphs, seconds=30, intro_s=7, outro_s=6):
    """Cues of a chapter whose paragraphs are all as long as one another, with pauses of 0.8 s."""
    start = intro_s * SAMPLE_RATE
    step = seconds * SAMPLE_RATE
    ends = [start + step * (n + 1) for n in range(paragraphs)]
    breaths = tuple((end, end + int(0.8 * SAMPLE_RATE), 1) for end in ends[:-1])
    return Cues(ends[-1] + outro_s * SAMPLE_RATE, start, ends[-1], breaths)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_cues_can_be_composed_to(data):
    """Whatever the cues, notes lie in order within the music and the cadence is struck."""
    n_samples = data.draw(st.integers(SAMPLE_RATE, 200 * SAMPLE_RATE))
    start = data.draw(st.integers(0, n_samples))
    end = data.draw(st.integers(start, n_samples))
    begins = data.draw(st.lists(st.integers(start, end), max_size=12, unique=True).map(sorted))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(begins), max_size=len(begins)))
    breaths = tuple((b, min(end, b + 20_000), w) for b, w in zip(begins, weights, strict=True))
    score = score_of(Cues(n_samples, start, end, breaths), data.draw(st.sampled_from(MOODS)), "any")
    onsets = [note.onset for note in score.notes]
    assert onsets == sorted(onsets)
    assert 0 <= onsets[0] <= onsets[-1] < n_samples
    assert all(0.0 < note.velocity <= 1.0 and note.duration_s > 0.0 for note in score.notes)
    assert any(mark.name == "cadence" for mark in score.marks)


@pytest.mark.parametrize("mood", MOODS)
def test_all_notes_are_of_the_scale(mood):
    """Melody, drones, pad and chords stay in the mood's mode."""
    score = score_of(chapter(8), mood)
    scale = KAZAKH.moods[mood].scale
    assert {(note.pitch - KAZAKH.tonic) % 12 for note in score.notes} <= set(scale)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_melodies_cohere(mood, seed):
    """Figures return (.20-.80 of interval triples), most moves are small, leaps are rare."""
    moves = np.diff([note.pitch for note in melody(score_of(MINUTE, mood, seed))])
    triples = [tuple(moves[i : i + 3]) for i in range(len(moves) - 2)]
    repeated = 1.0 - len(set(triples)) / len(triples)
    assert 0.20 <= repeated <= 0.80
    assert np.mean(np.abs(moves) <= 4) >= 0.60
    assert np.mean(np.abs(moves) > 12) <= 0.05


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("cues", [MINUTE, chapter(12)], ids=["minute", "chapter"])
def test_the_saga_lies_high_and_the_end_is_low(mood, cues):
    """The climax lies at least 7 semitones over the opening; the closing phrase is low again."""
    score = score_of(cues, mood)
    opening, saga, closing = (
        np.median([n.pitch for n in part_of(score, name)]) for name in ("intro", "ülken", "closing")
    )
    assert saga - opening >= 7.0
    assert closing < saga - 5.0


def test_long_music_climbs_more_than_once():
    """Half an hour has several arcs, with one greatest climax."""
    names = [mark.name for mark in score_of(chapter(60)).marks]
    runs = [n for n, before in zip(names, ["", *names], strict=False) if n != before]
    assert runs.count("ülken saga") == 1
    assert runs.count("kishi saga") >= 2


@pytest.mark.parametrize("mood", MOODS)
def test_phrases_begin_in_pauses(mood):
    """At every pause that leaves room for a phrase, one begins within half a second."""
    cues = chapter(10)
    marks = np.array([mark.onset for mark in score_of(cues, mood).marks])
    last_room = cues.speech_end - 15 * SAMPLE_RATE
    for start, _, _ in cues.breaths:
        if start < last_room:
            late = marks[marks >= start].min() - start
            assert late <= 0.5 * SAMPLE_RATE


@pytest.mark.parametrize("mood", MOODS)
def test_the_intro_leads_into_the_first_word(mood):
    """The intro's last tone falls less than 3 s before the first word, and none on it."""
    intro = part_of(score_of(chapter(3), mood), "intro")
    late_s = (chapter(3).speech_start - intro[-1].onset) / SAMPLE_RATE
    assert 0.1 < late_s < 3.0


def test_the_cadence_is_struck_on_the_last_word():
    """Four strings are strummed within 0.15 s of the end of speech, tonic and fifth alone."""
    score = score_of(chapter(4))
    at = chapter(4).speech_end
    chord = [n for n in score.notes if at <= n.onset < at + 0.15 * SAMPLE_RATE]
    struck = [n for n in chord if n.instrument == "dombra"]
    assert len(struck) == 4
    assert {(note.pitch - score.tonic) % 12 for note in struck} == {0, 7}


def test_a_long_ending_is_filled_and_struck_again():
    """With 30 s after the last word the music plays on, and ends with a second chord."""
    score = score_of(chapter(4, outro_s=30))
    names = [mark.name for mark in score.marks]
    assert names.count("cadence") == 2
    assert "coda" in names


def test_slow_moods_are_sparse_and_the_lively_one_is_not():
    """About 1.0-1.8 strokes a second under speech in slow moods, 3-5.5 in lively."""

    def strokes_per_second(mood):
        cues = chapter(10)
        return sum(n.instrument == "dombra" for n in score_of(cues, mood).notes) / (
            cues.n_samples / SAMPLE_RATE
        )

    assert all(1.0 <= strokes_per_second(m) <= 1.8 for m in ("tender", "solemn", "wistful"))
    assert 3.0 <= strokes_per_second("lively") <= 5.5


def test_an_edit_moves_cues_and_keeps_the_melody():
    """A longer last paragraph leaves every stroke before it in place, and the figures as a whole.

    Only the register may differ, for the climax lies at a share of the whole.
    """
    before, longer = chapter(8), replace(chapter(9), breaths=chapter(8).breaths)
    edited_at = before.breaths[-1][0]
    tune, changed = (
        [(n.onset, n.duration_s) for n in melody(score_of(cues)) if n.onset < edited_at]
        for cues in (before, longer)
    )
    assert len(tune) > 150
    assert tune == changed
    opening = [
        [n.pitch for n in part_of(score_of(cues), "intro")] for cues in (chapter(3), chapter(30))
    ]
    assert opening[0] == opening[1]


def test_phrases_take_the_form_a_a_b_a():
    """The A phrases share all but the tail; B begins as A does, a step higher."""
    mood = KAZAKH.moods["solemn"]
    first, second, answer, last = (phrase(mood, "x", n) for n in range(PHRASES_IN_PERIOD))
    head = [t for t in first if t.bar < len(metre(mood, "x")) - 1]
    assert [t for t in second if t.bar < len(metre(mood, "x")) - 1] == head
    assert [t.degree + 1 for t in head] == [t.degree for t in answer[: len(head)]]
    assert second[-1].degree == last[-1].degree == 0
    assert phrase(mood, "x", 3, closing=True)[-1].degree == 1


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=20), st.sampled_from(MOODS), st.integers(0, 30))
def test_bars_are_always_full(seed, mood, ordinal):
    """Every bar of every theme has exactly its eighths, in every seed."""
    feeling = KAZAKH.moods[mood]
    bars = theme(feeling, seed, ordinal).bars
    assert [sum(bar.rhythm) for bar in bars] == list(metre(feeling, seed))
    assert all(len(bar.rhythm) == len(bar.contour) for bar in bars)


@pytest.mark.parametrize("mood", MOODS)
def test_seeds_are_different_pieces(mood):
    """Onset patterns of two seeds correlate below .5 under the same cues."""

    def onsets(seed):
        pattern = np.zeros(int(chapter(6).n_samples / SAMPLE_RATE / 0.05) + 1)
        for note in score_of(chapter(6), mood, seed).notes:
            if note.instrument == "dombra":
                pattern[int(note.onset / SAMPLE_RATE / 0.05)] = 1.0
        return pattern

    patterns = [onsets(seed) for seed in ("a", "b", "c", "d")]
    correlation = np.corrcoef(patterns)
    assert correlation[~np.eye(4, dtype=bool)].max() < 0.5
    assert score_of(MINUTE, mood, "a") == score_of(MINUTE, mood, "a")


def test_unknown_names_are_answered_with_the_closest():
    """A typo in a palette or mood is one line with the name that was meant."""
    with pytest.raises(MusicError, match='unknown music palette "kazak"; did you mean "kazakh"'):
        find_mood("kazak", "tender")
    with pytest.raises(MusicError, match='no mood "tendr"; did you mean "tender"'):
        find_mood("kazakh", "tendr")


def test_cues_must_be_ordered():
    """Speech that ends before it begins is the programmer's mistake."""
    with pytest.raises(ValueError, match="ordered"):
        Cues(1000, 900, 100)


def test_scores_can_be_read():
    """The text roll names every part and draws every stroke."""
    notes = (Note(0, "dombra", 1.0, 50.0, 0.5), Note(SAMPLE_RATE, "dombra", 1.0, 57.0, 0.5))
    score = Score(2 * SAMPLE_RATE, 50, (0, 7), "dombra", notes, (Mark(0, "intro"),))
    assert score.describe() == "0:00.0  intro\n   A3 ....o\n   D3 o...."
    assert score_of(MINUTE).describe().count("\n\n") == len(score_of(MINUTE).marks) - 1
    assert pitch_name(61) == "C#4"


def test_scores_refuse_disorder():
    """Notes out of order or after the end are the programmer's mistake."""
    late = (Note(5, "dombra", 1.0, 50.0, 0.5), Note(1, "dombra", 1.0, 50.0, 0.5))
    with pytest.raises(ValueError, match="ordered"):
        Score(10, 50, (0,), "dombra", late)
    with pytest.raises(ValueError, match="within"):
        Score(5, 50, (0,), "dombra", late[:1])
