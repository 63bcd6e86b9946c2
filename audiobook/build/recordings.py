"""A reader's own recordings in, readings that are heard in the place of a voice's out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audiobook.build.recipe import Reading, Recording, file_sha256
from audiobook.errors import BuildError, SpeechError
from audiobook.segments import Segment
from audiobook.speech.recording import RECORDED, RECORDING_VERSION, check_recording
from audiobook.store import key_of
from audiobook.story.book import ChapterSettings, SegmentSettings

__all__ = ["Recordings", "carriers", "check_recordings"]


class Recordings:
    """The recordings that a book names; each file is hashed once.

    Parameters
    ----------
    base : Path
        The folder that names are relative to.
    """

    def __init__(self, base: Path, language: str) -> None:
        self._base = base
        self._language = language
        self._hashes: dict[Path, str] = {}

    def of_segment(self, segment: Segment, own: SegmentSettings) -> Reading:
        """Return the reading of one segment that was recorded by itself."""
        where = f"[[segment]] {own.id}"
        _check_alone(where, own.voice, own.speed, own.take, own.say)
        path, sha256 = self._file(own.audio, where)
        words = [word.say for word in segment.words]
        key = key_of({"recording": RECORDING_VERSION, "sha256": sha256, "words": words})
        return self._reading(segment, Recording(path, sha256), key)

    def of_chapter(
        self, segments: Sequence[Segment], settings: ChapterSettings
    ) -> tuple[Reading, ...]:
        """Return the readings of a chapter that was recorded as a whole."""
        where = f"[[chapter]] {settings.title or settings.number}"
        _check_alone(where, settings.voice, settings.speed, settings.take)
        path, sha256 = self._file(settings.audio, where)
        # The words of all decide where each is cut out; no position is in a key.
        said = [[word.say for word in s.words] for s in segments]
        group = key_of({"recording": RECORDING_VERSION, "sha256": sha256, "chapter": said})
        keys = [key_of({"recorded": group, "segment": s.id}) for s in segments]
        together = tuple((key, s.words) for key, s in zip(keys, segments, strict=True))
        recording = Recording(path, sha256, group, together)
        return tuple(
            self._reading(s, recording, key) for s, key in zip(segments, keys, strict=True)
        )

    def _reading(self, segment: Segment, recording: Recording, key: str) -> Reading:
        return Reading(segment, RECORDED, self._language, 1.0, 1, key, recording)

    def _file(self, name: str, where: str) -> tuple[str, str]:
        path = self._base / Path(name).expanduser()
        if path.is_dir():
            raise BuildError(f'book.toml, {where}: audio "{name}" is a folder; name a sound file')
        if not path.is_file():
            raise BuildError(
                f'book.toml, {where}: audio "{name}" is not there; it is looked for in {self._base}'
            )
        if path not in self._hashes:
            self._hashes[path] = file_sha256(path)
        return str(path), self._hashes[path]


def _check_alone(where: str, voice: str, speed: float | None, take: int, say: str = "") -> None:
    """Refuse what would do nothing beside a recording."""
    given = {"voice": voice, "speed": speed, "take": take > 1, "say": say}
    useless = next((name for name, value in given.items() if value), "")
    if useless:
        raise BuildError(
            f"book.toml, {where}: beside audio {useless} does nothing; remove one of the two"
        )


def carriers(unspoken: Sequence[Reading], readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Let the first segment of a recorded chapter stand for all, as one pass cuts out all."""
    first = {r.recording.group: r for r in reversed(readings) if r.recording and r.recording.group}
    found = [first[r.recording.group] if r.recording and r.recording.group else r for r in unspoken]
    return tuple({reading.key: reading for reading in found}.values())


def check_recordings(readings: Sequence[Reading]) -> None:
    """Refuse what is no recording before anything is spoken.

    Raises
    ------
    SpeechError
        As `audiobook.speech.recording.check_recording` does.
    """
    for reading in readings:
        if reading.recording:
            words = [word for _, words in reading.recording.together for word in words]
            try:
                check_recording(Path(reading.recording.path), words or reading.segment.words)
            except SpeechError as error:
                raise SpeechError(f"recording {error}") from error
