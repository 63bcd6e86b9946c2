"""M4B and Opus books: packets as they were encoded, marks where chapters sound, tags that open."""

from __future__ import annotations

import base64
import io
import re
import struct
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mutagen
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.flac import Picture
from mutagen.mp4 import MP4

from audiobook import ffmpeg
from audiobook.audio import SAMPLE_RATE, db_to_gain
from audiobook.build.sounds import SOUNDS
from audiobook.errors import ExportError
from audiobook.export import m4b, mp4
from audiobook.export.adts import AAC_DELAY_SAMPLES, packets
from audiobook.export.clock import Frames, JoinedChapter
from audiobook.export.edition import AAC, OPUS
from audiobook.export.id3 import Tags
from audiobook.export.m4b import write_m4b
from audiobook.export.ogg import MAX_PIECES, packet_pages, read_pages
from audiobook.export.opus import write_opus
from audiobook.profiles import PROFILES

WRITERS = {AAC: write_m4b, OPUS: write_opus}
SUFFIX = {AAC: ".m4b", OPUS: ".opus"}
COVER = b"\xff\xd8\xff\xe0" + bytes(90_000)
TAGS = Tags("The Girl", "The Girl", "A. Author", "Heart", "en", "2024-05-01", "House", "Two\nlines")
LENGTHS = (44_100, 57_345, 700, 44_032)  # the third is over before one packet is full
HOSTILE = [
    "\"Quoted\" 'twice'",
    "Эта книга; про = степь",
    "فصل واحد",
    "第一章　草原",
    "👩‍🌾🐎",
    "-i.mp3",
    "one\ntwo\r\n[CHAPTER]\nSTART=0",
    r"back\slash # hash; semi = sign",
    "long " * 60,
    "長" * 300,
    "\ud800 lone",
    "",
]

Chapter = tuple[Path, Frames]


def encode(codec: str, sound: np.ndarray, path: Path) -> Chapter:
    """Encode as a build does; return the file, and what is kept of it."""
    SOUNDS[codec].encode(iter([sound]), path, PROFILES["storybook"])
    count = SOUNDS[codec].frames
    assert count is not None
    with path.open("rb") as file:
        return path, count(file, path.name, len(sound))


def write(codec: str, target: Path, chapters: list[Chapter], titles=None, tags=TAGS, cover=COVER):
    titles = titles or [f"Chapter {n}" for n in range(1, len(chapters) + 1)]
    sources, frames = zip(*chapters, strict=True)
    return WRITERS[codec](target, sources, frames, titles, tags, cover)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Chapter]]:
    """Short chapters in each codec: a tone of its own pitch each, faded at both ends."""
    folder = tmp_path_factory.mktemp("encoded")
    found: dict[str, list[Chapter]] = {AAC: [], OPUS: []}
    for number, n_samples in enumerate(LENGTHS):
        time_s = np.arange(n_samples) / SAMPLE_RATE
        tone = 0.3 * np.hanning(n_samples) * np.sin(2 * np.pi * 300 * (number + 1) * time_s)
        sound = np.stack([tone, tone], axis=1).astype(np.float32)
        for codec, chapters in found.items():
            chapters.append(encode(codec, sound, folder / f"{number}.{codec}"))
    return found


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chapter]:
    """Encode a minute of silence in each codec: books of any length are made of it."""
    folder = tmp_path_factory.mktemp("silent")
    sound = np.zeros((60 * SAMPLE_RATE, 2), dtype=np.float32)
    return {codec: encode(codec, sound, folder / f"0.{codec}") for codec in WRITERS}


def listed(path: Path) -> list[tuple[float, str]]:
    """Return start and title of each chapter as ffmpeg reads them."""
    command = [ffmpeg.executable(), "-v", "error", "-i", str(path), "-f", "ffmetadata", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    found = re.findall(r"TIMEBASE=1/(\d+)\nSTART=(\d+)\nEND=\d+\n(?:title=(.*)\n)?", text)
    assert text.count("[CHAPTER]\nTIMEBASE") == len(found)
    return [
        (int(start) / int(base), re.sub(r"\\(.)", r"\1", title)) for base, start, title in found
    ]


def one_line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())


