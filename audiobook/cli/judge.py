"""``audiobook check``: whether a finished folder is good."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.options import Asked, desk_of, echo_json
from audiobook.cli.words import clock, count
from audiobook.errors import AudiobookError

if TYPE_CHECKING:
    from audiobook.check import Checked, Examined, Source, Verdict

__all__ = ["check_command"]

NAME_CELLS = 34  # the rest of a line is numbers, 80 in all
SHAPE = 1  # of the JSON; check.schema.json describes it


@click.command(
    "check",
    short_help="Listen to a finished folder and judge it.",
    epilog="""
\b
Examples:
  audiobook check out/story
  audiobook check out/story --html check.html    # curves and rules, to look at in a browser
  audiobook check out/story --json | jq '.verdicts[] | select(.ok == false)'
""",
)
@click.argument("folder", metavar="DIR")
@click.option("--verbose", is_flag=True, help="Show every rule, not only those that are broken.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--html", metavar="FILE", help="Write a page with curves, too [default: none].")
def check_command(folder: str, verbose: bool, as_json: bool, html: str | None) -> None:
    """Listen to a finished folder: decode every file, and hold it against the rules.

    Loudness, peaks and coding as the profile wants them, marks where the chapters sound, speech
    over music in every segment, no gap and no click, tags, cover, and every word of the story once
    and in order. Exit status 1 when a rule is broken; what could not be measured is named.
    """
    from audiobook.check import check

    checked = check(Path(folder), _source(folder))
    if html is not None:
        from audiobook.check.page import write_page

        write_page(Path(html), checked)
    if as_json:
        echo_json(as_data(checked))
    else:
        _show(checked, verbose=verbose)
    if not checked.ok:
        sys.exit(1)


def _source(folder: str) -> Source:
    """Plan the same build again, without carrying it out: it knows story, clips and music."""
    from audiobook.build.state import load_state
    from audiobook.check import Source
    from audiobook.cli.build import build_command
    from audiobook.store import Store, default_root

    store = Store(default_root())
    asked = load_state(store, Path(folder)).asked
    if not asked:
        return Source(store, why_not="it was not built here")
    if asked[0] == "-":
        return Source(store, why_not="its story came from standard input")
    try:
        typed = build_command.make_context("build", [*asked, "-o", folder]).params
        known = {field.name for field in fields(Asked)}
        desk = desk_of(Asked(**{k: v for k, v in typed.items() if k in known}))
        return Source(store, desk.plan())
    except (AudiobookError, click.ClickException) as error:
        message = error.message if isinstance(error, click.ClickException) else str(error)
        return Source(store, why_not=message)


def as_data(checked: Checked) -> dict[str, Any]:
    """Return what ``--json`` prints; ``check.schema.json`` describes it."""
    return {
        "version": SHAPE,
        "title": checked.report["title"],
        "profile": checked.report["profile"],
        "ok": checked.ok,
        "verdicts": [
            {
                "file": v.file,
                "rule": v.rule,
                "ok": v.ok,
                "value": v.value,
                "bar": v.bar,
                "measured": None if v.measured is None else round(v.measured, 3),
                "unit": v.unit,
            }
            for v in checked.verdicts
        ],
    }


def _show(checked: Checked, *, verbose: bool) -> None:
    """Print a line for each file, below it what is broken, and at the end how many rules hold."""
    for file in checked.files:
        click.echo(_line(file))
        for verdict in file.verdicts:
            if verbose or verdict.ok is False:
                click.echo(_verdict(verdict))
    verdicts = checked.verdicts
    broken = sum(v.ok is False for v in verdicts)
    unknown = [v for v in verdicts if v.ok is None]
    if unknown and not verbose:
        rules = ", ".join(dict.fromkeys(v.rule for v in unknown))
        reasons = dict.fromkeys(v.value.removeprefix("not measured: ") for v in unknown)
        click.echo(f"not measured: {rules} ({'; '.join(reasons)})")
    held = f"{broken} broken" if broken else "every rule holds"
    click.echo(f"{count(len(checked.files), 'file')}, {count(len(verdicts), 'rule')}: {held}")


def _line(file: Examined) -> str:
    """Write a file's line: whether it is good, its name, and the numbers that matter most."""
    name = file.file.removeprefix("chapters/")
    mark = "ok" if file.ok else "NO"
    if file.heard is None:
        return f"{mark:<3} {name}"
    heard = file.heard
    over = next((v.measured for v in file.verdicts if v.rule == "over music"), None)
    numbers = [
        f"{clock(heard.duration_s):>7}",
        f"{heard.integrated_lufs:.1f} LUFS",
        f"{heard.true_peak_dbtp:.1f} dBTP",
        "" if over is None else f"+{over:.1f} LU",
    ]
    return f"{mark:<3} {_fitted(name)}  {'  '.join(numbers).replace('-', '−')}".rstrip()


def _fitted(name: str) -> str:
    """Cut a name to the width of its column, or fill it up; wide characters count twice."""
    from unicodedata import combining, east_asian_width

    def cells(text: str) -> int:
        return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)

    if cells(name) > NAME_CELLS:
        while cells(name) > NAME_CELLS - 1:
            name = name[:-1]
        name += "…"
    return name + " " * (NAME_CELLS - cells(name))


def _verdict(verdict: Verdict) -> str:
    mark = {True: "  ", False: "NO", None: "? "}[verdict.ok]
    wanted = "" if verdict.ok else f"; should be {verdict.bar}"
    return f"    {mark} {verdict.rule}: {verdict.value}{wanted}"
