"""Bad input at the command line: one clear line, the right exit status, and nothing lost."""

import hashlib
import re
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from audiobook.cli import app
from audiobook.export.sounds import write_sound
from audiobook.store import Store, default_root

STORY = """# Two Tales

## The Wolf

A wolf came down from the hills in the winter.

## The Fox

A fox lived under the mill.
"""
HUM = ["--voice", "tone:hum", "--music", "none", "--jobs", "1"]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Stand in a folder with one good story and much that is none."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "tales.md").write_text(STORY, "utf-8")
    (folder / "empty.md").write_bytes(b"")
    (folder / "bare").mkdir()
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 8)
    (folder / "russian.txt").write_text("Жила-была девочка. Пришёл волк.\n", "utf-8")
    (folder / "words.txt").write_text("Neither a song nor a picture.\n", "utf-8")
    (folder / "typo").mkdir()
    (folder / "typo" / "story.md").write_text(STORY, "utf-8")
    (folder / "typo" / "book.toml").write_text('title = "T"\n[voice]\nnarator = "x"\n', "utf-8")
    return folder


def run(*arguments, text=None):
    """Run a command; its streams are kept apart."""
    words = [str(a) for a in arguments]
    return CliRunner(mix_stderr=False).invoke(app, words, input=text, catch_exceptions=False)


def last_line(done):
    return done.stderr.rstrip("\n").rpartition("\n")[2]


COULD_NOT = [
    (["build", "gone.md"], "gone.md does not exist; check the name"),
    (["build", "empty.md"], "empty.md is empty; write the story into it"),
    (["build", "bare"], "bare has no story; put the text there as story.md or story.txt"),
    (
        ["build", "noise.bin"],
        (
            "noise.bin is not text: it has bytes that no text has; "
            "save the story as plain text or Markdown"
        ),
    ),
    (["build", "typo"], 'book.toml:3: unknown key "narator" in [voice]; did you mean "narrator"?'),
    (
        ["build", "tales.md", "--voice", "kokro:af_heart"],
        'unknown engine "kokro"; did you mean "kokoro"?',
    ),
    (
        ["build", "tales.md", "--voice", "kokoro:af_hart"],
        'kokoro has no voice "af_hart"; did you mean "af_heart"?',
    ),
    (
        ["build", "tales.md", "--voice", "nobody"],
        'unknown voice "nobody"; engines: kokoro, piper, espeak, gtts, tone; see: audiobook voices',
    ),
    (
        ["build", "tales.md", *HUM, "--music", "kazak"],
        'music "kazak" is neither a palette nor a file; did you mean "kazakh"?',
    ),
    (
        ["build", "tales.md", "--voice", "tone", "--mood", "tendr"],
        'palette kazakh has no mood "tendr"; did you mean "tender"?',
    ),
    (
        ["build", "tales.md", *HUM, "--profile", "storybok"],
        'unknown profile "storybok"; did you mean "storybook"?',
    ),
    (["build", "tales.md", "--format", "mp4"], 'unknown format "mp4"; did you mean "mp3"?'),
    (
        ["build", "tales.md", *HUM, "--chapter", "99"],
        'there is no chapter 99 to read; the story has 2 (see them with "audiobook chapters")',
    ),
    (
        ["build", "tales.md", *HUM, "--chapter", "2-3"],
        'there is no chapter 3 to read; the story has 2 (see them with "audiobook chapters")',
    ),
    (
        ["build", "tales.md", *HUM, "--chapter", "2-1"],
        'chapters "2-1" run backwards; say 1-2',
    ),
    (
        ["build", "tales.md", *HUM, "--chapter", "Foo"],
        'no chapter is called "Foo"; known: The Wolf, The Fox',
    ),
    (
        ["build", "tales.md", *HUM, "--chapter", "the wolff"],
        'no chapter is called "the wolff"; did you mean "The Wolf"?',
    ),
    (
        ["build", "russian.txt", *HUM],
        (
            "the story's language is not named and its letters are not Latin; "
            'say --language ru (or language = "ru" in book.toml)'
        ),
    ),
    (
        ["build", "russian.txt", "--language", "ru", "--voice", "kokoro"],
        "kokoro:af_heart speaks en-us, not ru; use one of: espeak:ru, gtts:ru",
    ),
    (
        ["build", "tales.md", *HUM, "-o", "words.txt"],
        "words.txt is a file, not a folder; name another output folder with -o",
    ),
    (
        ["build", "tales.md", *HUM, "--take", "2", "--chapter", "1", "--keep"],
        "there is no book.toml to keep the take in; make one with: audiobook new tales.md tales",
    ),
    (["segments", "tales.md", "--chapter", "9"], "there is no chapter 9 to read"),
    (["new", "tales.md", "typo"], "typo/book.toml is there already; choose another folder"),
    (["voices", "--engine", "kokro"], 'unknown engine "kokro"; did you mean "kokoro"?'),
    (
        ["voices", "--language", "xx"],
        'no voice speaks "xx"; name a language by its code, e.g. fr',
    ),
    (
        ["voices", "--say", "Hello", "--voice", "tone", "-o", "a.xyz"],
        'a.xyz: ".xyz" is no known sound file; known: .mp3, .wav, .flac, .ogg',
    ),
    (["music", "kazk", "-o", "a.mp3"], 'unknown music palette "kazk"; did you mean "kazakh"?'),
    (["music", "kazk", "--list"], 'unknown music palette "kazk"; did you mean "kazakh"?'),
    (["music", "gone.toml", "--toml"], "gone.toml does not exist; check the name of the palette"),
    (["music", "-o", "a.mp4"], 'a.mp4: ".mp4" is no known sound file; did you mean ".mp3"?'),
    (["music", "-o", "a"], 'a: "" is no known sound file; known: .mp3, .wav, .flac, .ogg'),
    (["music", "-o", "no/a.mp3"], "no/a.mp3: there is no folder no; make it first"),
    (["music", "--picture", "a.gif"], 'a.gif: ".gif" is no picture that can be drawn; use .png'),
    (["music", "--picture", "no/a.png"], "no/a.png: there is no folder no; make it first"),
    (
        ["locate", "bare", "0:10"],
        (
            "bare: there is no audiobook here (no build.json); "
            'name the folder that "audiobook build" wrote'
        ),
    ),
    (["check", "bare"], "bare: there is no audiobook here (no build.json)"),
]


