"""Recordings in the place of a voice, through a whole build: heard, timed, levelled, refused."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from readback import RATE, decoded, lufs

from audiobook.cli import app
from audiobook.lexicon import say
from audiobook.speech.engine import Utterance
from audiobook.speech.registry import load_engine

SENTENCES = (
    "The ferry crossed the river in the rain.",
    "Nobody was on board, and the lamp was out.",
    "On the other side a light was burning.",
)
STORY = (
    f"# Tale\n\n## One\n\n{' '.join(SENTENCES)}\n\n## Two\n\nThe end of it all came in the night.\n"
)
SPEECH_RATE = 22_050


def spoken(text):
    words = say(text, {}, "en")
    return load_engine("espeak").speak(Utterance(words, "en-us", "en")).audio[:, 0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in a folder with a story, and with a soft recording of its second sentence."""
    monkeypatch.chdir(tmp_path)
    Path("story.md").write_text(STORY, "utf-8")
    line = np.concatenate([np.zeros(9000), 0.05 * spoken(SENTENCES[1]), np.zeros(20_000)])
    soundfile.write("line.wav", line, SPEECH_RATE)
    return tmp_path


def record_chapter(name="one.flac", scale=0.3):
    """Record the first chapter, with pauses of its own; return where its sentences begin, in s."""
    hiss = np.random.default_rng(1)
    parts, starts = [np.zeros(12_000)], []
    for text, pause_s in zip(("One", *SENTENCES), (1.0, 1.4, 0.3, 0.5), strict=True):
        starts.append(sum(map(len, parts)) / SPEECH_RATE)
        parts += [scale * spoken(text), np.zeros(round(pause_s * SPEECH_RATE))]
    sound = np.concatenate(parts)
    soundfile.write(name, sound + 1e-4 * hiss.standard_normal(len(sound)), SPEECH_RATE)
    return starts


def run(*arguments):
    return CliRunner(mix_stderr=False).invoke(app, [str(a) for a in arguments])


def build(book_toml, music="none"):
    """Build the folder; return the command's data and the report."""
    Path("book.toml").write_text('story = "story.md"\n' + book_toml, "utf-8")
    words = ["--voice", "tone:hum", "--music", music, "--jobs", "1", "--json", "--why"]
    done = run("build", ".", "-o", "out", *words)
    assert done.exit_code == 0, done.output + done.stderr
    return json.loads(done.stdout), json.loads(Path("out/build.json").read_text("utf-8"))


def segment_ids():
    shown = run("segments", "story.md", "--voice", "tone:hum", "--json")
    chapters = json.loads(shown.stdout)["chapters"]
    return {s["text"]: s["id"] for c in chapters for s in c["segments"]}


def test_a_segment_is_heard_as_it_was_recorded(folder):
    """In the decoded chapter the recording stands at its place, as loud as the narrator."""
    entry = f'[[segment]]\nid = "{segment_ids()[SENTENCES[1]]}"\naudio = "line.wav"\n'
    _, report = build(entry)
    chapter = report["chapters"][0]
    segment = next(s for s in chapter["segments"] if s["text"] == SENTENCES[1])
    assert (segment["engine"], segment["voice"]) == ("recording", "recording:own")
    assert {word[3] for word in segment["words"]} == {False}
    sound = decoded(Path("out") / chapter["file"])
    heard = sound[round(segment["start_s"] * RATE) : round(segment["end_s"] * RATE)]
    given = soundfile.read("line.wav")[0]
    wanted = np.interp(np.arange(0, len(given), SPEECH_RATE / RATE), np.arange(len(given)), given)
    at = round((9000 / SPEECH_RATE + 0.5) * RATE)  # half a second after it begins
    likeness = [
        np.corrcoef(heard[shift : shift + RATE, 0], wanted[at : at + RATE])[0, 1]
        for shift in range(round(0.5 * RATE), round(0.6 * RATE))
    ]
    assert max(likeness) > 0.95
    assert lufs(heard) == pytest.approx(lufs(sound), abs=2.0)


def test_only_its_content_decides(folder):
    """Another name builds nothing, another sound says so, and no audio speaks the segment again."""
    entry = f'[[segment]]\nid = "{segment_ids()[SENTENCES[1]]}"\naudio = "{{}}"\n'
    made, _ = build("")
    assert made["spoken"] == 6
    made, _ = build(entry.format("line.wav"))
    assert (made["why"], made["spoken"]) == ({"1": ["segment 3 is a recording now"]}, 1)
    Path("line.wav").rename("other.wav")
    made, _ = build(entry.format("other.wav"))
    assert (made["made"], made["wrote"]) == ([], [])
    soundfile.write("other.wav", 0.1 * spoken(SENTENCES[1]), SPEECH_RATE)
    made, _ = build(entry.format("other.wav"))
    assert made["why"] == {"1": ["segment 3 recording changed"]}
    made, _ = build("")
    assert (made["made"], made["spoken"]) == ([], 0)  # as it was at first


