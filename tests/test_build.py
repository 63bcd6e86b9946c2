"""The build graph: nothing is made without a reason, nothing that changed is missed."""

import hashlib
import json
import os

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


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Stand in a folder with a story of three chapters."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales.md").write_text(STORY, "utf-8")
    return tmp_path


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


def test_one_edited_sentence_speaks_one_segment_and_mixes_one_chapter(book):
    """Every other chapter's file stays as it is, byte for byte."""
    build()
    before = digests(book / "out")
    edit(book, "She never took more than one.", "She never took more than two.")
    result = build()
    assert result["made"] == [2]
    assert result["spoken"] == 1
    assert result["why"] == {"2": ["segment 3 text changed"]}
    after = digests(book / "out")
    changed = {name for name in after if before[name] != after[name]}
    changed -= {"chapters/metadata.json"}  # has lengths, which may be the same
    texts = {"chapters/02 The Fox.lrc", *subtitles("02 The Fox", "Three Tales")}
    assert changed == {"chapters/02 The Fox.mp3", "Three Tales.mp3", "build.json", *texts}


def test_an_inserted_paragraph_speaks_only_itself(book):
    """Position is in no key: what follows the insertion is not spoken again."""
    build()
    edit(book, "In the morning", "The dogs were silent that night, all of them.\n\nIn the morning")
    result = build()
    assert (result["made"], result["spoken"]) == ([1], 1)


def test_moved_chapters_are_not_spoken_again(book):
    """Changing the order of chapters renames files and speaks nothing."""
    build()
    parts = STORY.split("## ")
    (book / "tales.md").write_text("## ".join([parts[0], parts[3], parts[2], parts[1]]), "utf-8")
    result = build()
    assert (result["made"], result["spoken"]) == ([], 0)
    assert sorted(p.name for p in (book / "out" / "chapters").glob("*.mp3")) == [
        "01 The Hare.mp3",
        "02 The Fox.mp3",
        "03 The Wolf.mp3",
    ]


def test_changing_only_the_music_speaks_nothing(book):
    """Clips are kept when bed, mood, seed or levels change."""
    build()
    result = build(music="kazakh")
    assert (result["made"], result["spoken"]) == ([1, 2, 3], 0)
    assert result["why"]["1"] == ["music added"]
    result = build("--mood", "solemn", music="kazakh")
    assert result["spoken"] == 0
    assert result["why"]["1"] == ["mood became solemn"]


def test_changing_the_pauses_speaks_nothing(book):
    """Pauses are on the timeline, not in the clips."""
    build()
    (book / "book.toml").write_text('story = "tales.md"\n[pauses]\nsentence_s = 0.8\n', "utf-8")
    result = build()
    assert (result["made"], result["spoken"]) == ([1, 2, 3], 0)
    assert result["why"]["1"] == ["pauses: sentence_s 0.45 -> 0.8"]


def test_a_pronunciation_speaks_what_has_the_word(book):
    """A lexicon entry makes anew the segments where it is said, and says why."""
    build()
    (book / "book.toml").write_text('story = "tales.md"\n[lexicon]\nmiller = { say = "millah" }\n')
    result = build()
    assert (result["made"], result["spoken"]) == ([2], 1)
    assert "pronounced differently" in result["why"]["2"][0]


def test_one_chapter_is_regenerated_alone(book):
    """`--chapter 2 --force` speaks and mixes chapter 2, and only that."""
    build()
    before = digests(book / "out")
    result = build("--chapter", "2", "--force")
    assert result["made"] == [2]
    assert result["spoken"] == 5
    assert result["why"] == {"2": ["forced"]}
    assert digests(book / "out") == before  # this engine says the same thing the same way


def test_another_take_is_another_reading(book):
    """`--take 2` sounds different, is as reproducible, and goes away without being kept."""
    build()
    first = digests(book / "out")
    result = build("--chapter", "The Fox", "--take", "2")
    assert result["made"] == [2]
    assert "take changed: 1 -> 2" in result["why"]["2"][0]
    second = digests(book / "out")
    assert first["chapters/02 The Fox.mp3"] != second["chapters/02 The Fox.mp3"]
    assert first["chapters/01 The Wolf.mp3"] == second["chapters/01 The Wolf.mp3"]
    result = build()
    assert (result["made"], result["spoken"]) == ([], 0)  # the first reading was kept
    assert digests(book / "out") == first


def test_a_take_is_kept_in_the_book_when_asked(book):
    """`--keep` writes it into book.toml, and later builds read it there."""
    (book / "book.toml").write_text('# mine\nstory = "tales.md"\n', "utf-8")
    build()
    build("--chapter", "2", "--take", "3", "--keep")
    assert build()["made"] == []
    text = (book / "book.toml").read_text("utf-8")
    assert text.startswith("# mine")
    assert "take = 3" in text


