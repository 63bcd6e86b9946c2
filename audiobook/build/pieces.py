"""A story's chapters in, what becomes one file each out: chapters, their parts, and credits.

A chapter keeps its number whatever stands before it: opening credits are number 0, closing credits
one more than the story has chapters. A chapter longer than the profile takes is divided between
paragraphs; its first part keeps its number, the others get numbers after all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from audiobook.build.split import divide
from audiobook.build.wording import FALLBACK, Wording, fill, wording_in
from audiobook.profiles import CreditsPlace, Profile
from audiobook.story.book import Book, ChapterSettings
from audiobook.story.model import Block, Chapter

__all__ = ["Piece", "Pieces"]


@dataclass(frozen=True)
class Piece:
    """What becomes one file.

    Attributes
    ----------
    number : int
        Its own, which no other piece has.
    place : int
        The number of the chapter it is or is a part of: what ``--chapter`` means.
    chapter : Chapter
        What it is called and what is read; no blocks for credits.
    source : Chapter
        The story's chapter that it is of.
    opening, closing : str
        What is said before and after: credits, and which chapter it is where no title says so.
    part, n_parts : int
        Which part of its chapter it is; 0 where that is not divided.
    is_credit : bool
        Whether it has no word of the story.
    """

    number: int
    place: int
    chapter: Chapter
    settings: ChapterSettings
    source: Chapter
    opening: str = ""
    closing: str = ""
    part: int = 0
    n_parts: int = 0
    is_credit: bool = False


class Pieces:
    """Applies a profile's rules on files to the chapters of a story.

    Attributes
    ----------
    notes : list of str
        What the user should know.
    """

    def __init__(
        self, book: Book, profile: Profile, language: str, facts: Mapping[str, str], n_chapters: int
    ) -> None:
        self._book = book
        self._profile = profile
        self._language = language
        self._facts = facts
        self._n_chapters = n_chapters
        self._later = n_chapters + 2  # the next number that nobody has; one before is the sample's
        self.notes: list[str] = []
        self.wording = self._wording()

    @property
    def sample_number(self) -> int:
        """The number of what is made beside the chapters."""
        return self._n_chapters + 2

    def of(self, chapters: Sequence[tuple[int, Chapter, ChapterSettings]]) -> list[Piece]:
        """Return the pieces of the book in order; a chapter comes with its number and settings."""
        pieces = [p for entry in chapters for p in self._parts(*entry)]
        if self._profile.credits is CreditsPlace.EACH:
            pieces = list(self._with_credits(pieces))
        if self._profile.credits is CreditsPlace.APART:
            pieces = [self._credit(is_closing=False), *pieces, self._credit(is_closing=True)]
        return [piece for piece in pieces if piece.opening or not piece.is_credit]

    def _wording(self) -> Wording:
        found = wording_in(self._language)
        own = self._book.credits
        if found is None and self._profile.credits and not (own.opening and own.closing):
            self.notes.append(
                f"there are no credits in {self._language}, so they are English; "
                "write your own into [credits] in book.toml"
            )
        if self._profile.credits:
            self.notes += [
                f'the credits name no {what}; say {key} = "..." in book.toml'
                for what, key in (("author", "author"), ("narrator", "narrator_name"))
                if not self._facts[what] and not (own.opening and own.closing)
            ]
        fallback = wording_in(FALLBACK)
        assert fallback is not None
        return found or fallback

    def _parts(self, number: int, chapter: Chapter, settings: ChapterSettings) -> Iterator[Piece]:
        announced = ""
        if self._profile.speaks_titles and not chapter.title_is_written:
            announced = fill(self.wording.chapter, {"number": str(number)})
        speed = settings.speed or self._book.voice.speed
        parts: tuple[tuple[Block, ...], ...] = (chapter.blocks,)
        if not settings.audio:  # a recording is as long as it is
            parts = divide(chapter, self._profile, self._book, self._language, speed)
        if len(parts) == 1:
            yield Piece(number, number, chapter, settings, chapter, opening=announced)
            return
        self.notes.append(
            f'chapter {number} "{chapter.title}" may be longer than '
            f"{self._profile.longest_s / 60:.3g} minutes: it is divided into {len(parts)} files"
        )
        for part, blocks in enumerate(parts, start=1):
            own = replace(chapter, title=self._of(chapter.title, part, len(parts)), blocks=blocks)
            said = self._of(announced, part, len(parts)) if announced else ""
            own_number = number if part == 1 else self._next_number()
            yield Piece(
                *(own_number, number, own, settings, chapter),
                opening=said,
                part=part,
                n_parts=len(parts),
            )

    def _of(self, title: str, part: int, n_parts: int) -> str:
        facts = {"title": title, "part": str(part), "parts": str(n_parts)}
        return fill(self.wording.part, facts)

    def _next_number(self) -> int:
        self._later += 1
        return self._later

    def _with_credits(self, pieces: Sequence[Piece]) -> Iterator[Piece]:
        wording = self.wording
        for piece in pieces:
            begins = wording.first_begins if piece is pieces[0] else wording.begins
            ends = wording.last_ends if piece is pieces[-1] else wording.ends
            facts = {"number": str(piece.place), "chapter": piece.chapter.title}
            opening = self._said(self._book.credits.opening, begins, facts)
            yield replace(
                piece,
                opening="\n".join(filter(None, [opening, piece.opening])),
                closing=self._said(self._book.credits.closing, ends, facts),
            )

    def _credit(self, *, is_closing: bool) -> Piece:
        wording, own = self.wording, self._book.credits
        if is_closing:
            number, title = self._n_chapters + 1, wording.closing_title
            text = self._said(own.closing, wording.closing, {})
        else:
            number, title = 0, wording.opening_title
            text = self._said(own.opening, wording.opening, {})
        chapter = Chapter(title, title_is_written=False, blocks=())
        return Piece(
            *(number, number, chapter, ChapterSettings(), chapter),
            opening=text,
            is_credit=True,
        )

    def _said(self, own: str, usual: str, more: Mapping[str, str]) -> str:
        return fill(own or usual, {**self._facts, **more}, is_own=bool(own))
