"""Where each chapter is when encoded chapters are joined: a count of frames, whatever the codec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Coded", "Frames", "JoinedChapter", "lay_end_to_end"]


class Coded(Protocol):
    """How an encoded chapter is laid out, whatever its codec."""

    @property
    def n_frames(self) -> int:
        """Frames of its own; what only describes the stream is none."""

    @property
    def frame_samples(self) -> int:
        """What each frame decodes to, of each channel."""

    @property
    def n_samples(self) -> int:
        """Its sound, without the encoder's delay and padding."""

    @property
    def sample_rate(self) -> int:
        """Of what is decoded, in Hz."""


@dataclass(frozen=True)
class Frames:
    """What is kept of an encoded chapter beside its sound, so that it can be laid out unread.

    Attributes
    ----------
    n_bytes : int
        Of the frames, without the container's own.
    coding : str
        What must be the same in chapters that are joined, in hexadecimal.
    """

    n_frames: int
    frame_samples: int
    n_samples: int
    sample_rate: int
    n_bytes: int
    coding: str


@dataclass(frozen=True)
class JoinedChapter:
    """Where a chapter is in the joined stream.

    Attributes
    ----------
    first_frame : int
        Audio frames before it.
    n_frames : int
        Its audio frames.
    n_samples : int
        Its sound, without the encoder's delay and padding.
    """

    first_frame: int
    n_frames: int
    n_samples: int
    sample_rate: int
    frame_samples: int

    @property
    def start(self) -> int:
        """First sample of its sound in the decoded book."""
        return self.first_frame * self.frame_samples

    @property
    def end(self) -> int:
        """First sample after its sound in the decoded book."""
        return self.start + self.n_samples

    @property
    def start_s(self) -> float:
        """Where its sound starts in the decoded book, in seconds."""
        return self.start / self.sample_rate

    @property
    def end_s(self) -> float:
        """Where its sound ends in the decoded book; the next chapter starts a moment later."""
        return self.end / self.sample_rate

    @property
    def duration_s(self) -> float:
        """Length of its sound in seconds."""
        return self.n_samples / self.sample_rate


def lay_end_to_end(chapters: Sequence[Coded]) -> list[JoinedChapter]:
    """Return where each chapter will be, from what is known of its frames alone.

    Every frame is decoded, also the padding at a chapter's end and the delay at the next one's
    beginning. The delay at the book's beginning is not heard, so each chapter's sound starts a
    whole number of frames after it.
    """
    clock, first_frame = [], 0
    for coded in chapters:
        place = JoinedChapter(
            first_frame, coded.n_frames, coded.n_samples, coded.sample_rate, coded.frame_samples
        )
        clock.append(place)
        first_frame += coded.n_frames
    return clock
