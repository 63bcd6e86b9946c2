"""Readings and tracks in, what `audiobook.build.reasons` will compare the next time out."""

from __future__ import annotations

from typing import Any

from audiobook.build.recipe import OwnTrack, Reading

__all__ = ["reading_record", "track_record"]


def reading_record(reading: Reading) -> dict[str, Any]:
    """Return what is compared of a segment the next time."""
    pause_s = reading.segment.pause_before_s
    return {
        **({} if pause_s is None else {"pause": f"{pause_s:g} s"}),
        **({"recording": reading.recording.sha256} if reading.recording else {}),
        **({"wanted": reading.wanted} if reading.wanted else {}),
        "text": reading.segment.text,
        "spoken": " ".join(w.say + (f"/{w.ipa}/" if w.ipa else "") for w in reading.segment.words),
        "after": reading.segment.after,
        "voice": reading.voice.address,
        "language": reading.language,
        "speed": reading.speed,
        "take": reading.take,
        "key": reading.key,
    }


def track_record(track: OwnTrack) -> dict[str, str]:
    """Return what is compared of a music file the next time."""
    return {
        "file": track.name,
        "sha256": track.sha256,
        "credit": track.credit,
        "licence": track.licence,
    }
