"""Files in and out."""

import wave
from pathlib import Path

import numpy as np
import pytest

from audiobook import ffmpeg
from audiobook.errors import FFmpegError


def test_mp3_comes_back_as_long_and_as_loud_as_it_was(tmp_path, sine):
    """Encoded and decoded, a tone has every sample, in place, within 0.1 dB."""
    path = tmp_path / "a.mp3"
    tone = sine(1000, 2.0, -20.0)
    assert ffmpeg.encode_mp3([tone[:50_000], tone[50_000:]], path) == len(tone)
    back = ffmpeg.decode(path)
    assert back.shape == tone.shape
    assert np.abs(back - tone).max() < 0.01


@pytest.mark.parametrize("bitrate_kbps", [64, 128, 192, 256])
def test_the_encoders_own_gain_is_made_up_for(tmp_path, sine, bitrate_kbps):
    """At every bit rate the decoded level is the given one."""
    path = tmp_path / "a.mp3"
    tone = sine(1000, 2.0, -20.0)
    ffmpeg.encode_mp3([tone], path, bitrate_kbps=bitrate_kbps)
    back = ffmpeg.decode(path)[22_050:-22_050]
    assert 20 * np.log10(np.abs(back).max()) == pytest.approx(-20.0, abs=0.1)


def test_the_same_sound_gives_the_same_bytes(tmp_path, sine):
    """No clock and no random id is in an encoded file."""
    files = [tmp_path / "a.mp3", tmp_path / "b.mp3"]
    for path in files:
        ffmpeg.encode_mp3([sine(440, 1.0)], path)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_blocks_add_up_to_the_whole(tmp_path, sine):
    """Decoding block by block gives what decoding at once gives."""
    path = tmp_path / "a.mp3"
    ffmpeg.encode_mp3([sine(440, 1.0)], path)
    blocks = list(ffmpeg.decode_blocks(path, block_samples=1000))
    assert {len(b) for b in blocks[:-1]} == {1000}
    assert np.array_equal(np.concatenate(blocks), ffmpeg.decode(path))


def test_leaving_a_file_half_decoded_is_no_error(tmp_path, sine):
    """A reader that has heard enough may go."""
    path = tmp_path / "a.mp3"
    ffmpeg.encode_mp3([sine(440, 5.0)], path)
    blocks = ffmpeg.decode_blocks(path, block_samples=1000)
    next(blocks)
    blocks.close()


def test_a_file_is_measured(tmp_path, sine):
    """Loudness and true peak of a decoded file, within 0.2 dB."""
    path = tmp_path / "a.mp3"
    ffmpeg.encode_mp3([sine(1000, 5.0, -23.0)], path)
    measured = ffmpeg.measure(path)
    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.2)
    assert measured.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)


def test_measuring_beside_the_encoder_is_measuring_the_file(tmp_path, sine):
    """The same bytes are written, and the same loudness is found, within 0.1 dB."""
    plain, measured = tmp_path / "a.mp3", tmp_path / "b.mp3"
    tone = np.concatenate([sine(1000, 3.0, -23.0), sine(300, 3.0, -9.0)])
    ffmpeg.encode_mp3([tone[:100_000], tone[100_000:]], plain)
    loudness = ffmpeg.encode_mp3_measured([tone], measured)
    assert measured.read_bytes() == plain.read_bytes()
    after = ffmpeg.measure(plain)
    assert loudness.integrated_lufs == pytest.approx(after.integrated_lufs, abs=0.1)
    assert loudness.true_peak_dbtp == pytest.approx(after.true_peak_dbtp, abs=0.1)


def test_an_encoder_that_cannot_write_leaves_no_meter_behind(tmp_path, sine):
    """A folder that is not there gives one error, and nothing waits."""
    with pytest.raises((FFmpegError, OSError)):
        ffmpeg.encode_mp3_measured([sine(440, 1.0)], tmp_path / "nowhere" / "a.mp3")


def test_a_silent_file_has_the_lowest_measures(tmp_path):
    """Silence is measured, not refused."""
    path = tmp_path / "a.mp3"
    ffmpeg.encode_mp3([np.zeros((44_100, 2), dtype=np.float32)], path)
    assert ffmpeg.measure(path).integrated_lufs <= -70.0


