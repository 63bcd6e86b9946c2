"""What is said is understood over the music, as a measure of intelligibility hears it."""

import numpy as np
import pytest
from pystoi import stoi
from test_stems import Chapter, whole

from audiobook.audio import SAMPLE_RATE
from audiobook.build.arrange import cues_of
from audiobook.music.composed import composed_bed
from audiobook.story.book import Music

STORY = """# The Ferry

The ferry left before dawn. On the far shore they lit a fire.
"""
MOODS = ["tender", "lively", "solemn", "wistful", "triumphant", "mysterious"]


def understood(chapter, mood, **levels):
    """Return ESTOI of speech over its music against speech alone, over what is spoken."""
    speech = chapter.speech()
    bed = composed_bed(cues_of(chapter.timeline), mood=mood, seed="ferry")
    voice, music = (
        stem.mean(axis=1)
        for stem in (whole(speech), whole(chapter.music(speech, bed, Music(**levels))))
    )
    spoken = np.concatenate([np.arange(p.start, p.end) for p in chapter.timeline.placed])
    return stoi(voice[spoken], (voice + music)[spoken], SAMPLE_RATE, extended=True)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """Have a short chapter read by the default voice."""
    return Chapter(tmp_path_factory.mktemp("ferry"), STORY, voices=("kokoro",))


@pytest.mark.parametrize("mood", MOODS)
def test_speech_is_understood_in_every_mood(chapter, mood):
    """ESTOI is .95 or more against dry speech (1 is speech alone)."""
    assert understood(chapter, mood) >= 0.95


def test_the_dip_is_heard(chapter):
    """Under a bed as loud as is allowed, the dip makes speech easier to understand."""
    without, with_dip = (
        understood(chapter, "lively", under_speech_lu=-10.0, dip_db=dip_db) for dip_db in (0.0, 8.0)
    )
    assert with_dip > without + 0.003
