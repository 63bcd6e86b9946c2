"""Where a printed word stands, and what is said there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.lexicon.grammar import Grammar
from audiobook.lexicon.words import Token

__all__ = ["Saying", "Site"]


@dataclass(frozen=True)
class Saying:
    """What is said for a word, between the marks that cling to it."""

    head: str
    core: str
    tail: str


@dataclass(frozen=True)
class Site:
    """A word among its neighbours, in a language."""

    tokens: Sequence[Token]
    i: int
    grammar: Grammar

    @property
    def token(self) -> Token:
        """The word itself."""
        return self.tokens[self.i]

    @property
    def before(self) -> Token | None:
        """The word before it."""
        return self.tokens[self.i - 1] if self.i else None

    @property
    def following(self) -> Token | None:
        """The word after it."""
        return self.tokens[self.i + 1] if self.i + 1 < len(self.tokens) else None

    @property
    def follows_number(self) -> bool:
        """Whether the word before is a number, or a word that counts ("million")."""
        before = self.before
        if before is None or not before.core:
            return False
        return before.core[-1].isnumeric() or before.core in self.grammar.money.scales

    def say(self, core: str, head: str | None = None) -> Saying:
        """Return a saying with the marks that cling to the word, or with another head."""
        return Saying(self.token.before if head is None else head, core, self.token.after)
