"""Chapters joined without encoding anew: the clock, the joints and the header."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.mp3 import MP3

from audiobook.audio import SAMPLE_RATE, Audio
from audiobook.errors import ExportError
from audiobook.export.join import crc16, crc16_joined, join, read_infos
from audiobook.export.mpeg import SAMPLES_PER_FRAME, audio_frames, read_info
from audiobook.ffmpeg import decode, encode_mp3

N_CHAPTERS = 30
MARKER_SAMPLES = 2000


def chapter_sound(number: int) -> Audio:
    """Silence with a burst of noise near either end, as long as no other chapter."""
    rng = np.random.default_rng(number)
    sound = np.zeros((14_000 + 577 * number, 2), dtype=np.float32)
    window = np.hanning(MARKER_SAMPLES)[:, None]
    for start in (600, len(sound) - 600 - MARKER_SAMPLES):
        burst = 0.3 * window * rng.standard_normal((MARKER_SAMPLES, 2))
        sound[start : start + MARKER_SAMPLES] = burst
    return sound


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty encoded chapters, and the book joined from them."""
    folder = tmp_path_factory.mktemp("chapters")
    for number in range(N_CHAPTERS):
        encode_mp3([chapter_sound(number)], folder / f"{number:02d}.mp3")
    with (folder / "book.mp3").open("wb") as file:
        join(chapters_in(folder), file)
    return folder


def chapters_in(folder: Path) -> list[Path]:
    return [folder / f"{number:02d}.mp3" for number in range(N_CHAPTERS)]


def test_info_header_gives_the_length_of_the_sound(folder: Path) -> None:
    """The header's frames, delay and padding add up to the samples that were encoded."""
    with (folder / "07.mp3").open("rb") as file:
        info = read_info(file, "07.mp3")
        frames = list(audio_frames(file, info, "07.mp3"))
    assert info.n_samples == len(chapter_sound(7))
    assert (info.sample_rate, info.n_channels, info.bitrate_kbps) == (SAMPLE_RATE, 2, 128)
    assert sum(n for _, n in frames) == info.n_frames
    assert sum(len(data) for data, _ in frames) == info.n_bytes
    assert info.delay_samples == 1105 - 529  # LAME's own delay


def test_every_chapter_starts_where_the_clock_says(folder: Path) -> None:
    """At each of thirty boundaries the decoded marker is on its sample (1 ms allowed)."""
    clock = join(chapters_in(folder), io.BytesIO())
    book = decode(folder / "book.mp3")[:, 0]
    allowed = SAMPLE_RATE // 1000
    for number, place in enumerate(clock):
        marker = chapter_sound(number)[600 : 600 + MARKER_SAMPLES, 0]
        expected = place.start + 600
        first = max(0, expected - 2500)
        region = book[first : expected + 2500 + MARKER_SAMPLES]
        found = first + int(np.argmax(np.correlate(region, marker, "valid")))
        assert abs(found - expected) <= allowed, f"chapter {number}: {found - expected} samples"


def test_joints_have_no_click(folder: Path) -> None:
    """A chapter decoded inside the book is the chapter decoded alone, and joints are silent."""
    clock = join(chapters_in(folder), io.BytesIO())
    book = decode(folder / "book.mp3")
    for number in (0, 1, 14, N_CHAPTERS - 1):
        alone, place = decode(chapters_in(folder)[number]), clock[number]
        inside = book[place.start : place.start + place.n_samples]
        assert np.abs(inside - alone).max() < 1e-4
    for earlier, later in itertools.pairwise(clock):
        joint = book[earlier.start + earlier.n_samples : later.start]
        assert np.abs(joint).max() < 10 ** (-60 / 20)
        assert 0.025 <= len(joint) / SAMPLE_RATE <= 0.052


def test_book_is_as_long_as_its_frames(folder: Path) -> None:
    """Ffmpeg and mutagen both take delay and padding off, and agree with the clock."""
    infos = read_infos(chapters_in(folder))
    clock = join(chapters_in(folder), io.BytesIO())
    coded = sum(info.n_frames for info in infos) * SAMPLES_PER_FRAME
    decoded = len(decode(folder / "book.mp3"))
    assert decoded == coded - infos[0].delay_samples - infos[-1].padding_samples
    assert decoded == clock[-1].start + clock[-1].n_samples
    length_s = MP3(folder / "book.mp3").info.length
    assert length_s == pytest.approx(decoded / SAMPLE_RATE, abs=1e-3)


