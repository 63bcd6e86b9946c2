"""The composer: figures, form and score, without a sound."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from gates import likeness, part_of, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.errors import MusicError
from audiobook.music.bed import Cues, open_cues
from audiobook.music.composer import compose
from audiobook.music.figures import PHRASES_IN_PERIOD, metre, phrase, theme
from audiobook.music.moods import MOODS, PALETTES
from audiobook.music.score import Mark, Mode, Note, Score, pitch_name

MINUTE = open_cues(60 * SAMPLE_RATE)
KAZAKH = PALETTES["kazakh"]
EVERY = [(palette, mood) for palette in PALETTES for mood in MOODS]


def score_of(cues, mood="tender", seed="steppe", palette="kazakh"):
    tradition = PALETTES[palette]
    return compose(cues, tradition, tradition.mood(mood), seed)


def chapter(paragraphs, seconds=30, intro_s=7, outro_s=6):
    """Cues of a chapter whose paragraphs are all as long as one another, with pauses of 0.8 s."""
    start = intro_s * SAMPLE_RATE
    step = seconds * SAMPLE_RATE
    ends = [start + step * (n + 1) for n in range(paragraphs)]
    breaths = tuple((end, end + int(0.8 * SAMPLE_RATE), 1) for end in ends[:-1])
    return Cues(ends[-1] + outro_s * SAMPLE_RATE, start, ends[-1], breaths)


def with_scenes(cues, *numbers):
    """Make scene breaks of some pauses."""
    breaths = [(a, b, 3 if n in numbers else w) for n, (a, b, w) in enumerate(cues.breaths)]
    return replace(cues, breaths=tuple(breaths))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_cues_can_be_composed_to(data):
    """Whatever the cues, moods and climax, notes lie in order within the music and it closes."""
    n_samples = data.draw(st.integers(SAMPLE_RATE, 200 * SAMPLE_RATE))
    start = data.draw(st.integers(0, n_samples))
    end = data.draw(st.integers(start, n_samples))
    place = st.integers(start, end)
    begins = data.draw(st.lists(place, max_size=12, unique=True).map(sorted))
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(begins), max_size=len(begins)))
    breaths = tuple((b, min(end, b + 20_000), w) for b, w in zip(begins, weights, strict=True))
    changes = data.draw(st.lists(st.tuples(place, st.sampled_from(MOODS)), max_size=4).map(sorted))
    cues = Cues(n_samples, start, end, breaths, tuple(changes), data.draw(st.none() | place))
    palette, mood = data.draw(st.sampled_from(EVERY))
    score = score_of(cues, mood, "any", palette)
    onsets = [note.onset for note in score.notes]
    assert onsets == sorted(onsets)
    assert 0 <= onsets[0] <= onsets[-1] < n_samples
    assert all(0.0 < note.velocity <= 1.0 and note.duration_s > 0.0 for note in score.notes)
    assert all(-1.0 <= note.pan <= 1.0 for note in score.notes)
    assert any(mark.kind == "cadence" for mark in score.marks)


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_seeds_are_different_pieces(palette, mood):
    """Onset patterns of two seeds correlate below .5 under the same cues; one seed is one piece."""
    scores = [score_of(chapter(4), mood, seed, palette) for seed in ("a", "b", "c")]
    assert likeness(scores) < 0.5
    assert score_of(MINUTE, mood, "a", palette) == score_of(MINUTE, mood, "a", palette)


@pytest.mark.parametrize("mood", MOODS)
def test_the_climax_lies_high_and_the_end_is_low(mood):
    """In a chapter of six minutes too the climax is 7 semitones up, and the closing low again."""
    score = score_of(chapter(12), mood)
    opening, climax, closing = (
        np.median([n.pitch for n in part_of(score, kind)])
        for kind in ("intro", "climax", "closing")
    )
    assert climax - opening >= 7.0
    assert closing < climax - 5.0


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("paragraphs", [3, 12, 40])
def test_the_climax_lies_where_the_text_peaks(share, paragraphs):
    """The climax holds at the sample the cues name; without one, in the third quarter or so."""
    cues = chapter(paragraphs)
    spoken = cues.speech_end - cues.speech_start
    peak = cues.speech_start + round(share * spoken)
    marks = score_of(replace(cues, climax=peak)).marks
    assert [mark.kind for mark in marks if mark.onset <= peak + SAMPLE_RATE][-1] == "climax"
    usual = [m.onset for m in score_of(cues).marks if m.kind == "climax"]
    assert 0.35 < (np.mean(usual) - cues.speech_start) / spoken < 0.74


def test_long_music_climbs_more_than_once():
    """Half an hour has several arcs, with one greatest climax, under the tradition's names."""
    marks = score_of(chapter(60)).marks
    runs = [name for name, _ in itertools.groupby(mark.name for mark in marks)]
    assert runs.count("ülken saga") == 1
    assert runs.count("kishi saga") >= 2


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_phrases_begin_in_pauses(palette, mood):
    """At every pause that leaves room for a phrase, one begins within half a second."""
    cues = chapter(8)
    marks = np.array([mark.onset for mark in score_of(cues, mood, palette=palette).marks])
    for start, _, _ in cues.breaths[:-1]:
        assert marks[marks >= start].min() - start <= 0.5 * SAMPLE_RATE


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_the_intro_leads_into_the_first_word(palette, mood):
    """The intro's last tone falls less than 4 s before the first word, and none on it."""
    cues = chapter(3, intro_s=12)
    intro = part_of(score_of(cues, mood, palette=palette), "intro")
    late_s = (cues.speech_start - intro[-1].onset) / SAMPLE_RATE
    assert 0.1 < late_s < 4.0


