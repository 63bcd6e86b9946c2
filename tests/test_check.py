"""``audiobook check`` on a finished folder: good as it is, and each way of spoiling it named."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from mutagen.id3 import APIC, CHAP, ID3, TIT2, TRCK
from readback import RATE, decoded

from audiobook.check.words import check_story, check_words
from audiobook.cli import app
from audiobook.export.mpeg import audio_frames, read_info
from audiobook.ffmpeg import encode_mp3
from audiobook.story import open_project

STORY = """---
title: The <b>Well</b> & "the" Road
author: Nobody
---
## The Old Well

A well stood on the steppe, and nobody knew who had dug it.

The girl let down a stone, and counted to nine.

## The Road

### Up the hill

She took the road that led away from the well.
"""
FIRST, SECOND = "chapters/01 The Old Well.mp3", "chapters/02 The Road.mp3"


def run(*arguments, status=0):
    words = [str(a) for a in arguments]
    done = CliRunner(mix_stderr=False).invoke(app, words, catch_exceptions=False)
    assert done.exit_code == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Hum a short book over music, with a cache of its own."""
    home = tmp_path_factory.mktemp("check")
    (home / "story.md").write_text(STORY, "utf-8")
    (home / "book.toml").write_text("[music]\nintro_s = 2.0\noutro_s = 2.0\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.chdir(home)
        run("build", ".", "-o", "out", "--voice", "tone:hum", "--quiet", "--jobs", "1")
    return home


@pytest.fixture
def folder(built, tmp_path, monkeypatch):
    """Copy the finished folder, for a test to spoil; how it was made is not known here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(built / "out", tmp_path / "out")
    return tmp_path / "out"


def whole(folder):
    (path,) = folder.glob("*.mp3")
    return path


def verdicts(folder, status=1):
    found = json.loads(run("check", folder, "--json", status=status))
    schema = Path(__file__).parent.parent / "audiobook" / "check" / "check.schema.json"
    jsonschema.validate(found, json.loads(schema.read_text("utf-8")))
    assert found["ok"] is (status == 0)
    return found["verdicts"]


def broken(folder):
    """Return what is broken: (file, rule), and what was found."""
    return {(v["file"], v["rule"]): v["value"] for v in verdicts(folder) if v["ok"] is False}


def edit(folder, change):
    """Change the report."""
    path = folder / "build.json"
    report = json.loads(path.read_text("utf-8"))
    change(report)
    path.write_text(json.dumps(report), "utf-8")


def test_a_finished_book_keeps_every_rule(built, monkeypatch):
    """Where it was built everything can be measured, and every rule is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(built / "cache"))
    monkeypatch.chdir(built)
    found = verdicts("out", status=0)
    assert {v["ok"] for v in found} == {True}
    of_first = {v["rule"]: v for v in found if v["file"] == FIRST}
    assert {
        *("loudness", "true peak", "loudness range", "sample rate", "bit rate"),
        *("constant bit rate", "length", "length told", "tags", "cover", "gaps", "clicks"),
        *("heard", "speech", "over music", "words", "story"),
    } == of_first.keys()
    assert of_first["over music"]["measured"] >= 20.0
    report = json.loads((built / "out" / "build.json").read_text("utf-8"))
    ids = {s["id"] for s in report["chapters"][0]["segments"]}
    assert of_first["over music"]["value"].rpartition(" ")[2] in ids
    (marks,) = (v for v in found if v["rule"] == "marks")
    assert marks["measured"] < 2.0
    assert marks["bar"].endswith("against the decoded sound")


def test_elsewhere_what_cannot_be_measured_is_named(folder):
    """Without story, clips and stems three rules are open; nothing is claimed, nothing fails.

    There is a line for each file, none longer than a terminal is wide, and the last one sums up.
    """
    lines = run("check", folder).splitlines()
    assert "not measured: speech, over music, story (it was not built here)" in lines
    assert max(map(len, lines)) <= 80
    assert [line[:3] for line in lines[:4]] == ["ok "] * 4
    assert re.fullmatch(r"4 files, \d+ rules: every rule holds", lines[-1])


def test_an_edited_story_is_not_held_against_the_old_book(built, tmp_path, monkeypatch):
    """The check says that the story has changed, not that the book is wrong."""
    copy = tmp_path / "copy"
    shutil.copytree(built, copy)
    monkeypatch.setenv("XDG_CACHE_HOME", str(copy / "cache"))
    monkeypatch.chdir(copy)
    for record in (copy / "cache" / "audiobook" / "books").glob("*.json"):
        record.unlink()
    run("build", ".", "-o", "out", "--voice", "tone:hum", "--quiet", "--jobs", "1")
    (copy / "story.md").write_text(STORY.replace("nine", "ten"), "utf-8")
    found = {(v["file"], v["rule"]): v for v in verdicts("out", status=0)}
    assert (
        found[FIRST, "story"]["value"] == "not measured: the story has changed since it was built"
    )
    assert found[SECOND, "story"]["ok"] is True


