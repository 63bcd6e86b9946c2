"""Finished MP3 files: tag and sound together, whole or not at all."""

from __future__ import annotations

import errno
import io
import re
import subprocess
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from mutagen.mp3 import MP3

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import ExportError
from audiobook.export.files import replacing, write_whole
from audiobook.export.id3 import Contents, Mark, Tags
from audiobook.export.mp3 import write_book, write_chapter
from audiobook.ffmpeg import decode, encode_mp3, executable

N_CHAPTERS = 4
COVER = b"\xff\xd8\xff\xe0" + bytes(900)
TAGS = Tags("The Girl", "The Girl", "A. Author", "Heart", "en", cover=COVER)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four short chapters: a tone of its own pitch each, faded at both ends."""
    folder = tmp_path_factory.mktemp("encoded")
    paths = []
    for number in range(N_CHAPTERS):
        n_samples = SAMPLE_RATE + 1000 * number
        fade = np.hanning(n_samples)
        time_s = np.arange(n_samples) / SAMPLE_RATE
        tone = 0.3 * fade * np.sin(2 * np.pi * 220 * (number + 1) * time_s)
        paths.append(folder / f"{number}.mp3")
        encode_mp3([np.stack([tone, tone], axis=1).astype(np.float32)], paths[-1])
    return paths


def contents() -> list[Contents]:
    sections = (Mark("Road", 0.4), Mark("Well", 0.7))
    return [
        Contents(Mark(f"Chapter {k + 1}", 0.0), sections if k == 1 else ())
        for k in range(N_CHAPTERS)
    ]


def test_chapter_is_its_sound_with_a_tag(encoded: list[Path], tmp_path: Path) -> None:
    """The tagged file decodes to the same samples and tells title, number, mark and cover."""
    target = tmp_path / "chapters" / "02 Two.mp3"
    tags = Tags("Two", "The Girl", number=2, total=4, cover=TAGS.cover)
    place = write_chapter(target, encoded[1], tags, [Mark("Road", 0.4)])
    assert place.duration_s == pytest.approx(1 + 1000 / SAMPLE_RATE)
    assert np.array_equal(decode(target), decode(encoded[1]))
    found = MP3(target)
    assert found.info.length == pytest.approx(place.duration_s, abs=0.001)
    assert found["TRCK"].text == ["2/4"]
    assert found["APIC:"].data == TAGS.cover
    assert found["CHAP:ch1"].end_time == 400
    assert found["CHAP:ch1s1"].end_time == round(place.duration_s * 1000)
    assert found.info.bitrate == pytest.approx(128_000, rel=1e-3)
    assert [p.name for p in target.parent.iterdir()] == ["02 Two.mp3"]


def test_book_has_marks_on_the_clock(encoded: list[Path], tmp_path: Path) -> None:
    """Chapters and sections in the book are where their sound is, to the millisecond."""
    target = tmp_path / "book.mp3"
    clock = write_book(target, encoded, TAGS, contents())
    command = [executable(), "-v", "error", "-copyts", "-i", str(target), "-f", "ffmetadata", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    found = re.findall(r"START=(\d+)\nEND=(\d+)\ntitle=(.*)", text)
    starts = {title: int(start) for start, _, title in found}
    assert list(starts) == ["Chapter 1", "Chapter 2", "Road", "Well", "Chapter 3", "Chapter 4"]
    assert starts["Road"] == round(clock[1].start_s * 1000 + 400)
    assert int(found[-1][1]) == round(clock[-1].end_s * 1000)
    book = decode(target)
    assert len(book) == clock[-1].start + clock[-1].n_samples
    for number, place in enumerate(clock):
        assert starts[f"Chapter {number + 1}"] == round(place.start_s * 1000)
        middle = book[place.start + 10_000 : place.start + 34_100, 0]
        pitch_hz = np.argmax(np.abs(np.fft.rfft(middle))) * SAMPLE_RATE / len(middle)
        assert pitch_hz == pytest.approx(220 * (number + 1), abs=3)


def test_book_from_finished_chapters_is_the_same(encoded: list[Path], tmp_path: Path) -> None:
    """Joining tagged chapter files gives the same bytes as joining what was encoded."""
    finished = []
    for number, path in enumerate(encoded):
        finished.append(tmp_path / f"{number}.mp3")
        write_chapter(finished[-1], path, Tags(f"Chapter {number}", "The Girl"))
    write_book(tmp_path / "a.mp3", encoded, TAGS, contents())
    write_book(tmp_path / "b.mp3", finished, TAGS, contents())
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


def test_a_damaged_chapter_leaves_the_old_book(encoded: list[Path], tmp_path: Path) -> None:
    """When a chapter turns out damaged in the middle, the target stays as it was."""
    target = tmp_path / "book.mp3"
    target.write_bytes(b"the old book")
    cut = io.BytesIO(encoded[2].read_bytes()[:-100])
    with pytest.raises(ExportError, match="middle of a frame"):
        write_book(target, [*encoded[:3], cut], TAGS, contents())
    with pytest.raises(ExportError, match="middle of a frame"):
        write_chapter(target, io.BytesIO(encoded[2].read_bytes()[:-100]), TAGS)
    assert target.read_bytes() == b"the old book"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_cannot_be_written(encoded: list[Path], tmp_path: Path) -> None:
    """A file where the folder should be is one line naming the path, and what to do."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="cannot be written") as caught:
        write_chapter(tmp_path / "file" / "a.mp3", encoded[0], TAGS)
    assert str(tmp_path / "file" / "a.mp3") in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ExportError, match="cannot be read"):
        write_chapter(tmp_path / "b.mp3", tmp_path / "none.mp3", TAGS)


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills up in the middle, the old file stays and no part is left."""
    target = tmp_path / "cover.jpg"
    target.write_bytes(b"old")

    def fill_up(file: IO[bytes]) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    def interrupt(file: IO[bytes]) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with (
        pytest.raises(ExportError, match=r"no space left on device\); free some space"),
        replacing(target) as file,
    ):
        fill_up(file)
    with pytest.raises(KeyboardInterrupt), replacing(target) as file:
        interrupt(file)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"


def test_what_an_interrupted_run_left_is_overwritten(tmp_path: Path) -> None:
    """A part file of a killed run neither disturbs the next one nor stays."""
    (tmp_path / ".a.bin.part").write_bytes(b"rubbish" * 1000)
    write_whole(tmp_path / "a.bin", b"whole")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.bin", b"whole")]
