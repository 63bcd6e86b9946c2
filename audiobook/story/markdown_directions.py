"""Directions in Markdown: taken out of its tokens, each where it holds."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from audiobook.errors import StoryError
from audiobook.story.directions import Direction, direction_in, saying_problem
from audiobook.story.draft import Draft
from audiobook.story.model import Saying

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["give_to_text", "n_visible", "obey_directions", "sayings"]

_SAYING = re.compile(
    r"\[(?P<words>[^\[\]]+)\]\{\s*(?P<name>[^\W\d_][\w-]*)\s*:(?P<value>[^{}\n]*)\}"
)
_TAG = re.compile(r"<[^<>]*>")


def obey_directions(reader: MarkdownIt, source: Sequence[str], name: str, offset: int) -> None:
    """Teach a reader of Markdown that directions are no text.

    Parameters
    ----------
    source : sequence of str
        The lines that it will read.
    name : str
        What the story is called in messages.
    offset : int
        Lines before the first of them.
    """

    def take(state: StateCore) -> None:
        """Take lines that are directions out of paragraphs before their markup is read."""
        for opening, token in zip(state.tokens, state.tokens[1:], strict=False):
            # A heading with a line under it is a paragraph until that line.
            if opening.type == "paragraph_open" or opening.markup in ("-", "="):
                _take_directions(token, source, name, offset)

    reader.core.ruler.before("inline", "directions", take)
    reader.inline.ruler.before("link", "saying", _take_saying)


def _take_directions(token: Token, source: Sequence[str], name: str, offset: int) -> None:
    """Move a token's directions from its text to its ``meta``: before the text, and after it."""
    if token.type != "inline" or "{" not in token.content:
        return
    start = token.map[0] if token.map else 0
    lines = token.content.split("\n")
    # As written, so that what a list's number stands before is no line of its own.
    written = [line.lstrip("> \t") for line in source[start : start + len(lines)]]
    found = [direction_in(line, name, start + i + 1 + offset) for i, line in enumerate(written)]
    if not any(found):
        return
    texts = [i for i, direction in enumerate(found) if direction is None]
    last = texts[-1] if texts else len(lines)
    token.map = [start + (texts[0] if texts else 0), start + len(lines)]
    token.content = "\n".join(
        line for line, direction in zip(lines, found, strict=True) if direction is None
    )
    token.meta["before"] = [direction for direction in found[:last] if direction]
    token.meta["after"] = [direction for direction in found[last:] if direction]


def _take_saying(state: StateInline, silent: bool) -> bool:
    """Read words in brackets that say in braces how they are spoken; a rule of markdown-it."""
    match = _SAYING.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("saying_open", "", 1).meta = _said(match)
        state.pos, last, state.posMax = match.start("words"), state.posMax, match.end("words")
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("saying_close", "", -1)
    state.pos = match.end()
    return True


def _said(match: re.Match[str]) -> dict[str, Any]:
    name, value = match["name"].casefold(), " ".join(match["value"].split())
    problem = saying_problem(name, value)
    if not problem and not any(char.isalnum() for char in match["words"]):
        problem = f"there is no word in the brackets before {{{name}: {value}}}"
    before = _TAG.sub("", match.string[: match.start()]).rpartition(" ")[2].rpartition("\n")[2]
    after = (_TAG.sub("", match.string[match.end() :]).split(None, 1) or [""])[0]
    if match.string[match.end() : match.end() + 1].isspace():
        after = ""
    if not problem and name == "ipa" and any(char.isalnum() for char in before + after):
        problem = (
            f'sounds are for whole words: put all of "{before}{match["words"]}{after}" into the '
            "brackets, or write {say: ...}"
        )
    return {"name": name, "value": value, "problem": problem}


def n_visible(text: str) -> int:
    """Return how many characters are not white space."""
    return sum(not char.isspace() for char in text)


def sayings(tokens: Sequence[Token], at: int, where: str, line: int) -> tuple[Saying, ...]:
    """Return which words are said otherwise, counted in visible characters from ``at`` on.

    Raises
    ------
    StoryError
        If one of them cannot be said so; ``where`` and the line tell which.
    """
    found: list[Saying] = []
    start = at
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type == "saying_open":
            if token.meta["problem"]:
                raise StoryError(f"{where}{line}: {token.meta['problem']}")
            start, name, value = at, token.meta["name"], token.meta["value"]
        elif token.type == "saying_close" and at > start:
            found.append(Saying(start, at, name, value))
        elif token.type in ("text", "code_inline", "text_special"):
            at += n_visible(token.content)
    return tuple(found)


def give_to_text(
    parts: Iterable[Draft | Direction],
) -> tuple[tuple[Draft, ...], tuple[Direction, ...]]:
    """Give each direction to the draft that follows it; return the drafts and what is left."""
    drafts: list[Draft] = []
    waiting: tuple[Direction, ...] = ()
    for part in parts:
        if isinstance(part, Direction):
            waiting = (*waiting, part)
        else:
            drafts.append(dataclasses.replace(part, directions=waiting) if waiting else part)
            waiting = ()
    return tuple(drafts), waiting
