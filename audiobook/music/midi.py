"""A `Score` in, a standard MIDI file out: one track an instrument, its parts as markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

from audiobook.audio import samples_to_seconds, seconds_to_samples
from audiobook.errors import MusicError
from audiobook.music.palette import Palette
from audiobook.music.score import Note, Score

__all__ = ["midi_bytes", "write_midi"]

TICKS = 960  # a quarter note
QUARTER_S = 1.0  # one tick is about a millisecond; rests are no multiples of a beat anyway
DRUM_CHANNEL = 9  # General MIDI
CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
LOW_DRUM, HIGH_DRUM = 64, 62  # General MIDI: low conga, muted high conga
BEND_SEMITONES = 2.0  # the range of a pitch wheel where nothing else is said
BEND_STEPS = 8192
SHORTEST_S = 0.002  # two notes of a pitch that lie nearer are one
CENTRE = 64  # of pan

_Timed = tuple[int, int, Any]  # (tick, order among equals, message)


def write_midi(score: Score, palette: Palette, path: Path) -> None:
    """Write a score as a standard MIDI file of format 1.

    Raises
    ------
    MusicError
        If the file cannot be written.
    """
    content = midi_bytes(score, palette)
    try:
        path.write_bytes(content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MusicError(f"{path} cannot be written: {reason}; check the folder") from error


def midi_bytes(score: Score, palette: Palette) -> bytes:
    """Return a score as the bytes of a standard MIDI file.

    Parameters
    ----------
    score : Score
        What is played.
    palette : Palette
        Gives each instrument its General MIDI sound and its place.

    Returns
    -------
    bytes
        One track for tempo, moods and the parts of the form, then one for each instrument in the
        order of the palette. Onsets and ends are kept to a millisecond; pitches between semitones
        are the nearest note and a pitch bend, which several notes of an instrument share, as they
        share its channel. The same score gives the same bytes.
    """
    from mido import MidiFile

    file = MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    file.tracks.append(_form(score, palette))
    by_name: dict[str, list[Note]] = {}
    for note in score.notes:
        by_name.setdefault(note.instrument, []).append(note)
    for name, channel in _channels(score, palette, by_name).items():
        file.tracks.append(_track(score, palette, name, by_name[name], channel))
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


def _channels(score: Score, palette: Palette, by_name: Mapping[str, list[Note]]) -> dict[str, int]:
    drums = {note.instrument for note in score.notes if note.role == "drum"}
    free = cycle(CHANNELS)
    names = [name for name in palette.instruments if name in by_name]
    return {name: DRUM_CHANNEL if name in drums else next(free) for name in names}


def _form(score: Score, palette: Palette) -> Any:
    from mido import MetaMessage, bpm2tempo

    events: list[_Timed] = [
        (0, 0, MetaMessage("track_name", name=palette.title)),
        (0, 1, MetaMessage("set_tempo", tempo=bpm2tempo(60.0 / QUARTER_S))),
    ]
    events += [(_tick(mode.onset), 2, MetaMessage("text", text=mode.mood)) for mode in score.modes]
    events += [
        (_tick(mark.onset), 3, MetaMessage("marker", text=mark.name)) for mark in score.marks
    ]
    return _in_time(events, _tick(score.n_samples))


def _track(score: Score, palette: Palette, name: str, notes: Iterable[Note], channel: int) -> Any:
    from mido import Message, MetaMessage

    scored = palette.instruments[name]
    pan = round(CENTRE + 63 * scored.pan)
    events: list[_Timed] = [
        (0, 0, MetaMessage("track_name", name=name)),
        (0, 1, Message("control_change", channel=channel, control=10, value=pan)),
    ]
    if channel != DRUM_CHANNEL:
        events.append(
            (0, 2, Message("program_change", channel=channel, program=scored.program - 1))
        )
    end = _tick(score.n_samples)
    for note in _apart(notes):
        events += _note(note, palette, channel, end)
    return _in_time(events, end)


def _apart(notes: Iterable[Note]) -> list[Note]:
    """Stop a note where its pitch is struck again: a channel has each key once."""
    from dataclasses import replace

    following: dict[int, int] = {}
    apart = []
    for note in sorted(notes, key=lambda n: n.onset, reverse=True):
        key = round(note.pitch)
        left_s = samples_to_seconds(following.get(key, note.onset) - note.onset)
        if key in following and left_s < note.duration_s:
            note = replace(note, duration_s=left_s)
        if note.duration_s >= SHORTEST_S:
            apart.append(note)
            following[key] = note.onset
    return apart[::-1]


def _note(note: Note, palette: Palette, channel: int, end: int) -> list[_Timed]:
    from mido import Message

    start = _tick(note.onset)
    key = _drum_key(note, palette) if channel == DRUM_CHANNEL else round(note.pitch)
    stop = max(start + 1, min(end, _tick(note.onset + seconds_to_samples(note.duration_s))))
    velocity = min(127, max(1, round(127.0 * note.velocity)))
    struck = Message("note_on", channel=channel, note=key, velocity=velocity)
    left = Message("note_off", channel=channel, note=key, velocity=64)
    events: list[_Timed] = [(start, 5, struck), (stop, 3, left)]
    if channel != DRUM_CHANNEL and _has_quarter_tones(palette):
        bend = round((note.pitch - key) / BEND_SEMITONES * BEND_STEPS)
        events.append((start, 4, Message("pitchwheel", channel=channel, pitch=bend)))
    return events


def _has_quarter_tones(palette: Palette) -> bool:
    return any(tone % 1.0 for mood in palette.moods.values() for tone in mood.scale)


def _drum_key(note: Note, palette: Palette) -> int:
    scored = palette.instruments[note.instrument]
    home = palette.tonic + 12 * scored.octave
    return LOW_DRUM if not scored.tuning or note.pitch <= home + scored.tuning[0] else HIGH_DRUM


def _tick(position: int) -> int:
    return round(samples_to_seconds(position) / QUARTER_S * TICKS)


def _in_time(events: list[_Timed], end: int) -> Any:
    """Order events and give each its distance from the one before."""
    from mido import MetaMessage, MidiTrack

    track = MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=max(0, end - now)))
    return track
