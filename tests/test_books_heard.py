"""A built book as M4B and Opus: where its chapters are heard, and what a change costs."""

import json
from itertools import pairwise

import mutagen
import numpy as np
import pytest
from readback import RATE, audiobook_here, decoded, heard_at, hiss_db, hummed, true_peak_dbtp

from audiobook.export.clock import Frames, lay_end_to_end
from audiobook.store import Store

STORY = """---
title: Four Winds
author: Nobody
---

## North

The river froze before the lamps were lit. Who would cross it now?

## No

Yes.

## East

A horse stood on the far bank and shook the snow from its mane!

## South

Nobody had called it, and it came all the same, slowly, over the ice.
"""
FILES = {"aac": "Four Winds.m4b", "opus": "Four Winds.opus"}
MARK_TOLERANCE_S = 0.05


def artefacts(store, kind):
    """Return the key of every chapter's sound in a codec."""
    return {path.name for path in (store.root / kind).rglob("*") if path.is_file()}


class Book:
    """A folder in which one story is built again and again."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "out"
        self.store = Store(folder / "cache" / "audiobook")
        (folder / "story.md").write_text(STORY, "utf-8")

    def build(self, *options):
        """Build; return the result as data."""
        words = (
            "build",
            "story.md",
            "--voice",
            "tone:hum",
            "-o",
            "out",
            "--json",
            "--why",
            "--jobs",
            "1",
        )
        printed, _ = audiobook_here(*words, *options, cache=self.folder / "cache", cwd=self.folder)
        return json.loads(printed)

    def state(self):
        """Return when each file of the folder was written."""
        return {p.name: p.stat().st_mtime_ns for p in self.out.rglob("*") if p.is_file()}

    def sounds(self, kind):
        """Return what the store keeps of each chapter's sound in a codec."""
        return {key: self.store.meta(kind, key) for key in artefacts(self.store, kind)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Build the default formats, then the other two; keep what was there in between."""
    book = Book(tmp_path_factory.mktemp("winds"))
    book.build()
    before = book.state()
    later = book.build("--format", "m4b,opus")
    report = json.loads((book.out / "build.json").read_text("utf-8"))
    heard = {codec: decoded(book.out / name) for codec, name in FILES.items()}
    return book, before, later, report, heard


@pytest.fixture(scope="module")
def clips(made):
    return hummed(made[0].folder / "story.md")


def marks(path):
    """Return title and start of each chapter as mutagen reads them."""
    found = mutagen.File(path)
    if path.suffix == ".m4b":
        return [(chapter.title, chapter.start) for chapter in found.chapters]
    starts = [found[f"chapter{n:03}"][0].split(":") for n in range(1, 5)]
    titles = [found[f"chapter{n:03}name"][0] for n in range(1, 5)]
    return [
        (title, 3600 * int(h) + 60 * int(m) + float(s))
        for title, (h, m, s) in zip(titles, starts, strict=True)
    ]


@pytest.mark.parametrize("codec", FILES)
def test_marks_point_at_what_is_heard(codec, made, clips):
    """Each segment of each chapter, one word or many, is heard where mark and report put it."""
    book, _, _, report, heard = made
    found = marks(book.out / FILES[codec])
    assert [title for title, _ in found] == ["North", "No", "East", "South"]
    for (_, start_s), chapter, hums in zip(found, report["chapters"], clips, strict=True):
        for segment, clip in zip(chapter["segments"], hums, strict=True):
            late_s, alike = heard_at(heard[codec], clip, start_s + segment["start_s"])
            assert alike > 0.9, segment["text"]
            assert abs(late_s) < MARK_TOLERANCE_S / 2, segment["text"]


@pytest.mark.parametrize("codec", FILES)
def test_lengths_agree(codec, made):
    """What ffmpeg decodes, what mutagen reads and what the store's clock says is within 50 ms."""
    book, _, _, report, heard = made
    by_length = {round(m["n_samples"] / RATE, 3): m for m in book.sounds(codec).values()}
    chapters = [by_length[round(c["duration_s"], 3)] for c in report["chapters"]]
    clock = lay_end_to_end([Frames(**meta["frames"]) for meta in chapters])
    assert len(heard[codec]) / RATE == pytest.approx(clock[-1].end_s, abs=0.001)
    length_s = mutagen.File(book.out / FILES[codec]).info.length
    assert length_s == pytest.approx(clock[-1].end_s, abs=0.05)
    for place, (_, start_s) in zip(clock, marks(book.out / FILES[codec]), strict=True):
        assert start_s == pytest.approx(place.start_s, abs=0.001)


@pytest.mark.parametrize("codec", FILES)
def test_joints_do_not_click(codec, made):
    """Where two chapters meet there is silence, and nothing above 10 kHz around it."""
    book, _, _, _, heard = made
    sound = heard[codec]
    for _, start_s in marks(book.out / FILES[codec])[1:]:
        joint = round(start_s * RATE)
        silent = sound[joint - round(0.05 * RATE) : joint + round(0.002 * RATE)]
        assert np.abs(silent).max() < 0.001
        assert hiss_db(sound[joint - RATE // 5 : joint + RATE // 5]) < -80.0


@pytest.mark.parametrize("codec", FILES)
def test_every_codec_keeps_the_ceiling(codec, made):
    """The decoded true peak is at most -1 dBTP, and the store knows it."""
    book, _, _, _, heard = made
    assert true_peak_dbtp(heard[codec]) <= -1.0
    assert all(m["loudness"]["true_peak_dbtp"] <= -1.0 for m in book.sounds(codec).values())


def test_asking_for_a_format_later_speaks_nothing(made):
    """Only the new encodings are made, which is said, and the MP3 files are left alone."""
    book, before, later, _, _ = made
    assert later["spoken"] == 0
    assert later["made"] == [1, 2, 3, 4]
    assert later["why"]["2"] == [f"its sound as {codec} is asked for" for codec in FILES]
    assert sorted(later["wrote"]) == sorted([*FILES.values(), "build.json"])
    after = book.state()
    assert {n for n in before if before[n] != after[n]} == {"build.json"}


@pytest.mark.parametrize("codec", FILES)
def test_the_formats_sound_alike(codec, made):
    """Chapter by chapter the loudness is the MP3's within 0.5 LU."""
    book = made[0]
    mp3 = book.sounds("chapter")
    for key, meta in book.sounds(codec).items():
        expected = mp3[key]["loudness"]["integrated_lufs"]
        assert meta["loudness"]["integrated_lufs"] == pytest.approx(expected, abs=0.5)


def test_chapters_follow_each_other_closely(made):
    """Between two chapters lies only what the encoder adds: under 50 ms."""
    book, _, _, report, _ = made
    for name in FILES.values():
        starts = [start for _, start in marks(book.out / name)]
        for chapter, (start_s, next_s) in zip(report["chapters"], pairwise(starts), strict=False):
            assert 0.0 <= next_s - start_s - chapter["duration_s"] < 0.05


def test_one_changed_chapter_is_encoded_alone(made):
    """An edited sentence adds one sound in each codec; the others are joined as they were."""
    book = made[0]
    before = {kind: artefacts(book.store, kind) for kind in ("chapter", *FILES)}
    path = book.folder / "story.md"
    path.write_text(STORY.replace("far bank", "near bank"), "utf-8")
    result = book.build("--format", "all")
    assert (result["made"], result["spoken"]) == ([3], 1)
    for kind, keys in before.items():
        assert len(artefacts(book.store, kind) - keys) == 1
        assert keys <= artefacts(book.store, kind)
    assert set(FILES.values()) <= set(result["wrote"])


def test_a_damaged_encoding_is_made_anew(made):
    """A flipped byte in the store costs one chapter's encoding, and the book comes out the same."""
    book = made[0]
    target = book.out / FILES["opus"]
    whole = target.read_bytes()
    target.unlink()
    victim = book.store.path("opus", min(artefacts(book.store, "opus")))
    content = bytearray(victim.read_bytes())
    content[-20] ^= 1
    victim.write_bytes(content)
    assert book.build("--format", "opus")["spoken"] == 0
    assert target.read_bytes() == whole
