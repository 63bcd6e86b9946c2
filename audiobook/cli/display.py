"""What a build looks like: a live table on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import click

from audiobook.build.events import Event, Mixed, Note, Spoken, Started, Wrote
from audiobook.cli.words import clock, count

__all__ = ["display_for"]

ROWS = 12  # chapters shown at a time in a long book
WARM_UP_SHARE = 0.02  # of the work must be done before an ETA is more than a guess


@dataclass
class Row:
    """How far one chapter is."""

    number: int
    title: str
    n_segments: int
    n_spoken: int = 0
    is_done: bool = False

    @property
    def state(self) -> str:
        """The chapter's state in a word."""
        if self.is_done:
            return "done"
        if self.n_spoken >= self.n_segments:
            return "mixing"
        return "speaking" if self.n_spoken else "waiting"


class Tally:
    """What has happened so far; knows how fast it went."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self.rows: dict[int, Row] = {}
        self.n_workers = 1
        self.speech_s = self.speech_wall_s = self.mix_s = self.mix_wall_s = 0.0

    def take(self, event: Event) -> None:
        """Count an event."""
        match event:
            case Started():
                self.rows = {n: Row(n, title, todo) for n, title, todo in event.chapters}
                self.n_workers = event.n_workers
            case Spoken():
                for number in event.chapters:
                    self.rows[number].n_spoken += 1
                self.speech_s += event.duration_s
                self.speech_wall_s += event.wall_s
            case Mixed():
                self.rows[event.chapter].is_done = True
                self.mix_s += event.duration_s
                self.mix_wall_s += event.wall_s

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1; mixing counts as a tenth of a chapter."""
        rows = self.rows.values()
        total = sum(row.n_segments + 0.1 * row.n_segments + 1 for row in rows)
        done = sum(row.n_spoken + row.is_done * (0.1 * row.n_segments + 1) for row in rows)
        return done / total if total else 1.0

    @property
    def eta_s(self) -> float | None:
        """Expected time to the end; None while too little is known."""
        if self.share < WARM_UP_SHARE:
            return None
        return (self._now() - self._began) * (1.0 - self.share) / self.share

    def speeds(self) -> str:
        """Say how fast each kind of work goes, all workers together: what is slow shows."""
        parts = []
        if self.speech_wall_s:
            speed = self.speech_s / self.speech_wall_s * self.n_workers
            parts.append(f"speaking {speed:.1f} × real time")
        if self.mix_wall_s:
            speed = self.mix_s / self.mix_wall_s * self.n_workers
            parts.append(f"mixing {speed:.0f} ×")
        return ", ".join(parts)


class Display(AbstractContextManager["Display"]):
    """Shows nothing; the others build on it."""

    def __init__(self) -> None:
        self.tally = Tally()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""

    def show(self, event: Event) -> None:
        """Take notice of an event."""
        self.tally.take(event)

    def stopped(self) -> None:
        """Say what an interrupted build has kept."""


class PlainDisplay(Display):
    """One line for each step, for logs and pipes."""

    def show(self, event: Event) -> None:
        """Print what is worth a line."""
        super().show(event)
        match event:
            case Note():
                click.echo(f"note: {event.text}", err=True)
            case Started():
                todo = sum(n for _, _, n in event.chapters)
                work = f"{count(len(event.chapters), 'chapter')}, {count(todo, 'segment')} to speak"
                click.echo(f"{work}, {count(event.n_workers, 'worker')}", err=True)
            case Spoken():
                for number in event.chapters:
                    row = self.tally.rows[number]
                    if row.state == "mixing":
                        click.echo(f"chapter {number} {row.title}: spoken", err=True)
            case Mixed():
                row = self.tally.rows[event.chapter]
                rest = self.tally.eta_s
                eta = f", about {clock(rest)} to go" if rest and self.tally.share < 1 else ""
                length = clock(event.duration_s)
                click.echo(f"chapter {row.number} {row.title}: done ({length}){eta}", err=True)
            case Wrote():
                pass

    def stopped(self) -> None:
        """Say what an interrupted build has kept."""
        spoken = sum(row.n_spoken for row in self.tally.rows.values())
        done = sum(row.is_done for row in self.tally.rows.values())
        click.echo(
            f"stopped; kept {count(spoken, 'segment')} and {count(done, 'chapter')} of this run: "
            "the same command goes on from here",
            err=True,
        )


class LiveDisplay(PlainDisplay):
    """A table that is redrawn in place."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            console=Console(stderr=True),
            get_renderable=self._render,
            refresh_per_second=4,
            transient=True,
        )

    def __enter__(self) -> LiveDisplay:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the table away; the last lines of the build follow."""
        self._live.stop()

    def show(self, event: Event) -> None:
        """Redraw; notes stay above the table."""
        if isinstance(event, Note):
            self._live.console.print(f"note: {event.text}", markup=False, highlight=False)
        else:
            self.tally.take(event)

    def _render(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2), expand=False)
        for row in self._visible():
            bar = ProgressBar(max(row.n_segments, 1), row.n_spoken or row.is_done, width=24)
            done = f"{row.n_spoken}/{row.n_segments}"
            table.add_row(str(row.number), Text(row.title[:40]), bar, done, row.state)
        hidden = len(self.tally.rows) - len(self._visible())
        finished = sum(row.is_done for row in self.tally.rows.values())
        line = f"{finished} of {len(self.tally.rows)} chapters done" if self.tally.rows else ""
        if hidden:
            line += f" ({hidden} not shown)"
        eta = self.tally.eta_s
        line += (
            f" · {clock(eta)} to go" if eta is not None and finished < len(self.tally.rows) else ""
        )
        return Group(table, Text(f"{line} · {self.tally.speeds()}".strip(" ·"), style="dim"))

    def _visible(self) -> list[Row]:
        """Return the chapters that are worked on, and as many around them as fit."""
        rows = list(self.tally.rows.values())
        if len(rows) <= ROWS:
            return rows
        active = [row for row in rows if not row.is_done]
        return active[:ROWS]


def display_for(*, quiet: bool) -> Display:
    """Return the display that fits where stderr goes."""
    if quiet:
        return Display()
    return LiveDisplay() if sys.stderr.isatty() else PlainDisplay()