def test_missing_truncated_foreign_and_damaged_files_are_verdicts(folder):
    """One line each, exit status 1, no traceback; the others are judged as before."""
    (folder / FIRST).unlink()
    (folder / SECOND).write_bytes(b"this is no sound at all")
    whole(folder).write_bytes(whole(folder).read_bytes()[:-60_000])
    (folder / "chapters" / "cover.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (folder / "chapters" / "metadata.json").unlink()
    found = broken(folder)
    name = whole(folder).name
    assert found[FIRST, "file"] == "missing"
    assert found[SECOND, "file"].startswith("ffmpeg finds no sound in it")
    assert {(name, "length"), (name, "length told")} <= found.keys()
    assert found["chapters/cover.jpg", "picture"] == "damaged"
    assert found["chapters/metadata.json", "file"] == "missing"
    printed = run("check", folder, "--verbose", status=1)
    assert "NO  01 The Old Well.mp3\n    NO file: missing; should be there\n" in printed
    assert "       words: " in printed


def test_a_report_that_is_none_is_one_line(folder):
    """JSON with the right version and nothing else is refused, as any folder that is no build."""
    edit(folder, lambda report: report["chapters"][0].pop("segments"))
    done = CliRunner(mix_stderr=False).invoke(app, ["check", str(folder)])
    assert done.exit_code == 1
    assert re.fullmatch(r"Error: .*build\.json: is not a build report; build .*\n", done.stderr)


def test_only_the_book(built, folder):
    """A build without chapter files is judged by the book, and its chapters by their report."""
    shutil.rmtree(folder / "chapters")
    (folder / "chapters").mkdir()
    shutil.copy(built / "out" / "chapters" / "cover.jpg", folder / "chapters")
    edit(folder, lambda report: report.update(files=[whole(folder).name]))
    found = verdicts(folder, status=0)
    assert {v["file"] for v in found} == {
        *("chapter 1", "chapter 2", whole(folder).name, "chapters/cover.jpg")
    }
    (marks,) = (v for v in found if v["rule"] == "marks")
    assert marks["bar"].endswith("against the report")


def test_a_mark_in_the_wrong_place_is_found_by_ear(folder):
    """A mark 80 ms late is off, even if the report's clock were as wrong as the mark."""
    path = whole(folder)
    tags = ID3(path)
    start_ms = tags["CHAP:ch2"].start_time
    for frame in tags.getall("CHAP")[1:]:
        moved = (frame.start_time + 80, frame.end_time + 80)
        tags.add(CHAP(frame.element_id, *moved, sub_frames=list(frame.sub_frames.values())))
    tags.save(path, v2_version=3)
    edit(folder, lambda r: r["chapters"][1].update(start_s=(start_ms + 80) / 1000))
    found = broken(folder)
    assert found.keys() == {(path.name, "marks")}
    assert "off by 80 ms at most" in found[path.name, "marks"]


def test_a_chapter_that_sounds_elsewhere_is_found(folder):
    """A book whose second chapter is the first one again does not hold the second one."""
    path = whole(folder)
    data = path.read_bytes()
    with path.open("rb") as book, (folder / FIRST).open("rb") as chapter:
        head = read_info(book, "")
        start = book.tell()
        info = read_info(chapter, "")
        frames = b"".join(part for part, _ in audio_frames(chapter, info, ""))
    twice = (frames * 2)[: head.n_bytes]
    path.write_bytes(data[:start] + twice + bytes(head.n_bytes - len(twice)))
    assert '"The Road" is not heard at its mark' in broken(folder)[path.name, "marks"]


def test_wrong_tags_and_covers_are_named(folder):
    """Title, track number, and a picture that is not the book's."""
    tags = ID3(folder / SECOND)
    tags["TIT2"] = TIT2(encoding=3, text="The Rod")
    tags["TRCK"] = TRCK(encoding=3, text="1/2")
    tags["APIC:"] = APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=b"\xff\xd8 no")
    tags.save(folder / SECOND, v2_version=3)
    found = broken(folder)
    assert found == {
        (SECOND, "tags"): 'title is "The Rod", not "The Road"; track is 1/2, not 2/2',
        (SECOND, "cover"): "damaged",
    }


def lose_a_word(report):
    del report["chapters"][0]["segments"][1]["words"][2]


def swap_two_words(report):
    words = report["chapters"][0]["segments"][1]["words"]
    words[0][1:3], words[1][1:3] = words[1][1:3], words[0][1:3]


def move_a_word_out(report):
    report["chapters"][0]["segments"][1]["words"][-1][2] += 1.0