@pytest.mark.parametrize(
    ("arguments", "line"), COULD_NOT, ids=[" ".join(a).replace("/", ":") for a, _ in COULD_NOT]
)
def test_what_cannot_be_done_is_one_line(desk, arguments, line):
    """Status 1, one line on stderr that says what and what to do; nothing written, nothing made."""
    before = sorted(desk.rglob("*"))
    done = run(*arguments)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Error: {line}")
    assert sorted(desk.rglob("*")) == before
    assert sum(kind.n_files for kind in Store(default_root()).usage()) == 0


WRONG_USAGE = [
    (["buidl"], 'Error: no command "buidl"; did you mean "build"?'),
    (["cache", "prun"], 'Error: no command "prun"; did you mean "prune"?'),
    (["build", "--musik", "none"], "Error: No such option: --musik"),
    (["build", "tales.md", "more.md"], "Error: Got unexpected extra argument (more.md)"),
    (["build", "--jobs", "0"], "Error: Invalid value for '--jobs': 0 is not in the range"),
    (["build", "--speed", "9"], "Error: Invalid value for '--speed': 9.0 is not in the range"),
    (["build", "--take", "two"], "Error: Invalid value for '--take': 'two' is not a valid"),
    (["build", "--voice", ""], "Error: --voice is empty; name something, or leave it out"),
    (
        ["build", "tales.md", *HUM, "--take", "2", "--keep"],
        "Error: --keep needs --chapter: a take is remembered chapter by chapter",
    ),
    (["locate", "out"], "Error: Missing argument 'M:SS'"),
    (["locate", "out", "noon"], 'Error: "noon" is no position; say 12:34 or 90.5'),
    (["voices", "--say", "Hello"], "Error: --say needs -o FILE"),
    (["music"], "Error: say where to: -o bed.mp3"),
    (["music", "--json"], "Error: --json goes with --list"),
    (["music", "--seconds", "0.5", "-o", "a.wav"], "Error: Invalid value for '--seconds': 0.5"),
    (["cache", "prune", "--keep", "much"], 'Error: --keep "much" is no size'),
    (["completion", "tcsh"], "Error: Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of"),
]


