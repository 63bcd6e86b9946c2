"""A book of a hundred chapters: its clock does not drift, and nothing grows but with its length."""

import itertools
import json
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from editions import placed, tone
from mutagen.id3 import ID3
from readback import RATE, audiobook, decoded, environment

from audiobook.build.options import Options
from audiobook.build.plan import make_plan
from audiobook.build.release import Release
from audiobook.build.state import BuildState
from audiobook.store import Store, key_of
from audiobook.story.book import Book, Voice
from audiobook.story.read import parse_story

N_CHAPTERS = 100
MAX_OPEN_FILES = 64
WORDS = ["river", "winter", "lamp", "hill", "bread", "horse", "song"]

resource = pytest.importorskip("resource", reason="limits of open files are a POSIX affair")


def limit_open_files():
    """Let the process and its children open only a few files at once."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Build a hundred chapters of a few words with few files open."""
    place = tmp_path_factory.mktemp("long")
    chapters = [
        f"## Chapter {n}\n\nA {WORDS[n % 7]} and the {WORDS[n % 5]}.\n"
        for n in range(1, N_CHAPTERS + 1)
    ]
    (place / "long.md").write_text("# A Long Book\n\n" + "\n".join(chapters), "utf-8")
    audiobook(
        *("build", "long.md", "--voice", "tone:hum", "--music", "none", "-o", "out"),
        cache=place / "cache",
        cwd=place,
        preexec_fn=limit_open_files,
    )
    return place / "out"


@pytest.fixture(scope="module")
def report(folder):
    return json.loads((folder / "build.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def whole(folder):
    return decoded(folder / "A Long Book.mp3", n_channels=1)[:, 0]


def test_it_is_built_with_few_open_files(folder, report):
    """A limit of 64 open files is enough for a hundred chapters."""
    assert len(report["chapters"]) == N_CHAPTERS
    names = sorted(p.name for p in (folder / "chapters").glob("*.mp3"))
    assert len(names) == N_CHAPTERS
    assert names[0] == "001 Chapter 1.mp3"
    assert names[-1] == "100 Chapter 100.mp3"


def test_marks_do_not_drift(folder, report, whole):
    """At every boundary mark, report and decoded sound agree within 50 ms, at the last as first."""
    marks = [f.start_time / 1000 for f in ID3(folder / "A Long Book.mp3").getall("CHAP")]
    assert len(marks) == N_CHAPTERS
    late_ms = []
    for mark, chapter in zip(marks, report["chapters"], strict=True):
        first_word_s = chapter["segments"][0]["words"][0][1]
        heard_s = onset_s(whole, mark) - first_word_s
        assert abs(heard_s - chapter["start_s"]) < 0.05
        assert abs(heard_s - mark) < 0.05
        late_ms.append(1000.0 * (heard_s - mark))
    assert max(late_ms) - min(late_ms) < 15.0  # what the first word's swell takes to be heard


def test_the_length_is_the_sum_of_what_is_there(report, whole):
    """The decoded book is as long as reported, and its last mark lies a chapter before the end."""
    assert len(whole) / RATE == pytest.approx(report["duration_s"], abs=0.03)
    last = report["chapters"][-1]
    assert last["start_s"] + last["duration_s"] == pytest.approx(report["duration_s"], abs=1e-3)


def test_every_joint_is_silent(report, whole):
    """No joint has a click: a quarter of a second around each is empty."""
    for chapter in report["chapters"][1:]:
        joint = round(chapter["start_s"] * RATE)
        assert np.abs(whole[joint - RATE // 8 : joint + RATE // 8]).max() < 1e-3


def onset_s(sound, after_s):
    """Return when a sound first passes -30 dBFS after a place."""
    first = round(after_s * RATE)
    return (first + int(np.argmax(np.abs(sound[first:]) > 0.03))) / RATE


def test_a_hundred_chapters_are_joined_with_few_open_files(folder, report):
    """The joiner opens one chapter at a time."""
    code = (
        "import resource, sys; from pathlib import Path; "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20)); "
        "from audiobook.export.join import join, read_infos; "
        "paths = [Path(p) for p in sys.argv[2:]]; "
        "file = open(sys.argv[1], 'wb'); print(len(join(paths, file)))"
    )
    paths = [str(folder / c["file"]) for c in report["chapters"]]
    done = subprocess.run(
        [sys.executable, "-c", code, os.devnull, *paths],
        env=environment(folder.parent / "cache"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == N_CHAPTERS


def planned(folder, n_chapters):
    """Plan a book of different words, a hundred in each chapter, with an empty store."""
    words = itertools.cycle(WORDS)
    chapters = [
        f"## Chapter {n}\n\n" + " ".join(f"A {next(words)} {n} {k}." for k in range(25))
        for n in range(1, n_chapters + 1)
    ]
    story = parse_story("# Long\n\n" + "\n\n".join(chapters), "long.md", is_markdown=True)
    book = Book(voice=Voice(narrator="tone:hum"))
    options = Options(folder / "out", folder)
    return make_plan(story, book, options, Store(folder / "cache"), BuildState())


def test_a_plan_takes_little_memory(tmp_path):
    """A planned word takes less than a quarter of a kilobyte: a day of speech has 200,000."""
    planned(tmp_path, 2)  # what is loaded once
    tracemalloc.start()
    try:
        plan = planned(tmp_path, 20)
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    n_words = sum(len(r.segment.words) for c in plan.chapters for r in c.prepared.readings)
    assert n_words > 2000
    assert held_bytes / n_words < 250


def test_the_last_chapter_costs_no_more_than_the_first(tmp_path, monkeypatch):
    """What is hashed when a chapter is finished does not grow with the chapters before it."""
    hashed = []
    monkeypatch.setattr(
        "audiobook.build.release.key_of", lambda recipe: hashed.append(recipe) or key_of(recipe)
    )
    plan, store = planned(tmp_path, 6), Store(tmp_path / "cache")
    sound = tone(tmp_path / "tone.mp3")
    release = Release(plan, store, BuildState(), print)
    sizes = []
    for chapter in plan.chapters:
        job = chapter.prepared.job
        store.put("chapter", job.key, {"placed": placed(job.segments)}, sound)
        hashed.clear()
        release.chapter(chapter.number)
        sizes.append(len(json.dumps(hashed)))
    assert len(release.wrote) > len(sizes)
    assert max(sizes) < 1.1 * min(sizes)
