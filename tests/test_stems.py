"""Speech and music as they will be heard, measured on the stems themselves."""

import numpy as np
import pytest
from readback import hiss_db, lufs

from audiobook.audio import SAMPLE_RATE, to_stereo
from audiobook.build.arrange import cues_of
from audiobook.loudness import Meter, mean_loudness
from audiobook.mix import crossfade
from audiobook.music.composed import composed_bed
from audiobook.music.own import own_bed
from audiobook.segments import segment_chapter
from audiobook.speech.clips import pack
from audiobook.speech.engine import Clip, Utterance
from audiobook.speech.registry import load_engine
from audiobook.stems import MusicStem, SpeechStem
from audiobook.store import Store
from audiobook.story import open_project
from audiobook.story.book import Music, Pauses
from audiobook.timeline import GRID_SAMPLES, place

STORY = """# The Ferry

The ferry left before dawn. Nobody had slept, and nobody spoke of it.

"How deep is it here?" a boy asked. The ferryman laughed and let out the rope... and more rope.

***

On the far shore they lit a fire. It was the first of April.
"""
SHORT = "# Rain\n\nIt came at dusk.\n"
TARGET_LUFS = -18.0


class Chapter:
    """A chapter with its clips in a store, ready for the stems."""

    def __init__(self, folder, story=STORY, voices=("tone",), gains=None):
        self.folder = folder
        self.store = Store(folder / "store")
        (folder / "story.md").write_text(story, "utf-8")
        (chapter,) = open_project(folder / "story.md").story.chapters
        self.segments = segment_chapter(chapter, language="en", lexicon={}, speak_title=True)
        self.voices = [voices[i % len(voices)] for i in range(len(self.segments))]
        self.keys = [f"{i:040d}" for i in range(len(self.segments))]
        described = []
        for key, segment, voice in zip(self.keys, self.segments, self.voices, strict=True):
            clip = spoken(segment, voice, (gains or {}).get(key, 1.0))
            meta, payload = pack(clip)
            self.store.put("clip", key, meta, payload)
            described.append((len(clip.audio), clip.sample_rate, clip.words))
        self.timeline = place(self.segments, described, Pauses(), intro_s=5.0, outro_s=7.0)

    def speech(self):
        """Return the voice at its loudness."""
        return SpeechStem(self.timeline, self.keys, self.voices, self.store, TARGET_LUFS)

    def music(self, speech, bed=None, levels=None):
        """Return the music under it."""
        bed = bed or composed_bed(cues_of(self.timeline), seed="ferry")
        scratch = self.folder / "bed.pcm"
        return MusicStem(bed, self.timeline, speech, levels or Music(), TARGET_LUFS, scratch)


def spoken(segment, voice, gain):
    """Speak a segment, its words made louder or softer by ``gain``."""
    name = {"tone": "hum", "espeak": "en-us", "kokoro": "af_heart"}[voice]
    clip = load_engine(voice).speak(Utterance(segment.words, name, "en"))
    return Clip(clip.audio * np.float32(gain), clip.sample_rate, clip.words)


def whole(stem):
    return np.concatenate(list(stem.windows()))


def cells(sound):
    """Return the K-weighted energy of every hundredth of a second."""
    meter = Meter()
    meter.feed(sound)
    return meter.energies()