@pytest.mark.parametrize(
    ("arguments", "line"), WRONG_USAGE, ids=[" ".join(a) for a, _ in WRONG_USAGE]
)
def test_wrong_usage_has_a_status_of_its_own(desk, arguments, line):
    """Status 2, and the last line says what is wrong."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert last_line(done).startswith(line)
    assert not (desk / "out").exists()


@pytest.mark.parametrize(
    ("option", "file", "reason"),
    [
        ("--music", "words.txt", "no music that can be decoded"),
        ("--music", "silence.wav", "holds only silence; choose other music"),
        ("--music", "gone.mp3", "is neither a palette nor a file"),
        ("--cover", "gone.jpg", "the cover cannot be read (no such file or directory)"),
        ("--cover", "words.txt", "the cover is no JPEG or PNG picture; save it as one"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_before_anything_is_spoken(
    desk, option, file, reason
):
    """An hour of narration is not made first; the dry run refuses as the build does."""
    if file == "silence.wav":
        write_sound(desk / file, [np.zeros((44100, 2), np.float32)])
    for more in ([], ["--dry-run"]):
        done = run("build", "tales.md", *HUM, option, file, *more)
        assert done.exit_code == 1
        assert done.stderr.count("\n") == 1
        assert str(desk / file) in done.stderr
        assert reason in done.stderr
    assert sum(kind.n_files for kind in Store(default_root()).usage()) == 0
    assert not (desk / "out").exists()


def test_good_music_is_not_refused(desk, sine):
    """What ffmpeg reads passes the same door: a short file with silence in front."""
    quiet = np.zeros((44100, 2), np.float32)
    write_sound(desk / "song.flac", [quiet, sine(440.0, 1.0)])
    done = run("build", "tales.md", "--voice", "tone", "--music", "song.flac", "--dry-run")
    assert done.exit_code == 0, done.stderr


def test_an_output_folder_below_a_file_is_refused_before_anything_is_spoken(desk):
    """The line names the file that stands in the way."""
    done = run("build", "tales.md", *HUM, "-o", "words.txt/out/deep")
    assert done.exit_code == 1
    assert done.stderr == (
        f"Error: {desk / 'words.txt'} is a file, not a folder; name another output folder with -o\n"
    )
    assert sum(kind.n_files for kind in Store(default_root()).usage()) == 0


TITLES = ["../../", "/etc/passwd", "🐺🎻", "w" * 300, "?!...", "CON", 'a:b*"c"<d>|e', "Қыз Жібек"]


def test_no_title_leads_a_file_out_of_its_folder(desk):
    """Titles of the book and of chapters give names that are safe everywhere, inside the folder."""
    chapters = "\n\n".join(f"## {title}\n\nNobody spoke." for title in TITLES)
    (desk / "odd.md").write_text(f"# Odd\n\n{chapters}\n", "utf-8")
    before = set(desk.rglob("*"))
    for title in TITLES:
        done = run("build", "odd.md", *HUM, "--title", title, "--quiet")
        assert (done.exit_code, done.output) == (0, "")
        files = [p for p in (desk / "out" / "odd").rglob("*") if p.is_file()]
        # A chapter has sound, lyrics and subtitles of two kinds; the book those, report and page.
        assert len(files) == 4 * len(TITLES) + 7, files
        for path in files:
            assert len(path.name.encode()) <= 143
            assert not re.search(
                r'[<>:"/\\|?*\x00-\x1f]|^\.|[. ]\.(mp3|lrc|vtt|srt)$|^CON\.', path.name
            )
    outside = {p for p in desk.rglob("*") if desk / "out" not in (p, *p.parents)}
    assert outside == before


def test_a_failed_build_loses_nothing(desk):
    """After a refusal the finished folder is as it was, byte for byte, and still current."""
    assert run("build", "tales.md", *HUM).exit_code == 0
    files = {p: hashlib.sha256(p.read_bytes()).digest() for p in desk.rglob("*.mp3")}
    assert len(files) == 3
    for bad in (["--music", "words.txt"], ["--cover", "gone.jpg"], ["--chapter", "9"]):
        assert run("build", "tales.md", *HUM, *bad).exit_code == 1
    (desk / "tales.md").write_bytes(b"\x00\x01\x02")
    assert run("build", "tales.md", *HUM).exit_code == 1
    (desk / "tales.md").write_text(STORY, "utf-8")
    assert files == {p: hashlib.sha256(p.read_bytes()).digest() for p in desk.rglob("*.mp3")}
    assert "nothing to do" in run("build", "tales.md", *HUM).stderr


def test_a_file_that_cannot_be_made_costs_no_other(desk, monkeypatch):
    """A format refuses in the end: the others are there, the report too, and the line says it."""
    monkeypatch.setattr("audiobook.export.player.writer.MAX_SINGLE_MB", 0.1)
    done = run("build", "tales.md", *HUM, "--format", "player-single,mp3,player")
    assert done.exit_code == 1
    assert "Two Tales.html: would be 0." in last_line(done)
    made = {p.name for p in (desk / "out" / "tales").iterdir()}
    assert made == {"index.html", "chapters", "build.json"}


@pytest.mark.parametrize(
    ("arguments", "status"), [(["check", "bare"], 1), (["chek"], 2), (["-V"], 0)]
)
def test_the_program_itself_ends_with_these_statuses(desk, arguments, status):
    """The same holds for the process, and no traceback is ever shown."""
    done = subprocess.run(
        [sys.executable, "-m", "audiobook", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