@pytest.mark.parametrize(("palette", "mood"), EVERY)
def test_the_cadence_is_struck_on_the_last_word(palette, mood):
    """A chord of tonic and fifth alone is struck within 0.15 s of the end of speech."""
    score = score_of(chapter(4), mood, palette=palette)
    at = chapter(4).speech_end
    chord = [n for n in score.notes if n.role == "chord" and 0 <= n.onset - at < 0.15 * SAMPLE_RATE]
    assert len(chord) >= 4
    assert {(note.pitch - score.tonic) % 12 for note in chord} == {0, 7}


def test_a_long_ending_is_filled_and_struck_again():
    """With 30 s after the last word the music plays on, and ends with a second chord."""
    kinds = [mark.kind for mark in score_of(chapter(4, outro_s=30)).marks]
    assert kinds.count("cadence") == 2
    assert "coda" in kinds


def test_slow_moods_are_sparse_and_the_lively_one_is_not():
    """The dombra strikes 0.8-1.8 times a second in tender and mysterious, 3-6 in lively."""

    def strokes_per_second(mood):
        notes = score_of(chapter(10), mood).notes
        return sum(n.instrument == "dombra" for n in notes) / (chapter(10).n_samples / SAMPLE_RATE)

    assert all(0.8 <= strokes_per_second(m) <= 1.8 for m in ("tender", "mysterious"))
    assert 3.0 <= strokes_per_second("lively") <= 6.0


@pytest.mark.parametrize("mood", MOODS)
def test_a_scene_break_gets_a_turn(mood):
    """After a scene break there is a theme, a register or an instrument that was not before."""
    cues = with_scenes(chapter(6), 2)
    turn = cues.breaths[2][0]
    plain, turned = (tune(score_of(c, mood)) for c in (chapter(6), cues))

    def after(notes):
        return [(n.instrument, n.pitch) for n in notes if turn <= n.onset < turn + 15 * SAMPLE_RATE]

    before = [(n.onset, n.pitch) for n in turned if n.onset < turn - 15 * SAMPLE_RATE]
    assert before == [(n.onset, n.pitch) for n in plain if n.onset < turn - 15 * SAMPLE_RATE]
    assert after(turned) != after(plain)