def under(energies, placed):
    """Return the loudness of what sounds during a segment, in LUFS."""
    return mean_loudness(energies[placed.start // GRID_SAMPLES : -(-placed.end // GRID_SAMPLES)])


@pytest.fixture
def chapter(tmp_path):
    return Chapter(tmp_path)


def test_the_stems_are_as_long_as_the_chapter(chapter):
    """Speech and music fit the timeline to the sample, in stereo."""
    speech = chapter.speech()
    shape = (chapter.timeline.n_samples, 2)
    assert whole(speech).shape == whole(chapter.music(speech)).shape == shape


@pytest.mark.parametrize("story", [STORY, SHORT])
def test_the_speech_stem_is_at_its_loudness(tmp_path, story):
    """-18 LUFS as another meter hears it, also in a chapter of a few words and many pauses."""
    speech = Chapter(tmp_path, story).speech()
    heard = lufs(whole(speech))
    assert heard == pytest.approx(TARGET_LUFS, abs=0.1)
    assert speech.integrated_lufs == pytest.approx(heard, abs=0.1)


def test_every_segment_lies_twenty_lu_over_the_music(tmp_path):
    """While a segment sounds the bed is at least 20 LU softer, under a whisper as under a shout."""
    gains = {f"{2:040d}": 0.25, f"{4:040d}": 1.6}
    chapter = Chapter(tmp_path, gains=gains)
    speech = chapter.speech()
    music = chapter.music(speech)
    voice, bed = cells(whole(speech)), cells(whole(music))
    over = [under(voice, p) - under(bed, p) for p in chapter.timeline.placed]
    assert min(over) >= 20.0
    assert min(over) < 23.0  # and no softer than that needs
    assert music.distances_lu() == pytest.approx(over, abs=0.5)


@pytest.mark.parametrize("seed", ["a", "b", "c"])
@pytest.mark.parametrize("mood", ["tender", "lively", "solemn", "wistful"])
def test_the_distance_holds_in_every_mood(tmp_path, mood, seed):
    """Whatever is composed, no segment has it closer than 20 LU."""
    chapter = Chapter(tmp_path)
    speech = chapter.speech()
    bed = composed_bed(cues_of(chapter.timeline), mood=mood, seed=seed)
    voice, music = cells(whole(speech)), cells(whole(chapter.music(speech, bed)))
    assert min(under(voice, p) - under(music, p) for p in chapter.timeline.placed) >= 20.0


def test_the_bed_breathes_up_where_nobody_speaks(chapter):
    """It rises by 5 dB or more at the intro, after the title, between paragraphs and scenes."""
    speech = chapter.speech()
    bed = composed_bed(cues_of(chapter.timeline), seed="ferry")
    plain = cells(np.concatenate(list(bed.blocks())))
    gain_db = 10.0 * np.log10((cells(whole(chapter.music(speech, bed))) + 1e-15) / (plain + 1e-15))
    line = chapter.timeline
    under_voice = max(np.median(gain_db[a.start // 441 : a.end // 441]) for a in line.placed)
    intro = gain_db[100 : line.speech_start // 441 - 50]
    outro = gain_db[line.speech_end // 441 + 150 : line.n_samples // 441 - 300]
    gaps = [
        gain_db[start // 441 : end // 441].max()
        for start, end, boundary in line.pauses
        if boundary in ("title", "paragraph", "scene")
    ]
    assert len(gaps) == 3
    assert min(*gaps, np.median(intro), np.median(outro)) >= under_voice + 5.0


def test_the_dip_is_there_only_while_somebody_speaks(tmp_path):
    """Under speech 1.3 to 3.6 kHz lie 8 dB lower; where nobody speaks the bed is as without."""
    chapter = Chapter(tmp_path)
    speech = chapter.speech()
    noise = Noise(chapter.timeline.n_samples)
    with_dip, without = (
        whole(chapter.music(speech, noise, Music(dip_db=dip_db))) for dip_db in (8.0, 0.0)
    )
    line = chapter.timeline
    during = slice(line.placed[1].start, line.placed[1].end)
    for hz, expected_db in ((600, 0.0), (1700, -8.0), (3000, -8.0)):
        tilt_db = [
            band_db(sound[during], hz) - band_db(sound[during], 300)
            for sound in (with_dip, without)
        ]
        assert tilt_db[0] - tilt_db[1] == pytest.approx(expected_db, abs=0.7)
    intro = slice(0, line.speech_start - SAMPLE_RATE // 2)
    assert np.array_equal(with_dip[intro], without[intro])


class Noise:
    """A bed of noise, the same each time."""

    def __init__(self, n_samples):
        self.n_samples = n_samples

    def blocks(self):
        """Yield it, a second at a time."""
        rng = np.random.default_rng(5)
        for start in range(0, self.n_samples, SAMPLE_RATE):
            shape = (min(SAMPLE_RATE, self.n_samples - start), 2)
            yield (rng.standard_normal(shape) * 0.05).astype(np.float32)


def band_db(sound, hz):
    """Return the level of an octave's third around a frequency, in dB."""
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))) ** 2
    at = np.fft.rfftfreq(len(sound), 1.0 / SAMPLE_RATE)
    return 10.0 * np.log10(power[(at > hz * 0.89) & (at < hz * 1.12)].sum())


def test_the_bed_is_down_when_a_voice_sets_in(chapter):
    """In the last 20 ms before a segment's first sample the bed is as soft as under it."""
    speech = chapter.speech()
    bed = composed_bed(cues_of(chapter.timeline), seed="ferry")
    plain = np.concatenate(list(bed.blocks()))
    ducked = whole(chapter.music(speech, bed))
    for placed in chapter.timeline.placed:
        before, during = (
            np.abs(ducked[a:b]).sum() / np.abs(plain[a:b]).sum()
            for a, b in (
                (placed.start - SAMPLE_RATE // 50, placed.start),
                (placed.start, placed.start + SAMPLE_RATE // 50),
            )
        )
        assert 20.0 * np.log10(before / during) < 1.0


def test_the_music_ends_in_silence(chapter):
    """Nothing is left of it in the last 50 ms, and little in the last half second."""
    music = whole(chapter.music(chapter.speech()))
    assert np.abs(music[-SAMPLE_RATE // 20 :]).max() == 0.0
    assert np.abs(music[-SAMPLE_RATE // 2 :]).max() < 0.02


def test_the_music_does_not_outweigh_a_short_chapter(tmp_path):
    """Twelve seconds of music around one sentence leave the mix within 1 LU, and are heard."""
    chapter = Chapter(tmp_path, SHORT)
    speech = chapter.speech()
    music = whole(chapter.music(speech))
    assert lufs(whole(speech) + music) == pytest.approx(TARGET_LUFS, abs=1.1)
    assert lufs(music[SAMPLE_RATE : 4 * SAMPLE_RATE]) > -55.0


def test_voices_of_different_engines_are_equally_loud(tmp_path):
    """A hum and a synthesiser that come 6 LU apart are heard within 1 LU of each other."""
    gains = {f"{i:040d}": 0.5 for i in range(0, 20, 2)}  # every other segment hums, at half level
    chapter = Chapter(tmp_path, voices=("tone", "espeak"), gains=gains)
    sound = whole(chapter.speech())
    apart = []
    for source in (None, sound):
        parts = {"tone": [], "espeak": []}
        for key, voice, placed in zip(
            chapter.keys, chapter.voices, chapter.timeline.placed, strict=True
        ):
            if source is None:
                parts[voice].append(raw(chapter.store, key))
            else:
                parts[voice].append(source[placed.start : placed.end])
        loudness = {voice: lufs(np.concatenate(p)) for voice, p in parts.items()}
        apart.append(abs(loudness["tone"] - loudness["espeak"]))
    assert apart[0] > 3.0
    assert apart[1] < 1.0


def raw(store, key):
    """Return a clip as its engine spoke it, in stereo at 44.1 kHz."""
    from audiobook.audio import resample
    from audiobook.speech.clips import unpack

    clip = unpack(*store.get("clip", key))
    return to_stereo(resample(clip.audio, clip.sample_rate))


@pytest.mark.parametrize("seconds", [7.0, 180.0])
def test_own_music_lies_under_a_chapter(tmp_path, seconds):
    """A tune of 7 s or 3 min: exact length, 20 LU under speech, no click, silent at the end."""
    import soundfile

    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * time_s / 3.1)
    tune = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6)) * swell
    soundfile.write(tmp_path / "tune.flac", 0.2 * np.column_stack([tune, tune]), SAMPLE_RATE)
    chapter = Chapter(tmp_path)
    speech = chapter.speech()
    bed = own_bed([tmp_path / "tune.flac"], cues_of(chapter.timeline), crossfade)
    music = whole(chapter.music(speech, bed))
    assert len(music) == chapter.timeline.n_samples
    voice, heard = cells(whole(speech)), cells(music)
    assert min(under(voice, p) - under(heard, p) for p in chapter.timeline.placed) >= 20.0
    loudness_db = 20.0 * np.log10(np.sqrt((music**2).mean()))
    for first in range(0, len(music), 2 * SAMPLE_RATE):
        assert hiss_db(music[first : first + 3 * SAMPLE_RATE]) < loudness_db - 45.0
    assert np.abs(music[-SAMPLE_RATE // 50 :]).max() == 0.0
    assert mean_loudness(heard[-100:]) < mean_loudness(heard[-500:-400]) - 6.0
