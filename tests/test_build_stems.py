"""``--stems``: speech and music apart, made from what is there, kept as other files are."""

import json
import shutil
from dataclasses import replace

import mutagen.flac
import numpy as np
import pytest
import soundfile
from readback import decoded
from test_build import audiobook, build, digests

from audiobook.audio import SAMPLE_RATE
from audiobook.build.arrange import lay_out, stems_of
from audiobook.build.stemfiles import write_stems
from audiobook.cli.options import Asked, desk_of
from audiobook.mix import overlay

STORY = """# Two Tales

## The Wolf

A wolf came down from the hills. Nobody had heard him before.

## The Fox

A fox lived under the mill.
"""
WOLF = ("stems/01 The Wolf.speech.flac", "stems/01 The Wolf.music.flac")
FOX = ("stems/02 The Fox.speech.flac", "stems/02 The Fox.music.flac")
PAGE = "index.html"  # which offers to turn the music down


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Stand in a folder with a story of two chapters."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")
    quick = 'story = "tales.md"\n[music]\nintro_s = 1\noutro_s = 2\n'
    (tmp_path / "book.toml").write_text(quick, "utf-8")
    return tmp_path


def job_of(number, music="kazakh"):
    """Return the store and a chapter's job, as a build has them."""
    desk = desk_of(Asked("tales.md", voice="tone:hum", music=(music,)))
    return desk.store, desk.plan().chapters[number - 1].prepared.job


def mixed(store, job, folder):
    """Return the mix that the limiter is given."""
    voice, music, _ = stems_of(job, store, lay_out(job, store), folder)
    if music is None:
        return np.concatenate(list(voice.windows()))
    pairs = zip(voice.windows(), music.windows(), strict=True)
    return np.concatenate([overlay(*pair) for pair in pairs])


def heard(path):
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == SAMPLE_RATE
    return samples


def level_db(sound):
    return 10.0 * np.log10((sound.astype(np.float64) ** 2).mean() + 1e-20)


def test_speech_and_music_add_up_to_the_mix(book):
    """Each is as long as the chapter to the sample; their sum is the mix within -60 dB of it."""
    build("--stems", music="kazakh")
    store, job = job_of(1)
    mix = mixed(store, job, book)
    speech, music = (heard(book / "out" / name) for name in WOLF)
    assert speech.shape == music.shape == mix.shape
    assert level_db(speech + music - mix) < level_db(mix) - 60.0
    chapter = decoded(book / "out" / "chapters" / "01 The Wolf.mp3")
    assert np.corrcoef(chapter[: len(mix), 0], (speech + music)[:, 0])[0, 1] > 0.99
    assert soundfile.info(book / "out" / WOLF[0]).subtype == "PCM_16"


def test_asked_for_later_only_the_stems_are_made(book):
    """Nothing is spoken, no other file changes; lost ones come back to the same bytes."""
    build(music="kazakh")
    before = digests(book / "out")
    options = ["--voice", "tone:hum", "--dry-run", "--json", "--stems"]
    planned = json.loads(audiobook("build", "tales.md", "-o", "out", *options))
    assert [c["speak"] for c in planned["chapters"]] == [0, 0]
    assert planned["chapters"][0]["reasons"][0] == "its sound as speech is asked for"
    assert planned["write"] == [PAGE, *WOLF, *FOX, "build.json"]
    result = build("--stems", music="kazakh")
    assert result["spoken"] == 0
    assert sorted(result["wrote"]) == sorted([PAGE, *WOLF, *FOX, "build.json"])
    after = digests(book / "out")
    assert {n for n in before if after[n] != before[n]} == {PAGE, "build.json"}
    report = json.loads((book / "out" / "build.json").read_text("utf-8"))
    assert {*WOLF, *FOX} < set(report["files"])
    assert report["chapters"][0]["stems"] == {"speech": WOLF[0], "music": WOLF[1]}
    shutil.rmtree(book / "out" / "stems")
    assert sorted(build("--stems", music="kazakh")["wrote"]) == sorted([*WOLF, *FOX])
    assert digests(book / "out") == after
    again = build("--stems", music="kazakh")
    assert (again["made"], again["spoken"], again["wrote"]) == ([], 0, [])
    # They stay, unasked, and nothing names them.
    assert build(music="kazakh")["wrote"] == [PAGE, "build.json"]


def test_stems_of_what_is_gone_are_removed(book):
    """A changed title takes its stems along."""
    build("--stems")
    text = STORY.replace("The Fox", "The Vixen")
    (book / "tales.md").write_text(text, "utf-8")
    assert FOX[0] in build("--stems")["removed"]
    build()  # without --stems they stay as they are, but the report no longer names them
    report = json.loads((book / "out" / "build.json").read_text("utf-8"))
    assert report["chapters"][0]["stems"] is None


def test_without_music_there_is_only_speech(book):
    """One file for each chapter; music taken away takes its stem along."""
    build("--stems", "--chapter", "1", music="kazakh")
    result = build("--stems", music="none")
    assert sorted(p.name for p in (book / "out" / "stems").iterdir()) == [
        "01 The Wolf.speech.flac",
        "02 The Fox.speech.flac",
    ]
    assert result["removed"] == [WOLF[1]]
    store, job = job_of(1, music="none")
    assert level_db(heard(book / "out" / WOLF[0]) - mixed(store, job, book)) < -90.0


def test_a_lost_clip_is_spoken_for_the_stems(book):
    """Where a clip was pruned the chapter is made again, to the same bytes, and says why."""
    build("--chapter", "2")
    before = digests(book / "out" / "chapters")
    store, job = job_of(2, music="none")
    store.drop("clip", job.clips[-1])
    result = build("--stems", "--chapter", "2")
    assert (result["made"], result["spoken"]) == ([2], 1)
    assert "a clip that it needs is not in the store" in result["why"]["2"]
    assert digests(book / "out" / "chapters") == before


def test_a_peak_that_does_not_fit_lowers_both(book):
    """A voice that would be cut at full scale is not: both stems are as much lower, and say so."""
    build("--chapter", "2", music="kazakh")
    store, job = job_of(2)
    loud = replace(job, profile=replace(job.profile, speech_lufs=-4.0))
    voice, bed, _ = stems_of(loud, store, lay_out(loud, store), book)
    speech, music = write_stems(voice, bed, book).values()
    mix = mixed(store, loud, book)
    assert np.abs(mix).max() > 1.0
    (comment,) = mutagen.flac.FLAC(speech)["description"]
    assert mutagen.flac.FLAC(music)["description"] == [comment]
    lowered_db = float(comment.split()[2])
    assert lowered_db >= 1.0
    sound = (heard(speech) + heard(music)) * 10.0 ** (lowered_db / 20.0)
    assert level_db(sound - mix) < level_db(mix) - 60.0
