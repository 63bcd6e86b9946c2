"""What the formats cost: encoding, joining, and changing one chapter of a hundred."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from lab import AUDIOBOOK, lab

from audiobook.audio import SAMPLE_RATE, Audio, resample, to_stereo
from audiobook.build.sounds import SOUNDS
from audiobook.export.clock import Frames
from audiobook.export.edition import AAC, MP3, OPUS
from audiobook.export.id3 import Contents, Mark, Tags
from audiobook.export.m4b import write_m4b
from audiobook.export.mp3 import write_book
from audiobook.export.opus import write_opus
from audiobook.lexicon import SpokenWord
from audiobook.profiles import PROFILES
from audiobook.speech.engine import Utterance
from audiobook.speech.tone import Tone
from measures import Measure

HOUR_S = 3600
N_CHAPTERS = 100
CHAPTER_S = 360  # a hundred of these are ten hours
CODECS = {MP3: "mp3, book", AAC: "m4b", OPUS: "opus"}
TITLES = [f"Chapter {n}" for n in range(1, N_CHAPTERS + 1)]
TAGS = Tags("Long", "Long", "Nobody")
WORDS = "the girl danced over the wide steppe while an old man sang of horses and of the river"


def measures(long: bool) -> Iterator[Measure]:
    """Yield what there is to measure: name, bar, and what measures it; ``long`` takes the hour."""
    seconds = HOUR_S if long else HOUR_S // 12
    for codec, formats in CODECS.items():
        take = partial(encoding, codec, seconds)
        yield Measure(f"encode {formats}: audio s per s", "", take)
    for codec, formats in CODECS.items():
        name = f"join {N_CHAPTERS} chapters, ten hours: {formats.rpartition(' ')[2]}"
        yield Measure(name, "≤ 5 s", partial(joining, codec))
    n_words = 250 if long else 120
    yield Measure(
        "one of 100 chapters edited, all formats / the cold build",
        "≤ 5 %",
        partial(one_chapter, n_words),
    )


def speech(seconds: int) -> Iterator[Audio]:
    """Yield a hum like speech with a little noise, ten seconds at a time."""
    clip = Tone().speak(Utterance(tuple(SpokenWord(w, w, "") for w in WORDS.split()), "hum", "en"))
    sound = to_stereo(resample(clip.audio, clip.sample_rate))
    dice = np.random.default_rng(1)
    n_samples = 10 * SAMPLE_RATE
    looped = np.resize(sound, (n_samples, 2))
    looped += 0.003 * dice.standard_normal(looped.shape).astype(np.float32)
    for _ in range(seconds // 10):
        yield looped


def encoding(codec: str, seconds: int) -> str:
    """Encode and measure; say how fast, and how large an hour is."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "hour.out"
        began = time.perf_counter()
        SOUNDS[codec].encode(speech(seconds), target, PROFILES["storybook"])
        wall_s = time.perf_counter() - began
        mb_per_hour = target.stat().st_size / seconds * HOUR_S / 1e6
    return f"{seconds / wall_s:.0f} ({mb_per_hour:.0f} MB an hour)"


def joining(codec: str) -> str:
    """Join one chapter a hundred times."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "chapter.out", Path(folder) / "book.out"
        SOUNDS[codec].encode(speech(CHAPTER_S), source, PROFILES["storybook"])
        sources = [source] * N_CHAPTERS
        counted = _counted(codec, source)
        began = time.perf_counter()
        if counted is None:
            write_book(target, sources, TAGS, [Contents(Mark(title, 0.0)) for title in TITLES])
        else:
            write = write_m4b if codec == AAC else write_opus
            write(target, sources, [counted] * N_CHAPTERS, TITLES, TAGS)
        return f"{time.perf_counter() - began:.1f} s"


def _counted(codec: str, source: Path) -> Frames | None:
    count = SOUNDS[codec].frames
    if count is None:
        return None
    with source.open("rb") as file:
        return count(file, source.name, CHAPTER_S * SAMPLE_RATE)


def one_chapter(n_words: int) -> str:
    """Edit a sentence of one chapter in a hundred, and refresh every format."""
    with lab() as bench:
        story = bench.folder / "book.md"
        story.write_text(_story(n_words), "utf-8")
        options = ("--voice", "tone:hum", "--format", "all", "-o", "out", "--quiet")
        cold_s = bench.run(AUDIOBOOK, "build", "book.md", *options)
        text = story.read_text("utf-8")
        story.write_text(text.replace("river 50 0.", "river 50 0 indeed."), "utf-8")
        edit_s = bench.run(AUDIOBOOK, "build", "book.md", *options)
    return f"{100 * edit_s / cold_s:.1f} % ({edit_s:.1f} s of {cold_s:.0f} s)"


def _story(n_words: int) -> str:
    lines = []
    for chapter in range(1, N_CHAPTERS + 1):
        sentences = [f"{WORDS} {chapter} {n}.".capitalize() for n in range(0, n_words, 19)]
        lines += [f"# Chapter {chapter}", " ".join(sentences)]
    return "\n\n".join(lines) + "\n"
