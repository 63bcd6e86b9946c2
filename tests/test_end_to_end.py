"""From a story to the finished folder, and every file of it as other programs read it."""

import json
import re
import zipfile
from itertools import pairwise
from urllib.parse import unquote

import jsonschema
import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3
from mutagen.mp3 import MP3, BitrateMode
from readback import (
    RATE,
    audiobook,
    decoded,
    heard_at,
    hiss_db,
    hummed,
    lufs,
    true_peak_dbtp,
)

from audiobook.export.reportfile import schema
from audiobook.speech.timing import makes_sound

STORY = """---
title: The Well of the Steppe
author: Nobody in Particular
language: en
---

## The Old Well

"Who dug this well?" asked the girl. Her grandmother put the bucket down and looked to the hills.

"Your people did," she said, "long before the road. They drank here, and so did their horses."

***

That night the wind turned. By morning the well was dry, and nobody knew why.

## The Road

The girl took a rope, a lamp and half a loaf.

### Down the Slope

She walked until noon. The grass stood as high as her belt; larks rose out of it and hung there.

### Up the Hill

"Have you seen water?" she called to a shepherd. He shook his head... and then he pointed north.

## Rain

It came at dusk, all at once. The girl stood in it and laughed!
"""
BOOK = """
story = "story.md"
narrator_name = "A Humming Machine"
date = "2024-05-01"
"""
TITLES = ["The Old Well", "The Road", "Rain"]
WHOLE = "The Well of the Steppe.mp3"
PAGE = "index.html"
CHAPTERS = [f"chapters/0{n} {title}.mp3" for n, title in enumerate(TITLES, start=1)]
SUBTITLES = [name.removesuffix(".mp3") + ".lrc" for name in CHAPTERS]
SUBTITLES += [
    f"subtitles/{name.rpartition('/')[2].removesuffix('.mp3')}.{suffix}"
    for name in (*CHAPTERS, WHOLE)
    for suffix in ("vtt", "srt")
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Build the story once."""
    place = tmp_path_factory.mktemp("book")
    (place / "story.md").write_text(STORY, "utf-8")
    (place / "book.toml").write_text(BOOK, "utf-8")
    audiobook("build", ".", "--voice", "tone:hum", "-o", "out", cache=place / "cache", cwd=place)
    return place / "out"


@pytest.fixture(scope="module")
def report(folder):
    return json.loads((folder / "build.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def whole(folder):
    return decoded(folder / WHOLE)


@pytest.fixture(scope="module")
def chapters(folder):
    return [decoded(folder / name) for name in CHAPTERS]


@pytest.fixture(scope="module")
def clips(folder):
    return hummed(folder.parent)


def test_the_chapters_alone_are_an_audiobookshelf_item(folder, report):
    """Every chapter has start, end and title, and they follow one another as the files do."""
    metadata = json.loads((folder / "chapters" / "metadata.json").read_text("utf-8"))
    assert metadata["title"] == report["title"]
    ends = [0.0]
    for listed, chapter in zip(metadata["chapters"], report["chapters"], strict=True):
        assert listed["title"] == chapter["title"]
        assert listed["start"] == pytest.approx(ends[-1], abs=0.002)
        assert listed["end"] - listed["start"] == pytest.approx(chapter["duration_s"], abs=0.002)
        ends.append(listed["end"])


def test_the_folder_is_what_the_contract_says(folder, report):
    """Chapters and cover, the whole book, the report: nothing is missing, nothing is left over."""
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    beside = {"chapters/cover.jpg", "chapters/metadata.json"}
    assert names == {*CHAPTERS, *SUBTITLES, *beside, WHOLE, PAGE, "build.json"}
    assert set(report["files"]) == {*CHAPTERS, *SUBTITLES, "chapters/metadata.json", WHOLE, PAGE}
    assert [c["file"] for c in report["chapters"]] == CHAPTERS
    assert (folder / "chapters" / "cover.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_the_report_fits_its_schema(report):
    """`build.json` is what its JSON Schema says."""
    jsonschema.validate(report, schema())
    assert report["title"] == "The Well of the Steppe"
    assert report["narrator"] == "A Humming Machine"


def test_the_report_holds_the_text_whole_and_in_order(report):
    """The segments' texts are the story's, and every word has its time inside its segment."""
    told = " ".join(STORY.split("---\n")[2].replace("#", "").replace("*", "").split())
    segments = [s for c in report["chapters"] for s in c["segments"]]
    assert " ".join(" ".join(s["text"] for s in segments).split()) == told
    for segment in segments:
        assert [word for word, *_ in segment["words"]] == segment["text"].split()
        times = [segment["start_s"], *(t for _, a, b, _ in segment["words"] for t in (a, b))]
        assert times == sorted(times)
        assert times[-1] <= segment["end_s"]


def test_segments_and_pauses_are_in_order(report):
    """Segments do not overlap; a scene break is a longer rest than a paragraph's end."""
    rests = {}
    for chapter in report["chapters"]:
        for before, after in pairwise(chapter["segments"]):
            rest = after["start_s"] - before["end_s"]
            assert rest > 0
            rests[before["text"].split()[-1]] = rest
        assert chapter["segments"][0]["start_s"] >= 3.0
        assert chapter["segments"][-1]["end_s"] <= chapter["duration_s"] - 3.0
    assert rests['horses."'] > 2 * rests["hills."]


@pytest.mark.parametrize("index", range(len(TITLES)))
def test_a_chapter_is_as_long_as_reported(report, chapters, index):
    """The decoded chapter has the reported length, to the sample."""
    assert len(chapters[index]) == round(report["chapters"][index]["duration_s"] * RATE)


def test_the_book_is_as_long_as_its_chapters(report, whole):
    """The decoded book ends where the last chapter does; joints add less than 60 ms each."""
    assert len(whole) == pytest.approx(report["duration_s"] * RATE, abs=1152)
    for before, after in pairwise(report["chapters"]):
        assert 0.0 <= after["start_s"] - before["start_s"] - before["duration_s"] <= 0.06


@pytest.mark.parametrize("name", [*CHAPTERS, WHOLE])
def test_files_are_coded_as_promised(folder, name):
    """Stereo, 44.1 kHz, constant 128 kbit/s or better, with the length in the header."""
    info = MP3(folder / name).info
    assert (info.channels, info.sample_rate) == (2, RATE)
    assert info.bitrate_mode == BitrateMode.CBR
    assert info.bitrate >= 128_000
    opened = soundfile.info(folder / name)
    assert (opened.channels, opened.samplerate) == (2, RATE)
    assert opened.duration == pytest.approx(info.length, abs=0.1)


@pytest.mark.parametrize("index", range(len(TITLES)))
def test_every_chapter_is_as_loud_as_promised(report, chapters, index):
    """-18 LUFS ± 2 as it is heard, its speech ± 0.5, its true peak at most -1 dBTP."""
    loudness = report["chapters"][index]["loudness"]
    heard = lufs(chapters[index])
    assert heard == pytest.approx(-18.0, abs=2.0)
    assert loudness["integrated_lufs"] == pytest.approx(heard, abs=0.2)
    assert loudness["speech_lufs"] == pytest.approx(-18.0, abs=0.5)
    peak = true_peak_dbtp(chapters[index])
    assert peak <= -1.0
    assert loudness["true_peak_dbtp"] == pytest.approx(peak, abs=0.3)


def test_the_speech_alone_is_at_its_loudness(report, chapters):
    """What is heard while somebody speaks is -18 LUFS: the music under it adds next to nothing."""
    for chapter, sound in zip(report["chapters"], chapters, strict=True):
        speech = np.zeros_like(sound)
        for segment in chapter["segments"]:
            place = slice(round(segment["start_s"] * RATE), round(segment["end_s"] * RATE))
            speech[place] = sound[place]
        assert lufs(speech) == pytest.approx(-18.0, abs=0.5)


def test_the_book_is_as_loud_as_promised(report, whole):
    """-18 LUFS ± 1 and at most -1 dBTP for the whole, and the report knows it."""
    heard = lufs(whole)
    assert heard == pytest.approx(-18.0, abs=1.0)
    assert report["loudness"]["integrated_lufs"] == pytest.approx(heard, abs=0.2)
    assert true_peak_dbtp(whole) <= -1.0


def test_every_segment_sounds_where_the_report_says(report, whole, clips):
    """In the decoded book each segment is heard within 50 ms of its chapter's start and its own."""
    for chapter, hums in zip(report["chapters"], clips, strict=True):
        for segment, clip in zip(chapter["segments"], hums, strict=True):
            late_s, alike = heard_at(whole, clip, chapter["start_s"] + segment["start_s"])
            assert alike > 0.9, segment["text"]
            assert abs(late_s) < 0.02, segment["text"]


def test_marks_point_at_what_is_heard(folder, report, whole, clips):
    """A chapter's mark lies its intro before its title, a section's where its heading is spoken."""
    tags = ID3(folder / WHOLE)
    marks = {f.sub_frames["TIT2"].text[0]: f.start_time / 1000 for f in tags.getall("CHAP")}
    assert list(marks) == ["The Old Well", "The Road", "Down the Slope", "Up the Hill", "Rain"]
    for chapter, hums in zip(report["chapters"], clips, strict=True):
        first = chapter["segments"][0]["start_s"]
        late_s, _ = heard_at(whole, hums[0], marks[chapter["title"]] + first)
        assert abs(late_s) < 0.05
        for segment, clip in zip(chapter["segments"], hums, strict=True):
            if segment["kind"] == "heading":
                late_s, alike = heard_at(whole, clip, marks[segment["text"]])
                assert alike > 0.9
                assert abs(late_s) < 0.05
    assert [s["title"] for s in report["chapters"][1]["sections"]] == list(marks)[2:4]


def test_the_table_of_contents_names_every_mark(folder):
    """CTOC leads from the top to every chapter and section, and a chapter's file has its own."""
    for name, n_marks in [(WHOLE, 5), *zip(CHAPTERS, (1, 3, 1), strict=True)]:
        tags = ID3(folder / name)
        tables = {t.element_id: t.child_element_ids for t in tags.getall("CTOC")}
        (top,) = (t.element_id for t in tags.getall("CTOC") if t.flags & 2)
        found, open_ids = [], [top]
        while open_ids:
            here = open_ids.pop(0)
            open_ids = [*tables.get(here, ()), *open_ids]
            found += [here] if here not in tables else []
        assert found == [frame.element_id for frame in tags.getall("CHAP")]
        assert len(found) == n_marks


def test_joints_do_not_click(report, whole):
    """Where two chapters meet there is silence, and nothing above 10 kHz around it."""
    for chapter in report["chapters"][1:]:
        joint = round(chapter["start_s"] * RATE)
        silent = whole[joint - round(0.05 * RATE) : joint + round(0.002 * RATE)]
        assert np.abs(silent).max() < 0.001
        assert hiss_db(whole[joint - RATE // 5 : joint + RATE // 5]) < -80.0


@pytest.mark.parametrize("index", range(len(TITLES)))
def test_a_chapter_in_the_book_is_the_chapter_in_its_file(report, whole, chapters, index):
    """Joining decodes to the same samples: nothing is encoded twice."""
    start = 1152 * round(report["chapters"][index]["start_s"] * RATE / 1152)  # whole frames
    alone = chapters[index]
    part = whole[start : start + len(alone)]
    assert np.abs(part[1152 : len(part) - 1152] - alone[1152 : len(part) - 1152]).max() < 1e-4


def test_music_plays_where_nobody_speaks(report, chapters):
    """The intro and the outro are heard, a good deal softer than the voice; the end is silent."""
    for chapter, sound in zip(report["chapters"], chapters, strict=True):
        first = round(chapter["segments"][0]["start_s"] * RATE)
        assert -40.0 < lufs(sound[RATE : first - RATE // 4]) < -22.0
        assert np.abs(sound[-round(0.03 * RATE) :]).max() < 1e-3
        assert chapter["speech_over_music_lu"] >= 20.0


def test_the_epub_lights_what_is_heard(folder, clips, tmp_path):
    """In the EPUB's own sound a sentence is said where its clip begins, within 50 ms."""
    place = folder.parent
    options = ["--voice", "tone:hum", "-o", "read", "--format", "epub"]
    audiobook("build", ".", *options, cache=place / "cache", cwd=place)
    with zipfile.ZipFile(place / "read" / "The Well of the Steppe.epub") as archive:
        archive.extractall(tmp_path)
    for number, hums in enumerate(clips, start=1):
        overlay = (tmp_path / f"EPUB/chapter-00{number}.smil").read_text("utf-8")
        found = re.findall(r'clipBegin="0:(\d\d):([\d.]+)"', overlay)
        begins_s = [int(minutes) * 60 + float(seconds) for minutes, seconds in found]
        assert len(begins_s) == len(hums)
        assert begins_s[0] == 0.0  # the music that leads in belongs to the first sentence
        sound = decoded(tmp_path / f"EPUB/chapter-00{number}.mp3")
        for begin_s, clip in list(zip(begins_s, hums, strict=True))[1:]:
            late_s, alike = heard_at(sound, clip, begin_s)
            assert alike > 0.9
            assert abs(late_s) < 0.05


def test_the_page_follows_the_report(folder, report):
    """`index.html` has the words, times and files of `build.json`, to the millisecond."""
    page = (folder / PAGE).read_text("utf-8")
    for number, chapter in enumerate(report["chapters"]):
        blocks = json.loads(page.partition(f'id="text-{number}">')[2].partition("</script>")[0])
        sentences = [s for block in blocks for s in block.get("s", ()) if "a" in s]
        times = [
            [round(1000 * s[edge]) for edge in ("start_s", "end_s")] for s in chapter["segments"]
        ]
        assert [[s["a"], s["z"]] for s in sentences] == times
        pieces = [piece for s in sentences for piece in s["w"] if isinstance(piece, list)]
        words = [w for s in chapter["segments"] for w in s["words"] if makes_sound(w[0])]
        assert [text for text, *_ in pieces] == [text for text, *_ in words]
        assert [p[1] for p in pieces] == [round(1000 * start_s) for _, start_s, *_ in words]
    book = json.loads(page.partition('id="book">')[2].partition("</script>")[0])
    assert [unquote(c["file"]) for c in book["chapters"]] == CHAPTERS
    lengths_ms = [c["duration_ms"] for c in book["chapters"]]
    assert lengths_ms == pytest.approx([1000 * c["duration_s"] for c in report["chapters"]], abs=1)


def test_chapters_are_tagged(folder):
    """Title, album, author, narrator, number of how many, year, language and cover."""
    for number, (name, title) in enumerate(zip(CHAPTERS, TITLES, strict=True), start=1):
        tags = ID3(folder / name)
        assert tags.version == (2, 3, 0)
        texts = {k: str(tags[k]) for k in ("TIT2", "TALB", "TPE1", "TCOM", "TRCK", "TLAN")}
        assert texts == {
            "TIT2": title,
            "TALB": "The Well of the Steppe",
            "TPE1": "Nobody in Particular",
            "TCOM": "A Humming Machine",
            "TRCK": f"{number}/3",
            "TLAN": "eng",
        }
        (cover,) = tags.getall("APIC")
        assert cover.data == (folder / "chapters" / "cover.jpg").read_bytes()
    tags = ID3(folder / WHOLE)
    assert str(tags["TIT2"]) == str(tags["TALB"]) == "The Well of the Steppe"
    assert "TRCK" not in tags
    assert len(tags.getall("APIC")) == 1
