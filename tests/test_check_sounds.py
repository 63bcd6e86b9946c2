"""What a check hears of one file: levels, coding, the rules of a profile, gaps and clicks."""

import subprocess

import numpy as np
import pytest
import soundfile
from readback import RATE, decoded, lufs, true_peak_dbtp

from audiobook.check.clicks import ClickMeter, is_click
from audiobook.check.coding import coding_of
from audiobook.check.hear import hear
from audiobook.check.rules import MEASURES, apply_rules
from audiobook.check.sound import check_clicks, check_gaps, check_heard
from audiobook.errors import FFmpegError
from audiobook.export.id3 import Tags
from audiobook.export.mp3 import write_chapter
from audiobook.ffmpeg import encode_mp3, executable, probe
from audiobook.music.bed import Cues
from audiobook.music.composed import composed_bed
from audiobook.profiles import PROFILES


def noise(seconds, rms_db, seed=1, n_channels=1):
    dice = np.random.default_rng(seed).standard_normal((round(seconds * RATE), n_channels))
    return (dice * 10.0 ** (rms_db / 20.0)).astype(np.float32)


def wav(path, sound, sample_rate=RATE):
    soundfile.write(path, sound, sample_rate, subtype="FLOAT")
    return path


def narration(*, head_s=0.75, tail_s=2.0, level_db=-20.0, room_db=-70.0):
    """Make what stands for a voice: noise in room tone, which must be there for ACX."""
    voice = noise(6.0, level_db)
    voice = np.clip(voice, -0.6, 0.6)
    parts = [noise(head_s, room_db, 2), voice, noise(tail_s, room_db, 3)]
    return np.concatenate(parts)


def mp3(path, sound, *, kbps=192):
    encode_mp3([sound], path, bitrate_kbps=kbps, n_channels=sound.shape[1])
    return path


def broken(path, profile="acx", kind="chapter"):
    """Return the rules of a profile that a file breaks."""
    coding = coding_of(path)
    heard = hear(path, coding.sample_rate, coding.n_channels)
    verdicts = list(apply_rules(profile, kind, path.name, heard, coding))
    assert verdicts
    return {v.rule for v in verdicts if not v.ok}


@pytest.mark.parametrize("sample_rate", [44_100, 48_000, 22_050])
def test_levels_are_those_of_other_meters(tmp_path, sample_rate):
    """Loudness, true peak, peak and RMS agree with pyloudnorm and numpy, at a file's own rate."""
    time_s = np.arange(6 * sample_rate) / sample_rate
    swell = 0.3 + 0.2 * np.sin(2 * np.pi * 0.3 * time_s)
    sound = np.stack([swell * np.sin(2 * np.pi * hz * time_s) for hz in (440, 660)], axis=1)
    path = wav(tmp_path / "a.wav", sound.astype(np.float32), sample_rate)
    heard = hear(path, sample_rate, 2)
    there = decoded(path)
    assert heard.duration_s == pytest.approx(6.0, abs=1e-4)
    assert heard.integrated_lufs == pytest.approx(lufs(there), abs=0.1)
    assert heard.true_peak_dbtp == pytest.approx(true_peak_dbtp(there), abs=0.1)
    assert heard.peak_db == pytest.approx(20 * np.log10(np.abs(sound).max()), abs=0.05)
    assert heard.rms_db == pytest.approx(10 * np.log10((sound**2).mean()), abs=0.05)


def test_the_noise_floor_is_the_quietest_half_second(tmp_path):
    """As Audacity's "ACX Check" has it; shorter quiet does not count."""
    parts = [noise(2, -20), noise(0.4, -90, 2), noise(2, -20, 3), noise(0.6, -66, 4), noise(1, -20)]
    heard = hear(wav(tmp_path / "a.wav", np.concatenate(parts)), RATE, 1)
    assert heard.noise_floor_db == pytest.approx(-66.0, abs=0.3)


def test_room_tone_and_digital_silence_are_told_apart(tmp_path):
    """Head and tail are measured to 10 ms; zeros are found, faint noise is no zero."""
    sound = np.concatenate([noise(0.7, -70), noise(2, -20), np.zeros((RATE, 1)), noise(1.5, -65)])
    heard = hear(wav(tmp_path / "a.wav", sound.astype(np.float32)), RATE, 1)
    assert heard.head_s == pytest.approx(0.7, abs=0.011)
    assert heard.tail_s == pytest.approx(2.5, abs=0.011)
    assert heard.dead_s == pytest.approx(1.0, abs=0.02)


