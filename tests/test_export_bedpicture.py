"""Pictures of beds: what sounds is seen where it sounds, and always in the same bytes."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import ExportError
from audiobook.export.axes import PAPER
from audiobook.export.bedpicture import LEFT, LEVELS, ROLL_BOTTOM, SPECTRUM, WIDTH, BedPicture
from audiobook.export.hearing import HIGHEST_HZ, LOWEST_HZ, Hearing
from audiobook.export.panels import HEAT
from audiobook.export.roll import COLOURS, DRUM_COLOUR, Roll, parts_of, rgb
from audiobook.music.bed import Cues, open_cues, rechunk
from audiobook.music.composed import composed_bed
from audiobook.music.palette import Palette, Scored
from audiobook.music.score import Mark, Mode, Note, Score

MINOR = (0.0, 3.0, 5.0, 7.0, 10.0)
ONE_MOOD = (Mode(0, "tender", MINOR),)
PALETTE = Palette(
    "mine",
    "Mine",
    "",
    "",
    50.0,
    {},
    {
        "flute": Scored("flute", "whistle", sustains=True),
        "harp": Scored("harp", "harp"),
        "skin": Scored("skin", "dangyra"),
    },
)


def drawn(bed, path, blocks=None, title="Mine"):
    for _ in BedPicture(bed, path, title, "seed 1").of(bed.blocks() if blocks is None else blocks):
        pass
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1600, 1100))
        return np.asarray(picture.convert("RGB")).astype(float)


def bed_of(notes, duration_s, marks=(), modes=ONE_MOOD):
    bed = composed_bed(open_cues(SAMPLE_RATE), "kazakh", "tender", "1")
    score = Score(round(duration_s * SAMPLE_RATE), 50.0, modes, tuple(notes), tuple(marks))
    return replace(bed, score=score, palette=PALETTE)


def note(start_s, instrument, duration_s, pitch, role="lead"):
    return Note(round(start_s * SAMPLE_RATE), instrument, duration_s, pitch, 0.5, 0.0, role)


def silence(bed):
    for start in range(0, bed.n_samples, 1 << 20):
        yield np.zeros((min(1 << 20, bed.n_samples - start), 2), dtype=np.float32)


def looks(pixels, colour, tolerance=40):
    """Return where a picture has about a colour."""
    return np.abs(pixels - rgb(colour)).max(axis=2) < tolerance


def columns(mask):
    """Return the first and the last column of a picture in which something is, as shares."""
    found = np.flatnonzero(mask[:, LEFT : LEFT + WIDTH].any(axis=0))
    return found[0] / WIDTH, (found[-1] + 1) / WIDTH


def test_notes_are_seen_when_they_sound_and_the_higher_above(tmp_path):
    """A low flute in the first half and a higher one after it; the drum in its lane below."""
    low, high = note(0, "flute", 4, 50), note(5, "flute", 5, 62)
    bed = bed_of([low, note(3, "skin", 1, 43, "drum"), high], 10)
    pixels = drawn(bed, tmp_path / "a.png", silence(bed))
    roll, lane = pixels[100 : ROLL_BOTTOM - 40], pixels[ROLL_BOTTOM - 36 : ROLL_BOTTOM]
    bars = looks(roll, COLOURS[0])
    rows = np.flatnonzero(bars[:, LEFT : LEFT + WIDTH].any(axis=1))
    upper = bars.copy()
    upper[(rows[0] + rows[-1]) // 2 :] = False
    assert columns(upper) == pytest.approx((0.5, 1.0), abs=0.003)
    assert columns(bars & ~upper) == pytest.approx((0.0, 0.4), abs=0.003)
    assert columns(looks(lane, DRUM_COLOUR, 110))[0] == pytest.approx(0.3, abs=0.003)
    assert not looks(roll, DRUM_COLOUR, 10)[:, LEFT : LEFT + WIDTH].any()


def test_a_plucked_note_fades_and_ends_where_the_string_is_struck_again():
    """A bar is darkest where it is struck; nothing is drawn twice."""
    score = bed_of([note(0, "harp", 6, 60), note(4, "harp", 6, 60)], 10).score
    (harp,) = parts_of(score, PALETTE)
    ground = np.full((100, 1000, 3), 255, dtype=np.uint8)
    Roll(1000, 100, 50.0, 70.0, 10.0).paint(ground, [harp])
    row = ground[50, :, 0].astype(int)
    assert (np.diff(row[5:395]) >= 0).all()
    assert row[390] - row[5] > 60
    assert row[405] == row[5]


def test_hours_of_notes_are_seen_as_how_dense_they_are():
    """Ten thousand notes in 1,000 columns: twice as many are darker, and none are left out."""
    often = [note(k * 0.5, "flute", 0.1, 60) for k in range(10_000)]
    seldom = [note(k, "flute", 0.1, 60) for k in range(5000)]
    shades = []
    for notes in (often, seldom):
        ground = np.full((100, 1000, 3), 255, dtype=np.uint8)
        roll = Roll(1000, 100, 50.0, 70.0, 5000.0)
        roll.paint(ground, parts_of(bed_of(notes, 5000).score, PALETTE))
        assert (ground[50, :, 0] < 240).all()
        shades.append(ground[50, :, 0].mean())
    assert shades[0] < shades[1] - 20


def sine(hz, duration_s, gain=0.5):
    time_s = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    return (gain * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


@pytest.mark.parametrize(("hz", "duration_s"), [(110, 20), (440, 20), (4000, 20), (1000, 1)])
def test_a_tone_is_heard_at_its_time_its_level_and_its_pitch(hz, duration_s):
    """Left, in the second half, at -6 dB of full scale: peak, RMS and the row of the spectrum."""
    tone = sine(hz, duration_s)
    tone[: len(tone) // 2] = 0.0
    hearing = Hearing(len(tone), 200, 300)
    for _ in hearing.through([np.stack([tone, 0 * tone], axis=1)]):
        pass
    assert hearing.peak[1].max() == hearing.rms[1].max() == 0.0
    assert hearing.peak[0, :100].max() == 0.0
    assert hearing.peak[0, 100:] == pytest.approx(np.full(100, 0.5), rel=0.02)
    if duration_s > 1:
        assert hearing.rms[0, 100:] == pytest.approx(np.full(100, 0.5 / 2**0.5), rel=0.02)
    row = int(np.argmax(hearing.power[:, 150]))
    heard_hz = HIGHEST_HZ * (LOWEST_HZ / HIGHEST_HZ) ** ((row + 0.5) / 300)
    assert 12 * abs(np.log2(heard_hz / hz)) < 0.6  # semitones
    level_db = 10 * np.log10(hearing.power[row, 150])
    assert level_db == pytest.approx(-12.0, abs=1.5)  # half of it is silent in the mono sum
    assert hearing.power[row, 150] > 1e4 * hearing.power[row, 50]


def test_how_sound_is_cut_changes_nothing_in_what_is_heard():
    """Blocks of 1,000 samples and one block give the same columns."""
    noise = np.random.default_rng(1).normal(0, 0.1, (50_000, 2)).astype(np.float32)
    heard = []
    for size in (1000, 7777, 50_000):
        hearing = Hearing(len(noise), 140, 60)
        passed = list(hearing.through(rechunk([noise], size)))
        assert np.array_equal(np.concatenate(passed), noise)
        heard.append(hearing)
    for other in heard[1:]:
        assert np.array_equal(other.peak, heard[0].peak)
        assert np.array_equal(other.power, heard[0].power)
        assert np.allclose(other.rms, heard[0].rms, rtol=1e-5)


def test_panels_show_the_sound_over_the_same_time(tmp_path):
    """A tone from 2 s to 4 s of 8 s: waveform and spectrum show it there, and only there."""
    bed = bed_of([note(2, "flute", 2, 69)], 8)
    sound = np.zeros((bed.n_samples, 2), dtype=np.float32)
    sound[2 * SAMPLE_RATE : 4 * SAMPLE_RATE] = sine(440, 2)[:, None]
    pixels = drawn(bed, tmp_path / "a.png", [sound])
    waves = ~looks(pixels[LEVELS.top + 10 : LEVELS.top + 50], PAPER, 60)
    assert columns(waves) == pytest.approx((0.25, 0.5), abs=0.01)
    tone = looks(pixels[SPECTRUM.top : SPECTRUM.bottom], HEAT[-1], 90)
    assert columns(tone) == pytest.approx((0.25, 0.5), abs=0.02)


def test_the_same_bed_is_the_same_picture(tmp_path):
    """Equal bytes, however the sound is cut, and smaller than 400 kB; other notes are another."""
    bed = composed_bed(open_cues(5 * SAMPLE_RATE), "celtic", "lively", "3")
    drawn(bed, tmp_path / "a.png")
    drawn(bed, tmp_path / "b.png", rechunk(bed.blocks(), 10_000))
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    assert len(first) < 400_000
    bare = replace(bed, score=replace(bed.score, notes=()))
    drawn(bare, tmp_path / "b.png", silence(bare))
    assert first != (tmp_path / "b.png").read_bytes()


def test_moods_that_change_are_named_above_the_form(tmp_path):
    """A bed in two moods has a band more than the same bed in one."""
    marks = (Mark(0, "bas buyn", "low"), Mark(10 * SAMPLE_RATE, "saga", "climax"))
    modes = (Mode(0, "tender", MINOR), Mode(10 * SAMPLE_RATE, "solemn", MINOR))
    pictures = []
    for held in (modes[:1], modes):
        bed = bed_of([note(1, "harp", 2, 60)], 20, marks, held)
        pictures.append(drawn(bed, tmp_path / "a.png", silence(bed)))
    bands = [~looks(picture[78:132, LEFT : LEFT + WIDTH], PAPER, 12) for picture in pictures]
    assert [band[40:44].mean() > 0.9 for band in bands] == [False, True]


@pytest.mark.parametrize("duration_s", [1.0, 1.7])
def test_a_moment_of_nothing_can_be_drawn(tmp_path, duration_s):
    """Silence without a note, a title too long for its line and letters that no font has."""
    bed = bed_of([], duration_s)
    pixels = drawn(bed, tmp_path / "a.png", silence(bed), title="Қыз 🎻 漢 " * 20)
    assert not (~looks(pixels[LEVELS.top + 10 : LEVELS.top + 50], PAPER, 60))[:, LEFT:1400].any()


def test_a_chapters_bed_is_drawn_from_its_cues(tmp_path):
    """What a build composes, with pauses and another mood in the middle, is drawn as well."""
    at = SAMPLE_RATE
    cues = Cues(80 * at, 5 * at, 74 * at, ((20 * at, 22 * at, 3),), ((40 * at, "solemn"),))
    bed = composed_bed(cues, "kazakh", "tender", "1")
    assert {mode.mood for mode in bed.score.modes} == {"tender", "solemn"}
    drawn(bed, tmp_path / "a.png", silence(bed))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bed.jpg", r'bed.jpg: "\.jpg" is no picture that can be drawn; use \.png'),
        ("bed", r'bed: "" is no picture'),
        ("no/bed.png", r"no/bed.png: there is no folder .*no; make it first"),
    ],
)
def test_what_cannot_be_a_picture_is_refused_before_anything_is_played(tmp_path, name, message):
    """One line, and no time is lost."""
    with pytest.raises(ExportError, match=message):
        BedPicture(bed_of([], 1), tmp_path / name, "Mine")


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path):
    """Where a folder has its name, and nothing is left behind."""
    (tmp_path / "a.png").mkdir()
    bed = bed_of([], 1)
    with pytest.raises(ExportError, match=r"a\.png: cannot be written .*--picture"):
        list(BedPicture(bed, tmp_path / "a.png", "Mine").of(silence(bed)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