def test_another_mood_is_reached_by_a_prepared_change():
    """Before the change: a half close, no drum or broken chord for its last 2 s, then the pause.

    After it: the other mood's scale; both lie over the same home note, and the pad never stops.
    """
    cues = chapter(8)
    at = cues.breaths[3][0]
    score = score_of(replace(cues, moods=((at, "solemn"),)), "lively")
    assert [mode.mood for mode in score.modes] == ["lively", "solemn"]
    assert score.mode_at(at - 1).mood == "lively"
    for note in score.notes:
        if note.role not in ("drum", "pad"):
            scale = KAZAKH.mood(score.mode_at(note.onset + SAMPLE_RATE // 20).mood).scale
            assert (note.pitch - score.tonic) % 12 in scale
    last = [n for n in tune(score) if n.onset < at][-1]
    assert (last.pitch - score.tonic) % 12 in (2, 7)
    busy = [n for n in score.notes if n.role in ("drum", "arpeggio", "touch")]
    assert not [n for n in busy if at - 2 * SAMPLE_RATE <= n.onset < at]
    assert [n for n in busy if at - 30 * SAMPLE_RATE <= n.onset < at]
    first = next(n for n in tune(score) if n.onset >= at - SAMPLE_RATE // 10)
    assert first.instrument == "kobyz"
    pads = sorted({n.onset for n in score.notes if n.role == "pad"})
    assert at in pads
    assert max(np.diff(pads)) <= 21 * SAMPLE_RATE


def test_sections_too_short_to_be_felt_are_passed_over():
    """Five seconds of another mood change nothing; unknown moods are refused."""
    cues = chapter(8)
    at = cues.breaths[3][0]
    brief = replace(cues, moods=((at, "solemn"), (at + 5 * SAMPLE_RATE, "tender")))
    assert score_of(brief).notes == score_of(cues).notes
    with pytest.raises(MusicError, match='no mood "solem"; did you mean "solemn"'):
        score_of(replace(cues, moods=((at, "solem"),)))


def test_an_edit_moves_cues_and_keeps_the_melody():
    """A longer last paragraph leaves every stroke before it in place, and the figures as a whole.

    Only the register may differ, for the climax lies at a share of the whole.
    """
    before, longer = chapter(8), replace(chapter(9), breaths=chapter(8).breaths)
    edited_at = before.breaths[-1][0]
    first, changed = (
        [(n.onset, n.duration_s) for n in tune(score_of(cues)) if n.onset < edited_at]
        for cues in (before, longer)
    )
    assert len(first) > 100
    assert first == changed


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 6), st.integers(1, 12), st.sampled_from(MOODS))
def test_an_edited_sentence_leaves_the_themes_of_all_scenes(edited, longer_s, mood):
    """A sentence more in one paragraph moves what follows; other scenes keep note for note.

    Only the register may differ, for the climax lies at a share of the whole.
    """
    cues = with_scenes(chapter(8, seconds=24), 1, 3, 5)
    more = longer_s * SAMPLE_RATE
    breaths = tuple(
        (a + more, b + more, w) if n >= edited else (a, b, w)
        for n, (a, b, w) in enumerate(cues.breaths)
    )
    shifted = Cues(cues.n_samples + more, cues.speech_start, cues.speech_end + more, breaths)

    def scenes(of):
        """Return for each scene its phrases: part, and the tune from its second tone on."""
        score = score_of(of, mood)
        ends = [*(mark.onset for mark in score.marks[1:]), score.n_samples]
        edges = [of.speech_start, *(a for a, _, w in of.breaths if w == 3), of.speech_end]
        return [
            [
                (m.kind, [(n.onset - m.onset, n.pitch) for n in notes if m.onset <= n.onset < e])
                for m, e in zip(score.marks, ends, strict=True)
                if a <= m.onset < b
            ]
            for notes in [tune(score)]
            for a, b in itertools.pairwise(edges)
        ]

    here = sum(1 for n in (1, 3, 5) if n < edited)
    compared = 0
    for number, (old, new) in enumerate(zip(scenes(cues), scenes(shifted), strict=True)):
        if number == here:
            continue
        assert len(old) == len(new)
        for (kind, notes), (other, again) in zip(old, new, strict=True):
            if kind == other:  # the first tone meets what came before, which may lie elsewhere
                assert notes[1:] == again[1:]
                compared += len(notes)
    assert compared > 20
    feeling = KAZAKH.mood(mood)
    assert len({theme(feeling, "steppe", scene, 0) for scene in range(4)}) > 2


def test_phrases_take_the_form_a_a_b_a():
    """The A phrases share all but the tail; B begins as A does, a step higher."""
    mood = KAZAKH.mood("solemn")
    first, second, answer, last = (phrase(mood, "x", 0, n) for n in range(PHRASES_IN_PERIOD))
    head = [t for t in first if t.bar < len(metre(mood, "x")) - 1]
    assert [t for t in second if t.bar < len(metre(mood, "x")) - 1] == head
    assert [t.degree + 1 for t in head] == [t.degree for t in answer[: len(head)]]
    assert second == last
    assert second[-1].degree % len(mood.scale) == 0
    assert phrase(mood, "x", 5, 3, goal=1, head=True)[: len(head)] == tuple(head)
    assert phrase(mood, "x", 0, 3, goal=1)[-1].degree % len(mood.scale) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20), st.sampled_from(EVERY), st.integers(0, 5), st.integers(0, 9))