def test_the_same_inputs_give_the_same_bytes(book, monkeypatch):
    """Two builds from nothing, with music, are identical in every file."""
    build(music="kazakh")
    first = digests(book / "out")
    monkeypatch.setenv("XDG_CACHE_HOME", str(book / "another"))
    for path in (book / "out").rglob("*.*"):
        path.unlink()
    build(music="kazakh")
    assert digests(book / "out") == first


def test_damaged_work_is_made_anew(book):
    """A flipped byte in a clip or in a finished chapter costs time, not the book."""
    build()
    good = digests(book / "out")
    for kind in ("clip", "chapter"):
        victim = next(p for p in (default_root() / kind).rglob("*") if p.is_file())
        content = bytearray(victim.read_bytes())
        content[-20] ^= 1
        victim.write_bytes(content)
        (book / "out" / "Three Tales.mp3").unlink()
        for chapter in (book / "out" / "chapters").glob("*.mp3"):
            chapter.unlink()
        if kind == "clip":  # so that its chapter is mixed again
            for path in (default_root() / "chapter").rglob("*"):
                if path.is_file():
                    path.unlink()
        build()
        assert digests(book / "out") == good


def test_a_lost_or_changed_output_is_written_again(book):
    """What a user deleted or overwrote comes back from the store."""
    build()
    good = digests(book / "out")
    (book / "out" / "chapters" / "01 The Wolf.mp3").unlink()
    (book / "out" / "Three Tales.mp3").write_bytes(b"x")
    result = build()
    assert result["made"] == []
    assert sorted(result["wrote"]) == ["Three Tales.mp3", "chapters/01 The Wolf.mp3"]
    assert digests(book / "out") == good


def test_a_renamed_chapter_leaves_no_old_file(book):
    """The file under the old title goes, a user's own file stays."""
    build()
    (book / "out" / "chapters" / "mine.txt").write_text("note")
    edit(book, "## The Fox", "## The Red Fox")
    result = build()
    assert "chapters/02 The Fox.mp3" in result["removed"]
    names = {p.name for p in (book / "out" / "chapters").iterdir()}
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


def test_clips_are_shared_by_every_book(book):
    """The same words in another book are not spoken again."""
    build()
    (book / "copy.md").write_text(STORY.replace("Three Tales", "Copied"), "utf-8")
    options = ["--voice", "tone:hum", "--music", "none", "--json"]
    result = json.loads(audiobook("build", "copy.md", "-o", "copy", *options))
    assert result["spoken"] == 0


def test_two_builds_of_one_folder_exclude_each_other(book):
    """The second says that the first is running."""
    from pathlib import Path

    from audiobook.build.folder import building

    with building(Store(default_root()), Path("out")):
        assert "another build" in build(status=1)


def test_a_skipped_chapter_is_not_read(book):
    """`skip = true` leaves a chapter out, and the others keep their numbers."""
    (book / "book.toml").write_text(
        'story = "tales.md"\n[[chapter]]\nnumber = 1\nskip = true\n', "utf-8"
    )
    assert build()["made"] == [2, 3]
    assert not (book / "out" / "chapters" / "01 The Wolf.mp3").exists()
    assert (book / "out" / "chapters" / "02 The Fox.mp3").exists()


def test_a_segment_can_have_a_reading_of_its_own(book):
    """`[[segment]]` changes one segment's voice, take or words."""
    build()
    listing = json.loads(audiobook("segments", "tales.md", "--voice", "tone", "--json"))
    segment = listing["chapters"][1]["segments"][2]
    (book / "book.toml").write_text(
        f'story = "tales.md"\n[[segment]]\nid = "{segment["id"]}"\nsay = "She took one."\n',
        "utf-8",
    )
    result = build()
    assert (result["made"], result["spoken"]) == ([2], 1)


def test_locate_leads_from_a_second_to_the_segment(book):
    """What is heard at a position is named, with the command that makes it anew."""
    build()
    report = json.loads((book / "out" / "build.json").read_text("utf-8"))
    chapter = report["chapters"][1]
    segment = chapter["segments"][3]
    at = chapter["start_s"] + (segment["start_s"] + segment["end_s"]) / 2
    found = json.loads(audiobook("locate", "out", f"{at:.2f}", "--json"))
    assert found["chapter"] == 2
    assert found["segment"]["id"] == segment["id"]
    assert "--chapter 2 --take 2" in found["again"]
    line = STORY.splitlines()[segment["line"] - 1]
    assert segment["text"].split()[0] in line


def test_nothing_is_left_in_the_scratch_folder(book):
    """Temporary files of a build are gone when it has ended."""
    build(music="kazakh")
    left = [p for p in (default_root() / "scratch").rglob("*") if p.is_file()]
    assert left == []
    assert not list((book / "out").rglob("*.part"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_cannot_be_written_is_named(book):
    """Read-only output gives one line."""
    (book / "out").mkdir(mode=0o500)
    assert "cannot be written" in build(status=1)