def test_an_excerpt_is_cut_where_it_was_asked_for(tmp_path):
    """Across the border of two blocks too, at the end of the file as far as it goes."""
    time_s = np.arange(12 * RATE) / RATE
    sound = np.sin(2 * np.pi * (200 + 50 * time_s) * time_s)[:, np.newaxis].astype(np.float32)
    path = wav(tmp_path / "a.wav", 0.5 * sound)
    heard = hear(path, RATE, 1, {1: (0.5, 1.0), 2: (9.5, 1.0), 3: (11.5, 1.0), 4: (20.0, 1.0)})
    assert set(heard.excerpts) == {1, 2, 3}
    for key, at_s, length_s in ((1, 0.5, 1.0), (2, 9.5, 1.0), (3, 11.5, 0.5)):
        start_s, excerpt = heard.excerpts[key]
        assert start_s == pytest.approx(at_s, abs=1e-4)
        assert len(excerpt) == pytest.approx(8000 * length_s, abs=1)
        times = start_s + np.arange(len(excerpt)) / 8000
        expected = 0.5 * np.sin(2 * np.pi * (200 + 50 * times) * times)
        assert np.abs(excerpt - expected)[50:-50].max() < 0.02


def test_a_file_that_meets_the_bar_breaks_no_rule(tmp_path):
    """Mono, 192 kbit/s constant, -20 dB RMS, room tone at both ends: ACX's technical bar."""
    assert broken(mp3(tmp_path / "a.mp3", narration())) == set()


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"level_db": -26.0}, {"RMS"}),
        ({"level_db": -14.0}, {"RMS", "sample peak"}),
        ({"room_db": -55.0}, {"noise floor"}),
        ({"room_db": -200.0}, {"digital silence"}),
        ({"head_s": 0.2, "tail_s": 5.5, "level_db": -18.5}, {"head", "tail"}),
    ],
)
def test_each_fault_breaks_its_own_rule(tmp_path, change, rules):
    """Nothing but what is wrong is named."""
    assert broken(mp3(tmp_path / "a.mp3", narration(**change))) == rules


def test_coding_is_read_from_the_file(tmp_path):
    """Stereo at 128 kbit/s, at another rate, with a variable bit rate, or not MP3 at all."""
    stereo = np.repeat(narration(), 2, axis=1)
    assert broken(mp3(tmp_path / "a.mp3", stereo, kbps=128)) == {"bit rate", "channels"}
    source = wav(tmp_path / "a.wav", narration())
    faults = {
        "vbr.mp3": (["-codec:a", "libmp3lame", "-q:a", "2"], "constant bit rate"),
        "slow.mp3": (["-codec:a", "libmp3lame", "-b:a", "192k", "-ar", "48000"], "sample rate"),
        "a.m4a": (["-codec:a", "aac", "-b:a", "192k"], "MP3"),
    }
    for name, (options, rule) in faults.items():
        command = [executable(), "-v", "error", "-i", source, *options, tmp_path / name]
        subprocess.run(command, check=True)
        assert rule in broken(tmp_path / name)


def test_lengths_that_programs_tell_are_those_decoded(tmp_path):
    """Both ffmpeg and mutagen tell the length of an MP3 file within 10 ms."""
    path = tmp_path / "chapter.mp3"
    write_chapter(path, mp3(tmp_path / "a.mp3", narration()), Tags("A", "A"))
    coding = coding_of(path)
    assert coding.ffmpeg_s == pytest.approx(8.75, abs=0.011)
    assert coding.mutagen_s == pytest.approx(8.75, abs=0.011)


def test_what_is_no_sound_is_said_in_a_line(tmp_path):
    """A text with the name of a sound file, and an empty file."""
    for content in (b"", b"no sound" * 1000):
        (tmp_path / "a.mp3").write_bytes(content)
        with pytest.raises(FFmpegError, match=r"a\.mp3: ffmpeg finds no sound in it") as caught:
            probe(tmp_path / "a.mp3")
        assert "\n" not in str(caught.value)


def test_marks_are_read_from_other_containers(tmp_path):
    """Titles with what ffmpeg escapes come back from an MPEG-4 file."""
    source = wav(tmp_path / "a.wav", narration())
    lines = ";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={1000 * i}\nEND={1000 * i + 1000}\ntitle={title}\n"
        for i, title in enumerate(["One", "A\\=B\\;C\\\\D", "Ақбұлақ 🐎"])
    )
    (tmp_path / "marks.txt").write_text(lines, "utf-8")
    inputs = ["-i", source, "-i", tmp_path / "marks.txt", "-map_chapters", "1"]
    target = tmp_path / "a.m4a"
    subprocess.run([executable(), "-v", "error", *inputs, "-c:a", "aac", target], check=True)
    found = [(mark.title, mark.start_s) for mark in probe(target).marks]
    assert found == [("One", 0.0), ("A=B;C\\D", 1.0), ("Ақбұлақ 🐎", 2.0)]