def test_bars_are_always_full(seed, name, scene, ordinal):
    """Every bar of every theme has exactly its eighths, in every seed."""
    feeling = PALETTES[name[0]].mood(name[1])
    bars = theme(feeling, seed, scene, ordinal).bars
    assert [sum(bar.rhythm) for bar in bars] == list(metre(feeling, seed))
    assert all(len(bar.rhythm) == len(bar.contour) for bar in bars)


def test_phrases_breathe():
    """A figure that comes again takes another time, and its times are within 6 % of each other."""
    score = score_of(chapter(12))
    times = {}
    for mark, end in itertools.pairwise(score.marks):
        notes = [n for n in tune(score) if mark.onset <= n.onset < end.onset]
        figure = tuple(np.diff([n.pitch for n in notes[1:]]))  # the first meets what came before
        times.setdefault(figure, []).append(notes[-1].onset - notes[1].onset if notes else 0)
    often = max(times.values(), key=len)
    assert len(often) >= 4
    assert 1.02 < max(often) / min(often) < 1.06  # uneven strokes alone make 1.01


def test_beats_sway_in_the_springar():
    """Of a bar in three the first beat takes about 39 %, the last 28 %, and the bar its length."""
    from audiobook.music.setting import Bar, Setting

    nordic = PALETTES["nordic"]
    setting = Setting.of(nordic, nordic.mood("lively"), "x", 1.0, 1.0)
    bar = Bar(0, 0, 6, is_rest=False)
    beats = np.diff([setting.sample(bar, beat) for beat in (0.0, 2.0, 4.0, 6.0)])
    assert beats / beats.sum() == pytest.approx([0.39, 0.33, 0.28], abs=0.005)


@pytest.mark.parametrize("seconds", [1.0, 2.5, 61.3, 3 * 3600.0])
def test_any_length_is_met(seconds):
    """From a second to three hours there are notes, and a chord to end on."""
    n_samples = seconds_to_samples(seconds)
    score = score_of(open_cues(n_samples))
    assert score.n_samples == n_samples
    assert score.notes[-1].onset < n_samples
    assert score.marks[-1].kind == "cadence"


def test_cues_must_be_ordered():
    """Speech that ends before it begins, or moods out of order, are the programmer's mistake."""
    with pytest.raises(ValueError, match="ordered"):
        Cues(1000, 900, 100)
    with pytest.raises(ValueError, match="ordered"):
        Cues(1000, 0, 900, (), ((500, "a"), (100, "b")))


def test_scores_can_be_read():
    """The text roll names every part, draws the tune and says who else plays."""
    notes = (
        Note(0, "dombra", 1.0, 50.0, 0.5),
        Note(10, "drone", 1.0, 50.0, 0.5, role="pad"),
        Note(SAMPLE_RATE, "dombra", 1.0, 57.0, 0.5),
    )
    modes = (Mode(0, "tender", (0.0, 7.0)),)
    score = Score(2 * SAMPLE_RATE, 50, modes, notes, (Mark(0, "intro"),))
    roll = "0:00.0  intro (tender)\n   A3 ....o\n   D3 o....\n      drone (pad) 1"
    assert score.describe() == roll
    assert score_of(MINUTE).describe().count("\n\n") == len(score_of(MINUTE).marks) - 1
    assert pitch_name(61) == "C#4"


def test_scores_refuse_disorder():
    """Notes out of order or after the end are the programmer's mistake."""
    late = (Note(5, "dombra", 1.0, 50.0, 0.5), Note(1, "dombra", 1.0, 50.0, 0.5))
    modes = (Mode(0, "tender", (0.0,)),)
    with pytest.raises(ValueError, match="ordered"):
        Score(10, 50, modes, late)
    with pytest.raises(ValueError, match="within"):
        Score(5, 50, modes, late[:1])