@pytest.mark.parametrize(
    "name",
    [
        "-i.mp3",
        "-version.mp3",
        "concat:a.mp3",
        "http:x.mp3",
        "file:x.mp3",
        "%d.mp3",
        "a b'c\".mp3",
        "ж.mp3",
    ],
)
def test_a_file_name_is_never_anything_else(tmp_path, sine, name):
    """Names that look like options or protocols are files."""
    path = tmp_path / name
    ffmpeg.encode_mp3([sine(440, 0.5)], path)
    assert len(ffmpeg.decode(path)) == 22_050


@pytest.mark.parametrize("content", [b"", b"just text", b"#EXTM3U\nhttp://127.0.0.1:9/a.mp3\n"])
def test_what_is_not_sound_is_refused_in_a_line(tmp_path, content):
    """Text, nothing, and playlists that point elsewhere give one line."""
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    with pytest.raises(FFmpegError) as caught:
        ffmpeg.decode(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(FFmpegError):
        ffmpeg.decode_bytes(content, sample_rate=24_000)
    with pytest.raises(FFmpegError):
        ffmpeg.measure(path)


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{path}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=audio 4000 RTP/AVP 0\n",
    ],
    ids=["hls", "concat", "sdp"],
)
@pytest.mark.parametrize("name", ["list.m3u8", "list.mp3"])
def test_a_file_that_names_another_file_is_refused(tmp_path, sine, content, name):
    """A playlist of local files is no sound, whatever it is called; ffmpeg alone would play it."""
    song = tmp_path / "song.mp3"
    ffmpeg.encode_mp3([sine(440, 2.0)], song)
    path = tmp_path / name
    path.write_text(content.format(path=song.name), "utf-8")
    for read in (ffmpeg.decode, ffmpeg.measure, ffmpeg.missing_s):
        with pytest.raises(FFmpegError):
            read(path)


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_a_broken_download_is_known_by_its_header(tmp_path, sine, suffix):
    """Half of a file of 10 s lacks about 5 s; a whole one lacks nothing."""
    path = tmp_path / f"song.{suffix}"
    noise = 0.1 * np.random.default_rng(0).standard_normal((441_000, 2)).astype(np.float32)
    if suffix == "mp3":
        ffmpeg.encode_mp3([noise], path)
    else:
        ffmpeg.encode([noise], path)
    assert ffmpeg.missing_s(path) < 0.1
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert ffmpeg.missing_s(path) == pytest.approx(5.0, abs=0.5)


def test_a_folder_that_is_not_there_is_named(tmp_path, sine):
    """Writing nowhere says where."""
    with pytest.raises(FFmpegError, match="nowhere"):
        ffmpeg.encode_mp3([sine(440, 0.5)], tmp_path / "nowhere" / "a.mp3")


def test_sound_in_memory_is_decoded_at_the_rate_asked_for(tmp_path, sine):
    """Bytes from the network become float32 mono."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        samples = sine(440, 1.0, -6.0, 24_000, 1)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    back = ffmpeg.decode_bytes(path.read_bytes(), sample_rate=24_000)
    assert back.shape == (24_000, 1)
    assert np.abs(back - samples).max() < 0.001


def test_an_encoder_that_is_not_there_is_named(tmp_path, sine):
    """An ffmpeg built without a codec gives one line that says which, and what mends it."""
    with pytest.raises(FFmpegError, match=r"has no encoder libnone; unset .*pip install") as caught:
        ffmpeg.encode_measured(
            [sine(440, 1.0)], tmp_path / "a.opus", ["-codec:a", "libnone"], container="ogg"
        )
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(("codec", "container"), [("aac", "adts"), ("flac", "flac")])
def test_a_full_disk_is_called_so(tmp_path, sine, codec, container):
    """What ffmpeg writes beside the meter fails in one line that says why."""
    (tmp_path / "a.out").symlink_to("/dev/full")
    sound = [sine(440, 20.0)] * 10
    with pytest.raises(FFmpegError, match="the disk is full; make room") as caught:
        ffmpeg.encode_measured(sound, tmp_path / "a.out", ["-codec:a", codec], container=container)
    assert "\n" not in str(caught.value)
