"""Markdown in, `Manuscript` out: CommonMark with front matter, its markup taken off the words."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from audiobook.errors import StoryError
from audiobook.story.directions import Direction
from audiobook.story.draft import Draft, Manuscript
from audiobook.story.headings import is_scene_break
from audiobook.story.languages import language_code
from audiobook.story.markdown_directions import give_to_text, n_visible, obey_directions, sayings
from audiobook.story.model import BlockKind, Saying, Span, SpanKind

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["parse_markdown"]

MAX_FACTS_DEPTH = 20  # lists in lists in front matter; reading takes the square of the depth
MAX_UNDERLINED_CHARS = 100  # a longer text over "---" is a paragraph before a scene break

_FOOTNOTE_MARK = re.compile(r"(?<!\\)\[\^[^\]\s]+\]:?")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNREAD = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_LINE_BREAK = re.compile(r"<(?:br|/p|/div|/h\d|/li|/tr|hr)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# What may follow "---" in the first line when it opens facts and not a scene.
_FACT_LINE = re.compile(r"[\w .-]+:(\s|$)")


def parse_markdown(text: str, name: str) -> Manuscript:
    """Return the blocks of a Markdown text.

    Parameters
    ----------
    text : str
        Lines end with a line feed.
    name : str
        What to call it in an error.

    Notes
    -----
    Links and inline code keep their words, emphasis its place too; pictures, comments, notes' marks
    and code of a named language have none to speak. An indented block is a paragraph, as authors
    mean it, and a paragraph with a line of dashes right under it stays one. A line that is a
    direction is no text, wherever it stands in a paragraph, nor are the braces behind words in
    brackets that say how these are spoken.

    Raises
    ------
    StoryError
        If the front matter is not YAML, or a direction is unknown.
    """
    facts, body, n_lines = _front_matter(text, name)
    tokens = _tokens(_FOOTNOTE_MARK.sub("", body), name, n_lines)
    drafts, after = give_to_text(_drafts(tokens, name, n_lines))
    return Manuscript(
        drafts,
        directions=after,
        title=_fact(facts, "title"),
        author=_fact(facts, "author", "authors", "creator"),
        language=language_code(_fact(facts, "language", "lang")),
    )


def _front_matter(text: str, name: str) -> tuple[dict[str, object], str, int]:
    """Return the facts before the text, the text, and how many lines the facts take."""
    lines = text.split("\n")
    ends = [i for i, line in enumerate(lines) if i and line.rstrip() in ("---", "...")]
    opens = lines[0].rstrip() == "---" and len(lines) > 1 and bool(ends)
    if not opens or not (_FACT_LINE.match(lines[1]) or lines[1][:1] == "#" or ends[0] == 1):
        return {}, text, 0
    n_lines = ends[0] + 1
    facts = _yaml("\n".join(lines[1 : ends[0]]), name)
    return facts, "\n".join(lines[n_lines:]), n_lines


def _yaml(text: str, name: str) -> dict[str, object]:
    import yaml

    try:
        _check_yaml(text, name)
        facts = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "a value is not what it looks like"
        raise StoryError(
            f"{name}:{line}: the front matter is not YAML ({problem}); "
            "put quotation marks around the value"
        ) from error
    if facts is None:
        return {}
    if not isinstance(facts, dict):
        raise StoryError(f'{name}:1: the front matter must be lines such as "title: My Story"')
    return {str(key).lower(): value for key, value in facts.items()}


def _check_yaml(text: str, name: str) -> None:
    """Refuse what a few lines unfold to more of than memory holds or time allows."""
    import yaml

    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise StoryError(
                f"{name}:1: the front matter has aliases, which can be a trap; "
                "write the text in full"
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_FACTS_DEPTH:
            line = event.start_mark.line + 2 if event.start_mark else 1
            raise StoryError(
                f"{name}:{line}: the front matter has brackets in brackets, too many to be facts; "
                "take them out"
            )


def _fact(facts: dict[str, object], *names: str) -> str:
    value = next((facts[name] for name in names if facts.get(name)), "")
    if isinstance(value, list):
        return ", ".join(_one_line(item) for item in value)
    return _one_line(value)


def _one_line(value: object) -> str:
    if isinstance(value, dict):  # pandoc's {name: ..., affiliation: ...}
        value = value.get("name", "")
    return " ".join(str(value).split())


def _tokens(body: str, name: str, offset: int) -> list[Token]:
    from markdown_it import MarkdownIt

    # Indented text is no code in a story, and link definitions would swallow words.
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")
    obey_directions(reader, body.split("\n"), name, offset)
    return reader.parse(body)


def _drafts(tokens: Sequence[Token], name: str, offset: int) -> Iterator[Draft | Direction]:
    number = ""  # of the list item that the next paragraph opens
    for i, token in enumerate(tokens):
        line = (token.map[0] if token.map else 0) + 1 + offset
        if token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline":
            opening = tokens[i - 1]
            lines = _inline_lines(token.children or ())
            yield from token.meta.get("before", ())
            drafts = _inline_drafts(opening, [*_numbered(number, lines)], line)
            marks = _marks(token.children or (), n_visible(number))
            said = sayings(token.children or (), n_visible(number), f"{name}:", line)
            yield from _marked(drafts, marks, said)
            yield from token.meta.get("after", ())
            number = ""
        elif token.type == "hr":
            yield Draft(BlockKind.SCENE_BREAK, (), line)
        elif token.type == "fence" and not token.info.strip():
            yield from _verse(token.content.split("\n"), line + 1)
        elif token.type == "html_block":
            yield from _html_drafts(token.content, line)


def _numbered(number: str, lines: Sequence[str]) -> Iterator[str]:
    """Give a list item's number back: "1986. A year to remember" is a list to Markdown only."""
    for i, line in enumerate(lines):
        yield f"{number}{line}" if i == 0 else line


