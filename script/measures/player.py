"""What a book of twenty hours costs the browser that shows its page."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lab import ROOT, lab

from measures import Measure

sys.path.append(str(ROOT / "tests"))

N_OPENED = 5
N_WHEEL = 200  # turns of the wheel, of a third of a window each
TRACED = "disabled-by-default-devtools.timeline"  # the tasks that a page's thread runs
OPENED_MS = """() => {
  const { domContentLoadedEventEnd } = performance.getEntriesByType('navigation')[0];
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return [paint.startTime, domContentLoadedEventEnd];
}"""


class Passage(NamedTuple):
    """What it takes to go through the book: its longest task, and what is kept and shown."""

    longest_ms: float
    heap_mb: tuple[float, float]  # in the second chapter, and in the last
    most_elements: int


def measures(long: bool) -> Iterator[Measure]:
    yield Measure("player: a page of 20 h, seen and ready", "≤ 2 s", _opening)
    yield Measure(
        "player: longest task of the page, through 60 chapters, processor time", "≤ 100 ms", _tasks
    )
    yield Measure("player: heap and elements, through 60 chapters", "no growth", _growth)


@contextmanager
def _novel() -> Iterator[tuple[Any, Path]]:
    """Lay out a book of twenty hours, and start a browser."""
    from editions import lay_out, make_long_edition, tone
    from playwright.sync_api import sync_playwright

    from audiobook.store import Store

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with lab() as bench, sync_playwright() as playwright:
        sound = tone(bench.folder / "tone.mp3")
        edition = make_long_edition(Store(bench.folder / "store"), sound)
        folder = lay_out(edition, bench.folder, sound)
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser, folder / "index.html"
        browser.close()


def _opening() -> str:
    with _novel() as (browser, page_file):
        found = []
        for _ in range(N_OPENED):
            page = browser.new_page()
            page.goto(page_file.as_uri())
            found.append(page.evaluate(OPENED_MS))
            page.close()
        size_mb = page_file.stat().st_size / 1e6
    seen_ms, ready_ms = (statistics.median(times) for times in zip(*found, strict=True))
    return f"{seen_ms / 1000:.2f} s and {ready_ms / 1000:.2f} s ({size_mb:.1f} MB)"


def _tasks() -> str:
    return f"{_passage().longest_ms:.0f} ms"


def _growth() -> str:
    before, after = _passage().heap_mb
    return f"{before:.1f} MB, then {after:.1f} MB; at most {_passage().most_elements} elements"


@cache
def _passage() -> Passage:
    """Go from chapter to chapter by the button, then through some by the wheel."""
    with _novel() as (browser, page_file):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(page_file.as_uri())
        page.wait_for_timeout(1000)
        browser.start_tracing(page=page, categories=[TRACED])
        heaps, elements = [], []
        for _ in range(page.locator("section.chapter").count() - 1):
            page.click("#next")
            page.wait_for_timeout(250)
            elements.append(page.evaluate("document.getElementsByTagName('*').length"))
            if len(elements) in (1, 59):
                heaps.append(_heap_mb(page))
        page.mouse.move(600, 400)
        for _ in range(N_WHEEL):
            page.mouse.wheel(0, -300)
            page.wait_for_timeout(16)
        longest_ms = _longest_ms(json.loads(browser.stop_tracing()))
    return Passage(longest_ms, (heaps[0], heaps[1]), max(elements))


def _longest_ms(trace: dict[str, Any]) -> float:
    """Return the most processor time that a task of the page took: what else runs is not its."""
    events = trace["traceEvents"]
    pages = {
        (e["pid"], e["tid"])
        for e in events
        if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = (e for e in events if e["name"] == "RunTask" and (e["pid"], e["tid"]) in pages)
    return max(e.get("tdur", 0) for e in tasks) / 1000


def _heap_mb(page: Any) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used / 1e6)
