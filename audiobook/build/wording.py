"""What is known of a book in, what is said before and after it out: in the book's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from audiobook.errors import BuildError
from audiobook.story.model import has_words

__all__ = ["Wording", "fill", "wording_in"]

FALLBACK = "en"
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{(\w+)\}")
_ENDING_NAME = re.compile(r"\{(\w+)\}(\.?)")
_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True)
class Wording:
    """One language's templates; ``wording.toml`` says what each is for."""

    opening: str
    closing: str
    first_begins: str
    begins: str
    ends: str
    last_ends: str
    opening_title: str
    closing_title: str
    sample_title: str
    chapter: str
    part: str


def wording_in(language: str) -> Wording | None:
    """Return the templates of a language (BCP 47), or None if there are none."""
    return _wordings().get(re.split(r"[-_]", language.lower())[0])


@cache
def _wordings() -> dict[str, Wording]:
    text = files("audiobook.build").joinpath("wording.toml").read_text("utf-8")
    return {language: Wording(**texts) for language, texts in tomllib.loads(text).items()}


def fill(template: str, facts: Mapping[str, str], *, is_own: bool = False) -> str:
    """Put what is known into a template; brackets that name something unknown are left out.

    Parameters
    ----------
    facts : mapping of str to str
        By the names that templates use; "" where not known.
    is_own : bool
        Whether the user wrote it: then what is unknown and in no brackets is refused.

    Raises
    ------
    BuildError
        If the user's own words name something that the book does not say.

    Examples
    --------
    >>> fill("{title}[, by {author}][, read by {narrator}].", {"title": "Rain", "author": "A. B."})
    'Rain, by A. B.'
    """

    def optional(match: re.Match[str]) -> str:
        known = all(facts.get(name) for name in _NAME.findall(match[1]))
        return match[1] if known else ""

    kept = _OPTIONAL.sub(optional, template)
    unknown = next((name for name in _NAME.findall(kept) if not facts.get(name)), "")
    if unknown and is_own:
        raise BuildError(
            f"[credits] in book.toml names {{{unknown}}}, which the book does not say; say it, or "
            f"write [brackets] around what is left out without it"
        )
    said = _ENDING_NAME.sub(lambda match: _ended(facts.get(match[1], ""), match[2]), kept)
    return said if has_words(said) else ""


def _ended(text: str, stop: str) -> str:
    """Return a name with the full stop after it, unless it has an end of its own."""
    return text if text.endswith(_ENDS) else text + stop