def _inline_drafts(opening: Token, lines: Sequence[str], line: int) -> Iterator[Draft]:
    lines = [clean for text in lines if (clean := " ".join(text.split()))]
    text = " ".join(lines)
    if not text:
        if opening.type == "heading_open" and opening.markup == "-":  # under a direction
            yield Draft(BlockKind.SCENE_BREAK, (), line)
        return
    if opening.type == "heading_open":
        level = int(opening.tag[1:])
        if opening.markup == "-" and _reads_as_prose(text):
            yield Draft(BlockKind.PARAGRAPH, (text,), line)
            yield Draft(BlockKind.SCENE_BREAK, (), line + len(lines))
        else:
            yield Draft(BlockKind.HEADING, (text,), line, level)
    elif len(lines) == 1 and is_scene_break(text):
        yield Draft(BlockKind.SCENE_BREAK, (), line)
    elif len(lines) > 1:
        yield Draft(BlockKind.VERSE, tuple(lines), line)
    else:
        yield Draft(BlockKind.PARAGRAPH, (text,), line)


def _reads_as_prose(text: str) -> bool:
    return len(text) > MAX_UNDERLINED_CHARS or text.rstrip("\"'”’»)")[-1:] in (".", "…", ",", ";")


def _inline_lines(tokens: Sequence[Token]) -> list[str]:
    """Return the words of inline tokens, divided where the author divides lines."""
    lines = [""]
    for token in tokens:
        is_break = token.type == "html_inline" and _LINE_BREAK.match(token.content)
        if token.type == "hardbreak" or is_break:
            lines.append("")
        elif token.type == "softbreak":
            lines[-1] += "\n"
        elif token.type in ("text", "code_inline", "text_special"):
            lines[-1] += token.content
    return lines


def _marks(tokens: Sequence[Token], at: int) -> tuple[Span, ...]:
    """Return what is emphasised, counted in visible characters from ``at`` on."""
    marks: list[Span] = []
    open_: list[tuple[int, SpanKind]] = []
    for token in tokens:
        if token.type in ("em_open", "strong_open"):
            kind = SpanKind.EMPHASIS if token.type == "em_open" else SpanKind.STRONG
            open_.append((at, kind))
        elif token.type in ("em_close", "strong_close"):
            start, kind = open_.pop()
            if at > start:
                marks.append(Span(start, at, kind))
        elif token.type in ("text", "code_inline", "text_special"):
            at += n_visible(token.content)
    return tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))


def _marked(
    drafts: Iterator[Draft], marks: tuple[Span, ...], said: tuple[Saying, ...]
) -> Iterator[Draft]:
    for draft in drafts:
        has_text = draft.kind is not BlockKind.SCENE_BREAK
        yield dataclasses.replace(draft, marks=marks, said=said) if has_text else draft


def _verse(lines: Sequence[str], line: int) -> Iterator[Draft]:
    filled = [(i, clean) for i, text in enumerate(lines) if (clean := " ".join(text.split()))]
    if filled:
        texts = tuple(text for _, text in filled)
        kind = BlockKind.VERSE if len(texts) > 1 else BlockKind.PARAGRAPH
        yield Draft(kind, texts, line + filled[0][0])


def _html_drafts(content: str, line: int) -> Iterator[Draft]:
    """Yield the words between tags, a paragraph for each element that stands by itself."""
    content = _UNREAD.sub("", _COMMENT.sub("", content))
    if re.fullmatch(r"\s*<hr\b[^>]*>\s*", content, re.IGNORECASE):
        yield Draft(BlockKind.SCENE_BREAK, (), line)
        return
    for piece in _LINE_BREAK.split(content):
        text = " ".join(html.unescape(_TAG.sub("", piece)).split())
        if text:
            yield Draft(BlockKind.PARAGRAPH, (text,), line)
