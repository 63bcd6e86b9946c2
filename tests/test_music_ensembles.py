"""Players in their places, in one room."""

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE
from audiobook.music.instruments import instrument
from audiobook.music.players import Player
from audiobook.music.render import render
from audiobook.music.room import Hall
from audiobook.music.score import Note, Score


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
