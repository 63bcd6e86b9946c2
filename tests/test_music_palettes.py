"""Palettes: what comes with the program, and what a reader's own file may get wrong."""

import subprocess
import sys

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import MusicError
from audiobook.music.bed import open_cues
from audiobook.music.composed import ComposedBed
from audiobook.music.composer import compose
from audiobook.music.instruments import instrument
from audiobook.music.moods import DEFAULT_MOOD, MOODS, PALETTES, find_mood, load_palette
from audiobook.music.palettefile import parse_palette

MINE = """\
about = "two tones and a drone"
tonic = "A2"

[scales]
open = [0, 2.5, 5, 7]

[rhythms.walk]
4 = [[2, 1, 1], [1, 1, 2]]

[drums.walk]
4 = "D.t."

[instruments.harp]
model = "harp"
parameters = { decay_s = 3 }
tuning = [-5, 0]

[instruments.skin]
model = "dangyra"

[moods.plain]
about = "as it is"
scale = "open"
bpm = 60
metres = [[4, 4]]
rhythms = "walk"
lead = "harp"
drum = { instrument = "skin", patterns = "walk", velocity = 0.2 }
"""


def mine(old="", new=""):
    assert old in MINE
    return parse_palette(MINE.replace(old, new, 1), "mine", "mine.toml")


def test_there_are_traditions_to_choose_from():
    """Kazakh comes first; five others; each plays all six moods, tender before all."""
    assert next(iter(PALETTES)) == "kazakh"
    assert len(PALETTES) == len(set(PALETTES)) == 6
    for palette in PALETTES.values():
        assert set(palette.moods) == set(MOODS)
        assert next(iter(palette.moods)) == DEFAULT_MOOD
        assert palette.about
        assert len(palette.source) > 40


def test_traditions_are_recognisably_different():
    """No two share their scales and metres, or their leading instruments."""
    kinds = [
        {(mood.scale, mood.metres) for mood in palette.moods.values()}
        for palette in PALETTES.values()
    ]
    leads = [
        {palette.instruments[mood.lead].model for mood in palette.moods.values()}
        for palette in PALETTES.values()
    ]
    for i in range(len(kinds)):
        for j in range(i):
            assert not kinds[i] & kinds[j]
            assert leads[i] != leads[j]


def test_names_are_listed_without_reading_files():
    """Asking for names reads no palette and loads no numeric library's transforms."""
    code = (
        "import sys; from audiobook.music import moods; assert 'celtic' in moods.PALETTES; "
        "list(moods.PALETTES); assert moods._bundled.cache_info().currsize == 0; "
        "assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_file_of_ones_own_is_read(tmp_path):
    """A path ending in .toml is a palette like any other; its first mood is its default."""
    path = tmp_path / "mine.toml"
    path.write_text(MINE, "utf-8")
    palette, mood = find_mood(str(path), "")
    assert (palette.name, palette.tonic, mood.name) == ("mine", 45.0, "plain")
    assert palette.instruments["harp"].parameters == {"decay_s": 3.0}
    assert mood.cadence == "harp"
    path.write_text(MINE.replace("60", "61"), "utf-8")
    assert load_palette(path).fingerprint != palette.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('tonic = "A2"', 'tonic = "H2"', r'mine.toml:2: tonic is "H2"; write a note'),
        ('tonic = "A2"', "tonik = 45", r'tonic is missing \(is "tonik" it\?\)'),
        ('tonic = "A2"', 'tonic = "A2"\ncolour = 1', r"mine.toml:3: colour is not a key here"),
        ("[0, 2.5, 5, 7]", "[0, 5, 2.5, 7]", r"mine.toml:5: scales.open must rise from 0"),
        ("[2, 1, 1]", "[2, 1, 2]", r"mine.toml:8: rhythms.walk.4 has a bar of 5 eighths: \[2, 1,"),
        ('"D.t."', '"D.x."', r'mine.toml:11: drums.walk.4 must be 4 signs, each "D"'),
        ('"harp"', '"harpp"', r'mine.toml:14: .*model is "harpp".*did you mean "harp"'),
        ("decay_s = 3", "decay = 3", r'mine.toml:15: .*decay is no parameter; did you mean "decay'),
        ("decay_s = 3", "decay_s = 300", r"mine.toml:15: .*decay_s is 300; it must be 0.2 to 8 s"),
        ("bpm = 60", "bpm = 600", r"mine.toml:24: moods.plain.bpm is 600; it must be 20 to 240"),
        ("bpm = 60", 'bpm = "60"', r'moods.plain.bpm must be a number, not "60"'),
        ("bpm = 60\n", "", r"mine.toml:21: moods.plain.bpm is missing"),
        ("[[4, 4]]", "[[4, 5]]", r"mine.toml:25: .*a bar of 5 eighths, for which there is no"),
        ('lead = "harp"', 'lead = "harb"', r'mine.toml:27: .*did you mean "harp"'),
        ("velocity = 0.2 }", "velocty = 0.2 }", r"mine.toml:28: .*velocity is missing"),
        ("[moods.plain]", "[moods.plain", r"mine.toml:21: not TOML"),
        (MINE, "", r"mine.toml:1: instruments is missing; \"audiobook music kazakh --toml\""),
        ("bpm = 60", "bpm = 1" + "0" * 400, r"mine.toml:24: .*bpm is far too large; it must be 20"),
        ("bpm = 60", "bpm = 1" + "0" * 9000, r"mine.toml:24: has a number of too many digits"),
        ("bpm = 60", "bpm = 60\nx = " + "[" * 9000, r"mine.toml:25: has too many brackets"),
        ('"D.t."', "3", r"mine.toml:11: drums.walk.4 must be text in quotation marks, not 3"),
        ("4 = [[2", "17 = [[2", r"mine.toml:8: rhythms.walk.17 must be a bar's length .* 2 to 16"),
        ('4 = "D.t."', '5 = "D.t.t"', r"mine.toml:25: .* drum cannot play; .* have bars of: 5"),
        ("[[4, 4]]", "[[4.5, 4]]", r"no rhythm; those of this mood have bars of: 4"),
        ("[[4, 4]]", "[[" + "4, " * 12 + "4]]", r"metres has a phrase of 52 eighths; at most 48"),
        ('"skin"', '"skn"', r"mine.toml:28: .*drum.instrument is \"skn\".* did you mean \"skin\""),
        ("decay_s = 3", "decay_s = '3'", r"mine.toml:15: .*decay_s must be a number, not \"3\""),
        ('model = "harp"', "model = 3", r"mine.toml:14: .*model must be text in quotation marks"),
        ("bpm = 60", "bpm = 60\nsway = [1.2, 1]", r"mine.toml:25: .*sway must add up to 2"),
        ("bpm = 60", "bpm = 60\nbpm = 61", r"mine.toml:25: not TOML: cannot overwrite a value"),
        (
            'about = "two',
            'form = { stations = [[0, ["low"]]] }\nabout = "two',
            r"mine.toml:1: form.st",
        ),
    ],
)
def test_mistakes_are_named_with_their_line(old, new, message):
    """Each mistake is one line: file, line, key, what is wrong and what to do."""
    with pytest.raises(MusicError, match=message) as caught:
        mine(old, new)
    assert "\n" not in str(caught.value)


