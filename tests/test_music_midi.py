"""Scores as MIDI files, read back."""

import io

import pytest
from mido import MidiFile

from audiobook.audio import SAMPLE_RATE
from audiobook.errors import MusicError
from audiobook.music.bed import open_cues
from audiobook.music.composer import compose
from audiobook.music.midi import midi_bytes, write_midi
from audiobook.music.moods import PALETTES


def made(palette="kazakh", mood="triumphant", seconds=60):
    tradition = PALETTES[palette]
    score = compose(open_cues(seconds * SAMPLE_RATE), tradition, tradition.mood(mood), "midi")
    content = midi_bytes(score, tradition)
    return score, content, MidiFile(file=io.BytesIO(content), charset="utf-8")


def struck(file):
    """Return (seconds, track, key, bend in semitones) of every note of a file."""
    found = []
    for track in file.tracks:
        now, bend = 0, 0
        for message in track:
            now += message.time
            bend = message.pitch if message.type == "pitchwheel" else bend
            if message.type == "note_on":
                found.append((now / 960, track.name, message.note, bend / 4096))
    return found


def test_every_note_is_in_the_file():
    """As many notes as the score, each within a millisecond and on its pitch."""
    score, _, file = made()
    assert file.type == 1
    expected = sorted(
        (n.onset / SAMPLE_RATE, n.instrument) for n in score.notes if n.role != "drum"
    )
    found = sorted((at, name) for at, name, _, _ in struck(file) if name != "dangyra")
    assert len(found) == len(expected)
    for (at, _), (wanted, _) in zip(found, expected, strict=True):
        assert at == pytest.approx(wanted, abs=0.0011)
    assert file.length == pytest.approx(60.0, abs=0.01)
    assert sum(name == "dangyra" for _, name, _, _ in struck(file)) > 10


def test_no_key_is_left_sounding():
    """Each track has as many ends as beginnings, and never two of a key at once."""
    for track in made("west-african")[2].tracks:
        sounding = set()
        for message in track:
            if message.type == "note_on":
                assert message.note not in sounding
                sounding.add(message.note)
            elif message.type == "note_off":
                sounding.remove(message.note)
        assert not sounding


def test_quarter_tones_are_bent():
    """In a palette with neutral steps, key and bend together give the score's pitches."""
    score, _, file = made("anatolian", "solemn")
    wanted = {n.pitch for n in score.notes if n.role == "lead"}
    assert any(pitch % 1.0 for pitch in wanted)
    heard = {round(key + bend, 2) for _, name, key, bend in struck(file) if name == "kemane"}
    assert wanted <= heard


def test_parts_and_moods_are_named():
    """Markers carry the tradition's names, the program the instrument's sound."""
    score, content, file = made(seconds=90)
    markers = [message.text for message in file.tracks[0] if message.type == "marker"]
    assert markers == [mark.name for mark in score.marks]
    assert "ülken saga" in markers
    assert {track.name for track in file.tracks[1:]} == {note.instrument for note in score.notes}
    assert made(seconds=90)[1] == content


def test_files_are_written_or_refused(tmp_path):
    """A file is written whole; a folder that is not there is one clear line."""
    score, content, _ = made(seconds=10)
    write_midi(score, PALETTES["kazakh"], tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes() == content
    with pytest.raises(MusicError, match="cannot be written"):
        write_midi(score, PALETTES["kazakh"], tmp_path / "none" / "a.mid")
