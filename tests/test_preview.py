"""A preview: as much of a chapter as is asked for, as it will sound, and nothing of it lost."""

import hashlib
import json
from pathlib import Path

import mutagen
import numpy as np
import pytest
from click.testing import CliRunner
from readback import RATE, decoded

from audiobook.build.excerpt import Excerpt
from audiobook.cli import app
from audiobook.cli.options import Asked, desk_of

SENTENCE = "The water went over the stones all night and nobody in the house could sleep for it. "
STORY = f"""---
title: Water
author: A. Miller
---
# The Spring

{SENTENCE * 2}

# The River

{"".join(SENTENCE.replace("water", f"water {n}") for n in ("ran", "sang", "rose"))}

{"".join(SENTENCE.replace("nobody", f"none of {n}") for n in ("two", "three", "four"))}

# The Sea

It was salt.
"""
HUM = ["--voice", "tone:hum", "--music", "none"]


def run(*arguments, status=0):
    """Run a command; its streams are kept apart."""
    words = [str(a) for a in arguments]
    done = CliRunner(mix_stderr=False).invoke(app, words, catch_exceptions=False)
    assert done.exit_code == status, done.stderr
    return done


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def build(*arguments):
    return json.loads(run("build", "water.md", "--jobs", "1", "--json", *HUM, *arguments).stdout)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Build a book once, and preview the next version of its second chapter."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "water.md").write_text(STORY, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        build("--format", "mp3")
        before = digests(folder / "out"), digests(folder / "cache" / "audiobook" / "books")
        (folder / "water.md").write_text(STORY.replace("stones", "old stones"), "utf-8")
        told = run("preview", "water.md", "--chapter", "2", "--seconds", "12", *HUM)
    return folder, before, told


@pytest.fixture
def made(desk, monkeypatch):
    """Stand beside what was built and previewed."""
    folder, before, told = desk
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return before, told


def test_a_preview_is_as_long_as_asked_and_ends_with_a_sentence(made):
    """Not shorter, and longer by less than a sentence; the line on stdout names it."""
    _, told = made
    path = Path("out", "water.preview.mp3")
    sound = decoded(path)
    length_s = len(sound) / RATE
    assert 12.0 <= length_s < 12.0 + 8.0
    assert np.abs(sound[-RATE // 2 :]).max() < 0.5 * np.abs(sound).max()
    assert told.stdout == f"{path}: chapter 2 The River, {length_s:.0f} s\n"
    assert mutagen.File(path).info.length == pytest.approx(length_s, abs=0.1)


def test_a_preview_says_which_book_and_chapter_it_is_of(made):
    """Players show title, book and cover."""
    tags = mutagen.File(Path("out", "water.preview.mp3")).tags
    assert str(tags["TIT2"]) == "Water (The River)"
    assert str(tags["TALB"]) == "Water"
    assert str(tags["TPE1"]) == "A. Miller"
    assert any(name.startswith("APIC") for name in tags)


def test_a_preview_leaves_the_finished_book_alone(made):
    """Neither a file of the folder nor what is known of it has changed."""
    (files, books), _ = made
    found = digests(Path("out"))
    del found["water.preview.mp3"]
    assert found == files
    assert digests(Path("cache", "audiobook", "books")) == books


def test_what_a_preview_spoke_is_not_spoken_again(made):
    """The build finds those segments in the store, and the same preview does nothing anew."""
    plan = json.loads(run("build", "water.md", "--dry-run", "--json", *HUM).stdout)
    chapter = next(c for c in plan["chapters"] if c["number"] == 2)
    segments = json.loads(run("segments", "water.md", "--chapter", 2, "--json").stdout)
    n_segments = len(segments["chapters"][0]["segments"])
    assert 0 < chapter["speak"] < n_segments
    first = Path("out", "water.preview.mp3").read_bytes()
    again = run("preview", "water.md", "--chapter", "2", "--seconds", "12", *HUM)
    assert "speak" not in again.stderr
    assert Path("out", "water.preview.mp3").read_bytes() == first


def test_no_more_is_spoken_than_is_expected_to_do(made, store):
    """However many workers ask, they get the readings in order, and none that is too far on."""
    asked = Asked("water.md", voice="tone:hum", music=("none",))
    chapter = desk_of(asked, chapters=("2",), formats=()).plan().chapters[1]
    excerpt = Excerpt(chapter, 12.0, store)  # of a store where nothing is spoken yet
    given = list(iter(lambda: excerpt.next(online_is_busy=False), None))
    readings = chapter.prepared.readings
    assert given == list(readings[: len(given)]) == list(excerpt.expected.unspoken)
    assert 0 < len(given) < len(readings)
    assert excerpt.made is None


def test_a_preview_of_a_whole_chapter_is_the_chapter(made):
    """A chapter that is shorter than what is asked for is whole, and the build has it already."""
    run("preview", "water.md", "--chapter", "The Sea", "-o", "sea.mp3", "-q", *HUM)
    plan = json.loads(run("build", "water.md", "--dry-run", "--json", *HUM).stdout)
    assert 3 not in [c["number"] for c in plan["chapters"]]
    chapter = decoded(next(Path("out", "water", "chapters").glob("03*.mp3")))
    assert np.array_equal(decoded(Path("sea.mp3")), chapter)


def test_a_preview_has_the_chapters_music_with_an_end_of_its_own(made):
    """Music leads in and fades out after the last word, in the piece that is composed for it."""
    options = ["--chapter", "1", "--seconds", "6", "-q", "--voice", "tone:hum", "-o", "spring.mp3"]
    run("preview", "water.md", *options)
    sound = decoded(Path("spring.mp3"))
    assert np.abs(sound[RATE // 2 : 3 * RATE]).max() > 0.003
    assert np.abs(sound[-RATE // 20 :]).max() < 0.003


@pytest.mark.parametrize(
    ("words", "status", "line"),
    [
        (["-o", "a.wav"], 2, 'Error: "a.wav" is no MP3 file; say for example -o preview.mp3'),
        (["--chapter", "9"], 1, "Error: there is no chapter 9 to read; the story has 3"),
        (["--voice", "tone:hmu"], 1, 'Error: tone has no voice "hmu"; did you mean "hum"?'),
        (["--seconds", "0"], 2, "Error: Invalid value for '--seconds'"),
    ],
)
def test_a_mistake_is_a_line(made, words, status, line):
    """What, and what to do; nothing is written."""
    told = run("preview", "water.md", *words, status=status).stderr.rstrip().splitlines()[-1]
    assert told.startswith(line)
    assert not Path("a.wav").exists()
