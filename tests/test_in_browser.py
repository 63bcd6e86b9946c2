"""Finished files as a browser reads them: Chromium's own demuxers tell how long they are."""

import json
import re
import subprocess

import mutagen
import pytest
from readback import RATE, audiobook_here, decoded

STORY = "# One\n\nThe wolf ran.\n\n# Two\n\nHe slept. Nobody saw him.\n\n# Three\n\nThe end.\n"
FILES = ["chapters/02 Two.mp3", "Tale.mp3", "Tale.m4b", "Tale.opus"]
PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>lengths</title><body><script>
const names = NAMES, found = {};
for (const name of names) {
  const audio = new Audio();
  audio.preload = "metadata";
  const told = (length) => {
    found[name] = length;
    if (Object.keys(found).length < names.length) return;
    const pre = document.createElement("pre");
    pre.textContent = JSON.stringify(found);
    document.body.append(pre);
  };
  audio.onloadedmetadata = () => told(audio.duration);
  audio.onerror = () => told(null);
  audio.src = encodeURI(name);
}
</script></body>"""
QUIET = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
--disable-background-networking --disable-component-update --virtual-time-budget=20000 --dump-dom
"""


def test_a_browser_tells_the_lengths_that_are_decoded(chromium, tmp_path):
    """Chromium, mutagen and the decoded samples agree within 50 ms on every kind of file."""
    (tmp_path / "tale.md").write_text(STORY, "utf-8")
    options = ["--title", "Tale", "--voice", "tone:hum", "--format", "mp3,book,m4b,opus"]
    audiobook_here(
        "build", "tale.md", "-o", "out", *options, cache=tmp_path / "cache", cwd=tmp_path
    )
    out = tmp_path / "out"
    (out / "lengths.html").write_text(PAGE.replace("NAMES", json.dumps(FILES)), "utf-8")
    page = subprocess.run(
        [
            *(chromium, *QUIET.split(), f"--user-data-dir={tmp_path / 'profile'}"),
            (out / "lengths.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    told = json.loads(re.search(r"<pre>(.*?)</pre>", page)[1])
    for name in FILES:
        heard_s = len(decoded(out / name)) / RATE
        assert told[name] == pytest.approx(heard_s, abs=0.05), name
        assert mutagen.File(out / name).info.length == pytest.approx(heard_s, abs=0.05), name
