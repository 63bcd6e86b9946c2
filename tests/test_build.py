"""The build graph: nothing is made without a reason, nothing that changed is missed."""

import hashlib
import json
import os
import shutil

import pytest
from click.testing import CliRunner

from audiobook.cli import app
from audiobook.store import Store, default_root

STORY = """# Three Tales

## The Wolf

A wolf came down from the hills in the winter. Nobody in the village had heard him before. \
The old shepherd lit a lamp and listened for a long time.

In the morning there were tracks around the well. They led away to the north.

## The Fox

A fox lived under the mill and counted the sacks of flour. She never took more than one. \
The miller knew, and he left the door open.

***

Years later the mill burned down, but the fox had gone.

## The Hare

A hare ran across the frozen lake and did not look back. The ice sang under his feet.
"""
SHORT_MUSIC = "[music]\nintro_s = 1\noutro_s = 2\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Stand in a folder with a story of three chapters."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def finished_work(tmp_path_factory):
    """Build the story once and return the cache in which all that was made of it is kept."""
    place = tmp_path_factory.mktemp("finished")
    (place / "tales.md").write_text(STORY, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        assert build()["made"] == [1, 2, 3]
    return place / "cache"


@pytest.fixture
def built(book, finished_work):
    """Stand in a folder with the story and all that is built from it, and a cache of its own."""
    shutil.copytree(finished_work, book / "cache")
    assert build()["spoken"] == 0
    return book


def audiobook(*arguments, status=0):
    """Run a command; return what it printed."""
    done = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def build(*arguments, status=0, music="none"):
    """Build with the humming engine; return the result as data."""
    options = ["--voice", "tone:hum", "--music", music, "--jobs", "1", "--json", "--why"]
    printed = audiobook("build", "tales.md", "-o", "out", *options, *arguments, status=status)
    return json.loads(printed) if status == 0 else printed


def edit(book, old, new):
    path = book / "tales.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def subtitles(*names):
    return {f"subtitles/{name}.{suffix}" for name in names for suffix in ("srt", "vtt")}


def digests(folder):
    """Return the hash of every file."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_second_build_does_nothing_and_says_so(book):
    """What is finished is left alone, to the last modification time."""
    first = build()
    assert first["made"] == [1, 2, 3]
    times = {p: p.stat().st_mtime_ns for p in (book / "out").rglob("*")}
    second = build()
    assert (second["made"], second["spoken"], second["wrote"]) == ([], 0, [])
    assert times == {p: p.stat().st_mtime_ns for p in (book / "out").rglob("*")}
    options = ["--voice", "tone:hum", "--music", "none"]
    assert "nothing to do" in audiobook("build", "tales.md", "-o", "out", *options)


def test_one_edited_sentence_speaks_one_segment_and_mixes_one_chapter(built):
    """Every other chapter's file stays as it is, byte for byte."""
    before = digests(built / "out")
    edit(built, "She never took more than one.", "She never took more than two.")
    result = build()
    assert result["made"] == [2]
    assert result["spoken"] == 1
    assert result["why"] == {"2": ["segment 3 text changed"]}
    after = digests(built / "out")
    changed = {name for name in after if before[name] != after[name]}
    changed -= {"chapters/metadata.json"}  # has lengths, which may be the same
    texts = {"chapters/02 The Fox.lrc", "index.html", *subtitles("02 The Fox", "Three Tales")}
    assert changed == {"chapters/02 The Fox.mp3", "Three Tales.mp3", "build.json", *texts}


def test_an_inserted_paragraph_speaks_only_itself(built):
    """Position is in no key: what follows the insertion is not spoken again."""
    edit(built, "In the morning", "The dogs were silent that night, all of them.\n\nIn the morning")
    result = build()
    assert (result["made"], result["spoken"]) == ([1], 1)


def test_moved_chapters_are_not_spoken_again(built):
    """Changing the order of chapters renames files and speaks nothing."""
    parts = STORY.split("## ")
    (built / "tales.md").write_text("## ".join([parts[0], parts[3], parts[2], parts[1]]), "utf-8")
    result = build()
    assert (result["made"], result["spoken"]) == ([], 0)
    assert sorted(p.name for p in (built / "out" / "chapters").glob("*.mp3")) == [
        "01 The Hare.mp3",
        "02 The Fox.mp3",
        "03 The Wolf.mp3",
    ]


def test_changing_only_the_music_speaks_nothing(built):
    """Clips are kept when bed, mood, seed or levels change."""
    hum = ("tales.md", "-o", "out", "--voice", "tone:hum")
    planned = json.loads(audiobook("build", *hum, "--dry-run", "--json"))
    assert [(c["speak"], c["reasons"]) for c in planned["chapters"]] == 3 * [(0, ["music added"])]
    result = build("--chapter", "3", music="kazakh")
    assert (result["made"], result["spoken"]) == ([3], 0)
    assert result["why"]["3"] == ["music added"]
    result = build("--chapter", "3", "--mood", "solemn", music="kazakh")
    assert (result["made"], result["spoken"]) == ([3], 0)
    assert result["why"]["3"] == ["mood became solemn"]


def test_changing_the_pauses_speaks_nothing(built):
    """Pauses are on the timeline, not in the clips."""
    (built / "book.toml").write_text('story = "tales.md"\n[pauses]\nsentence_s = 0.8\n', "utf-8")
    result = build()
    assert (result["made"], result["spoken"]) == ([1, 2, 3], 0)
    assert result["why"]["1"] == ["pauses: sentence_s 0.45 -> 0.8"]


def test_a_pronunciation_speaks_what_has_the_word(built):
    """A lexicon entry makes anew the segments where it is said, and says why."""
    (built / "book.toml").write_text('story = "tales.md"\n[lexicon]\nmiller = { say = "millah" }\n')
    result = build()
    assert (result["made"], result["spoken"]) == ([2], 1)
    assert "pronounced differently" in result["why"]["2"][0]


def test_one_chapter_is_regenerated_alone(built):
    """`--chapter 2 --force` speaks and mixes chapter 2, and only that."""
    before = digests(built / "out")
    result = build("--chapter", "2", "--force")
    assert result["made"] == [2]
    assert result["spoken"] == 5
    assert result["why"] == {"2": ["forced"]}
    assert digests(built / "out") == before  # this engine says the same thing the same way


def test_another_take_is_another_reading(built):
    """`--take 2` sounds different, is as reproducible, and goes away without being kept."""
    first = digests(built / "out")
    result = build("--chapter", "The Fox", "--take", "2")
    assert result["made"] == [2]
    assert "take changed: 1 -> 2" in result["why"]["2"][0]
    second = digests(built / "out")
    assert first["chapters/02 The Fox.mp3"] != second["chapters/02 The Fox.mp3"]
    assert first["chapters/01 The Wolf.mp3"] == second["chapters/01 The Wolf.mp3"]
    result = build()
    assert (result["made"], result["spoken"]) == ([], 0)  # the first reading was kept
    assert digests(built / "out") == first


def test_a_take_is_kept_in_the_book_when_asked(built):
    """`--keep` writes it into book.toml, and later builds read it there."""
    (built / "book.toml").write_text('# mine\nstory = "tales.md"\n', "utf-8")
    assert build()["made"] == []
    assert build("--chapter", "2", "--take", "3", "--keep")["made"] == [2]
    assert build()["made"] == []
    text = (built / "book.toml").read_text("utf-8")
    assert text.startswith("# mine")
    assert "take = 3" in text


def test_the_same_inputs_give_the_same_bytes(book, monkeypatch):
    """Two builds from nothing, with music, are identical in every file."""
    _, fox, hare = (f"## The {part}" for part in STORY.split("## The ")[1:])
    (book / "tales.md").write_text(f"# Two Tales\n\n{fox}{hare}", "utf-8")
    (book / "book.toml").write_text(f'story = "tales.md"\n{SHORT_MUSIC}', "utf-8")
    build(music="kazakh")
    first = digests(book / "out")
    monkeypatch.setenv("XDG_CACHE_HOME", str(book / "another"))
    for path in (book / "out").rglob("*.*"):
        path.unlink()
    build(music="kazakh")
    assert digests(book / "out") == first


def test_damaged_work_is_made_anew(built):
    """A flipped byte in a clip or in a finished chapter costs time, not the book."""
    good = digests(built / "out")
    for kind in ("clip", "chapter"):
        victim = next(p for p in (default_root() / kind).rglob("*") if p.is_file())
        content = bytearray(victim.read_bytes())
        content[-20] ^= 1
        victim.write_bytes(content)
        (built / "out" / "Three Tales.mp3").unlink()
        for chapter in (built / "out" / "chapters").glob("*.mp3"):
            chapter.unlink()
        if kind == "clip":  # so that its chapter is mixed again
            shutil.rmtree(default_root() / "chapter")
        build()
        assert digests(built / "out") == good


def test_a_lost_or_changed_output_is_written_again(built):
    """What a user deleted or overwrote comes back from the store."""
    good = digests(built / "out")
    (built / "out" / "chapters" / "01 The Wolf.mp3").unlink()
    (built / "out" / "Three Tales.mp3").write_bytes(b"x")
    result = build()
    assert result["made"] == []
    assert sorted(result["wrote"]) == ["Three Tales.mp3", "chapters/01 The Wolf.mp3"]
    assert digests(built / "out") == good


def test_a_renamed_chapter_leaves_no_old_file(built):
    """The file under the old title goes, a user's own file stays."""
    (built / "out" / "chapters" / "mine.txt").write_text("note")
    edit(built, "## The Fox", "## The Red Fox")
    result = build()
    assert "chapters/02 The Fox.mp3" in result["removed"]
    names = {p.name for p in (built / "out" / "chapters").iterdir()}
    assert "02 The Red Fox.mp3" in names
    assert "02 The Fox.mp3" not in names
    assert "mine.txt" in names


def test_the_book_waits_for_chapters_that_are_not_made(book):
    """One chapter alone gives its own file; the whole book says what it waits for."""
    result = build("--chapter", "2")
    assert result["made"] == [2]
    assert result["waiting"] == [1, 3]
    assert not (book / "out" / "Three Tales.mp3").exists()
    result = build()
    assert (result["made"], result["waiting"]) == ([1, 3], [])


def test_a_dry_run_says_what_it_would_do_and_does_nothing(book):
    """The plan has reasons, work, time and length, and leaves no trace."""
    printed = audiobook("build", "tales.md", "-o", "out", "--voice", "tone", "--dry-run")
    assert "chapter 2 The Fox: speak" in printed
    assert "because: new" in printed
    assert "of work" in printed
    assert not (book / "out").exists()
    data = json.loads(
        audiobook("build", "tales.md", "-o", "out", "--voice", "tone", "--dry-run", "--json")
    )
    assert [c["number"] for c in data["chapters"]] == [1, 2, 3]
    assert data["length_s"] > 20


def test_clips_are_shared_by_every_book(built):
    """The same words in another book are not spoken again."""
    (built / "copy.md").write_text(STORY.replace("Three Tales", "Copied"), "utf-8")
    options = ["--voice", "tone:hum", "--music", "none", "--json"]
    result = json.loads(audiobook("build", "copy.md", "-o", "copy", *options))
    assert result["spoken"] == 0


def test_two_builds_of_one_folder_exclude_each_other(book):
    """The second says that the first is running."""
    from pathlib import Path

    from audiobook.build.folder import building

    with building(Store(default_root()), Path("out")):
        assert "another build" in build(status=1)


def test_a_skipped_chapter_is_not_read(built):
    """`skip = true` leaves a chapter out, and the others keep their numbers."""
    (built / "book.toml").write_text(
        'story = "tales.md"\n[[chapter]]\nnumber = 1\nskip = true\n', "utf-8"
    )
    assert build()["made"] == []
    report = json.loads((built / "out" / "build.json").read_text("utf-8"))
    assert [c["title"] for c in report["chapters"]] == ["The Fox", "The Hare"]
    names = sorted(p.name for p in (built / "out" / "chapters").glob("*.mp3"))
    assert names == ["02 The Fox.mp3", "03 The Hare.mp3"]


def test_a_segment_can_have_a_reading_of_its_own(built):
    """`[[segment]]` changes one segment's voice, take or words."""
    listing = json.loads(audiobook("segments", "tales.md", "--voice", "tone", "--json"))
    segment = listing["chapters"][1]["segments"][2]
    (built / "book.toml").write_text(
        f'story = "tales.md"\n[[segment]]\nid = "{segment["id"]}"\nsay = "She took one."\n',
        "utf-8",
    )
    result = build()
    assert (result["made"], result["spoken"]) == ([2], 1)


def test_locate_leads_from_a_second_to_the_segment(built):
    """What is heard at a position is named, with the command that makes it anew."""
    report = json.loads((built / "out" / "build.json").read_text("utf-8"))
    chapter = report["chapters"][1]
    segment = chapter["segments"][3]
    at = chapter["start_s"] + (segment["start_s"] + segment["end_s"]) / 2
    found = json.loads(audiobook("locate", "out", f"{at:.2f}", "--json"))
    assert found["chapter"] == 2
    assert found["segment"]["id"] == segment["id"]
    assert "--chapter 2 --take 2" in found["again"]
    line = STORY.splitlines()[segment["line"] - 1]
    assert segment["text"].split()[0] in line


def test_nothing_is_left_in_the_scratch_folder(built):
    """Temporary files of a build are gone when it has ended."""
    assert build("--chapter", "3", music="kazakh")["made"] == [3]
    left = [p for p in (default_root() / "scratch").rglob("*") if p.is_file()]
    assert left == []
    assert not list((built / "out").rglob("*.part"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_cannot_be_written_is_named(book):
    """Read-only output gives one line."""
    (book / "out").mkdir(mode=0o500)
    assert "cannot be written" in build(status=1)
