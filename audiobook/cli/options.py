"""The options that several commands share, and how they and ``book.toml`` become one book."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from audiobook.cli.overlay import overlaid, typed_music
from audiobook.profiles import DEFAULT_PROFILE, PROFILES

if TYPE_CHECKING:
    from audiobook.build.options import Options
    from audiobook.build.plan import Plan
    from audiobook.build.state import BuildState
    from audiobook.store import Store
    from audiobook.story.book import Book
    from audiobook.story.model import Story

__all__ = [
    "Asked",
    "Desk",
    "book_options",
    "chapter_option",
    "default_out",
    "desk_of",
    "echo_json",
    "named",
    "story_argument",
    "story_options",
]

F = TypeVar("F", bound=Callable[..., Any])


def named(_ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse the empty name that an unset variable of a shell script leaves."""
    if value is not None and not value.strip():
        raise click.UsageError(f"{option.opts[0]} is empty; name something, or leave it out")
    return value


def _all_named(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        named(context, option, value)
    return values


def story_argument(command: F) -> F:
    """Add the STORY argument."""
    return click.argument("story", default=".", metavar="[STORY]")(command)


def chapter_option(command: F) -> F:
    """Add ``--chapter``, which can be given more than once."""
    return click.option(
        "--chapter",
        "chapters",
        multiple=True,
        metavar="N|N-M|TITLE",
        help="Only this one; can be repeated [default: all].",
    )(command)


_OUT = click.option("-o", "--out", metavar="DIR", help="Output folder [default: out/<story>].")
# What of a book can be said on the command line, in the order of its help.
_BOOK_OPTIONS = (
    click.option(
        "--voice",
        metavar="ENGINE:VOICE",
        callback=named,
        help="Narrator [default: kokoro:af_heart, or what speaks the story's language].",
    ),
    click.option(
        "--fallback",
        metavar="ENGINE:VOICE",
        callback=named,
        help="Who reads what an online voice cannot be asked for, e.g. espeak [default: nobody].",
    ),
    click.option(
        "--cast",
        type=click.Choice(["auto", "none"]),
        help="Voices of their own for the speakers [default: those in [cast] of book.toml].",
    ),
    click.option(
        "--speed",
        type=click.FloatRange(0.5, 2.0),
        metavar="X",
        help="Reading speed [default: 1].",
    ),
    click.option(
        "--music",
        metavar="PALETTE|FILE|none",
        multiple=True,
        callback=_all_named,
        help="Composed, your own (again for a playlist), or none [default: kazakh].",
    ),
    click.option(
        "--mood",
        metavar="MOOD",
        callback=named,
        help='Mood of composed music, see "audiobook music --list" [default: as the text is].',
    ),
    click.option(
        "--profile",
        metavar="NAME",
        callback=named,
        help=f"What for: {', '.join(PROFILES)} [default: {DEFAULT_PROFILE}].",
    ),
    click.option("--draft", is_flag=True, help="A fast voice, to hear how it will go."),
    click.option("--title", metavar="T", help="Title of the book [default: the story's]."),
    click.option("--author", metavar="A", help="Author of the book [default: the story's]."),
    click.option(
        "--language",
        metavar="L",
        callback=named,
        help="Language, e.g. kk [default: the story's, else what its words show].",
    ),
    click.option(
        "--cover",
        metavar="FILE",
        callback=named,
        help="JPEG or PNG picture [default: one is drawn].",
    ),
)


def book_options(command: F) -> F:
    """Add everything about the book that the command line can change."""
    for option in reversed(_BOOK_OPTIONS):
        command = option(command)
    return command


def story_options(command: F) -> F:
    """Add STORY, the output folder, and everything about the book."""
    return story_argument(_OUT(book_options(command)))


@dataclass(frozen=True)
class Asked:
    """What was typed: `story_options`, None where nothing was."""

    story: str
    out: str | None = None
    voice: str | None = None
    fallback: str | None = None
    cast: str | None = None
    speed: float | None = None
    music: tuple[str, ...] = ()
    mood: str | None = None
    profile: str | None = None
    draft: bool = False
    title: str | None = None
    author: str | None = None
    language: str | None = None
    cover: str | None = None

    def words(self) -> list[str]:
        """Return the story and what shapes the book, to be typed again from any folder.

        The output folder is left out: who asks again names it.
        """
        words = [self.story if self.story == "-" else str(Path(self.story).resolve())]
        for name, value in vars(self).items():
            if name in ("story", "out") or value is None or value is False:
                continue
            if name == "music":
                words += [word for music in value for word in ("--music", typed_music(music))]
                continue
            words.append(f"--{name}")
            if name == "cover":
                words.append(str(Path(value).resolve()))
            elif value is not True:
                words.append(str(value))
        return words


@dataclass(frozen=True)
class Desk:
    """A story on the desk, with everything a command needs to work on it."""

    story: Story
    book: Book
    options: Options
    store: Store
    state: BuildState

    def reread(self) -> Desk:
        """Look again at what was built last: another build may have ended in the meantime."""
        from audiobook.build.state import load_state

        state = load_state(self.store, self.options.out)
        state.asked = self.state.asked
        return replace(self, state=state)

    def plan(self, refused: Mapping[str, str] | None = None) -> Plan:
        """Decide what has to be done; see `Options.refused`."""
        from audiobook.build.plan import make_plan

        options = replace(self.options, refused=refused or {})
        return make_plan(self.story, self.book, options, self.store, self.state)


def desk_of(asked: Asked, **more: Any) -> Desk:
    """Read the story and its book, and lay what was typed over both.

    Parameters
    ----------
    more
        Further fields of `audiobook.build.options.Options`.
    """
    from audiobook.build.options import Options
    from audiobook.build.state import load_state
    from audiobook.store import Store, default_root
    from audiobook.story import open_project

    project = open_project(_source(asked.story))
    out = Path(asked.out) if asked.out else default_out(asked.story)
    store = Store(default_root())
    options = Options(
        out=out,
        base=project.base,
        draft=asked.draft,
        profile=asked.profile or project.book.profile or DEFAULT_PROFILE,
        mood=asked.mood or "",
        epoch_s=_epoch_s(),
        **more,
    )
    book = overlaid(project.book, asked)
    return Desk(project.story, book, options, store, load_state(store, out))


def _epoch_s() -> int:
    """Return when the book was made, for those who build reproducibly and say so."""
    from audiobook.build.options import EPOCH_S

    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    return max(EPOCH_S, int(text)) if text.isdecimal() else EPOCH_S


def _source(story: str) -> Path | bytes:
    return click.get_binary_stream("stdin").read() if story == "-" else Path(story)


def default_out(story: str) -> Path:
    """Return the output folder of a story for which none is named."""
    from audiobook.export.names import slug

    if story == "-":
        return Path("out", "story")
    path = Path(story).resolve()
    return Path("out", slug(path.name if path.is_dir() else path.stem) or "story")


def echo_json(value: object) -> None:
    """Print a result for a program to read."""
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