def overlap(report):
    report["chapters"][0]["segments"][1]["start_s"] -= 5.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lose_a_word, 'word 3 is "on", not "stood"'),
        (swap_two_words, "its words are out of order"),
        (move_a_word_out, "a word lies outside of it"),
        (overlap, "begins before"),
    ],
)
def test_words_that_are_lost_or_out_of_place(built, change, words):
    """The report is held against itself, word by word."""
    report = json.loads((built / "out" / "build.json").read_text("utf-8"))
    assert check_words("a", report["chapters"][0]["segments"]).ok
    change(report)
    verdict = check_words("a", report["chapters"][0]["segments"])
    assert verdict.ok is False
    assert words in verdict.value


def test_a_sentence_that_the_story_has_and_the_book_has_not(built):
    """The texts that were spoken are held against the story as it is written."""
    chapter = open_project(built).story.chapters[0]
    report = json.loads((built / "out" / "build.json").read_text("utf-8"))
    segments = report["chapters"][0]["segments"]
    assert check_story("a", segments, chapter, "").ok
    verdict = check_story("a", segments[:-1], chapter, "")
    assert verdict.ok is False
    assert verdict.value == '"The" and all after it is missing'
    assert check_story("a", [*segments, segments[-1]], chapter, "").value == '"The" is too much'


def test_the_sound_is_held_against_the_rules(folder):
    """A chapter that is too loud, longer than reported, silent in the middle, with a click."""
    sound = decoded(folder / FIRST).copy()
    report = json.loads((folder / "build.json").read_text("utf-8"))
    segment = report["chapters"][0]["segments"][-1]
    middle = round(segment["start_s"] * RATE) + 2000
    sound = np.concatenate([sound[:middle], np.zeros((4 * RATE, 2)), sound[middle:]])
    sound = np.clip(5.0 * sound, -1.0, 1.0).astype(np.float32)
    sound[len(sound) - 2 * RATE] += 0.3
    tags = ID3(folder / FIRST)
    encode_mp3([sound], folder / FIRST)
    tags.save(folder / FIRST, v2_version=3)
    rules = {rule for file, rule in broken(folder) if file == FIRST}
    assert {"loudness", "true peak", "length", "gaps", "clicks", "heard"} <= rules


def test_stems_beside_the_book_are_measured(folder):
    """Music that comes within 15 LU of one segment is named with it; the stems have the word."""
    report = json.loads((folder / "build.json").read_text("utf-8"))
    (folder / "stems").mkdir()
    dice = np.random.default_rng(3)
    for chapter in report["chapters"]:
        n_samples = round(chapter["duration_s"] * RATE)
        speech, music = (0.05 * dice.standard_normal((2, n_samples))).astype(np.float32)
        music *= 0.05
        spoken = np.zeros(n_samples, bool)
        for segment in chapter["segments"]:
            place = slice(*(round(segment[t] * RATE) for t in ("start_s", "end_s")))
            spoken[place] = True
            if segment is report["chapters"][0]["segments"][1]:
                music[place] *= 10.0 ** ((26.0 - 15.0) / 20.0)
        name = Path(chapter["file"]).stem
        parts = {part: f"stems/{name}.{part}.flac" for part in ("speech", "music")}
        for part, sound in (("speech", speech * spoken), ("music", music)):
            soundfile.write(folder / parts[part], np.stack([sound, sound], axis=1), RATE)
        chapter["stems"] = parts
    (folder / "build.json").write_text(json.dumps(report), "utf-8")
    found = broken(folder)
    id_ = report["chapters"][0]["segments"][1]["id"]
    assert found[FIRST, "over music"].endswith(f" LU, under segment {id_}")
    assert float(found[FIRST, "over music"].split()[0]) == pytest.approx(15.0, abs=0.2)
    assert (SECOND, "over music") not in found


def test_the_page_stands_alone(built, tmp_path, monkeypatch):
    """One file: no script, nothing loaded, titles as text, a drawing for each sound file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(built / "cache"))
    monkeypatch.chdir(built)
    run("check", "out", "--html", tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|src=", text)
    assert "<b>" not in text
    assert "The &lt;b&gt;Well&lt;/b&gt; &amp; &quot;the&quot; Road" in text
    drawings = re.findall(r"<svg.*?</svg>", text)
    assert len(drawings) == 3
    assert all('role="img" aria-label="' in drawing for drawing in drawings)
    assert all(drawing.count('class="short-term"') == 1 for drawing in drawings)
    assert [d.count('class="speech"') for d in drawings] == [1, 1, 0]
    assert "prefers-color-scheme: dark" in text
    assert len(text) < 300_000


def test_the_page_points_at_what_is_broken(folder, tmp_path):
    """A broken rule stands open above the kept ones, and the page is written before status 1."""
    edit(folder, lambda report: report["chapters"][1].update(title="<script>alert(1)</script>"))
    run("check", folder, "--html", tmp_path / "page.html", status=1)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "<script" not in text
    assert '<tr class="no"><th scope="row">tags</th>' in text
    assert "rules are broken" in text
