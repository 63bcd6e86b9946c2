"""A story, its book and the narrator in; the cast with a voice for each speaker out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from audiobook.build.pieces import Piece
from audiobook.cast import FIRST_PERSON, Cast, Line, Speaker
from audiobook.errors import SpeechError, did_you_mean
from audiobook.segments import NARRATOR
from audiobook.speech.engine import Voice
from audiobook.speech.registry import load_engine, speaks
from audiobook.story.book import Book, CastMember
from audiobook.story.model import Story

__all__ = ["AUTO", "NO_CAST", "Casting", "voices_for"]

AUTO, NO_CAST = "auto", "none"
# Given to nobody who does not ask for them: a whisper, and one for Christmas.
_ODD = frozenset({"kokoro:af_nicole", "kokoro:am_santa"})
_SLOW = "+slow"  # the same speaker again
_SCRIPT = re.compile(r"-[A-Za-z]{4}\b")  # a voice for another alphabet reads no usual one


class Casting:
    """Who speaks in a story, and with which voice.

    Parameters
    ----------
    story, book : Story, Book
        What is read, and what is wanted; only a book that asks for a cast gets one.
    language : str
        BCP 47.
    narrator : Voice
        Who reads everything else.
    find : callable
        Finds an installed voice by its address.

    Attributes
    ----------
    cast : Cast
        Speakers under the names that the book calls them; empty when none is asked for.
    voices : dict of str to Voice
        For those who do not speak with the narrator's.
    notes : list of str
        Lines that the user should read.
    """

    def __init__(
        self,
        story: Story,
        book: Book,
        language: str,
        narrator: Voice,
        find: Callable[[str], Voice],
    ) -> None:
        self.cast = Cast((), ())
        self.voices: dict[str, Voice] = {}
        self.notes: list[str] = []
        self._lines: dict[int, list[Line]] = {}
        mode = book.voice.cast
        if mode == NO_CAST or (mode != AUTO and not book.cast):
            return
        from audiobook.cast import find_cast

        joined = {other: name for name, member in book.cast.items() for other in member.also}
        self.cast = _renamed(find_cast(story, language, joined), book.cast)
        named = self._named(book.cast, find)
        if mode == AUTO:
            self._choose(named, book.cast, language, narrator)
        self.voices |= named
        for line in self.cast.lines:
            if line.is_sure and line.speaker in self.voices:
                self._lines.setdefault(line.chapter, []).append(line)

    def lines(self, piece: Piece) -> Sequence[Line]:
        """Return the lines of a chapter, or of a part of one, that the narrator does not read."""
        blocks = piece.chapter.blocks
        found = self._lines.get(piece.place - 1, ()) if blocks else ()
        if not found or len(blocks) == len(piece.source.blocks):
            return found
        first = next(i for i, block in enumerate(piece.source.blocks) if block is blocks[0])
        return [
            replace(line, block=line.block - first)
            for line in found
            if first <= line.block < first + len(blocks)
        ]

    def _named(
        self, members: Mapping[str, CastMember], find: Callable[[str], Voice]
    ) -> dict[str, Voice]:
        """Return the voices that the book names."""
        found = {}
        known = [speaker.name for speaker in self.cast.speakers]
        for name, member in members.items():
            if name not in known:
                hint = did_you_mean(name, known) if known else "nobody is named beside a line"
                self.notes.append(
                    f'book.toml: no line is surely said by "{name}" of [cast]; {hint}'
                )
            if not member.voice or member.voice.casefold() == NARRATOR:
                continue
            try:
                found[name] = find(member.voice)
            except SpeechError as error:
                raise SpeechError(f'book.toml: "{name}" in [cast]: {error}') from error
        return found

    def _choose(
        self,
        named: Mapping[str, Voice],
        members: Mapping[str, CastMember],
        language: str,
        narrator: Voice,
    ) -> None:
        """Give voices to those whom the book leaves open."""
        settled = {name for name, member in members.items() if member.voice}
        open_ = [s for s in self.cast.speakers if s.name not in {*settled, FIRST_PERSON}]
        taken = {narrator.address, *(voice.address for voice in named.values())}
        pool = [
            voice
            for voice in load_engine(narrator.engine).voices()
            if voice.address not in taken | _ODD
            and not voice.name.endswith(_SLOW)
            and speaks(voice, language)
            and not _SCRIPT.search(voice.language)
        ]
        counts = {speaker.name: len(self.cast.lines_of(speaker.name)) for speaker in open_}
        self.voices = voices_for(open_, counts, pool, narrator)
        left = [speaker.name for speaker in open_ if speaker.name not in self.voices]
        if left:
            shown = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
            self.notes.append(
                f"cast: {narrator.engine} has no voice left for {shown}; the narrator reads them"
            )


def voices_for(
    speakers: Sequence[Speaker],
    counts: Mapping[str, int],
    pool: Sequence[Voice],
    narrator: Voice,
) -> dict[str, Voice]:
    """Choose a voice for each speaker, no voice twice.

    Parameters
    ----------
    speakers : sequence of Speaker
        Those who need one.
    counts : mapping of str to int
        How many lines each has.
    pool : sequence of Voice
        Voices that speak the language, the narrator's and those already given left out.
    narrator : Voice
        Voices of the same region are preferred.

    Returns
    -------
    dict of str to Voice
        Whoever finds none that fits is left out: somebody of known gender speaks with a voice of
        that gender, or with one whose gender is not known.

    Notes
    -----
    Each speaker ranks the voices by a hash of both names, so an edit elsewhere moves nobody. Who
    speaks about twice as much chooses first, or more; among equals a hash of the name decides, so
    that a few lines more or less change nothing either.
    """
    found: dict[str, Voice] = {}
    left = list(pool)
    order = sorted(speakers, key=lambda s: (-counts[s.name].bit_length(), _hash(s.name), s.name))
    for speaker in order:
        fitting = [
            v for v in left if not (v.gender and speaker.gender) or v.gender == speaker.gender
        ]
        if fitting:
            best = min(
                fitting,
                key=lambda v: (v.language != narrator.language, _hash(speaker.name, v.address)),
            )
            found[speaker.name] = best
            left.remove(best)
    return found


def _hash(*names: str) -> bytes:
    return hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).digest()


def _renamed(cast: Cast, members: Mapping[str, CastMember]) -> Cast:
    """Return the cast under the names of the book, where it uses another than the story's."""
    new: dict[str, str] = {}
    for speaker in cast.speakers:
        known = (name for name in members if name in (speaker.name, *speaker.also))
        new[speaker.name] = next(known, speaker.name)
    speakers = tuple(
        replace(
            s,
            name=new[s.name],
            also=tuple(sorted({s.name, *s.also} - {new[s.name]})),
        )
        for s in cast.speakers
    )
    lines = tuple(replace(line, speaker=new.get(line.speaker, line.speaker)) for line in cast.lines)
    return Cast(speakers, lines)