def pitch_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(sound)


@pytest.mark.parametrize("codec", WRITERS)
def test_every_chapter_sounds_where_the_clock_says(codec, encoded, tmp_path):
    """Marks, clock and decoded sound agree at every boundary, and so do three lengths."""
    target = tmp_path / f"book{SUFFIX[codec]}"
    clock = write(codec, target, encoded[codec])
    book = ffmpeg.decode(target)
    assert len(book) / SAMPLE_RATE == pytest.approx(clock[-1].end_s, abs=1e-3)
    assert mutagen.File(target).info.length == pytest.approx(clock[-1].end_s, abs=0.05)
    marks = listed(target)
    assert [title for _, title in marks] == [f"Chapter {n}" for n in range(1, 5)]
    for number, (place, (start_s, _)) in enumerate(zip(clock, marks, strict=True)):
        assert start_s == pytest.approx(place.start_s, abs=1e-3)
        assert place.duration_s == pytest.approx(LENGTHS[number] / SAMPLE_RATE, abs=1e-4)
        part = book[round(place.start_s * SAMPLE_RATE) :][: LENGTHS[number], 0]
        if number != 2:  # too short to have a pitch
            assert pitch_hz(part) == pytest.approx(300 * (number + 1), abs=3)
        middle = np.sum(np.arange(len(part)) * part**2) / np.sum(part**2)
        assert middle == pytest.approx(LENGTHS[number] / 2, abs=30)
    for before, after in pairwise(clock):
        assert 0.0 < after.start_s - before.end_s < 0.05


@pytest.mark.parametrize("codec", WRITERS)
def test_a_book_is_the_same_every_time(codec, encoded, tmp_path):
    """The same chapters give the same bytes, from paths as from open files."""
    for name in ("a", "b"):
        write(codec, tmp_path / name, encoded[codec])
    opened = [(io.BytesIO(path.read_bytes()), frames) for path, frames in encoded[codec]]
    write(codec, tmp_path / "c", opened)
    assert len({(tmp_path / name).read_bytes() for name in "abc"}) == 1


def copied(path: Path, *options: str) -> bytes:
    """Return what ffmpeg takes out of a file without decoding it."""
    command = [ffmpeg.executable(), "-v", "error", "-i", str(path), "-map", "0:a", "-c", "copy"]
    return subprocess.run([*command, *options, "-"], capture_output=True, check=True).stdout


def test_aac_packets_are_copied_as_they_are(encoded, tmp_path):
    """What ffmpeg takes out of the book are all chapters' packets, one after another."""
    target = tmp_path / "book.m4b"
    write(AAC, target, encoded[AAC])
    book = io.BytesIO(copied(target, "-f", "adts"))
    alone = [io.BytesIO(path.read_bytes()) for path, _ in encoded[AAC]]
    taken, given = (
        b"".join(data for file in files for data, _, _ in packets(file, "test"))
        for files in ([book], alone)
    )
    assert taken == given


def test_opus_packets_are_copied_as_they_are(encoded, tmp_path):
    """Each packet that ffmpeg finds in the book it finds in a chapter, in the same order."""
    target = tmp_path / "book.opus"
    write(OPUS, target, encoded[OPUS])

    def hashes(path):
        lines = copied(path, "-f", "framehash", "-hash", "md5").decode().splitlines()
        return [line.split(",")[5].strip() for line in lines if line[0] != "#"]

    found = hashes(target)
    assert len(found) == sum(frames.n_frames for _, frames in encoded[OPUS])
    assert found == [h for path, _ in encoded[OPUS] for h in hashes(path)]


