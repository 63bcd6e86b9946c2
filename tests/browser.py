"""A real browser: found, started once, and watched while it shows a book's own page."""

import json
import os
import shutil
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from readback import audiobook

STORY = """---
title: The Tale
author: A. Writer
---
# The Wolf

A wolf came down from the hills one night. Nobody in the village had heard him before.

He was hungry, and the snow was very deep. One window was lit, and behind it sat a child who
was not asleep.

# The Fox

A fox lived under the mill. She knew the wolf, and where he went.

## A Visit

They talked for a long time, and then he left.

# The End

So it ended, and everybody went home.
"""
SETTINGS = 'story = "tale.md"\n[music]\nintro_s = 1\noutro_s = 4\n'
# Sound elements are in no document: the page's own are noted as they are made.
NOTE_SOUNDS = """
window.sounds = [];
window.Audio = class extends window.Audio {
  constructor(...made) { super(...made); window.sounds.push(this); }
};
window.voice = () => {
  const number = Number(document.querySelector('.chapter.current').dataset.index) + 1;
  return window.sounds.find((a) => a.src.includes(`/0${number}%20`) && !a.src.includes('.music.'));
};
"""


@pytest.fixture(scope="session")
def chromium():
    """Find the browser. Where a change is judged it must be there."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found and "CI" in os.environ:
        pytest.fail("there is no Chromium; .ci/run installs it")
    return found or pytest.skip(
        "NO BROWSER: the player's page is not tested here; apt-get install chromium"
    )


@pytest.fixture(scope="session")
def browser(chromium):
    """Start the browser once for all tests; it may play sound unasked."""
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=options)
        yield started
        started.close()


@pytest.fixture(scope="session")
def player_book(tmp_path_factory):
    """Build a short book with its page and stems, once for all processes that test."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "player"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            folder.mkdir()
            (folder / "tale.md").write_text(STORY, "utf-8")
            (folder / "book.toml").write_text(SETTINGS, "utf-8")
            options = ["--voice", "tone:hum", "--music", "kazakh", "--stems"]
            options += ["--format", "mp3,player,player-single"]
            audiobook("build", ".", "-o", "out", *options, cache=folder / "cache", cwd=folder)
    return folder / "out"


@pytest.fixture
def reader(browser, player_book):
    """Open the book from the disk; nothing may be wrong with it, or asked of a network."""
    with Reader.of(browser, player_book) as opened:
        yield opened
        assert opened.complaints == []
        assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


@dataclass
class Reader:
    """Somebody who has opened a book's page, with what the browser complained of and asked for."""

    context: Any
    page: Any
    folder: Path
    complaints: list[str]
    requests: list[str]

    @classmethod
    def of(cls, browser, folder, name="index.html", **context):
        """Open a book in a profile of its own."""
        opened = browser.new_context(**{"viewport": {"width": 800, "height": 480}, **context})
        opened.set_default_timeout(10_000)
        page = opened.new_page()
        reader = cls(opened, page, folder, [], [])
        page.add_init_script(NOTE_SOUNDS)
        page.on("console", lambda said: reader.note(said))
        page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        page.on("request", lambda request: reader.requests.append(request.url))
        page.goto((folder / name).as_uri())
        return reader

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.context.close()

    def note(self, said):
        """Keep what the browser complains of."""
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def run(self, script, *argument):
        """Run JavaScript in the page."""
        return self.page.evaluate(script, *argument)

    def wait(self, script, timeout_s=10.0):
        """Wait until something is true in the page, whose policy forbids it to watch by itself."""
        until_s = time.monotonic() + timeout_s
        while not self.run(script):
            assert time.monotonic() < until_s, f"never: {script}"
            time.sleep(0.02)

    @property
    def time_s(self):
        """Where the sound is in its file."""
        return self.run("voice().currentTime")

    @property
    def file(self):
        """The name of the file that sounds, or would."""
        return self.run("decodeURIComponent(voice().src.split('/').pop())")

    def set(self, control, value):
        """Give a control of the page a value, as a reader does."""
        self.run(
            """([id, value]) => {
              const control = document.getElementById(id);
              control.value = value;
              control.dispatchEvent(new Event('input', { bubbles: true }));
              control.dispatchEvent(new Event('change', { bubbles: true }));
            }""",
            [control, str(value)],
        )

    def word(self, text, chapter=1):
        """Return a word of a chapter in the page."""
        return self.page.locator(f"#chapter-{chapter} .w").get_by_text(text, exact=True).first

    def timeline(self, chapter=1):
        """Return when each sentence of a chapter and its words are said, as the report has it."""
        report = json.loads((self.folder / "build.json").read_text("utf-8"))
        return Timeline(report["chapters"][chapter - 1]["segments"])


class Timeline:
    """What is said when: sentences and words by their number in a chapter."""

    def __init__(self, segments):
        self.starts_s = [s["start_s"] for s in segments]
        self.ends_s = [s["end_s"] for s in segments]
        self.words = [
            (text, start_s, number)
            for number, segment in enumerate(segments)
            for text, start_s, _, _ in segment["words"]
        ]

    def sentence_at(self, time_s):
        """Return which sentence is said; None before the first."""
        return _last(self.starts_s, time_s)

    def word_at(self, time_s):
        """Return which word is said, or was last said in a sentence that goes on."""
        sentence = self.sentence_at(time_s)
        if sentence is None or time_s >= self.ends_s[sentence]:
            return None
        return _last([start_s for _, start_s, _ in self.words], time_s)

    def start_s(self, text):
        """Return when a word begins."""
        return next(start_s for word, start_s, _ in self.words if word == text)

    def sentence_start_s(self, text):
        """Return when the sentence begins that a word is in."""
        return next(self.starts_s[number] for word, _, number in self.words if word == text)


def _last(starts, time_s):
    found = bisect_right(starts, time_s) - 1
    return None if found < 0 else found
