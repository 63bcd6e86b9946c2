"""Each profile's finished files, as other programs hear and read them."""

import json
from functools import cache

import jsonschema
import numpy as np
import pytest
from mutagen.id3 import ID3
from mutagen.mp3 import MP3, BitrateMode
from readback import (
    RATE,
    audiobook_here,
    dead_s,
    decoded,
    ends_s,
    heard_at,
    hummed,
    lufs,
    noise_floor_db,
    peak_db,
    rms_db,
    true_peak_dbtp,
)

from audiobook.export.reportfile import schema
from audiobook.profiles import PROFILES

STORY = """---
title: The Well
author: Nobody in Particular
language: en
---

## The Old Well

"Who dug this well?" asked the girl. Her grandmother looked to the hills for a long time.

"Your people did," she said, "long before the road. They drank here, and so did their horses."

## Rain

It came at dusk!
"""
# Credits name the narrator; ACX has titles read even so, and plays no music.
BOOK = """
narrator_name = "A Machine"

[voice]
speak_titles = false
"""
MONO_LU = 3.01  # what a mono meter shows less than one that counts two loudspeakers


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the story in a profile when it is first asked for; return folder and messages."""
    place = tmp_path_factory.mktemp("profiles")
    (place / "story.md").write_text(STORY, "utf-8")
    (place / "book.toml").write_text(BOOK, "utf-8")

    @cache
    def build(profile, voice="tone:hum"):
        out = f"{profile}-{voice.partition(':')[0]}"
        options = ["--voice", voice, "--profile", profile, "--jobs", "1", "--format", "mp3"]
        options += ["--chapter", "1"] if profile == "podcast-mono" else []
        _, messages = audiobook_here(
            *["build", ".", *options, "-o", out], cache=place / "cache", cwd=place
        )
        return place / out, messages

    return build


def chapters(folder, n_channels=1):
    """Yield name and sound of every chapter's file."""
    for path in sorted((folder / "chapters").glob("*.mp3")):
        yield path.name, decoded(path, n_channels)


def report_of(folder):
    report = json.loads((folder / "build.json").read_text("utf-8"))
    jsonschema.validate(report, schema())
    return report


@pytest.mark.parametrize(("profile", "n_channels"), [("podcast", 2), ("podcast-mono", 1)])
def test_podcast_is_at_its_loudness_music_and_all(built, profile, n_channels):
    """-16 LUFS within 0.5, which a mono meter shows as -19; at most -1 dBTP after decoding."""
    folder, _ = built(profile)
    target = -16.0 - (MONO_LU if n_channels == 1 else 0.0)
    for name, sound in chapters(folder, n_channels):
        assert MP3(folder / "chapters" / name).info.channels == n_channels
        assert lufs(sound) == pytest.approx(target, abs=0.5), name
        assert true_peak_dbtp(sound) <= -1.0, name
    report = report_of(folder)
    assert all(chapter["music"] for chapter in report["chapters"])
    assert report["loudness"]["integrated_lufs"] == pytest.approx(-16.0, abs=1.0)
    for chapter in report["chapters"]:
        assert -16.5 <= chapter["loudness"]["speech_lufs"] <= -14.7  # at most 1 LU over the whole


def test_a_chapter_of_one_word_is_made_all_the_same(tmp_path):
    """Its RMS is out of reach over three seconds of room tone, and it does not shout for it."""
    (tmp_path / "t.md").write_text("# T\n\n## Go\n\nGo.\n\n## On\n\nOn.\n", "utf-8")
    options = ["--voice", "tone:hum", "--profile", "acx", "--format", "mp3", "--jobs", "1"]
    options += ["--chapter", "1"]
    audiobook_here("build", "t.md", "-o", "out", *options, cache=tmp_path / "cache", cwd=tmp_path)
    sound = decoded(tmp_path / "out" / "chapters" / "01 Go.mp3", 1)
    assert true_peak_dbtp(sound) <= -3.0
    report = report_of(tmp_path / "out")
    speech_lufs = report["chapters"][0]["loudness"]["speech_lufs"]
    assert speech_lufs <= PROFILES["acx"].speech_lufs + 8.1


@pytest.mark.parametrize("voice", ["tone:hum", "espeak:en-us"])
def test_acx_measures_what_acx_measures(built, voice):
    """RMS -23 to -18 dB, peaks at most -3 dB, a floor under -60 dB that is no digital silence."""
    folder, _ = built("acx", voice)
    sounds = dict(chapters(folder))
    assert list(sounds) == [
        "00 Opening Credits.mp3",
        "01 The Old Well.mp3",
        "02 Rain.mp3",
        "03 Closing Credits.mp3",
    ]
    sounds["../sample.mp3"] = decoded(folder / "sample.mp3", 1)
    for name, sound in sounds.items():
        assert -23.0 <= rms_db(sound) <= -18.0, name
        assert peak_db(sound) <= -3.0, name
        assert -75.0 < noise_floor_db(sound) <= -60.0, name
        assert dead_s(sound) < 0.001, name
        head_s, tail_s = ends_s(sound)
        assert 0.5 <= head_s <= 1.0, name
        assert 1.0 <= tail_s <= 5.0, name
        info = MP3(folder / "chapters" / name).info
        assert (info.channels, info.sample_rate) == (1, 44_100)
        assert (round(info.bitrate / 1000), info.bitrate_mode) == (192, BitrateMode.CBR)
        assert info.length < 120 * 60