def test_a_chapter_keeps_the_pauses_of_its_reader(folder):
    """The report has every sentence where it was read, and music rises in the pauses between."""
    starts = record_chapter()
    made, report = build('[[chapter]]\nnumber = 1\naudio = "one.flac"\n', music="kazakh")
    chapter = report["chapters"][0]
    segments = chapter["segments"]
    assert {s["engine"] for s in segments} == {"recording"}
    assert {s["engine"] for s in report["chapters"][1]["segments"]} == {"tone"}
    texts = [s["text"] for s in segments]
    assert texts == ["One", *SENTENCES]
    first = segments[0]["words"][0][1]
    for segment, start in zip(segments, starts, strict=True):
        assert segment["words"][0][1] - first == pytest.approx(start - starts[0], abs=0.08)
    gaps = [b["start_s"] - a["end_s"] for a, b in pairwise(segments)]
    assert gaps == pytest.approx([1.0, 1.4, 0.3], abs=0.25)
    assert chapter["speech_over_music_lu"] >= 20.0
    assert made["spoken"] == 2 + 1  # one pass cuts out the whole chapter


def test_the_room_is_heard_in_the_pauses(folder):
    """Between sentences there is the recording's own quiet, not digital silence."""
    record_chapter()
    _, report = build('[[chapter]]\nnumber = 1\naudio = "one.flac"\n')
    one, two = report["chapters"][0]["segments"][1:3]
    sound = decoded(Path("out") / report["chapters"][0]["file"])
    pause = sound[round((one["end_s"] + 0.1) * RATE) : round((two["start_s"] - 0.1) * RATE)]
    assert 1e-5 < np.sqrt(np.mean(np.square(pause))) < 3e-3


def test_an_edited_sentence_cuts_its_chapter_anew(folder):
    """Words decide where each segment ends, so all of a recorded chapter hang together."""
    record_chapter()
    entry = '[[chapter]]\nnumber = 1\naudio = "one.flac"\n'
    build(entry)
    text = STORY.replace("Nobody was on board", "Nobody was on deck")
    Path("story.md").write_text(text, "utf-8")
    made, _ = build(entry)
    assert made["why"]["1"][0] == "segments 1-2 is found elsewhere in its recording"
    assert "segment 3 text changed" in made["why"]["1"]


def test_directions_that_a_recording_cannot_follow_are_named(folder):
    """A voice or a pause inside a recorded chapter does nothing, and a line says so."""
    record_chapter()
    directed = STORY.replace(SENTENCES[1], f"\n\n{{pause: 3s}}\n\n{SENTENCES[1]}")
    Path("story.md").write_text(directed, "utf-8")
    Path("book.toml").write_text('[[chapter]]\nnumber = 1\naudio = "one.flac"\n', "utf-8")
    done = run("build", ".", "-o", "out", "--voice", "tone:hum", "--music", "none", "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert "story.md:7: {pause: 3s} does nothing, as the chapter is a recording" in done.stderr


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('audio = "none.wav"', 'audio "none.wav" is not there; it is looked for in'),
        ('audio = "."', 'audio "." is a folder; name a sound file'),
        ('audio = "story.md"', "story.md: no recording that can be decoded"),
        ('audio = "silent.wav"', "silent.wav: holds only silence; choose another recording"),
        ('audio = "line.wav"\nspeed = 1.2', "beside audio speed does nothing; remove one"),
        ('audio = "line.wav"\ntake = 2', "beside audio take does nothing; remove one"),
    ],
)
@pytest.mark.parametrize("table", ["segment", "chapter"])
def test_what_cannot_be_heard_is_refused_before_anything_is_spoken(folder, table, entry, message):
    """One line, no traceback, and nothing is made."""
    soundfile.write("silent.wav", np.zeros(SPEECH_RATE), SPEECH_RATE)
    which = f'id = "{segment_ids()[SENTENCES[1]]}"' if table == "segment" else "number = 1"
    Path("book.toml").write_text(f"[[{table}]]\n{which}\n{entry}\n", "utf-8")
    done = run("build", ".", "-o", "out", "--voice", "tone:hum", "--jobs", "1")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert not Path("out").exists()


def test_credits_of_a_profile_are_the_narrators(folder):
    """What a profile has said of the book is in no recording; the chapter is as it was recorded."""
    record_chapter()
    Path("book.toml").write_text(
        'author = "A"\nnarrator_name = "B"\n[[chapter]]\nnumber = 1\naudio = "one.flac"\n', "utf-8"
    )
    asked = ["segments", ".", "--voice", "tone:hum", "--profile", "librivox"]
    lines = run(*asked).stdout.splitlines()
    assert sum("recording:own, as it is recorded" in line for line in lines) == 4
    assert sum("tone:hum, then" in line for line in lines) > 3