def test_missing_and_unreadable_files_are_refused(tmp_path):
    """A path that is not there, and one that is no text, are one clear line."""
    with pytest.raises(MusicError, match="does not exist"):
        load_palette(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MusicError, match="not UTF-8"):
        load_palette(tmp_path / "binary.toml")
    (tmp_path / "zeros.toml").write_bytes(bytes(100))
    with pytest.raises(MusicError, match=r"zeros.toml:1: not TOML: .*; mend this line"):
        load_palette(tmp_path / "zeros.toml")
    with (tmp_path / "song.toml").open("wb") as file:
        file.truncate(50 << 20)
    with pytest.raises(MusicError, match=r"song\.toml is larger than 1 MB; no palette is"):
        load_palette(tmp_path / "song.toml")
    with pytest.raises(MusicError, match=r"is no file; name a palette file"):
        load_palette(tmp_path.rename(tmp_path.with_suffix(".toml")))


def test_an_arpeggio_of_parts_of_a_step_is_refused():
    """Steps of a scale are counted; half a step would silently have been none."""
    half = 'arpeggio = { instrument = "harp", patterns = [[0, 0.5]], velocity = 0.1 }\n'
    with pytest.raises(MusicError, match=r"patterns must hold whole numbers, not 0\.5"):
        mine('lead = "harp"\n', f'lead = "harp"\n{half}')


def test_unknown_names_are_answered_with_the_closest():
    """A typo in a palette or mood is one line with the name that was meant."""
    with pytest.raises(MusicError, match='unknown music palette "kazak"; did you mean "kazakh"'):
        find_mood("kazak", "tender")
    with pytest.raises(MusicError, match='no mood "tendr"; did you mean "tender"'):
        find_mood("kazakh", "tendr")


@pytest.mark.parametrize("model", ["dombra", "kobyz", "ney", "dangyra", "drone"])
@pytest.mark.parametrize(("tonic", "octave"), [('"A0"', -3), ("108", 3)])
def test_what_no_instrument_reaches_is_played_octaves_nearer(model, tonic, octave):
    """A tonic at either end and instruments octaves beyond it still give music, on its pitches."""
    pad = f'pad = {{ instrument = "skin", velocity = 0.1, octave = {octave} }}\n'
    text = MINE.replace('"A2"', tonic).replace('"dangyra"', f'"{model}"\noctave = {octave}')
    text = text.replace('lead = "harp"\n', f'lead = "harp"\n{pad}')
    palette = parse_palette(text, "mine", "mine.toml")
    mood = palette.moods["plain"]
    score = compose(open_cues(12 * SAMPLE_RATE), palette, mood, "1")
    low, high = instrument(model).REACH
    pitches = [note.pitch for note in score.notes if note.instrument == "skin"]
    assert pitches
    assert all(low <= pitch <= high for pitch in pitches)
    assert {(pitch - palette.tonic) % 12 for pitch in pitches} <= {*mood.scale, 7.0}
    sound = np.concatenate(list(ComposedBed(score, palette, mood).blocks()))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 0.001


@pytest.mark.parametrize("model", ["dombra", "kobyz", "ney", "dangyra", "drone"])
def test_every_parameter_can_be_set_to_its_limits(model):
    """Whatever the schema and the message of an error allow is played."""
    for parameter in instrument(model).parameters():
        for value in (parameter.low, parameter.high, 0.9 * parameter.low + 0.1 * parameter.high):
            sound = instrument(model, {parameter.name: value}).play(60.0, 0.5, 0.5, 0)
            assert np.isfinite(sound).all(), parameter.name
