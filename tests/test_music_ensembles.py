"""Every palette's ensemble as it sounds: calm, balanced, clean, and far faster than it plays."""

import time

import numpy as np
import pytest
from test_music_bed import clicks_db, range_lu, short_term_lufs

from audiobook.audio import SAMPLE_RATE
from audiobook.music.bed import open_cues
from audiobook.music.composed import composed_bed
from audiobook.music.instruments import instrument
from audiobook.music.moods import PALETTES
from audiobook.music.players import Player
from audiobook.music.render import render
from audiobook.music.room import Hall
from audiobook.music.score import Note, Score

SECONDS = 60
SEED = "well"  # one that nothing was tuned with
# One lively and one quiet bed of every palette each time; all the others when there is time.
ALWAYS = ("lively", "solemn")


def beds():
    """Return every palette and mood; most of them marked slow."""
    return [
        pytest.param(
            name,
            mood,
            marks=() if mood in ALWAYS else (pytest.mark.slow,),
            id=f"{name}-{mood}",
        )
        for name in PALETTES
        for mood in PALETTES[name].moods
    ]


def true_peak_db(sound):
    """Return the peak of the waveform between the samples (BS.1770 annex 2, four times)."""
    from scipy.signal import resample_poly

    return 20.0 * np.log10(np.abs(resample_poly(sound, 4, 1, axis=0)).max())


@pytest.mark.parametrize(("palette", "mood"), beds())
def test_ensembles_pass_the_gates(palette, mood):
    """At -23 LUFS: peak, range, loudest 3 s, spectrum, balance and clicks are within the bars."""
    import pyloudnorm

    begun = time.process_time()
    bed = composed_bed(open_cues(SECONDS * SAMPLE_RATE), palette, mood, SEED)
    sound = np.concatenate(list(bed.blocks()))
    spent_s = time.process_time() - begun
    loudness = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(sound.astype(np.float64))
    sound *= np.float32(10.0 ** ((-23.0 - loudness) / 20.0))

    assert true_peak_db(sound) <= -3.0
    levels = short_term_lufs(sound)
    assert range_lu(levels) <= 9.0
    assert levels.max() + 23.0 <= 4.0

    power = np.sum(np.abs(np.fft.rfft(sound.astype(np.float64), axis=0)) ** 2, axis=1)
    hz = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE)
    assert power[(hz > 1000) & (hz <= 4000)].sum() / power.sum() <= 0.20
    assert power[hz > 4000].sum() / power.sum() <= 0.005
    assert power[hz < 40].sum() / power.sum() <= 0.001

    left, right = np.mean(sound.astype(np.float64) ** 2, axis=0)
    mono = np.mean(sound.mean(axis=1, dtype=np.float64) ** 2)
    assert abs(10.0 * np.log10(left / right)) <= 3.0
    assert -3.0 <= 10.0 * np.log10(mono / ((left + right) / 2.0)) <= -0.01
    assert clicks_db(bed, sound) <= -42.0
    assert SECONDS / spent_s >= 15.0  # the bar; alone on a core it is 50 to 180


@pytest.mark.parametrize(("seat", "note_pan", "sign"), [(-0.8, 0.0, 1), (0.8, 0.0, -1), (0, 0, 0)])
def test_players_sit_in_their_places(seat, note_pan, sign):
    """A player seated left is louder left by 6 dB and more, and the other way round."""
    note = Note(0, "flute", 1.0, 74.0, 0.5, note_pan)
    player = Player(instrument("sybyzgy"), gain=1.0, send=0.0, pan=seat)
    score = Score(2 * SAMPLE_RATE, 50, (), (note,))
    sound = np.concatenate(list(render(score, {"flute": player}, Hall())))
    left, right = np.mean(sound.astype(np.float64) ** 2, axis=0)
    apart_db = 10.0 * np.log10(left / right)
    assert sign * apart_db >= 6.0 if sign else abs(apart_db) < 0.1


def test_one_room_holds_everybody():
    """What a player sends comes back from the hall after the tone; who sends nothing is dry."""

    def left_over(send):
        note = Note(0, "saz", 0.5, 62.0, 0.5)
        player = Player(instrument("saz"), send=send)
        score = Score(4 * SAMPLE_RATE, 50, (), (note,))
        sound = np.concatenate(list(render(score, {"saz": player}, Hall())))
        late = sound[SAMPLE_RATE : 2 * SAMPLE_RATE].astype(np.float64)
        return 10.0 * np.log10(np.mean(late**2) / np.mean(sound.astype(np.float64) ** 2) + 1e-12)

    assert left_over(0.5) > -40.0
    assert left_over(0.0) < -80.0


def test_a_panned_note_moves_within_its_players_place():
    """A note's own place is added to its player's, and never leaves the stage."""
    player = Player(instrument("dombra"), pan=0.5)
    assert player.place(Note(0, "dombra", 1.0, 50.0, 0.5, -0.2)) == pytest.approx(0.3)
    assert player.place(Note(0, "dombra", 1.0, 50.0, 0.5, 0.9)) == 1.0
