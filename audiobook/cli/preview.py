"""``audiobook preview``: a minute of a book, as it will sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audiobook.cli.group import StoppedError
from audiobook.cli.options import Asked, book_options, desk_of, story_argument

__all__ = ["preview_command"]


@click.command(
    "preview",
    short_help="Make a minute of a chapter, to hear how it will be.",
    epilog="""
\b
Examples:
  audiobook preview story.md
  audiobook preview story.md --chapter 2 --seconds 90 --open
  audiobook preview story.md --voice kokoro:bf_emma --music celtic -o emma.mp3
""",
)
@story_argument
@click.option(
    "--chapter", metavar="N|TITLE", help="The beginning of this one [default: the first]."
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3600),
    default=60.0,
    metavar="S",
    help="At least so much, to the end of a sentence [default: 60].",
)
@click.option(
    "-o", "--out", metavar="FILE", help="Where to: an .mp3 [default: out/<story>.preview.mp3]."
)
@book_options
@click.option("--open", "opens", is_flag=True, help="Open it when it is finished.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
def preview_command(
    chapter: str | None, seconds: float, out: str | None, opens: bool, quiet: bool, **typed: Any
) -> None:
    """Make the beginning of a chapter of STORY, as it will sound in the book.

    The voice, the music composed for just this excerpt, mixed and mastered, in one MP3 file. The
    finished book stays as it is, and what is spoken now no build speaks again.
    """
    from audiobook.build.preview import preview
    from audiobook.cli.build import cores
    from audiobook.cli.display import display_for
    from audiobook.cli.words import clock

    if out is not None and Path(out).suffix.lower() != ".mp3":
        raise click.UsageError(f'"{out}" is no MP3 file; say for example -o preview.mp3')
    chosen = () if chapter is None else (chapter,)
    desk = desk_of(Asked(**typed), chapters=chosen, formats=())
    folder = desk.options.out
    target = Path(out) if out else folder.with_name(f"{folder.name}.preview.mp3")
    fallback = desk.book.voice.fallback
    with display_for(quiet=quiet) as display:
        try:
            made = preview(
                desk.plan,
                desk.store,
                target,
                seconds,
                display.show,
                n_workers=cores(),
                fallback=fallback,
            )
        except KeyboardInterrupt as stop:
            display.stopped()
            raise StoppedError from stop
    if not quiet:
        title = f"chapter {made.chapter.number} {made.chapter.title}"
        click.echo(f"{target}: {title}, {clock(made.duration_s)}")
    if opens:
        _open(target)


def _open(target: Path) -> None:
    from audiobook.cli.browser import open_in_browser

    if not open_in_browser(target.resolve().as_uri()):
        click.echo("nothing to open it with here; take it to a player", err=True)
