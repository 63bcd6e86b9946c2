"""What the commands print: JSON with the contract's fields, plain lines, and nothing when quiet."""

import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner
from readback import RATE, decoded

from audiobook.cli import app

STORY = """---
author: A. Shepherd
---
# Two Tales

## The Wolf

A wolf came down from the hills in the winter. "Who is there?" asked Mrs. Miller.

She lit a lamp… and listened for 3.5 hours!

***

In the morning there were tracks.

## The Fox

### Under the mill

A fox lived under the mill.
"""
HUM = ["--voice", "tone:hum", "--music", "none", "--jobs", "1"]


def run(*arguments, text=None, status=0):
    """Run a command; its streams are kept apart."""
    words = [str(a) for a in arguments]
    done = CliRunner(mix_stderr=False).invoke(app, words, input=text, catch_exceptions=False)
    assert done.exit_code == status, done.stderr
    return done


def data(*arguments, text=None, status=0):
    return json.loads(run(*arguments, "--json", text=text, status=status).stdout)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Stand in a folder with a story."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the story once, with a shell-hostile title, into a folder and a cache to look at."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "my tales.md").write_text(STORY, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        run(
            *("build", "my tales.md", "-o", "my out", "--title", "The Wolf's Way & back"),
            *("--speed", "1.25", "--format", "mp3,book", "--quiet", *HUM),
        )
    return folder


@pytest.fixture
def finished(built, monkeypatch):
    """Stand beside the finished folder, which no test changes."""
    monkeypatch.chdir(built)
    monkeypatch.setenv("XDG_CACHE_HOME", str(built / "cache"))
    return built


def test_chapters_have_the_fields_of_the_contract(desk):
    """Title, author, language and for each chapter its measures; nothing more."""
    book = data("chapters", "tales.md", *HUM[:4])
    assert book.keys() == {"title", "author", "language", "chapters"}
    assert (book["title"], book["author"], book["language"]) == ("Two Tales", "A. Shepherd", "en")
    fields = {"number", "title", "words", "segments", "estimated_s", "fresh"}
    fields |= {"mood", "mood_why", "moods", "unread", "fallback"}
    assert [c.keys() == fields for c in book["chapters"]] == [True, True]
    wolf = book["chapters"][0]
    assert (wolf["number"], wolf["title"], wolf["fresh"]) == (1, "The Wolf", False)
    # About 160 words a minute, the pauses and a breath at either end.
    assert wolf["words"] == 31
    assert 10.0 < wolf["estimated_s"] < 25.0


def test_finished_chapters_are_told_as_measured(finished):
    """With the options of the build a chapter is fresh, and its length is the file's."""
    options = ["--title", "The Wolf's Way & back", "--speed", "1.25", *HUM[:4]]
    book = data("chapters", "my tales.md", *options)
    report = json.loads((finished / "my out" / "build.json").read_text("utf-8"))
    assert [c["fresh"] for c in book["chapters"]] == [True, True]
    lengths = [c["duration_s"] for c in report["chapters"]]
    assert [c["estimated_s"] for c in book["chapters"]] == pytest.approx(lengths, abs=0.15)
    assert "about" not in run("chapters", "my tales.md", *options).stdout
    assert "about" in run("chapters", "my tales.md", *HUM[:2]).stdout


def test_segments_have_the_fields_of_the_contract_and_lose_no_word(desk):
    """The texts of a chapter, its spoken title aside, are the chapter's text."""
    chapters = data("segments", "tales.md", *HUM[:2])["chapters"]
    assert [c.keys() for c in chapters] == [{"number", "title", "segments"}] * 2
    fields = {"id", "kind", "speaker", "voice", "wanted", "text", "spoken", "pause_s"}
    assert all(s.keys() == fields for c in chapters for s in c["segments"])
    first, second = (
        " ".join(s["text"] for s in c["segments"] if s["kind"] != "title") for c in chapters
    )
    body = STORY.partition("## The Wolf")[2]
    wolf, _, fox = body.partition("## The Fox")
    assert first.split() == wolf.replace("***", "").split()
    assert second.split() == fox.replace("###", "").split()
    kinds = [s["kind"] for s in chapters[1]["segments"]]
    assert kinds == ["title", "heading", "text"]


def test_segments_say_what_is_said_and_how_long_the_pause_is(desk):
    """An abbreviation is spoken in full; a scene break is a longer pause than a paragraph's end."""
    segments = data("segments", "tales.md", "--chapter", "the wolf", *HUM[:2])["chapters"][0][
        "segments"
    ]
    assert any("Missus Miller" in s["spoken"] for s in segments)
    by_text = {s["text"]: s["pause_s"] for s in segments}
    scene = by_text["She lit a lamp… and listened for 3.5 hours!"]
    paragraph = next(pause for text, pause in by_text.items() if text.endswith("Mrs. Miller."))
    assert scene > paragraph > 0.0
    assert "Missus Miller" in run("segments", "tales.md", *HUM[:2]).stdout


def subtitles(*names):
    return {f"subtitles/{name}.{suffix}" for name in names for suffix in ("srt", "vtt")}


def test_a_build_tells_what_it_did_as_data(desk):
    """Made, spoken, written, and why when asked; stderr stays empty."""
    done = run("build", "tales.md", "-o", "out", "--json", "--why", *HUM)
    assert done.stderr == ""
    result = json.loads(done.stdout)
    fields = {"out", "made", "spoken", "wrote", "removed", "waiting", "duration_s", "why"}
    fields.add("fallback")
    assert result.keys() == fields
    assert (result["made"], result["waiting"], result["removed"]) == ([1, 2], [], [])
    assert result["why"] == {"1": ["new"], "2": ["new"]}
    assert set(result["wrote"]) == {
        *("chapters/cover.jpg", "chapters/01 The Wolf.mp3", "chapters/02 The Fox.mp3"),
        *("chapters/metadata.json", "Two Tales.mp3", "build.json"),
        *("chapters/01 The Wolf.lrc", "chapters/02 The Fox.lrc", "index.html"),
        *subtitles("01 The Wolf", "02 The Fox", "Two Tales"),
    }


def test_a_dry_run_names_the_files_it_would_write(finished):
    """Another title re-makes no sound: the names are those of the files that a build writes."""
    options = ["-o", "my out", "--speed", "1.25", "--format", "mp3,book", *HUM[:4]]
    plan = data("build", "my tales.md", "--title", "New", *options, "--dry-run")
    assert plan.keys() == {"chapters", "write", "estimated_s", "length_s"}
    assert plan["chapters"] == []
    assert set(plan["write"]) == {
        *("chapters/cover.jpg", "chapters/01 The Wolf.mp3", "chapters/02 The Fox.mp3"),
        *("New.mp3", "build.json"),
    }
    same = ["--title", "The Wolf's Way & back", *options]
    assert data("build", "my tales.md", *same, "--dry-run")["write"] == []
    printed = run("build", "my tales.md", *same, "--dry-run").stdout
    assert printed == "nothing to do: my out is finished\n"


def test_forcing_writes_the_chapter_again(desk):
    """An engine need not answer the same twice, so what is forced is written as it is now."""
    build = ["build", "tales.md", "-o", "out", *HUM]
    run(*build, "--quiet")
    assert data(*build)["wrote"] == []
    wrote = data(*build, "--chapter", "1", "--force")["wrote"]
    named = {"chapters/01 The Wolf.mp3", "Two Tales.mp3", "index.html", "build.json"}
    texts = {"chapters/01 The Wolf.lrc", *subtitles("01 The Wolf", "Two Tales")}
    assert set(wrote) - {"chapters/metadata.json"} - texts == named


def test_quiet_prints_nothing(desk):
    """Not a line on either stream, at the first build and at the second."""
    for options in ([], ["--why"], ["--chapter", "1", "--take", "2"]):
        done = run("build", "tales.md", "--quiet", *HUM, *options)
        assert (done.stdout, done.stderr) == ("", "")
    assert (desk / "out" / "tales" / "Two Tales.mp3").is_file()


def test_standard_input_is_a_story(desk):
    """`-` reads the text; the only chapter's title is the book's, as no file has a name to give."""
    done = run("build", "-", *HUM, text="# Tide\n\nThe sea came in.\n")
    assert "1 chapter made" in done.stderr
    assert (desk / "out" / "story" / "Tide.mp3").is_file()
    assert data("chapters", "-", *HUM[:2], text="The sea came in.")["chapters"][0]["words"] == 4
    run("new", "-", "sea", text="# Tide\n\nThe sea came in.\n")
    assert "The sea came in." in (desk / "sea" / "story.md").read_text("utf-8")


def test_locate_suggests_the_last_build_with_another_take(finished):
    """All that was typed is typed again, quoted for a shell, and only the take is another."""
    place = data("locate", "my out", "0:02", "--chapter", "2")
    assert place.keys() == {"chapter", "segment", "again"}
    assert place["chapter"] == 2
    assert shlex.split(place["again"]) == [
        *("audiobook", "build", "my tales.md", "--voice", "tone:hum", "--speed", "1.25"),
        *("--music", "none", "--title", "The Wolf's Way & back", "--format", "mp3,book"),
        *("-o", "my out", "--chapter", "2", "--take", "2"),
    ]
    printed = run("locate", "my out", "0:02", "--chapter", "2").stdout
    assert f"the chapter anew: {place['again']}\n" in printed
    assert f'[[segment]]\n  id = "{place["segment"]["id"]}"\n  take = 2\n' in printed


def test_what_locate_suggests_changes_one_chapter_only(finished, tmp_path, monkeypatch):
    """Typed as it stands, from another folder too, it makes that chapter and no other."""
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    monkeypatch.setenv("XDG_CACHE_HOME", str(copy / "cache"))
    monkeypatch.chdir(copy)
    run("build", "my tales.md", "-o", "my out", "--quiet", *HUM, "--author", "-")
    monkeypatch.chdir(tmp_path)
    again = shlex.split(data("locate", "copy/my out", "0:02", "--chapter", "2")["again"])
    assert again[:3] == ["audiobook", "build", "copy/my tales.md"]
    result = data(*again[1:], "--jobs", "1", "--why")
    assert result["made"] == [2]
    assert all("take changed: 1 -> 2" in reason for reason in result["why"]["2"])


def test_positions_after_the_end_are_refused(finished):
    """The line says where the end is, in the book and in a chapter."""
    error = run("locate", "my out", "12:34", status=1).stderr
    assert error.startswith("Error: 12:34.0 is after the end of the book, which is 0:")
    error = run("locate", "my out", "12:34", "--chapter", "1", status=1).stderr
    assert "after the end of chapter 1" in error
    assert "it has 1 to 2" in run("locate", "my out", "1", "--chapter", "9", status=1).stderr


def test_lists_are_data_too(finished):
    """Voices, the cache and the report of a check parse, and hold what they are about."""
    voices = data("voices", "--engine", "tone")
    assert voices == [{"voice": "tone:hum", "language": "", "gender": "", "about": ""}]
    assert {v["voice"] for v in data("voices", "--language", "kk")} >= {"espeak:kk", "tone:hum"}
    cache = data("cache", "info")
    assert cache["path"] == str(finished / "cache" / "audiobook")
    assert cache["kinds"]["chapter"]["files"] == 2
    verdicts = CliRunner(mix_stderr=False).invoke(app, ["check", "my out", "--json"])
    judged = json.loads(verdicts.stdout)
    assert judged.keys() == {"version", "title", "profile", "ok", "verdicts"}
    fields = {"file", "rule", "value", "bar", "ok", "measured", "unit"}
    assert judged["verdicts"][0].keys() == fields


def test_a_sound_can_be_heard_alone(desk):
    """A voice says a text, and a palette plays, into a file."""
    assert (
        "tone:hum"
        in run("voices", "--say", "Good evening.", "--voice", "tone", "-o", "a.wav").stdout
    )
    assert (
        "kazakh, lively, 2 s"
        in run("music", "--mood", "lively", "--seconds", "2", "-o", "b.flac").stdout
    )
    assert (desk / "a.wav").stat().st_size > 10_000
    assert (desk / "b.flac").stat().st_size > 10_000


def test_pruning_keeps_what_is_asked_for_and_no_less_by_default(desk):
    """Without --keep a store of a usual size is left alone; --keep 0 removes everything."""
    run("build", "tales.md", "--quiet", *HUM)
    assert run("cache", "prune").stdout == "removed 0 files, 0 B\n"
    printed = run("cache", "prune", "--keep", "0").stdout
    assert printed.startswith("removed ")
    assert data("cache", "info")["kinds"].get("chapter", {"files": 0})["files"] == 0
    assert "nothing to do" not in run("build", "tales.md", *HUM).stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_knows_commands_and_options(desk):
    """The scripts call the program back, and it answers with what can follow."""
    for shell in ("bash", "zsh", "fish"):
        assert f"_AUDIOBOOK_COMPLETE={shell}_complete" in run("completion", shell).stdout
    answers = {}
    for words in ("audiobook lo", "audiobook build --mo"):
        asked = {"_AUDIOBOOK_COMPLETE": "bash_complete", "COMP_WORDS": words}
        done = subprocess.run(
            [sys.executable, "-m", "audiobook"],
            env={**os.environ, **asked, "COMP_CWORD": str(words.count(" "))},
            capture_output=True,
            text=True,
            check=False,
        )
        answers[words] = done.stdout.split()
    assert answers == {"audiobook lo": ["plain,locate"], "audiobook build --mo": ["plain,--mood"]}


def test_music_is_drawn_while_it_is_written(desk):
    """One command makes the sound and its picture, and both are of the same piece."""
    piece = ("music", "kazakh", "--mood", "solemn", "--seconds", "3", "--seed", "3")
    done = run(*piece, "-o", "bed.wav", "--picture", "bed.png")
    assert done.stdout.splitlines() == [
        "bed.wav: kazakh, solemn, 3 s",
        "bed.png: kazakh, solemn, 3 s",
    ]
    run(*piece, "-o", "alone.wav")
    run(*piece, "--picture", "alone.png")
    for kind in ("wav", "png"):
        assert (desk / f"bed.{kind}").read_bytes() == (desk / f"alone.{kind}").read_bytes()


@pytest.mark.parametrize("suffix", ["mp3", "wav", "flac", "ogg"])
def test_music_has_exactly_the_length_that_was_asked_for(desk, suffix):
    """What ffmpeg decodes of each kind of file is as long as was asked, to the sample."""
    run("music", "--seconds", "1.3", "-o", f"bed.{suffix}")
    assert len(decoded(desk / f"bed.{suffix}")) == round(1.3 * RATE)


def test_palettes_are_listed_for_people_who_choose():
    """Each has a line of what it is and one of its moods; the last line is about one's own."""
    lines = run("music", "--list").stdout.splitlines()
    assert lines[0].startswith("kazakh: the steppe: dombra")
    assert lines[1].startswith("    tender (default), lively, solemn")
    assert len(lines) == 2 * 6 + 1
    assert max(map(len, lines[:-1])) < 120
    assert "audiobook music kazakh --toml > mine.toml" in lines[-1]
    listed = data("music", "--list")
    assert listed[0]["palette"] == "kazakh"
    for entry in listed:
        assert entry["summary"]
        assert entry["about"]
        assert len(entry["source"]) > 40
        assert len(entry["moods"]) == 6
    one = run("music", "celtic", "--list").stdout
    assert "a Mixolydian jig: fiddle, cittern and bodhran" in one
    assert "Breathnach" in one


def test_a_palette_that_is_printed_is_one_to_begin_with(desk):
    """What --toml prints, changed in one place, plays another piece and lists its own moods."""
    text = run("music", "celtic", "--toml").stdout
    mine = text.replace('title = "Celtic"', 'title = "Mine"').replace(
        "[moods.tender]", "[moods.calm]"
    )
    (desk / "mine.toml").write_text(mine, "utf-8")
    assert "mine: Ireland" in run("music", "mine.toml", "--list").stdout
    done = run("music", "./mine.toml", "--mood", "calm", "--seconds", "2", "-o", "a.wav")
    assert done.stdout == "a.wav: mine, calm, 2 s\n"
    assert run("music", "mine.toml", "--toml").stdout == mine


def test_a_palette_file_is_looked_for_where_it_was_named(desk, monkeypatch):
    """Typed, from where one stands; in book.toml, beside it, wherever one stands."""
    book = desk / "book"
    book.mkdir()
    (book / "story.md").write_text(STORY, "utf-8")
    (book / "book.toml").write_text('[music]\npalette = "own/mine.toml"\nmood = "slow"\n', "utf-8")
    (book / "own").mkdir()
    text = run("music", "nordic", "--toml").stdout
    (book / "own" / "mine.toml").write_text(text.replace("[moods.solemn]", "[moods.slow]"), "utf-8")
    (desk / "here.toml").write_text(text.replace("[moods.solemn]", "[moods.far]"), "utf-8")
    hum = ("--voice", "tone:hum")

    def moods_of(*arguments):
        return {c["mood"] for c in data("chapters", *arguments, *hum)["chapters"]}

    assert moods_of("book") == {"slow"}
    for typed in ("here.toml", "./here.toml", str(desk / "here.toml")):
        assert moods_of("book", "--music", typed, "--mood", "far") == {"far"}
    monkeypatch.chdir(book / "own")
    assert moods_of("..") == {"slow"}
    assert moods_of("..", "--music", "mine.toml") == {"slow"}
    done = run("chapters", "..", "--music", "here.toml", *hum, status=1)
    assert "here.toml does not exist; check the name of the palette file" in done.stderr
