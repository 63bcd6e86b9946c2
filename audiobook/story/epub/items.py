"""What is read of a document: its blocks, and all that tells what they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from audiobook.story.draft import Draft
from audiobook.story.model import BlockKind

__all__ = ["Document", "Item"]


@dataclass
class Item:
    """A block.

    Attributes
    ----------
    document : str
        Its name.
    part : str
        A name of `audiobook.story.epub.parts.PARTS`; "" for what is read.
    group : int
        The same for headings that are one title together; 0 for none.
    n_linked, n_visible : int
        How many of its characters lie in links, and how many it has.
    """

    draft: Draft
    document: str
    part: str = ""
    group: int = 0
    n_linked: int = 0
    n_visible: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return self.draft.kind is BlockKind.HEADING


@dataclass
class Document:
    """What is in one document.

    Attributes
    ----------
    anchors : dict of str to (int, int)
        The items that each named element holds: from, up to.
    notes : list of (int, str, str)
        The marks of notes: the item each is in, and the document and element that it leads to.
    said : list of (str, str, str)
        Words that say how they sound: text, phonemes, alphabet.
    """

    name: str
    items: list[Item] = field(default_factory=list)
    anchors: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: list[tuple[int, str, str]] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    omitted: Counter[str] = field(default_factory=Counter)
    language: str = ""