def test_acx_reads_titles_and_credits_and_nothing_twice(built):
    """Titles are read although the book says no; credits stand apart from the story's words."""
    folder, messages = built("acx")
    assert "acx: titles are read although speak_titles is off" in messages
    assert "acx is speech alone: no music plays" in messages
    report = report_of(folder)
    assert [c["number"] for c in report["chapters"]] == [0, 1, 2, 3]
    spoken = [
        (segment["kind"], segment["text"])
        for chapter in report["chapters"]
        for segment in chapter["segments"]
    ]
    opening = "The Well. Written by Nobody in Particular. Narrated by A Machine."
    assert spoken[0] == ("credit", opening)
    closing = " ".join(s["text"] for s in report["chapters"][-1]["segments"])
    assert closing.startswith("You have been listening to The Well, written by Nobody")
    assert closing.endswith("The end.")
    assert [text for kind, text in spoken if kind == "title"] == ["The Old Well", "Rain"]
    of_text = " ".join(text for kind, text in spoken if kind in ("text", "heading")).split()
    written = [w for w in STORY.split("---")[2].split() if w != "##"]
    assert of_text == [w for w in written if w not in ("The", "Old", "Well", "Rain")]
    assert all(chapter["music"] is None for chapter in report["chapters"])


def test_the_sample_starts_with_narration_and_ends_where_a_sentence_does(built):
    """It has no title and no credit in front, and its last words are a paragraph's."""
    folder, _ = built("acx")
    sound = decoded(folder / "sample.mp3", 1)
    assert len(sound) / RATE <= 5 * 60
    _, first, *_, last = hummed(folder.parent)[0]
    late_s, alike = heard_at(sound, first, 0.75)
    assert abs(late_s) < 0.02
    assert alike > 0.95
    _, tail_s = ends_s(sound)
    assert heard_at(sound, last, (len(sound) - len(last)) / RATE - 2.0)[1] > 0.95
    assert tail_s == pytest.approx(2.0, abs=0.1)
    assert str(ID3(folder / "sample.mp3")["TIT2"]) == "The Well (Sample)"
    listed = report_of(folder)["sample"]
    assert listed["file"] == "sample.mp3"
    assert listed["duration_s"] == pytest.approx(len(sound) / RATE, abs=0.001)
    audiobook_here("check", folder, cache=folder.parent / "cache", cwd=folder.parent)


def test_librivox_is_what_its_wiki_asks_for(built):
    """-16 to -21 LUFS whichever meter reads it, mono 128 kbit/s, 0.5 to 1 s and then 5 s."""
    folder, _ = built("librivox")
    sounds = dict(chapters(folder))
    assert list(sounds) == [f"thewell_0{n}_particular_128kb.mp3" for n in (1, 2)]
    for name, sound in sounds.items():
        on_mono_meter = lufs(sound)
        assert on_mono_meter >= -21.0
        assert on_mono_meter + MONO_LU <= -16.0
        assert true_peak_dbtp(sound) <= -1.0
        head_s, tail_s = ends_s(sound)
        assert 0.5 <= head_s <= 1.0
        assert 5.0 <= tail_s <= 5.2
        info = MP3(folder / "chapters" / name).info
        assert (info.channels, info.sample_rate) == (1, 44_100)
        assert (round(info.bitrate / 1000), info.bitrate_mode) == (128, BitrateMode.CBR)


def test_librivox_tags_are_name_artist_and_album(built):
    """Nothing else is filled in, as its volunteers are asked."""
    folder, _ = built("librivox")
    tags = ID3(folder / "chapters" / "thewell_02_particular_128kb.mp3")
    assert {key: str(frame) for key, frame in tags.items()} == {
        "TIT2": "02 - Rain",
        "TPE1": "Nobody in Particular",
        "TALB": "The Well",
    }
    assert tags.version == (2, 3, 0)


def test_librivox_says_its_words_around_every_chapter(built):
    """The long form in front of the first chapter, the short one of others, the book's end last."""
    folder, _ = built("librivox")
    texts = [
        " ".join(s["text"] for s in chapter["segments"] if s["kind"] == "credit")
        for chapter in report_of(folder)["chapters"]
    ]
    assert texts[0].startswith("Chapter 1 of The Well. This is a LibriVox recording. All LibriVox")
    assert texts[0].endswith("The Well, by Nobody in Particular. End of chapter 1.")
    assert texts[1] == (
        "Chapter 2 of The Well. This LibriVox recording is in the public domain. "
        "Read by A Machine. End of chapter 2. End of The Well, by Nobody in Particular."
    )


def test_the_room_does_not_move(built):
    """Room tone is the same in pauses, head and tail: within 2 dB, and falling above 500 Hz."""
    folder, _ = built("acx")
    sound = decoded(folder / "chapters" / "01 The Old Well.mp3", 1)[:, 0]
    head, tail = sound[: RATE // 2], sound[-2 * RATE : -RATE // 4]
    assert rms_db(head) == pytest.approx(rms_db(tail), abs=2.0)
    power = np.abs(np.fft.rfft(tail)) ** 2
    hz = np.fft.rfftfreq(len(tail), 1 / RATE)
    bands = [power[(hz > a) & (hz < 2 * a)].mean() for a in (100, 500, 2000)]
    assert bands == sorted(bands, reverse=True)
