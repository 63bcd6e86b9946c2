"""``audiobook build --dry-run``: a plan in, what it would do in words or as data out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from audiobook.cli.options import Desk, echo_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audiobook.build.estimate import Expected
    from audiobook.build.plan import Plan

__all__ = ["show_plan"]


def show_plan(desk: Desk, *, as_json: bool, n_workers: int) -> None:
    """Say what would be done, how long the book will be, and how long it will take."""
    from audiobook.build.estimate import expect
    from audiobook.build.release import Release

    plan = desk.plan()
    expected = expect(plan, desk.store, n_workers)
    release = Release(plan, desk.store, desk.state, lambda _path: None)
    release.check()
    files = release.outdated()
    if not as_json:
        _say_plan(plan, expected, files)
        return
    stale = [
        {
            "number": c.number,
            "title": c.title,
            "reasons": list(c.reasons),
            "speak": len(c.unspoken),
        }
        for c in plan.stale
    ]
    echo_json(
        {
            "chapters": stale,
            "write": list(files),
            "estimated_s": round(expected.wall_s, 1),
            "length_s": round(expected.length_s, 1),
        }
    )


def _say_plan(plan: Plan, expected: Expected, files: Sequence[str]) -> None:
    from audiobook.cli.words import clock, count

    for note in plan.notes:
        click.echo(f"note: {note}", err=True)
    for chapter in plan.stale:
        speak = f"speak {count(len(chapter.unspoken), 'segment')}, " if chapter.unspoken else ""
        music = "compose, " if chapter.prepared.job.music else ""
        click.echo(f"chapter {chapter.number} {chapter.title}: {speak}{music}mix")
        for reason in chapter.reasons:
            click.echo(f"    because: {reason}")
    for name in files:
        click.echo(f"write {plan.options.out / name}")
    if not (plan.stale or files):
        click.echo(f"nothing to do: {plan.options.out} is finished")
        return
    click.echo(
        f"about {clock(expected.wall_s)} of work; "
        f"the book will be about {clock(expected.length_s)} long"
    )