@pytest.mark.parametrize("codec", WRITERS)
@pytest.mark.parametrize("title", HOSTILE)
def test_any_title_comes_back(codec, title, encoded, tmp_path):
    """Quotes, scripts, emoji, line ends and 300 characters: mutagen and ffmpeg read what was."""
    target = tmp_path / f"book{SUFFIX[codec]}"
    tags = Tags(title or "?", title or "?", "", description=title, series=title)
    write(codec, target, encoded[codec][:2], [title, "Other"], tags)
    found = mutagen.File(target)
    name = "\xa9nam" if codec == AAC else "title"
    assert found[name] == [one_line(title or "?")]
    assert ("\xa9ART" if codec == AAC else "artist") not in found
    assert [t for _, t in listed(target)] == [one_line(title), "Other"]
    if codec == AAC:
        nero = found.chapters[0].title
        assert one_line(title).startswith(nero)
        assert len(nero.encode()) >= min(252, len(one_line(title).encode()))


def test_an_m4b_is_tagged_as_an_audiobook(encoded, tmp_path):
    """Every tag is where Apple's players and ffmpeg's readers look for it."""
    target = tmp_path / "book.m4b"
    tags = Tags(**{**vars(TAGS), "series": "Saga"})
    write(AAC, target, encoded[AAC], tags=tags)
    found = MP4(target)
    assert found.info.codec == "mp4a.40.2"
    assert (found.info.channels, found.info.sample_rate) == (2, SAMPLE_RATE)
    expected = {"\xa9nam": "The Girl", "\xa9alb": "The Girl", "\xa9ART": "A. Author"}
    expected |= {"aART": "A. Author", "\xa9wrt": "Heart", "\xa9gen": "Audiobook"}
    expected |= {"\xa9day": "2024-05-01", "desc": "Two lines", "ldes": "Two\nlines"}
    assert {name: found[name][0] for name in expected} == expected
    assert found["stik"] == [2]
    assert bytes(found["covr"][0]) == COVER
    freeform = {name: bytes(found[f"----:com.apple.iTunes:{name}"][0]) for name in FREEFORM}
    assert freeform == FREEFORM
    text = subprocess.run(
        [ffmpeg.executable(), "-i", str(target)], capture_output=True, check=False
    ).stderr.decode()
    for line in ("album_artist    : A. Author", "composer        : Heart", "media_type      : 2"):
        assert line in text
    for line in ("publisher       : House", "series          : Saga", "date            : 2024"):
        assert line in text
    assert "(eng): Audio: aac (LC)" in text


FREEFORM = {"publisher": b"House", "language": b"eng", "series": b"Saga"}


def test_an_opus_book_is_tagged(encoded, tmp_path):
    """Comments and cover are what mutagen reads."""
    target = tmp_path / "book.opus"
    write(OPUS, target, encoded[OPUS], tags=Tags(**{**vars(TAGS), "series": "Saga"}))
    found = mutagen.File(target)
    expected = {"title": "The Girl", "artist": "A. Author", "albumartist": "A. Author"}
    expected |= {"composer": "Heart", "genre": "Audiobook", "date": "2024-05-01"}
    expected |= {"publisher": "House", "description": "Two\nlines", "language": "en"}
    expected |= {"series": "Saga", "chapter001": "00:00:00.000", "chapter001name": "Chapter 1"}
    assert {name: found[name][0] for name in expected} == expected
    picture = Picture(base64.b64decode(found["metadata_block_picture"][0]))
    assert (picture.type, picture.mime, picture.data) == (3, "image/jpeg", COVER)


def test_the_table_of_an_m4b_comes_before_its_sound(encoded, tmp_path):
    """A player can begin before it has loaded the whole, and nothing is left over at the end."""
    target = tmp_path / "book.m4b"
    write(AAC, target, encoded[AAC])
    data, kinds, position = target.read_bytes(), [], 0
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        (large,) = struct.unpack_from(">Q", data, position + 8) if size == 1 else (size,)
        kinds.append(kind)
        position += large
    assert kinds == [b"ftyp", b"moov", b"mdat"]
    assert position == len(data)


