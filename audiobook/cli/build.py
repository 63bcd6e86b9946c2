"""``audiobook build``: the main job."""

from __future__ import annotations

import os
import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.group import StoppedError
from audiobook.cli.options import (
    Asked,
    Desk,
    chapter_option,
    desk_of,
    echo_json,
    story_options,
)
from audiobook.export.formats import DEFAULT_FORMATS, FORMATS, SYNCS
from audiobook.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audiobook.build.plan import Plan
    from audiobook.build.run import Result

__all__ = ["build_command", "cores"]


@click.command(
    "build",
    short_help="Make the audiobook; what is finished is kept.",
    epilog="""
\b
Examples:
  audiobook build story.md
  audiobook build story.md --dry-run                   # what would be done, how long it takes
  audiobook build story.md --chapter 2-4 --force       # make these again
  audiobook build mybook --chapter 3 --take 2 --keep  # another reading, and remember it
  audiobook build story.md --stems                     # speech and music apart, for an editor
  audiobook build story.md --music my-song.mp3 -o ~/Audiobooks/story
  audiobook build story.md --format epub --sync words  # read along, word by word
  audiobook build story.md --voice gtts --fallback espeak  # online, if it can be
  audiobook build story.md --format player-single      # a page with the sound inside, to be mailed
  audiobook build story.md --profile acx               # for a publisher (see Profiles)
  audiobook build story.md --title "The Wolf" --author "A. Shepherd" --cover wolf.jpg

\b
Formats:
"""
    + "\n".join(f"  {entry.name:<16}{entry.about}" for entry in FORMATS.values())
    + "\n\n\b\nProfiles:\n"
    + "\n".join(f"  {entry.name:<16}{entry.about}" for entry in PROFILES.values()),
)
@story_options
@chapter_option
@click.option("--force", is_flag=True, help="Make the chapters again although nothing changed.")
@click.option(
    "--take",
    type=click.IntRange(1, 99),
    metavar="N",
    help="Another reading of the chapters, this time only [default: 1].",
)
@click.option("--keep", is_flag=True, help="Remember --take in book.toml.")
@click.option(
    "--format",
    "formats",
    metavar="F,F",
    help=f"Formats (below), or all [default: {','.join(DEFAULT_FORMATS)}].",
)
@click.option(
    "--sync",
    type=click.Choice(SYNCS),
    default=SYNCS[0],
    help=f"What read-along text follows the voice by [default: {SYNCS[0]}].",
)
@click.option("--stems", is_flag=True, help="Write speech and music apart, too, as FLAC.")
@click.option(
    "--base-url",
    metavar="URL",
    help="Where the folder will be published, for a podcast [default: nowhere].",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that work at once [default: one per core].",
)
@click.option(
    "--wait", is_flag=True, help="Wait for another build of the folder instead of refusing."
)
@click.option("--why", is_flag=True, help="Say why each chapter is made again.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
def build_command(
    chapters: tuple[str, ...],
    force: bool,
    take: int | None,
    keep: bool,
    formats: str | None,
    sync: str,
    base_url: str | None,
    stems: bool,
    jobs: int | None,
    wait: bool,
    why: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    **typed: Any,
) -> None:
    """Make the audiobook of STORY: what is finished is kept, only what changed is made anew.

    STORY is a text, Markdown, EPUB, PDF or other document, a folder with a book.toml, or - for
    standard input [default: this folder]. What is typed here wins over book.toml, and that over
    the story.
    """
    from audiobook.build.options import parse_formats
    from audiobook.export.edition import ReleaseSettings

    asked = Asked(**typed)
    release = ReleaseSettings(base_url=base_url or "", sync=sync)
    desk = desk_of(
        asked,
        chapters=chapters,
        force=force,
        take=take,
        formats=parse_formats(formats, release, stems=stems),
        release=release,
    )
    if keep and take is not None:
        _keep_take(desk, asked, chapters, take)
    if dry_run:
        from audiobook.cli.dryrun import show_plan

        show_plan(desk, as_json=as_json, n_workers=jobs or cores())
        return
    also = {"--format": formats, "--base-url": base_url, "--sync": sync if sync != SYNCS[0] else ""}
    typed_too = [w for n, v in also.items() if v for w in (n, v)] + ["--stems"] * stems
    desk.state.asked = [*asked.words(), *typed_too]
    _build(desk, jobs or cores(), wait=wait, why=why, as_json=as_json, quiet=quiet)
    if take is not None and not keep and not quiet and not as_json:
        click.echo("the take is for this time only; --keep remembers it in book.toml", err=True)


def _build(
    desk: Desk, n_workers: int, *, wait: bool, why: bool, as_json: bool, quiet: bool
) -> None:
    from audiobook.build.folder import building
    from audiobook.build.run import run
    from audiobook.cli.display import display_for

    tell = partial(click.echo, err=True) if not quiet else _say_nothing
    with building(desk.store, desk.options.out, tell if wait else None):
        desk = desk.reread()
        plan = desk.plan()
        first = [plan]

        def again(refused: Mapping[str, str]) -> Plan:
            return first.pop() if first else desk.plan(refused)

        if why and not (as_json or quiet):
            _show_reasons(plan)
        with display_for(quiet=quiet or as_json) as display:
            try:
                result = run(
                    again,
                    desk.store,
                    desk.state,
                    display.show,
                    n_workers=n_workers,
                    fallback=desk.book.voice.fallback,
                )
            except KeyboardInterrupt as stop:
                display.stopped()
                raise StoppedError from stop
        if as_json:
            echo_json(_as_data(plan, result, why=why))
        elif not quiet:
            _summarise(plan, result)


def _say_nothing(_line: str) -> None:
    """Be quiet."""


def _keep_take(desk: Desk, asked: Asked, chapters: tuple[str, ...], take: int) -> None:
    """Write the take into book.toml, for the chapters it was asked for."""
    from pathlib import Path

    from audiobook.errors import BuildError
    from audiobook.story import write_take

    if not chapters:
        raise click.UsageError("--keep needs --chapter: a take is remembered chapter by chapter")
    path = desk.options.base / "book.toml"
    if asked.story == "-" or not path.is_file():
        folder = "mybook" if asked.story == "-" else Path(asked.story).resolve().stem
        raise BuildError(
            "there is no book.toml to keep the take in; "
            f"make one with: {shlex.join(['audiobook', 'new', asked.story, folder])}"
        )
    pieces = [c.prepared.piece for c in desk.plan().chapters if c.prepared.selected]
    titles = {p.place: p.source.title for p in pieces if not p.is_credit}
    for number, title in titles.items():
        write_take(path, number, take, title=title)


def cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _show_reasons(plan: Plan) -> None:
    for chapter in plan.stale:
        for reason in chapter.reasons:
            click.echo(f"chapter {chapter.number}: {reason}", err=True)
    if not plan.stale:
        click.echo("no chapter has changed", err=True)


def _as_data(plan: Plan, result: Result, *, why: bool) -> dict[str, Any]:
    from audiobook.build.fallback import as_data

    data: dict[str, Any] = {
        "out": str(plan.options.out),
        "made": list(result.made),
        "spoken": result.n_spoken,
        "wrote": list(result.wrote),
        "removed": list(result.removed),
        "waiting": list(result.waiting),
        "duration_s": round(result.duration_s, 3),
        "fallback": as_data(result.instead),
    }
    if why:
        data["why"] = {str(c.number): list(c.reasons) for c in plan.stale}
    return data


def _summarise(plan: Plan, result: Result) -> None:
    """Say in the end what there is now."""
    from audiobook.build.fallback import told
    from audiobook.cli.words import clock, count

    out = plan.options.out
    if result.waiting:
        numbers = ", ".join(map(str, result.waiting[:6]))
        rest = f" and {len(result.waiting) - 6} more" if len(result.waiting) > 6 else ""
        click.echo(
            f"the whole book waits for chapter {numbers}{rest}: build without --chapter", err=True
        )
    if by := told(result.instead):
        click.echo(f"{by} (see build.json); the next build asks again", err=True)
    if result.did_nothing:
        click.echo(f"nothing to do: {out} is finished ({clock(result.duration_s)})", err=True)
        return
    made = count(len(result.made), "chapter") + " made" if result.made else "nothing spoken anew"
    click.echo(
        f"{out}: {made}, {count(len(result.wrote), 'file')} written ({clock(result.duration_s)})",
        err=True,
    )
