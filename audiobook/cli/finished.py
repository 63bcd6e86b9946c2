"""``audiobook locate``: what is said at a position of a finished book."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

import click

from audiobook.cli.options import echo_json
from audiobook.cli.words import parse_clock, stamp

__all__ = ["locate_command", "seen_from_here"]


@click.command(
    "locate",
    short_help="Say what is heard at a position, and how to make it anew.",
    epilog="""
\b
Examples:
  audiobook locate out/story 12:34               # in the whole book
  audiobook locate out/story 0:41 --chapter 3    # in chapter 3's own file
""",
)
@click.argument("folder", metavar="DIR")
@click.argument("position", metavar="M:SS")
@click.option(
    "--chapter",
    type=int,
    metavar="N",
    help="The position is in this chapter's file [default: the whole book's].",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def locate_command(folder: str, position: str, chapter: int | None, as_json: bool) -> None:
    """Say what is heard at a position, where that is written, and how to make it anew."""
    from audiobook.build.state import load_state
    from audiobook.check import locate
    from audiobook.export.reportfile import load_report
    from audiobook.store import Store, default_root

    try:
        position_s = parse_clock(position)
    except ValueError as error:
        raise click.UsageError(f'"{position}" is no position; say 12:34 or 90.5') from error
    out = Path(folder)
    place = locate(load_report(out / "build.json"), position_s, chapter)
    asked = load_state(Store(default_root()), out).asked or ["STORY"]
    take = place.segment["take"] + 1
    again = _again(asked, folder, place.chapter["number"], take)
    if as_json:
        echo_json({"chapter": place.chapter["number"], "segment": place.segment, "again": again})
        return
    start, end = stamp(place.segment["start_s"]), stamp(math.ceil(place.segment["end_s"]))
    click.echo(f"chapter {place.chapter['number']} {place.chapter['title']}, {start} to {end}")
    click.echo(place.segment["text"])
    line = place.segment.get("line", 0)
    written = f", line {line} of the story" if line else ""
    click.echo(f"segment {place.segment['id']}, {place.segment['voice']}, take {take - 1}{written}")
    click.echo(f"the chapter anew: {again}")
    click.echo("only this segment: write into book.toml")
    click.echo(f'  [[segment]]\n  id = "{place.segment["id"]}"\n  take = {take}')


def _again(asked: list[str], folder: str, number: int, take: int) -> str:
    """Return the command that repeats the last build with another take of one chapter."""
    words = ["audiobook", "build", *map(seen_from_here, asked)]
    words += ["-o", folder, "--chapter", str(number), "--take", str(take)]
    return shlex.join(words)


def seen_from_here(word: str) -> str:
    """Shorten the path of something in the current folder."""
    path = Path(word)
    here = path.is_absolute() and path.is_relative_to(Path.cwd())
    short = str(path.relative_to(Path.cwd())) if here else word
    return f"./{short}" if here and short.startswith("-") else short
