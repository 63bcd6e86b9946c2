"""Subtitle files as other programs read them: webvtt-py, ffmpeg, and whoever reads LRC."""

import html
import re
import subprocess
from itertools import pairwise

import imageio_ffmpeg
import pytest
import webvtt
from editions import LENGTH_S, make_edition, tone

from audiobook.export.cues import Cue
from audiobook.export.id3 import Tags
from audiobook.export.subtitles import lrc, srt, subtitles, vtt
from audiobook.store import Store

STORY = """
# One: "A & B" <i>

He said <b>nothing</b> & left --> there. The price was 5 &lt; 6, or &lt;b>bold&lt;/b> {\\\\an8}!

[12:34.56] was written on the door.

Line one of the song,\\
line two of the song.

# 二つ

「誰がこの井戸を掘ったの？」と少女は聞いた。

# البئر

من حفر هذه البئر؟ سألت الفتاة. 😀
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    sound = tone(tmp_path_factory.mktemp("sound") / "tone.mp3")
    store = Store(tmp_path_factory.mktemp("store"))
    return make_edition(store, STORY, sound, title="The Well & <more>", author="A. Nobody")


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    """Write every file once."""
    folder = tmp_path_factory.mktemp("out")
    for output in subtitles(edition):
        output.write(folder / output.name)
    return folder


def words_of(chapters):
    return [w.text for c in chapters for p in c.passages for w in p.words]


def as_ffmpeg_reads(path):
    """Return the start, end and text of each subtitle, converted by ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "ass", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert not done.stderr
    lines = [x for x in done.stdout.decode().splitlines() if x.startswith("Dialogue:")]
    fields = [line.partition(": ")[2].split(",", 9) for line in lines]
    return [(_seconds(f[1]), _seconds(f[2]), f[9]) for f in fields]


def _seconds(clock):
    hours, minutes, rest = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_files_are_named_for_who_looks_for_them(folder):
    """Subtitles in their folder, lyrics beside the chapter they belong to."""
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    chapters = ["01 One - 'A & B'", "02 二つ", "03 البئر"]
    assert names == {
        *(f"subtitles/{n}.{s}" for n in [*chapters, "The Well & (more)"] for s in ("vtt", "srt")),
        *(f"chapters/{n}.lrc" for n in chapters),
    }


def test_webvtt_is_read_by_another_program(edition, folder):
    """Each word is there once, on the chapter's clock; markup in the text is text."""
    for chapter in edition.chapters:
        captions = webvtt.read(folder / "subtitles" / f"{chapter.name}.vtt").captions
        text = "".join(html.unescape(c.raw_text) for c in captions)
        assert "".join(text.split()) == "".join(words_of([chapter]))
        starts = [c.start_in_seconds + c.start_time.milliseconds / 1000 for c in captions]
        assert starts[0] == pytest.approx(chapter.passages[0].start_s, abs=0.001)
        assert _seconds(captions[-1].end) <= LENGTH_S
        assert all(_seconds(a.end) <= _seconds(b.start) for a, b in pairwise(captions))
        assert not any(re.search("<|>|&(?!amp;|lt;|gt;)", c.raw_text) for c in captions)


def test_the_book_is_on_its_own_clock(edition, folder):
    """A chapter's cues stand in the book where the chapter does in the book's sound."""
    book = webvtt.read(folder / "subtitles" / "The Well & (more).vtt").captions
    parts = [webvtt.read(folder / "subtitles" / f"{c.name}.vtt").captions for c in edition.chapters]
    assert [c.text for c in book] == [c.text for part in parts for c in part]
    places = [p.start_s for p, part in zip(edition.clock, parts, strict=True) for _ in part]
    alone = [_seconds(c.start) for part in parts for c in part]
    for caption, start_s, place_s in zip(book, alone, places, strict=True):
        assert _seconds(caption.start) == pytest.approx(place_s + start_s, abs=0.002)