def test_joined_header_counts_what_is_there(folder: Path) -> None:
    """Frames, bytes, both CRCs and the table of contents fit the joined stream."""
    data = (folder / "book.mp3").read_bytes()
    file = io.BytesIO(data)
    info = read_info(file, "book")
    assert sum(n for _, n in audio_frames(file, info, "book")) == info.n_frames
    audio = data[len(info.frame) :]
    assert info.n_bytes == len(audio)
    assert info.music_crc == crc16(audio)
    end = info.offset + 154
    assert int.from_bytes(info.frame[end : end + 2], "big") == crc16(info.frame[:end])
    toc = list(info.frame[info.offset + 16 : info.offset + 116])
    assert toc[0] == 0
    assert toc == sorted(toc)
    assert max(abs(place - 2.56 * percent) for percent, place in enumerate(toc)) <= 2


def test_one_chapter_joined_is_that_chapter(folder: Path) -> None:
    """The CRCs written are those ffmpeg writes: a book of one chapter has the same header sums."""
    source = folder / "03.mp3"
    target = io.BytesIO()
    join([source], target)
    original, joined = source.read_bytes(), target.getvalue()
    toc, signature = slice(36 + 16, 36 + 116), slice(36 + 120, 36 + 129)
    assert joined[: toc.start] == original[: toc.start]
    assert joined[toc.stop : signature.start] == original[toc.stop : signature.start]
    assert joined[signature] == b"LAME3.100"
    assert joined[signature.stop : 190] == original[signature.stop : 190]
    assert joined[192:] == original[192:]


def test_sources_may_be_open_files_and_tagged_ones(folder: Path) -> None:
    """An open file is read from where it stands; an ID3v2 tag in front is passed over."""
    plain = (folder / "01.mp3").read_bytes()
    tagged = b"ID3\x03\x00\x00\x00\x00\x02\x00" + bytes(256) + plain
    inside = io.BytesIO(b"something else\n" + plain)
    inside.seek(15)
    expected, target = io.BytesIO(), io.BytesIO()
    join([folder / "01.mp3"] * 2, expected)
    join([io.BytesIO(tagged), inside], target)
    assert target.getvalue() == expected.getvalue()


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(max_examples=60)
def test_crc_of_joined_runs(first: bytes, second: bytes) -> None:
    """The CRC of two runs joined follows from theirs and the second's length."""
    assert crc16_joined(crc16(first), crc16(second), len(second)) == crc16(first + second)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: b"", "not an MP3 file"),
        (lambda data: b"RIFF" + data[4:], "not an MP3 file"),
        (lambda _: b"ID3\x03\x00", "not an MP3 file"),
        (lambda data: data[:300], "no Info header"),
        (lambda data: data[417:], "no Info header"),
        (lambda data: data[:-100], "middle of a frame"),
        (lambda data: data[: 417 * 9], "frames where its header says|middle of a frame"),
        (lambda data: data[:5000] + bytes(2000) + data[7000:], "damaged after"),
        (lambda data: data + data[417 : 417 + 418], "damaged|frames where|middle of a frame"),
        (lambda data: data[:421] + b"\xff" + data[422:], "does not start at a clean frame"),
    ],
)
def test_damaged_chapters_are_refused(folder: Path, damage, message: str) -> None:
    """Whatever is wrong with a chapter is one clear line, never a wrong book."""
    data = damage((folder / "05.mp3").read_bytes())
    with pytest.raises(ExportError, match=message) as caught:
        join([io.BytesIO(data)], io.BytesIO())
    assert "\n" not in str(caught.value)


def test_chapters_of_different_coding_are_refused(folder: Path, tmp_path: Path) -> None:
    """A mono chapter or one at another bit rate cannot follow a stereo one at 128 kbit/s."""
    for name, options in {"mono": {"n_channels": 1}, "dense": {"bitrate_kbps": 192}}.items():
        other = tmp_path / f"{name}.mp3"
        n_channels = options.get("n_channels", 2)
        encode_mp3([chapter_sound(0)[:, :n_channels]], other, **options)
        with pytest.raises(ExportError, match="unlike the first chapter"):
            join([folder / "00.mp3", other], io.BytesIO())


def test_nothing_to_join_is_refused() -> None:
    """A book without chapters is an error, not an empty file."""
    with pytest.raises(ExportError, match="no chapter"):
        join([], io.BytesIO())
