"""What a build looks like: a live table on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from audiobook.build.events import Event, Mixed, Note, Spoken, Started, Wrote
from audiobook.cli.terminal import raw_stream, visible
from audiobook.cli.words import clock, count, stamp

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["display_for"]

ROWS = 12  # chapters shown at a time in a long book
TITLE_CELLS, BAR_CELLS = 40, 24  # widths on the terminal
WARM_UP_SHARE = 0.02  # of the work must be done before its pace tells anything
TRUSTED_SHARE = 0.2  # of the work, after which earlier builds are asked no more
PLAIN_EVERY_S = 30.0  # a log is not left without a sign of life for longer


@dataclass
class Row:
    """How far one chapter is."""

    number: int
    title: str
    n_segments: int
    n_spoken: int = 0
    is_done: bool = False

    @property
    def is_spoken(self) -> bool:
        """Whether only mixing is left to do."""
        return self.n_spoken >= self.n_segments


class Tally:
    """What has happened so far; knows how fast it went."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self.rows: dict[int, Row] = {}
        self.n_workers = 1
        self.expected_s = 0.0
        self.speech_s = self.speech_wall_s = self.mix_s = self.mix_wall_s = 0.0

    def take(self, event: Event) -> None:
        """Count an event."""
        match event:
            case Started():
                self.rows = {n: Row(n, title, todo) for n, title, todo in event.chapters}
                self.n_workers = event.n_workers
                self.expected_s = event.expected_s
            case Spoken():
                for number in event.chapters:
                    self.rows[number].n_spoken += 1
                self.speech_s += event.duration_s
                self.speech_wall_s += event.wall_s
            case Mixed():
                self.rows[event.chapter].is_done = True
                self.mix_s += event.duration_s
                self.mix_wall_s += event.wall_s

    def state(self, row: Row) -> str:
        """Say in a word what happens to a chapter; the first that is not spoken is being read."""
        if row.is_done:
            return "done"
        if row.is_spoken:
            return "mixing"
        first = next(r for r in self.rows.values() if not r.is_spoken)
        return "speaking" if row.n_spoken or row is first else "waiting"

    @property
    def n_spoken(self) -> int:
        """Segments spoken so far."""
        return sum(row.n_spoken for row in self.rows.values())

    @property
    def n_done(self) -> int:
        """Chapters finished so far."""
        return sum(row.is_done for row in self.rows.values())

    @property
    def elapsed_s(self) -> float:
        """Time since the beginning."""
        return self._now() - self._began

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1; mixing counts as a tenth of a chapter."""
        rows = self.rows.values()
        total = sum(row.n_segments + 0.1 * row.n_segments + 1 for row in rows)
        done = sum(row.n_spoken + row.is_done * (0.1 * row.n_segments + 1) for row in rows)
        return done / total if total else 1.0

    @property
    def eta_s(self) -> float | None:
        """Expected time to the end, None while nothing is known.

        At first what earlier builds took, then more and more this build's own pace.
        """
        share = self.share
        if share < WARM_UP_SHARE:
            return max(self.expected_s - self.elapsed_s, 0.0) or None
        trust = min(share / TRUSTED_SHARE, 1.0) if self.expected_s else 1.0
        at_this_pace = self.elapsed_s * (1.0 - share) / share
        return trust * at_this_pace + (1.0 - trust) * self.expected_s * (1.0 - share)

    def speeds(self) -> str:
        """Say how fast each kind of work goes, all workers together: what is slow shows."""
        parts = []
        if self.speech_wall_s:
            speed = self.speech_s / self.speech_wall_s * self.n_workers
            parts.append(f"speaking {speed:.{1 if speed < 10 else 0}f} × real time")
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

    def __init__(self) -> None:
        super().__init__()
        self._told_s = 0.0  # when the last line was printed

    def show(self, event: Event) -> None:
        """Print what is worth a line."""
        super().show(event)
        match event:
            case Note():
                click.echo(f"note: {event.text}", err=True)
            case Started():
                todo = sum(n for _, _, n in event.chapters)
                work = f"{count(len(event.chapters), 'chapter')}, {count(todo, 'segment')} to speak"
                self._tell(f"{work}, {count(event.n_workers, 'worker')}{self._to_go()}")
            case Spoken():
                for number in event.chapters:
                    row = self.tally.rows[number]
                    if row.n_spoken == row.n_segments:
                        self._tell(f"chapter {number} {row.title}: spoken")
                if self.tally.elapsed_s - self._told_s >= PLAIN_EVERY_S:
                    todo = sum(row.n_segments for row in self.tally.rows.values())
                    self._tell(f"{self.tally.n_spoken} of {todo} segments spoken{self._to_go()}")
            case Mixed():
                row = self.tally.rows[event.chapter]
                length = clock(event.duration_s)
                self._tell(f"chapter {row.number} {row.title}: done ({length}){self._to_go()}")
            case Wrote():
                pass

    def _tell(self, line: str) -> None:
        self._told_s = self.tally.elapsed_s
        click.echo(line, err=True)

    def _to_go(self) -> str:
        rest = self.tally.eta_s or 0.0
        return f", about {clock(rest)} to go" if rest >= 1.0 and self.tally.share < 1.0 else ""

    def stopped(self) -> None:
        """Say what an interrupted build has kept."""
        spoken = count(self.tally.n_spoken, "segment")
        done = count(self.tally.n_done, "chapter")
        click.echo(
            f"stopped; kept {spoken} and {done} of this run: the same command goes on from here",
            err=True,
        )


class LiveDisplay(PlainDisplay):
    """A table that is redrawn in place."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console(file=raw_stream(sys.stderr))
        self._live = Live(
            console=self._console,
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
            note = visible(f"note: {event.text}")
            self._console.print(note, markup=False, highlight=False)
        else:
            self.tally.take(event)

    def stopped(self) -> None:
        """Take the table away first: it would take the line along."""
        self._live.stop()
        super().stopped()

    def _render(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        bar_cells = min(BAR_CELLS, self._console.width // 4)
        table = Table.grid(padding=(0, 2), expand=False)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(max_width=TITLE_CELLS)  # the only one that a narrow terminal may cut
        for justify in ("left", "right", "left"):
            table.add_column(justify=justify, no_wrap=True)
        for row in self._visible():
            title = Text(visible(row.title), no_wrap=True, overflow="ellipsis")
            bar = ProgressBar(max(row.n_segments, 1), row.n_spoken or row.is_done, width=bar_cells)
            done = f"{row.n_spoken}/{row.n_segments}" if row.n_segments else ""
            table.add_row(str(row.number), title, bar, done, self.tally.state(row))
        return Group(table, Text(self._summary(), style="dim"))

    def _summary(self) -> str:
        """Say how far the whole is, how long it has taken and will take, and how fast it goes."""
        tally = self.tally
        if not tally.rows:
            return ""
        hidden = len(tally.rows) - len(self._visible())
        not_shown = f" ({hidden} not shown)" if hidden else ""
        parts = [f"{tally.n_done} of {len(tally.rows)} chapters done{not_shown}"]
        parts.append(stamp(tally.elapsed_s))
        if tally.n_done < len(tally.rows) and tally.eta_s is not None:
            parts.append(f"about {clock(tally.eta_s)} to go")
        return " · ".join([*parts, *filter(None, [tally.speeds()])])

    def _visible(self) -> list[Row]:
        """Return the chapters that are worked on, and as many around them as fit."""
        rows = list(self.tally.rows.values())
        if len(rows) <= ROWS:
            return rows
        active = [row for row in rows if not row.is_done]
        return active[:ROWS] or rows[-ROWS:]


def display_for(*, quiet: bool) -> Display:
    """Return the display that fits where stderr goes."""
    if quiet:
        return Display()
    return LiveDisplay() if sys.stderr.isatty() else PlainDisplay()
