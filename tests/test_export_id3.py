"""Tags read back by other programs."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import ID3

from audiobook.export.id3 import MAX_CHILDREN, Contents, Mark, Tags, tag_bytes
from audiobook.export.languages import iso_639_2
from audiobook.export.lyrics import Lyrics
from audiobook.ffmpeg import encode_mp3, executable

CYRILLIC = "Қыз Жібек пен Төлегеннің ұзақ жолы және Ақбұлақтағы кездесуі туралы үлкен ертегі"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Encode a tenth of a second of silence, to put tags in front of."""
    path = tmp_path_factory.mktemp("sound") / "silence.mp3"
    encode_mp3([np.zeros((4410, 2), dtype=np.float32)], path)
    return path.read_bytes()


def read(tag: bytes) -> ID3:
    return ID3(io.BytesIO(tag), translate=False)


def marks_by_ffmpeg(path: Path, tag: bytes, sound: bytes) -> list[tuple[int, int, str]]:
    """Start and end in ms and title of each chapter, as ffmpeg lists them."""
    path.write_bytes(tag + sound)
    command = [executable(), "-v", "error", "-copyts", "-i", str(path), "-f", "ffmetadata", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    found = re.findall(r"START=(\d+)\nEND=(\d+)\ntitle=(.*)", text)
    return [(int(start), int(end), title) for start, end, title in found]


def chapters(count: int, length_s: float, title: str = "Chapter {}") -> list[Contents]:
    return [Contents(Mark(title.format(k + 1), k * length_s)) for k in range(count)]


def test_every_field_is_read_back() -> None:
    """What a file says of itself arrives in the frames that players look at."""
    tags = Tags(
        title="The Well",
        album="The Girl from Akbulak",
        author="Marat Kalmurzaeva",
        narrator="Heart",
        language="kk",
        date="2024-05-01",
        publisher="Дала",
        description="One line.\nAnother.",
        series="Steppe",
        music="A. Player (CC BY 4.0)",
        number=3,
        total=12,
        cover=b"\xff\xd8picture\xff\xd9",
    )
    found = read(tag_bytes(tags, chapters(1, 1.0), 60.0))
    expected = {
        "TIT2": "The Well",
        "TALB": "The Girl from Akbulak",
        "TPE1": "Marat Kalmurzaeva",
        "TPE2": "Marat Kalmurzaeva",
        "TCOM": "Heart",
        "TCON": "Audiobook",
        "TRCK": "3/12",
        "TLAN": "kaz",
        "TYER": "2024",
        "TDAT": "0105",
        "TPUB": "Дала",
        "TXXX:series": "Steppe",
        "TXXX:music": "A. Player (CC BY 4.0)",
        "COMM::kaz": "One line.\nAnother.",
    }
    assert found.version == (2, 3, 0)
    assert {name: found[name].text[0] for name in expected} == expected
    picture = found["APIC:"]
    assert (picture.mime, int(picture.type), picture.data) == ("image/jpeg", 3, tags.cover)
    assert all(frame.encoding == 1 for frame in found.getall("TIT2") + found.getall("COMM"))


def test_empty_fields_are_left_out() -> None:
    """An unknown author or language makes no empty frame."""
    found = read(tag_bytes(Tags("T", "T"), chapters(1, 1.0), 1.0))
    assert set(found) == {"TIT2", "TALB", "TCON", "CTOC:toc", "CHAP:ch1"}


def test_marks_join_without_gaps() -> None:
    """Each mark ends where the next one starts, the last with the sound."""
    found = read(tag_bytes(Tags("B", "B"), chapters(5, 10.0004), 50.5))
    marks = [found[f"CHAP:ch{k}"] for k in range(1, 6)]
    assert [mark.start_time for mark in marks] == [0, 10_000, 20_001, 30_001, 40_002]
    assert [mark.end_time for mark in marks] == [10_000, 20_001, 30_001, 40_002, 50_500]
    assert {mark.start_offset for mark in marks} == {0xFFFF_FFFF}
    assert found["CTOC:toc"].child_element_ids == [f"ch{k}" for k in range(1, 6)]
    assert found["CTOC:toc"].flags == 3  # top level, ordered
    assert found["CTOC:toc"].sub_frames["TIT2"].text == ["B"]


def test_ffmpeg_reads_long_cyrillic_titles(tmp_path: Path, sound: bytes) -> None:
    """Three titles of eighty Cyrillic letters, which break tags of version 2.4, come back whole."""
    assert len(CYRILLIC) >= 80
    tag = tag_bytes(Tags("B", "B"), chapters(3, 2.5, CYRILLIC + " {}"), 7.5)
    found = marks_by_ffmpeg(tmp_path / "a.mp3", tag, sound)
    assert found == [
        (0, 2500, f"{CYRILLIC} 1"),
        (2500, 5000, f"{CYRILLIC} 2"),
        (5000, 7500, f"{CYRILLIC} 3"),
    ]


def test_ffmpeg_lists_chapters_in_order_of_time(tmp_path: Path, sound: bytes) -> None:
    """Titles of any length stay in order: ffmpeg and what is built on it do not sort."""
    titles = ["The longest title of them all", "Mid title", "S", "The second longest of all"]
    contents = [Contents(Mark(title, float(k))) for k, title in enumerate(titles)]
    tag = tag_bytes(Tags("B", "B"), contents, 4.0)
    found = marks_by_ffmpeg(tmp_path / "a.mp3", tag, sound)
    assert [title for _, _, title in found] == titles


def test_three_hundred_chapters(tmp_path: Path, sound: bytes) -> None:
    """More than 255 chapters are all there, in nested tables that name each one once."""
    tag = tag_bytes(Tags("B", "B"), chapters(300, 60.0), 18_000.0)
    assert len(marks_by_ffmpeg(tmp_path / "a.mp3", tag, sound)) == 300
    found = read(tag)
    tables = {frame.element_id: frame for frame in found.getall("CTOC")}
    assert all(len(table.child_element_ids) <= MAX_CHILDREN for table in tables.values())
    assert [t.element_id for t in tables.values() if int(t.flags) & 2] == ["toc"]

    def leaves(name: str) -> list[str]:
        if name not in tables:
            return [name]
        return [leaf for child in tables[name].child_element_ids for leaf in leaves(child)]

    assert leaves("toc") == [f"ch{k}" for k in range(1, 301)]
    assert all(table.sub_frames["TIT2"].text[0] for table in tables.values())


def test_sections_do_not_overlap_their_chapter(tmp_path: Path, sound: bytes) -> None:
    """A flat reader sees chapters and sections once each, side by side, in order."""
    contents = [
        Contents(Mark("One", 0.0), (Mark("Road", 5.0), Mark("Well", 9.0))),
        Contents(Mark("Two", 20.0)),
        Contents(Mark("Three", 30.0), (Mark("Same moment", 30.0002), Mark("Snow", 33.0))),
    ]
    tag = tag_bytes(Tags("B", "B"), contents, 40.0)
    assert marks_by_ffmpeg(tmp_path / "a.mp3", tag, sound) == [
        (0, 5000, "One"),
        (5000, 9000, "Road"),
        (9000, 20_000, "Well"),
        (20_000, 30_000, "Two"),
        (30_000, 33_000, "Three"),
        (33_000, 40_000, "Snow"),
    ]
    found = read(tag)
    assert found["CTOC:toc"].child_element_ids == ["toc1", "ch2", "toc3"]
    assert found["CTOC:toc1"].child_element_ids == ["ch1", "ch1s1", "ch1s2"]
    assert found["CTOC:toc1"].sub_frames["TIT2"].text == ["One"]
    ids = [f.element_id for f in found.getall("CTOC") + found.getall("CHAP")]
    assert len(ids) == len(set(ids))


def test_text_that_is_no_text_does_not_break_the_tag() -> None:
    """NUL, line ends in a title and half an emoji are made harmless."""
    found = read(tag_bytes(Tags("a\0b\nc \ud83d d", "\0"), chapters(1, 1.0, "x\0y"), 1.0))
    assert found["TIT2"].text == ["a b c ? d"]
    assert found["CHAP:ch1"].sub_frames["TIT2"].text == ["x y"]


def test_marks_out_of_order_are_a_mistake_of_the_program() -> None:
    """A mark before its predecessor or after the end is refused."""
    late = [Contents(Mark("One", 0.0)), Contents(Mark("Two", 9.0))]
    with pytest.raises(ValueError, match="out of order"):
        tag_bytes(Tags("B", "B"), late, 8.0)
    backwards = [Contents(Mark("One", 5.0), (Mark("Section", 2.0),))]
    with pytest.raises(ValueError, match="comes before"):
        tag_bytes(Tags("B", "B"), backwards, 8.0)


def test_language_codes() -> None:
    """Two letters become three, regions are dropped, nonsense is undetermined."""
    tags = ["en", "en-GB", "kk_KZ", "de", "RU", "yue", "", "x", "12", "élf"]
    codes = ["eng", "eng", "kaz", "deu", "rus", "yue", "und", "und", "und", "und"]
    assert [iso_639_2(tag) for tag in tags] == codes


def test_players_can_show_what_is_read() -> None:
    """The text arrives whole, and each sentence at its millisecond, in any script."""
    text = "Бір күні…\n\n“Run!” said the wolf 🐺.\n\n* * *\n\nНочь."
    lines = ((0.5, "Бір күні…"), (2.25, "“Run!” said the wolf 🐺."), (3.0014, "Ночь."))
    tags = Tags("The Wolf", "Tales", language="ru")
    found = read(tag_bytes(tags, chapters(1, 5.0), 5.0, Lyrics(text, lines)))
    assert str(found["USLT::rus"]) == text
    heard = found["SYLT::rus"]
    assert (heard.format, heard.type) == (2, 2)
    assert heard.text == [("Бір күні…", 500), ("“Run!” said the wolf 🐺.", 2250), ("Ночь.", 3001)]


def test_a_chapter_without_words_shows_none() -> None:
    """Nothing to read makes no frame that a player would show as an empty page."""
    found = read(tag_bytes(Tags("One", "Tales"), chapters(1, 5.0), 5.0, Lyrics(" ")))
    assert not found.getall("USLT")
    assert not found.getall("SYLT")
