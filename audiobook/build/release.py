"""Finished chapters in, the output folder out: only files whose content changed are written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from audiobook.build.artwork import Artwork
from audiobook.build.edition import edition_of
from audiobook.build.plan import Plan
from audiobook.build.state import BuildState
from audiobook.errors import ExportError
from audiobook.export.edition import CHAPTERS, Edition, Output
from audiobook.export.formats import FORMATS
from audiobook.store import Store, key_of

__all__ = ["Release"]

# Raised when the same edition gives other files in every format.
RELEASE_VERSION = 2
REPORT = "build.json"
COVER = f"{CHAPTERS}/cover.jpg"

Recipe: TypeAlias = list[object]  # what a file's key is made of: hashed only where it is asked for


class Release:
    """The output folder of one plan.

    Attributes
    ----------
    wrote, removed : list of str
        What has been done so far, relative to the folder.
    """

    def __init__(
        self, plan: Plan, store: Store, state: BuildState, wrote: Callable[[Path], None]
    ) -> None:
        self._plan = plan
        self._state = state
        self._tell = wrote
        self._artwork = Artwork(plan, store)
        self._edition = edition_of(plan, store, self._artwork)
        self.wrote: list[str] = []
        self.removed: list[str] = []

    def check(self) -> None:
        """Make sure that what the files need beside the chapters is there.

        Raises
        ------
        AudiobookError
            If the author's own cover cannot be used, or a format is not made for such a book.
        """
        self._artwork.check()
        for name in self._plan.options.formats:
            FORMATS[name].check_edition(self._edition)

    @property
    def keys(self) -> frozenset[str]:
        """What of the store the build reads."""
        return self._plan.keys | {self._artwork.key}

    def outdated(self) -> tuple[str, ...]:
        """Return the files that will be written when the plan's stale chapters have been made."""
        edition = self._edition
        edition = replace(edition, finished=edition.finished | edition.selected)
        out = self._plan.options.out
        return tuple(
            output.name
            for output, recipe in self._writable(edition)
            if not self._state.is_fresh(out, output.name, key_of(recipe))
        )

    def chapter(self, number: int) -> None:
        """Write the files of a chapter that was just made, and the cover."""
        finished = self._edition.finished | {number}
        self._edition = replace(self._edition, finished=finished)
        writable = list(self._writable(self._edition))
        if self._plan.options.force:
            # The same key, but an engine on the network need not answer the same twice.
            for output, _ in writable:
                if output.chapter in (None, number) and output.name != COVER:
                    self._state.files.pop(output.name, None)
        for output, recipe in writable:
            if output.chapter == number or output.name == COVER:
                self._write(output, recipe)

    def finish(self) -> tuple[int, ...]:
        """Write what is not yet as it should be; a file that cannot be made costs no other.

        Returns
        -------
        tuple of int
            Chapters that are still to be made, without which the whole book cannot be joined.

        Raises
        ------
        AudiobookError
            In the end, of the first file that could not be made.
        """
        edition = self._edition
        self._state.chapters = [
            record
            for c in self._plan.all
            # Of a chapter that is still stale, what it was.
            if (record := c.prepared.record if c.number in edition.finished else c.old)
        ]
        failure: ExportError | None = None
        if edition.done:
            for output, recipe in self._writable(edition):
                try:
                    self._write(output, recipe)
                except ExportError as error:
                    failure = failure or error
            self._remove_outdated()
        if failure is not None:
            raise failure
        return tuple(c.number for c in edition.chapters if c.number not in edition.finished)

    def _writable(self, edition: Edition) -> Iterator[tuple[Output, Recipe]]:
        """Yield the files that are asked for and can be made of what is finished."""
        yield self._cover, [*self._cover.made_of]
        for name in self._plan.options.formats:
            entry = FORMATS[name]
            for output in entry.outputs(edition):
                if output.chapter is not None:
                    ready = output.chapter in edition.finished & edition.selected
                else:
                    ready = output.is_partial or edition.is_complete
                if ready:
                    yield output, [RELEASE_VERSION, name, entry.version, output.made_of]
        report = self._report(edition)
        yield report, [RELEASE_VERSION, report.made_of]

    def _write(self, output: Output, recipe: Recipe) -> None:
        """Write one file, unless it is there as it should be."""
        out, key = self._plan.options.out, key_of(recipe)
        if self._state.is_fresh(out, output.name, key):
            return
        _check_inside(out, output.name)
        output.write(out / output.name)
        self._state.wrote(out, output.name, key)
        self.wrote.append(output.name)
        self._tell(out / output.name)

    @property
    def _cover(self) -> Output:
        from audiobook.export.files import write_whole

        return Output(
            COVER, [self._artwork.key], lambda path: write_whole(path, self._artwork.picture)
        )

    def _report(self, edition: Edition) -> Output:
        from audiobook.build.describe import describe_book
        from audiobook.export.files import write_whole

        files = sorted(o.name for name in self._plan.options.formats for o in _files(name, edition))

        def write(path: Path) -> None:
            write_whole(path, describe_book(self._plan, edition, files))
            self._state.duration_s = edition.clock[-1].end_s

        records = [[c.number, c.prepared.job.key, c.prepared.record] for c in self._plan.chapters]
        finished = [r for r in records if r[0] in edition.finished]
        sample = edition.sample
        excerpts = [sample.key] if sample and sample.number in edition.finished else []
        fingerprints = [*(c.fingerprint for c in edition.done), *excerpts]
        return Output(
            REPORT, [edition.facts, finished, fingerprints, files], write, is_partial=True
        )

    def _remove_outdated(self) -> None:
        """Remove files of earlier builds whose titles are gone, if nobody touched them.

        Formats that are not asked for this time keep their files.
        """
        out = self._plan.options.out
        current = {COVER, REPORT}
        # The formats that are not asked for are loaded only where something is left to explain.
        for formats in (self._plan.options.formats, FORMATS):
            if current.issuperset(self._state.files):
                return
            current.update(o.name for name in formats for o in _files(name, self._edition))
        for name in [n for n in self._state.files if n not in current]:
            if self._state.is_untouched(out, name):
                with contextlib.suppress(OSError):
                    (out / name).unlink()
                    self.removed.append(name)
            del self._state.files[name]


def _check_inside(out: Path, name: str) -> None:
    """Refuse to write through a link that leads out of the output folder.

    The folder itself may be one: that is where the user wants it.
    """
    for folder in list((out / name).relative_to(out).parents)[:-1]:
        if (out / folder).is_symlink():
            raise ExportError(
                f"{out / folder} is a link to another folder, and nothing is written outside of "
                f"{out}; remove the link, or name another folder with -o"
            )


def _files(name: str, edition: Edition) -> Iterator[Output]:
    return FORMATS[name].outputs(edition)
