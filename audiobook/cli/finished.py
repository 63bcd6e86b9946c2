"""``audiobook locate`` and ``check``: what is in a finished folder, and whether it is good."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import echo_json
from audiobook.cli.words import parse_clock, stamp

__all__ = ["check_command", "locate_command"]


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
    from audiobook.export.report import load_report
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
    words = ["audiobook", "build", *map(_as_seen_from_here, asked)]
    words += ["-o", folder, "--chapter", str(number), "--take", str(take)]
    return shlex.join(words)


def _as_seen_from_here(word: str) -> str:
    """Shorten the path of something in the current folder."""
    path = Path(word)
    here = path.is_absolute() and path.is_relative_to(Path.cwd())
    short = str(path.relative_to(Path.cwd())) if here else word
    return f"./{short}" if here and short.startswith("-") else short


@click.command(
    "check",
    short_help="Listen to a finished folder and judge it.",
    epilog="""
\b
Examples:
  audiobook check out/story
  audiobook check out/story --json | jq '.[] | select(.ok | not)'
""",
)
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def check_command(folder: str, as_json: bool) -> None:
    """Listen to a finished folder: decode every file, and hold it against its profile and marks.

    Exit status 1 when something is not as it should be.
    """
    from audiobook.check import check

    verdicts = check(Path(folder))
    if as_json:
        echo_json(
            [
                {"file": v.file, "rule": v.rule, "value": v.value, "bar": v.bar, "ok": v.ok}
                for v in verdicts
            ]
        )
    else:
        _show(verdicts)
    if not all(v.ok for v in verdicts):
        sys.exit(1)


def _show(verdicts: list[Any]) -> None:
    """Print one line for each file, and one for each rule that it breaks."""
    files: dict[str, list[Any]] = {}
    for verdict in verdicts:
        files.setdefault(verdict.file, []).append(verdict)
    for file, entries in files.items():
        mark = "ok" if all(v.ok for v in entries) else "NO"
        values = ", ".join(f"{v.rule} {v.value}" for v in entries)
        click.echo(f"{mark:<3} {file}: {values}")
        for verdict in entries:
            if not verdict.ok:
                click.echo(f"    {verdict.rule} is {verdict.value}, should be {verdict.bar}")
