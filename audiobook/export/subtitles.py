"""The edition in, its subtitles out: WebVTT and SubRip for players, LRC for music players.

Every chapter has its own, on its own file's clock, and the book has them on the clock of the book's
MP3. An LRC lies beside the chapter's file: there, and only there, music players look for it.

References
----------
.. [1] WebVTT: The Web Video Text Tracks Format (W3C), 4.1 and 4.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

from audiobook.export.cues import MAX_NAME_WIDTH, Cue, cues_of
from audiobook.export.edition import CHAPTERS, Edition, EditionChapter, Output, Passage
from audiobook.export.files import replacing
from audiobook.export.id3 import Tags
from audiobook.export.names import unique_names
from audiobook.segments import NARRATOR

__all__ = ["lrc", "srt", "subtitles", "vtt"]

SUBTITLES = "subtitles"  # the folder; VLC looks there too
# What a player may take for a tag, or for a time, though the story means it.
_SRT_TAG = re.compile(r"<(?=[/a-zA-Z])|\{(?=\\)")
_LRC_TIME = re.compile(r"\[(?=\d+:)")
_WORD_JOINER = "\u2060"

Render = Callable[[Iterable[Cue]], Iterator[str]]


def subtitles(edition: Edition) -> Iterator[Output]:
    """Make the files of each chapter, and those of the whole book."""
    is_cast = len({s.speaker for c in edition.chapters for s in c.segments}) > 1
    shown = [_Shown(edition, i, is_cast=is_cast) for i in range(len(edition.chapters))]
    renders: dict[str, Render] = {
        "vtt": partial(vtt, narrator=edition.tags.narrator, is_cast=is_cast),
        "srt": partial(srt, is_cast=is_cast),
    }
    facts = [edition.tags.narrator, is_cast]
    for entry in shown:
        chapter = entry.chapter
        for suffix, render in renders.items():
            yield Output(
                f"{SUBTITLES}/{chapter.name}.{suffix}",
                [facts, chapter.fingerprint],
                partial(_write, [entry], render),
                chapter=chapter.number,
            )
        yield Output(
            f"{CHAPTERS}/{chapter.name}.lrc",
            [edition.facts, chapter.fingerprint],
            partial(_write_lrc, edition.tags, entry),
            chapter=chapter.number,
        )
    (name,) = unique_names([edition.name], reserved=[c.name for c in edition.chapters])
    made_of = [facts, [c.fingerprint for c in edition.chapters]]
    for suffix, render in renders.items():
        yield Output(f"{SUBTITLES}/{name}.{suffix}", made_of, partial(_write, shown, render))


class _Shown:
    """A chapter's cues, made when they are first needed: several files show them."""

    def __init__(self, edition: Edition, index: int, *, is_cast: bool) -> None:
        self.chapter: EditionChapter = edition.chapters[index]
        self._edition = edition
        self._index = index
        self._is_cast = is_cast

    @property
    def duration_ms(self) -> int:
        info = self.chapter.info
        return info.n_samples * 1000 // info.sample_rate

    @cached_property
    def cues(self) -> list[Cue]:
        return cues_of(self.chapter.passages, self.duration_ms, is_cast=self._is_cast)

    @property
    def in_book(self) -> Iterator[Cue]:
        shift_ms = round(self._edition.clock[self._index].start_s * 1000)
        for cue in self.cues:
            yield Cue(cue.start_ms + shift_ms, cue.end_ms + shift_ms, cue.lines, cue.speaker)


def _write(shown: Sequence[_Shown], render: Render, target: Path) -> None:
    cues = shown[0].cues if len(shown) == 1 else (cue for one in shown for cue in one.in_book)
    _write_lines(target, render(cues))


def _write_lrc(tags: Tags, shown: _Shown, target: Path) -> None:
    chapter = shown.chapter
    _write_lines(target, lrc(chapter.passages, chapter.title, tags, shown.duration_ms))


def _write_lines(target: Path, lines: Iterable[str]) -> None:
    with replacing(target) as file:
        for line in lines:
            file.write((line + "\n").encode("utf-8", "replace"))


def vtt(cues: Iterable[Cue], *, narrator: str = "", is_cast: bool = False) -> Iterator[str]:
    """Yield the lines of a WebVTT file.

    Parameters
    ----------
    narrator : str
        Name of the narrator, where speakers are named.
    is_cast : bool
        Whether to say whose words they are.
    """
    yield "WEBVTT"
    for cue in cues:
        yield ""
        yield f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}"
        name = (narrator or NARRATOR.capitalize()) if cue.speaker == NARRATOR else cue.speaker
        voice = f"<v {_vtt_escaped(' '.join(name.split()))}>" if is_cast else ""
        first, *rest = map(_vtt_escaped, cue.lines)
        yield voice + first
        yield from rest


def srt(cues: Iterable[Cue], *, is_cast: bool = False) -> Iterator[str]:
    """Yield the lines of a SubRip file; the narrator's words stand without a name."""
    for number, cue in enumerate(cues, start=1):
        if number > 1:
            yield ""
        yield str(number)
        yield f"{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}"
        name = _short(" ".join(cue.speaker.split()).upper())
        voice = f"{name}: " if is_cast and cue.speaker != NARRATOR else ""
        first, *rest = (_SRT_TAG.sub(rf"\g<0>{_WORD_JOINER}", line) for line in cue.lines)
        yield voice + first
        yield from rest


def lrc(passages: Sequence[Passage], title: str, tags: Tags, duration_ms: int) -> Iterator[str]:
    """Yield the lines of an LRC file: a line for each sentence, and an empty one at the end."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    facts = {
        "ti": title,
        "ar": tags.author,
        "al": tags.album,
        "length": f"{minutes:02}:{seconds:02}",
    }
    for name, value in facts.items():
        if value:
            yield f"[{name}:{' '.join(value.split())}]"
    for passage in passages:
        text = " ".join(passage.segment.text.split())
        yield _lrc_time(passage.start_s) + _LRC_TIME.sub(rf"\g<0>{_WORD_JOINER}", text)
    yield _lrc_time(passages[-1].end_s)


def _lrc_time(time_s: float) -> str:
    minutes, hundredths = divmod(round(time_s * 100), 6000)
    return f"[{minutes:02}:{hundredths // 100:02}.{hundredths % 100:02}]"


def _vtt_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(name: str) -> str:
    most = int(MAX_NAME_WIDTH) - len(": ")
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _clock(time_ms: int, point: str) -> str:
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"
