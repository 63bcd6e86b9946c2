"""A reader's own recording in, clips out: trimmed, and its words timed as well as can be told.

A file passes twice, a block at a time: first its level, which shows where somebody speaks, then
its sound, cut. A whole chapter is cut into its segments, each with the quiet that follows it, so
that room and pauses sound as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audiobook import ffmpeg
from audiobook.audio import SAMPLE_RATE, Audio, samples_to_seconds, seconds_to_samples
from audiobook.errors import FFmpegError, SpeechError
from audiobook.lexicon import SpokenWord
from audiobook.speech.clips import MAX_LETTERS_PER_S
from audiobook.speech.engine import Clip, Voice, WordTiming
from audiobook.speech.spread import Stretch, spread

__all__ = [
    "RECORDED",
    "RECORDING_VERSION",
    "check_recording",
    "recorded_chapter",
    "recorded_clip",
]

# Raised when the same recording and words give other clips or times.
RECORDING_VERSION = 1
RECORDED = Voice("recording", "own", "")  # in the place of a voice: all are brought to one level

FRAME_SAMPLES = SAMPLE_RATE // 100
BLOCK_SAMPLES = 1000 * FRAME_SAMPLES
EDGE_S = 0.05  # kept around speech: breaths and soft consonants are under the threshold
MIN_SPEECH_FRAMES = 3
MIN_PAUSE_FRAMES = 15  # shorter is the closure of a "p", or no pause that anybody made
SILENT_DB = -60.0  # a recording that never gets louder is none
CUT_OFF_S = 2.0  # a header may be a few frames wrong
# Speech begins so far over the noise of the room, but within these distances of the loudest speech.
_OVER_NOISE_DB, _NOISE_PERCENTILE, _SPEECH_PERCENTILE = 10.0, 3.0, 95.0
_MOST_UNDER_DB, _LEAST_UNDER_DB = 45.0, 12.0


@dataclass(frozen=True)
class _Span:
    """A segment in a recording, in samples; what follows up to ``until`` is its pause."""

    start: int
    end: int
    until: int
    words: tuple[WordTiming, ...]  # on the recording's clock


def check_recording(path: Path, words: Sequence[SpokenWord]) -> None:
    """Make sure that a file is a whole recording that may hold some words.

    Raises
    ------
    SpeechError
        If it cannot be decoded, is silent, cut off, or far too short.
    """
    speech_s = sum(end_s - start_s for start_s, end_s in _stretches(path))
    letters = sum(c.isalnum() for word in words for c in word.say)
    if letters > MAX_LETTERS_PER_S * speech_s:
        raise SpeechError(
            f"{path}: {speech_s:.1f} s of speech are too short for {letters} letters; "
            "give the recording of this text"
        )
    missing_s = ffmpeg.missing_s(path)
    if missing_s > CUT_OFF_S:
        raise SpeechError(
            f"{path}: is cut off, its last {missing_s:.0f} s are missing; copy it again"
        )


def recorded_clip(path: Path, words: Sequence[SpokenWord]) -> Clip:
    """Return the recording of one segment; its words' times are estimated.

    Raises
    ------
    SpeechError
        If it cannot be decoded or is silent.
    """
    ((_, clip, _),) = recorded_chapter(path, [("", words)])
    return clip


def recorded_chapter(
    path: Path, segments: Sequence[tuple[str, Sequence[SpokenWord]]]
) -> Iterator[tuple[str, Clip, int]]:
    """Cut the recording of several segments that follow one another.

    Parameters
    ----------
    segments : sequence of (name, words)
        In the order in which they are heard.

    Yields
    ------
    tuple of (name, Clip, n_samples)
        The last number is how much of the clip's end is the pause up to the next segment. Cuts
        lie in pauses where the reader made one, else at the softest moment nearby.

    Raises
    ------
    SpeechError
        If it cannot be decoded or is silent.
    """
    spans = _spans(path, [words for _, words in segments])
    for (name, _), span, audio in zip(segments, spans, _cut(path, spans), strict=True):
        shift_s = samples_to_seconds(span.start)
        length_s = samples_to_seconds(span.end - span.start)
        words = tuple(
            WordTiming(
                min(max(w.start_s - shift_s, 0.0), length_s),
                min(max(w.end_s - shift_s, 0.0), length_s),
                exact=False,
            )
            for w in span.words
        )
        yield name, Clip(audio, SAMPLE_RATE, words), span.until - span.end


def _spans(path: Path, segments: Sequence[Sequence[SpokenWord]]) -> list[_Span]:
    stretches = _stretches(path)
    counts = [*accumulate(len(words) for words in segments)]
    said = [word.say for words in segments for word in words]
    timings = spread(said, stretches, frozenset(n - 1 for n in counts))
    parts = [timings[a:b] for a, b in pairwise([0, *counts])]
    edge = seconds_to_samples(EDGE_S)
    starts = [max(0, seconds_to_samples(stretches[0][0]) - edge)]
    ends = []
    for one, other in pairwise(parts):
        end, start = seconds_to_samples(one[-1].end_s), seconds_to_samples(other[0].start_s)
        middle = (end + start) // 2
        ends.append(max(min(end + edge, middle), starts[-1] + FRAME_SAMPLES))
        starts.append(max(start - edge, middle, ends[-1]))
    last = seconds_to_samples(stretches[-1][1]) + edge
    ends.append(max(last, starts[-1] + FRAME_SAMPLES))
    untils = [*starts[1:], ends[-1]]
    return [_Span(*span) for span in zip(starts, ends, untils, parts, strict=True)]


def _cut(path: Path, spans: Sequence[_Span]) -> Iterator[Audio]:
    """Yield the sound of each span with its pause; what a file lacks at its end is silence."""
    blocks = _decoded(path)
    held = np.zeros((0, 1), dtype=np.float32)
    position = 0
    for span in spans:
        wanted = span.until - position
        while len(held) < wanted and (block := next(blocks, None)) is not None:
            held = np.concatenate([held, block])
        part = held[span.start - position : wanted]
        lacking = span.until - span.start - len(part)
        yield np.pad(part, ((0, lacking), (0, 0))) if lacking else part
        held, position = held[wanted:], span.until


def _stretches(path: Path) -> list[Stretch]:
    """Return where somebody speaks, in seconds."""
    levels = _levels_db(path)
    if not len(levels) or levels.max() < SILENT_DB:
        raise SpeechError(f"{path}: holds only silence; choose another recording")
    noise_db, speech_db = np.percentile(levels, [_NOISE_PERCENTILE, _SPEECH_PERCENTILE])
    threshold_db = min(
        max(noise_db + _OVER_NOISE_DB, speech_db - _MOST_UNDER_DB), speech_db - _LEAST_UNDER_DB
    )
    runs = [r for r in _runs(levels > threshold_db) if r[1] - r[0] >= MIN_SPEECH_FRAMES]
    joined: list[tuple[int, int]] = []
    for first, last in runs or [(0, len(levels))]:
        if joined and first - joined[-1][1] < MIN_PAUSE_FRAMES:
            first = joined.pop()[0]
        joined.append((first, last))
    return [(first / 100.0, last / 100.0) for first, last in joined]


def _runs(is_on: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_on, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _levels_db(path: Path) -> npt.NDArray[np.float64]:
    """Return the level of every 10 ms, in dB."""
    levels = []
    for block in _decoded(path):
        padded = np.pad(block[:, 0], (0, -len(block) % FRAME_SAMPLES))
        power = np.square(padded, dtype=np.float64).reshape(-1, FRAME_SAMPLES).mean(axis=1)
        levels.append(10.0 * np.log10(power + 1e-12))
    return np.concatenate(levels) if levels else np.zeros(0)


def _decoded(path: Path) -> Iterator[Audio]:
    try:
        # ffmpeg makes mono of stereo, and stereo of mono, 3 dB louder or softer than it was.
        n_channels = min(ffmpeg.probe(path).n_channels, 2)
        for block in ffmpeg.decode_blocks(path, n_channels=n_channels, block_samples=BLOCK_SAMPLES):
            yield block.mean(axis=1, keepdims=True)
    except FFmpegError as error:
        raise SpeechError(
            f"{path}: no recording that can be decoded; give a sound file such as WAV or FLAC"
        ) from error
