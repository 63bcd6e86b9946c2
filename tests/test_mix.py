"""The mixer and the duck, as physical claims about stems."""

import numpy as np
import pytest
from test_timeline import clip, segment

from audiobook.audio import SAMPLE_RATE
from audiobook.duck import ATTACK_S, RELEASE_S, plan_duck, speech_regions
from audiobook.errors import MixError
from audiobook.loudness import Meter
from audiobook.mix import crossfade, overlay
from audiobook.segments import Boundary
from audiobook.story.book import Pauses
from audiobook.timeline import place


def chapter(after=Boundary.PARAGRAPH, gap_s=3.0):
    """Lay out two clips of two seconds: at 5 s, and after a gap."""
    pauses = Pauses(paragraph_s=gap_s, sentence_s=gap_s)
    segments = [segment(after=after), segment(after=Boundary.END)]
    return place(segments, [clip(2.0), clip(2.0)], pauses, intro_s=5.0, outro_s=7.0)


def ducked(line, music_lufs=-23.0, speech_lufs=(-18.0, -18.0), sine=None):
    meter = Meter()
    meter.feed(sine(1000, line.n_samples / SAMPLE_RATE, music_lufs))
    return plan_duck(
        line,
        meter.energies(),
        speech_lufs,
        music_lufs=music_lufs,
        target_lufs=-18.0,
        between_lu=-9.0,
        under_speech_lu=-20.0,
    )


def gain_at(duck, seconds):
    return float(duck.gain_db(round(seconds * SAMPLE_RATE), 1)[0])


def test_the_bed_lies_twenty_lu_under_speech(sine):
    """While a voice sounds the bed is at least 20 LU softer; elsewhere it stands at its level."""
    duck = ducked(chapter(), sine=sine)
    assert gain_at(duck, 6.0) <= -18.0 - 20.0 + 23.0
    assert gain_at(duck, 1.0) == pytest.approx(-18.0 - 9.0 + 23.0, abs=0.01)


def test_a_soft_segment_gets_a_softer_bed(sine):
    """The distance holds for each segment, not for the average."""
    duck = ducked(chapter(), speech_lufs=(-18.0, -26.0), sine=sine)
    assert gain_at(duck, 11.0) <= gain_at(duck, 6.0) - 7.9


def test_the_bed_is_down_when_the_voice_sets_in(sine):
    """The attack ends at the onset, and begins no earlier than it must."""
    duck = ducked(chapter(), sine=sine)
    down, rest = gain_at(duck, 6.0), gain_at(duck, 1.0)
    assert gain_at(duck, 5.0) == pytest.approx(down, abs=0.01)
    assert gain_at(duck, 5.0 - ATTACK_S - 0.01) == pytest.approx(rest, abs=0.01)
    assert 0.15 <= ATTACK_S <= 0.25
    assert 0.6 <= RELEASE_S <= 1.0


def test_the_bed_breathes_up_between_paragraphs(sine):
    """In a pause of three seconds the bed comes back to its level."""
    duck = ducked(chapter(gap_s=3.0), sine=sine)
    assert gain_at(duck, 8.7) == pytest.approx(gain_at(duck, 1.0), abs=0.01)


def test_short_gaps_are_bridged(sine):
    """Between sentences the bed stays where it is."""
    line = chapter(Boundary.SENTENCE, gap_s=0.9)
    duck = ducked(line, sine=sine)
    curve = duck.gain_db(line.speech_start, line.speech_end - line.speech_start)
    assert len(speech_regions(line)) == 1
    assert float(np.ptp(curve)) < 0.01


def test_the_bed_never_jumps(sine):
    """The gain moves by less than 0.02 dB a sample, in windows as in one piece."""
    line = chapter()
    duck = ducked(line, sine=sine)
    whole = duck.gain_db(0, line.n_samples)
    assert np.abs(np.diff(whole)).max() < 0.02
    pieces = [duck.gain_db(s, 44_100) for s in range(0, line.n_samples - 44_100, 44_100)]
    assert np.array_equal(np.concatenate(pieces), whole[: len(pieces) * 44_100])


def test_overlay_adds_sample_on_sample(sine):
    """The mixer's sum is the sum, also where two full-scale tones meet."""
    a, b = sine(440, 1.0, -1.0), sine(660, 1.0, -1.0)
    assert np.abs(overlay(a, b) - (a + b)).max() < 1e-6


def test_stems_that_do_not_fit_are_refused(sine):
    """Different lengths, and lengths that are no whole 10 ms, are an error."""
    with pytest.raises(MixError):
        overlay(sine(440, 1.0), sine(440, 2.0))
    with pytest.raises(MixError):
        overlay(sine(440, 1.0)[:1000], sine(440, 1.0)[:1000])


def test_a_crossfade_keeps_the_power(sine):
    """Two unlike pieces of one level meet without a dip of more than 1 dB."""
    rng = np.random.default_rng(3)
    a, b = (rng.standard_normal((44_100, 2)).astype(np.float32) * 0.1 for _ in range(2))
    mixed = crossfade(a, b)
    power = (mixed.astype(np.float64) ** 2).reshape(10, -1).mean(axis=1)
    assert np.abs(10 * np.log10(power / 0.01)).max() < 1.0
    assert np.allclose(mixed[0], a[0], atol=1e-4)
    assert np.allclose(mixed[-1], b[-1], atol=1e-4)