def test_an_m4b_over_four_gigabytes_has_places_of_64_bits(encoded, tmp_path, monkeypatch):
    """With the limit lowered the same sound comes out of a file with wide places."""
    write(AAC, tmp_path / "a.m4b", encoded[AAC])
    monkeypatch.setattr(m4b, "U32_MAX", 1000)
    write(AAC, tmp_path / "b.m4b", encoded[AAC])
    assert b"co64" not in (tmp_path / "a.m4b").read_bytes()
    assert (tmp_path / "b.m4b").read_bytes().count(b"co64") == 2
    a, b = ffmpeg.decode(tmp_path / "a.m4b"), ffmpeg.decode(tmp_path / "b.m4b")
    assert np.array_equal(a, b)
    assert listed(tmp_path / "a.m4b") == listed(tmp_path / "b.m4b")


def test_durations_of_more_than_32_bits(encoded, tmp_path, monkeypatch):
    """A book of over 27 hours counts its samples in 64 bits; so does a short one when told to."""
    monkeypatch.setattr(mp4, "U32_MAX", 1000)
    target = tmp_path / "book.m4b"
    clock = write(AAC, target, encoded[AAC])
    assert len(ffmpeg.decode(target)) == clock[-1].end
    assert MP4(target).info.length == pytest.approx(clock[-1].end_s, abs=0.05)


@pytest.mark.parametrize("codec", WRITERS)
def test_three_hundred_chapters(codec, encoded, tmp_path):
    """All are marked, the last as exactly as the first; Nero's list, too short for them, is not."""
    target = tmp_path / f"book{SUFFIX[codec]}"
    clock = write(codec, target, encoded[codec][2:3] * 300)
    marks = listed(target)
    assert len(marks) == 300
    assert marks[-1] == (pytest.approx(clock[-1].start_s, abs=1e-3), "Chapter 300")
    assert len(ffmpeg.decode(target)) / SAMPLE_RATE == pytest.approx(clock[-1].end_s, abs=1e-3)
    if codec == AAC:
        assert b"chpl" not in target.read_bytes()
        write(codec, target, encoded[codec][2:3] * 255)
        assert len(MP4(target).chapters) == 255


def test_more_chapters_than_opus_can_number_share_marks(encoded, tmp_path):
    """1189 chapters come in pairs: every place of the book is at most one chapter from a mark."""
    target = tmp_path / "book.opus"
    clock = write(OPUS, target, encoded[OPUS][2:3] * 1189)
    marks = listed(target)
    assert len(marks) == 595
    assert marks[1] == (pytest.approx(clock[2].start_s, abs=1e-3), "Chapter 3 – Chapter 4")
    assert marks[-1] == (pytest.approx(clock[-1].start_s, abs=1e-3), "Chapter 1189")


@pytest.mark.parametrize("codec", WRITERS)
def test_twelve_hours(codec, silent, encoded, tmp_path):
    """After 719 minutes the last chapter still starts where its mark is."""
    target = tmp_path / f"book{SUFFIX[codec]}"
    clock = write(codec, target, [silent[codec]] * 719 + encoded[codec][:1])
    assert clock[-1].start_s > 719 * 60
    assert listed(target)[-1][0] == pytest.approx(clock[-1].start_s, abs=1e-3)
    assert mutagen.File(target).info.length == pytest.approx(clock[-1].end_s, abs=0.05)
    command = [ffmpeg.executable(), "-v", "error", "-ss", f"{clock[-1].start_s - 1.0:.6f}"]
    command += ["-i", str(target), "-map", "0:a", "-ac", "1", "-ar", str(SAMPLE_RATE)]
    done = subprocess.run([*command, "-f", "f32le", "-"], capture_output=True, check=True)
    sound = np.frombuffer(done.stdout, dtype="<f4")
    middle = np.sum(np.arange(len(sound)) * sound**2) / np.sum(sound**2) / SAMPLE_RATE
    assert middle == pytest.approx(1.0 + LENGTHS[0] / 2 / SAMPLE_RATE, abs=0.05)


