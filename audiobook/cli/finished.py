"""``audiobook locate`` and ``check``: what is in a finished folder, and whether it is good."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from audiobook.cli.options import echo_json
from audiobook.cli.words import clock, parse_clock

__all__ = ["check_command", "locate_command"]


@click.command(
    "locate",
    epilog="""
\b
Examples:
  audiobook locate out/story 12:34               in the whole book
  audiobook locate out/story 0:41 --chapter 3    in chapter 3's own file
""",
)
@click.argument("folder", metavar="DIR")
@click.argument("position", metavar="M:SS")
@click.option("--chapter", type=int, metavar="N", help="The position is in this chapter's file.")
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
    source = load_state(Store(default_root()), out).source or "STORY"
    take = place.segment["take"] + 1
    again = (
        f"audiobook build {shlex.quote(source)} -o {shlex.quote(folder)} "
        f"--chapter {place.chapter['number']} --take {take}"
    )
    if as_json:
        echo_json({"chapter": place.chapter["number"], "segment": place.segment, "again": again})
        return
    click.echo(f"chapter {place.chapter['number']} {place.chapter['title']}")
    click.echo(f"{clock_range(place.segment)}  {place.segment['text']}")
    line = place.segment.get("line", 0)
    written = f", line {line} of the story" if line else ""
    click.echo(f"segment {place.segment['id']}, {place.segment['voice']}, take {take - 1}{written}")
    click.echo(f"the chapter anew: {again}")
    click.echo(
        f'only this segment: [[segment]] id = "{place.segment["id"]}", take = {take} in book.toml'
    )


def clock_range(segment: dict[str, Any]) -> str:
    """Write from when to when a segment sounds, in its chapter."""
    return f"{clock(segment['start_s'])} to {clock(segment['end_s'])}"


@click.command(
    "check",
    epilog="""
\b
Example:
  audiobook check out/story
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
