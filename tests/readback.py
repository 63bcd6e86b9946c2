"""Finished files as other programs hear them: ffmpeg decodes, pyloudnorm meters, scipy looks."""

import contextlib
import os
import subprocess
import sys
from unittest import mock

import imageio_ffmpeg
import numpy as np
import pyloudnorm
from click.testing import CliRunner
from scipy.signal import correlate, resample_poly

from audiobook.cli import app
from audiobook.segments import segment_chapter
from audiobook.speech.engine import Utterance
from audiobook.speech.tone import Tone
from audiobook.story import open_project

RATE = 44_100


def command(*arguments):
    """Return the command line that runs the program in a process of its own."""
    return [sys.executable, "-m", "audiobook", *map(str, arguments)]


def environment(cache):
    """Return the environment of a process with a cache of its own."""
    return {**os.environ, "XDG_CACHE_HOME": str(cache), "XDG_DATA_HOME": str(cache / "data")}


def audiobook(*arguments, cache, cwd, status=0, **more):
    """Run the program as a process, workers and all; return what it printed on either stream.

    Where nothing depends on processes, `audiobook_here` gives the same for a third of the time.
    """
    done = subprocess.run(
        command(*arguments),
        env=environment(cache),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout, done.stderr


def audiobook_here(*arguments, cache, cwd, status=0):
    """Run the program in this process; return what it printed on stdout and on stderr."""
    with mock.patch.dict(os.environ, environment(cache)), contextlib.chdir(cwd):
        done = CliRunner(mix_stderr=False).invoke(
            app, [str(a) for a in arguments], catch_exceptions=False
        )
    assert done.exit_code == status, done.stdout + done.stderr
    return done.stdout, done.stderr


def decoded(path, n_channels=2):
    """Decode a file with ffmpeg; shape (n_samples, n_channels)."""
    arguments = ["-i", path, "-f", "f32le", "-ar", RATE, "-ac", n_channels, "pipe:1"]
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, dtype="<f4").reshape(-1, n_channels)


def lufs(sound):
    """Return the integrated loudness of a sound."""
    return pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64))


def true_peak_dbtp(sound):
    """Return the highest value between the samples, found by oversampling four times."""
    block = 10 * RATE
    pieces = [resample_poly(sound[i : i + block], 4, 1) for i in range(0, len(sound), block)]
    return 20.0 * np.log10(max(np.abs(piece).max() for piece in pieces))


def hummed(project):
    """Return for each chapter the sound of each segment, hummed anew, mono at 44.1 kHz."""
    opened = open_project(project)
    return [
        [
            _hum(segment)
            for segment in segment_chapter(
                chapter, language="en", lexicon=opened.book.lexicon, speak_title=True
            )
        ]
        for chapter in opened.story.chapters
    ]


def _hum(segment):
    clip = Tone().speak(Utterance(segment.words, "hum", "en"))
    return resample_poly(clip.audio[:, 0], RATE // 300, clip.sample_rate // 300)


def heard_at(sound, clip, expected_s, search_s=0.25):
    """Find a clip in a sound near where it should be.

    Returns
    -------
    tuple of float
        How late it is, in seconds, and how much alike it is, from 0 to 1.
    """
    first = round((expected_s - search_s) * RATE)
    before = max(0, -first)  # what would lie before the file
    window = sound[max(0, first) : first + len(clip) + 2 * round(search_s * RATE)].mean(axis=1)
    window = np.concatenate([np.zeros(before), window])
    match = correlate(window, clip, mode="valid", method="fft")
    best = int(np.argmax(match))
    part = window[best : best + len(clip)]
    alike = match[best] / (np.linalg.norm(part) * np.linalg.norm(clip))
    return best / RATE - search_s, float(alike)


def hiss_db(sound):
    """Return the strongest millisecond above 10 kHz, in dB of full scale: where clicks show."""
    spectrum = np.fft.rfft(sound.mean(axis=1))
    spectrum[: round(10_000 / RATE * len(sound))] = 0.0
    high = np.fft.irfft(spectrum, len(sound))
    edge = RATE // 100  # the transform wraps around: leave out what meets there
    cells = high[edge : len(high) - edge]
    cells = cells[: len(cells) - len(cells) % 44].reshape(-1, 44)
    return 10.0 * np.log10((cells**2).mean(axis=1).max() + 1e-12)


def rms_db(sound):
    """Return the root mean square of all samples, in dB of full scale."""
    return 10.0 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12)


def peak_db(sound):
    """Return the highest sample, in dB of full scale."""
    return 20.0 * np.log10(np.abs(sound).max() + 1e-12)


def noise_floor_db(sound):
    """Return the RMS of the quietest 500 ms, in dB: the noise floor of Audacity's ACX Check."""
    return 10.0 * np.log10(max(_running_mean(_cells(sound), 50).min(), 1e-12))


def ends_s(sound, threshold_db=-50.0):
    """Return how long it is quiet before the first and after the last sound, in seconds."""
    loud = np.flatnonzero(_cells(sound) > 10.0 ** (threshold_db / 10.0))
    n_cells = len(_cells(sound))
    return loud[0] / 100.0, (n_cells - 1 - loud[-1]) / 100.0


def dead_s(sound):
    """Return the longest stretch in which no sample is as much as a step of 16 bits, in seconds."""
    alive = np.flatnonzero(np.abs(sound).max(axis=1) >= 1.0 / 32768.0)
    return np.diff(np.concatenate([[-1], alive, [len(sound)]])).max() / RATE


def _cells(sound):
    """Return the mean square of every 10 ms."""
    squares = np.square(sound, dtype=np.float64).mean(axis=1)
    cell = RATE // 100
    return squares[: len(squares) // cell * cell].reshape(-1, cell).mean(axis=1)


def _running_mean(values, width):
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return (sums[width:] - sums[:-width]) / width