@pytest.mark.parametrize("codec", WRITERS)
def test_a_damaged_chapter_leaves_the_old_book(codec, encoded, tmp_path):
    """What is cut short, spoilt or something else is named, and nothing is written."""
    target = tmp_path / f"book{SUFFIX[codec]}"
    target.write_bytes(b"the old book")
    path, frames = encoded[codec][1]
    whole = path.read_bytes()
    for wrong in (whole[:-50], whole[: len(whole) // 2], b"", b"just text" * 20, whole[1:]):
        with pytest.raises(ExportError, match="build it again") as caught:
            write(codec, target, [encoded[codec][0], (io.BytesIO(wrong), frames)])
        assert "\n" not in str(caught.value)
    other = (path, Frames(**{**vars(frames), "coding": "fff"}))
    with pytest.raises(ExportError, match="encoded differently"):
        write(codec, target, [encoded[codec][0], other])
    assert target.read_bytes() == b"the old book"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("codec", WRITERS)
def test_the_decoded_peak_is_what_was_measured(codec, tmp_path):
    """Encoder and meter run side by side, and the meter heard the file; in mono as in stereo."""
    dice = np.random.default_rng(2)
    sound = (0.1 * dice.standard_normal((3 * SAMPLE_RATE, 2))).astype(np.float32)
    for n_channels in (1, 2):
        profile = replace(PROFILES["storybook"], n_channels=n_channels)
        path = tmp_path / f"{n_channels}{SOUNDS[codec].suffix}"
        measured = SOUNDS[codec].encode(iter([sound]), path, profile)
        found = ffmpeg.measure(path)
        assert measured.true_peak_dbtp == pytest.approx(found.true_peak_dbtp, abs=0.1)
        assert measured.integrated_lufs == pytest.approx(found.integrated_lufs, abs=0.1)
        assert mutagen.File(path).info.length == pytest.approx(3.0, abs=0.1)


def test_the_encoders_delay_is_what_the_clock_takes_it_for(tmp_path):
    """A click is decoded one packet late from AAC, and on time from Opus, which says its delay."""
    sound = np.zeros((SAMPLE_RATE, 2), dtype=np.float32)
    sound[20_000:20_010] = db_to_gain(-6.0)
    for codec, late in ((AAC, AAC_DELAY_SAMPLES), (OPUS, 0)):
        path, _ = encode(codec, sound, tmp_path / f"a.{codec}")
        heard = int(np.argmax(np.abs(ffmpeg.decode(path)[:, 0])))
        assert heard == pytest.approx(20_005 + late, abs=20)


@given(st.integers(0, 200_000))
def test_a_packet_of_any_length_survives_its_pages(n_bytes):
    """What is laid into pages is read back whole, and only its last page says that it ends."""
    packet = bytes(range(256)) * (n_bytes // 256 + 1)
    packet = packet[:n_bytes]
    pages = packet_pages(packet)
    stream = io.BytesIO(b"".join(page.numbered(n) for n, page in enumerate(pages)))
    found = list(read_pages(stream, "test"))
    assert found == pages
    assert b"".join(page.body for page in found) == packet
    assert [page.n_packets for page in found] == [0] * (len(found) - 1) + [1]
    assert all(len(page.lacing) <= MAX_PIECES for page in found)


def test_clocks_count_packets():
    """A chapter starts a whole number of packets after the first, whatever its codec."""
    place = JoinedChapter(10, 5, 4000, 48_000, 960)
    assert (place.start, place.end) == (9600, 13_600)
    assert (place.start_s, place.end_s) == (0.2, 13_600 / 48_000)