def test_every_rule_names_a_measure():
    """The table of profiles holds no rule that nothing measures."""
    bars = [bar for profile in PROFILES.values() for bar in profile.bars]
    assert {bar.measure for bar in bars} <= set(MEASURES)


@pytest.fixture(scope="module")
def music():
    """Twelve seconds of composed music, as loud as it is where nobody speaks."""
    return bed("kazakh", "lively")


def bed(palette, mood):
    cues = Cues(12 * RATE, 3 * RATE, 9 * RATE, ())
    sound = np.concatenate(list(composed_bed(cues, palette, mood, "check").blocks()))
    return (sound * 10.0 ** ((-27.0 - lufs(sound)) / 20.0)).astype(np.float32)


def clicks_in(tmp_path, sound, spoken=()):
    heard = hear(mp3(tmp_path / "a.mp3", sound, kbps=128), RATE, 2)
    return check_clicks("a.mp3", heard, list(spoken))


@pytest.mark.parametrize("palette", ["kazakh", "japanese", "west-african"])
def test_music_without_clicks_raises_no_alarm(tmp_path, palette):
    """Plucked strings and drums, through the MP3 encoder and back."""
    verdict = clicks_in(tmp_path, bed(palette, "lively"))
    assert verdict.ok, verdict.value


@pytest.mark.parametrize("at_s", [3.21, 7.77, 9.9])
def test_a_jump_of_two_percent_is_a_click(tmp_path, music, at_s):
    """One sample off by 2 % of full scale is found where it is, after MP3 coding."""
    sound = music.copy()
    sound[round(at_s * RATE)] += 0.02
    verdict = clicks_in(tmp_path, sound)
    assert not verdict.ok
    assert verdict.value.startswith("1 at 0:0")
    assert float(verdict.value.rpartition(":")[2]) == pytest.approx(at_s, abs=0.011)


@pytest.mark.parametrize("at_s", [3.2, 7.8])
def test_five_milliseconds_cut_out_are_a_click(tmp_path, music, at_s):
    """What a bad joint sounds like."""
    sound = music.copy()
    first = round(at_s * RATE)
    near = sound[first : first + 4000, 0]
    cut = first + int(np.argmax(np.abs(near[220:] - near[:-220])))  # where both ends differ most
    assert not clicks_in(tmp_path, np.concatenate([sound[:cut], sound[cut + 220 :]])).ok


def test_in_speech_only_loud_clicks_count(tmp_path, music):
    """A consonant is as sudden as a faint click: while somebody speaks neither is an alarm."""
    sound = music.copy()
    for at_s, jump in ((4.11, 0.02), (8.11, 0.9)):
        sound[round(at_s * RATE)] += jump
    assert clicks_in(tmp_path, sound).value.startswith("2 at")
    assert clicks_in(tmp_path, sound, [(3.0, 11.0)]).value == "1 at 0:08.11"


def test_clicks_are_found_wherever_blocks_meet(music):
    """However the sound is cut on its way, the same moments stand out."""
    sound = music[: 4 * RATE, 0].copy()
    sound[2 * RATE] += 0.05
    found = []
    for size in (len(sound), 4410, 777, 7):
        meter = ClickMeter()
        for start in range(0, len(sound), size):
            meter.feed(sound[start : start + size])
        found.append([round(c.time_s, 5) for c in meter.found if is_click(c, [])])
    assert found[0]
    assert all(times == found[0] for times in found)


def test_a_gap_is_a_silence_that_no_pause_explains(tmp_path):
    """Four silent seconds between two segments are a scene's pause, inside one they are a gap."""
    sound = np.concatenate([noise(2, -20), np.zeros((4 * RATE, 1), np.float32), noise(2, -20)])
    heard = hear(wav(tmp_path / "a.wav", sound), RATE, 1)
    assert check_gaps("a", heard, [(0.0, 2.0), (6.0, 8.0)]).ok
    verdict = check_gaps("a", heard, [(0.0, 8.0)])
    assert not verdict.ok
    assert verdict.value == "4.00 s at 0:02.00"
    # What is silent before the first word and after the last is room, not a gap.
    assert check_gaps("a", heard, [(0.0, 2.0)]).ok


def test_a_segment_that_is_not_there_is_named(tmp_path):
    """Music 20 dB under the voice is no voice."""
    sound = np.concatenate([noise(2, -20), noise(2, -40, 2), noise(2, -20, 3)])
    heard = hear(wav(tmp_path / "a.wav", sound), RATE, 1)
    segments = [
        {"id": name, "text": "word", "start_s": start_s, "end_s": start_s + 2.0}
        for name, start_s in (("one", 0.0), ("two", 2.0), ("three", 4.0))
    ]
    verdict = check_heard("a", heard, segments)
    assert not verdict.ok
    assert verdict.value == "2 of 3 segments, not two"
    assert check_heard("a", heard, [segments[0], segments[2]]).ok