def test_subrip_is_read_by_ffmpeg(edition, folder):
    """Ffmpeg shows every word as it is written: none is taken for a tag."""
    for chapter in edition.chapters:
        shown = as_ffmpeg_reads(folder / "subtitles" / f"{chapter.name}.srt")
        text = "".join(t.replace("\\N", " ").replace("\u2060", "") for _, _, t in shown)
        text = text.replace("\\{", "{").replace("\\}", "}")
        assert "".join(text.split()) == "".join(words_of([chapter]))
        assert all(a < b for a, b, _ in shown)
        vtt_file = webvtt.read(folder / "subtitles" / f"{chapter.name}.vtt")
        starts = [start for start, _, _ in shown]
        assert starts == pytest.approx([_seconds(c.start) for c in vtt_file], abs=0.01)


def test_lyrics_have_a_line_for_each_sentence(edition, folder):
    """Time tags rise, a time in the text is no tag, and ffmpeg reads the lines."""
    for chapter in edition.chapters:
        path = folder / "chapters" / f"{chapter.name}.lrc"
        lines = path.read_text("utf-8").splitlines()
        facts = dict(re.fullmatch(r"\[(\w+):(.*)\]", line).groups() for line in lines[:4])
        assert facts["ti"] == chapter.title
        assert facts["al"] == "The Well & <more>"
        assert (facts["ar"], facts["length"]) == ("A. Nobody", "00:02")
        tags = [re.findall(r"\[(\d\d):(\d\d\.\d\d)\]", line) for line in lines[4:]]
        assert all(len(found) == 1 for found in tags)
        times = [int(m) * 60 + float(s) for ((m, s),) in tags]
        assert times == sorted(times)
        assert times[:-1] == pytest.approx([p.start_s for p in chapter.passages], abs=0.006)
        texts = [line.partition("]")[2].replace("\u2060", "") for line in lines[4:]]
        assert texts == [" ".join(s.text.split()) for s in chapter.segments] + [""]
        assert len(as_ffmpeg_reads(path)) >= len(chapter.segments)


def test_speakers_are_named():
    """Where there are several, WebVTT names each and SubRip all but the narrator."""
    cues = [
        Cue(0, 1000, ("He asked:",)),
        Cue(1100, 2000, ("Who?", "You?"), "Anna <1>"),
        Cue(2100, 3000, ("Me.",), "The Very Old Shepherd"),
    ]
    assert [line for line in vtt(cues, is_cast=True) if line and "-->" not in line] == [
        "WEBVTT",
        "<v Narrator>He asked:",
        "<v Anna &lt;1&gt;>Who?",
        "You?",
        "<v The Very Old Shepherd>Me.",
    ]
    assert "<v A Voice>He asked:" in vtt(cues, narrator="A Voice", is_cast=True)
    assert [line for line in srt(cues, is_cast=True) if line and " --> " not in line] == [
        *("1", "He asked:", "2", "ANNA <1>: Who?", "You?", "3", "THE VERY OL…: Me.")
    ]
    assert not any("v " in line or ":" in line for line in vtt(cues[1:2]) if "-->" not in line)


def test_long_times_are_written_out():
    """Hours have two digits or more, and an LRC counts minutes on."""
    (cue,) = ([Cue(36_061_005, 360_000_000, ("Late.",))],)
    assert "10:01:01.005 --> 100:00:00.000" in vtt(cue)
    assert "10:01:01,005 --> 100:00:00,000" in srt(cue)
    assert "[length:125:00]" in lrc([], "T", Tags("T", "T"), 7_500_000)


def test_a_book_named_like_a_chapter(tmp_path):
    """The book's subtitles do not overwrite the chapter's."""
    sound = tone(tmp_path / "tone.mp3")
    edition = make_edition(Store(tmp_path / "s"), "# Well\n\nA well.\n", sound, title="01 Well")
    names = [output.name for output in subtitles(edition)]
    assert len(names) == len(set(names)) == 5
