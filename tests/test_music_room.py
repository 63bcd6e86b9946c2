"""The room that all instruments share."""

import itertools

import numpy as np
import pytest

from audiobook.audio import SAMPLE_RATE
from audiobook.music.room import Hall, Room, impulse_response
from audiobook.music.score import pitch_hz


@pytest.fixture(scope="module")
def response():
    return impulse_response(Hall())


def reverberation_s(response, low_hz, high_hz):
    """Return the time to fall by 60 dB in a band, from the backward energy integral (ISO 3382)."""
    from scipy.signal import butter, sosfilt

    band = butter(4, [low_hz, high_hz], "band", fs=SAMPLE_RATE, output="sos")
    energy = np.sum(sosfilt(band, response, axis=0) ** 2, axis=1)
    left_db = 10.0 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-12)
    at_5, at_25 = np.argmax(left_db < -5.0), np.argmax(left_db < -25.0)
    return 3.0 * (at_25 - at_5) / SAMPLE_RATE


@pytest.mark.parametrize(
    ("low_hz", "high_hz", "decay_s"), [(100, 350, 3.6), (800, 2000, 2.8), (6000, 12000, 1.5)]
)
def test_lows_ring_longer_than_highs(response, low_hz, high_hz, decay_s):
    """Each band's reverberation time is the hall's, within 12 %."""
    assert reverberation_s(response, low_hz, high_hz) == pytest.approx(decay_s, rel=0.12)


def test_the_room_answers_after_its_pre_delay(response):
    """Nothing comes back for 22 ms."""
    before = int(0.022 * SAMPLE_RATE)
    assert np.abs(response[:before]).max() == 0.0
    assert np.abs(response[before : before + SAMPLE_RATE // 10]).max() > 0.0


@pytest.mark.parametrize("pitch", [45, 50, 57, 62, 69])
def test_a_drone_stays_in_the_middle(response, pitch):
    """A steady tone with harmonics is thrown at most 1.5 dB to a side at any drone pitch."""
    time_s = np.arange(len(response)) / SAMPLE_RATE
    power = np.zeros(2)
    for partial in range(1, 6):
        hz = pitch_hz(pitch) * partial
        line = np.exp(-2j * np.pi * hz * time_s)[:, None]
        power += (np.abs((response * line).sum(axis=0)) / partial / (1 + (hz / 650) ** 2)) ** 2
    assert abs(10.0 * np.log10(power[0] / power[1])) <= 1.5


def test_blocks_do_not_change_the_sound():
    """Sound cut into blocks of any size leaves the room as if it had gone in whole."""
    rng = np.random.default_rng(0)
    dry = (0.1 * rng.standard_normal((60_000, 2))).astype(np.float32)
    send = dry.mean(axis=1)
    whole = Room(Hall()).process(dry, send)
    room = Room(Hall())
    edges = [0, 7, 20_000, 20_001, 60_000]
    parts = [room.process(dry[a:b], send[a:b]) for a, b in itertools.pairwise(edges)]
    assert np.abs(np.concatenate(parts) - whole).max() < 1e-5


def test_the_room_rings_on_after_the_last_note():
    """What was sent in one block is heard in those that follow, softer and softer."""
    room = Room(Hall())
    clap = np.zeros((SAMPLE_RATE, 2), dtype=np.float32)
    clap[0] = 1.0
    room.process(clap, clap[:, 0])
    rest = np.zeros_like(clap)
    levels = [np.sqrt(np.mean(room.process(rest, rest[:, 0]) ** 2)) for _ in range(5)]
    assert levels[0] > levels[1] > levels[2] > 0.0
    assert levels[4] < 1e-5


def test_rumble_and_hiss_stay_outside():
    """20 Hz and 16 kHz leave the room at least 10 dB softer than 300 Hz."""
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE

    def level_db(hz):
        tone = np.repeat(np.sin(2 * np.pi * hz * time_s)[:, None], 2, axis=1).astype(np.float32)
        heard = Room(Hall()).process(tone, np.zeros(SAMPLE_RATE, dtype=np.float32))
        return 10.0 * np.log10(np.mean(heard[SAMPLE_RATE // 2 :] ** 2))

    assert level_db(20.0) < level_db(300.0) - 10.0
    assert level_db(16_000.0) < level_db(300.0) - 10.0
