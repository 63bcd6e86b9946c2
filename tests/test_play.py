"""``audiobook play``: the player opens in a browser, or is served to one."""

import http.client
import os
import re
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from audiobook.build.state import BuildState, save_state
from audiobook.cli import app, qr
from audiobook.store import Store, default_root


def run(*arguments, status=0):
    """Run a command; its streams are kept apart."""
    words = [str(a) for a in arguments]
    done = CliRunner(mix_stderr=False).invoke(app, words, catch_exceptions=False)
    assert done.exit_code == status, done.stderr
    return done


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Stand in a folder with a story and its finished book."""
    monkeypatch.chdir(tmp_path)
    Path("tale.md").write_text("# A Tale\n\nOnce.\n", "utf-8")
    Path("out", "tale").mkdir(parents=True)
    Path("out", "tale", "index.html").write_text("<p>the player", "utf-8")
    monkeypatch.setenv("DISPLAY", ":0")
    return tmp_path


@pytest.fixture
def opened(monkeypatch):
    """Keep the browser shut; say what would be opened."""
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda a: addresses.append(a) or True)
    return addresses


@pytest.mark.parametrize("given", ["out/tale", "tale.md"])
def test_the_player_opens_from_its_folder_or_its_story(desk, opened, given):
    """Whichever is named, the page of the finished folder opens, and its address is printed."""
    done = run("play", given)
    assert opened == [(desk / "out" / "tale" / "index.html").as_uri()]
    assert (done.stdout, done.stderr) == (opened[0] + "\n", "")


def test_without_a_browser_the_address_is_printed(desk, monkeypatch):
    """A machine without a screen tries none, and a browser that fails is no error."""
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert "no browser" in run("play", "out/tale").stderr
    if sys.platform == "linux":
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("was tried"))
        assert run("play", "out/tale").stdout.endswith("/out/tale/index.html\n")


def test_without_a_player_a_line_says_how_to_make_one(desk, opened):
    """A built folder names its own story and options; others are told what is missing."""
    Path("out", "tale", "index.html").rename("out/tale/build.json")
    asked = [str(desk / "tale.md"), "--speed", "1.25", "--format", "mp3"]
    save_state(Store(default_root()), Path("out/tale"), BuildState(asked=asked))
    make = "make one with: audiobook build tale.md --speed 1.25 -o out/tale --format player"
    for given in ("out/tale", "tale.md"):
        told = run("play", given, status=1).stderr
        assert told == f"Error: out/tale: no player (index.html); {make}\n"
    Path("other.md").write_text("# Other", "utf-8")
    told = run("play", "other.md", status=1).stderr
    make = "make one with: audiobook build other.md --format player"
    assert told == f"Error: other.md: no finished audiobook; {make}\n"
    assert run("play", "gone", status=1).stderr == "Error: gone does not exist; check the name\n"
    assert not opened


def test_host_and_port_are_for_serving(desk):
    """A forgotten --serve is said, not ignored."""
    for option in (("--host", "0.0.0.0"), ("--port", "0")):
        assert f"{option[0]} goes with --serve" in run("play", "out/tale", *option, status=2).stderr
    told = run("play", "out/tale", "--serve", "--host", "no such", status=1).stderr
    assert told.startswith('Error: "no such" is no address of this machine')


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_serving_goes_on_until_it_is_stopped(desk):
    """The address is printed at once and answers; Ctrl-C ends it with 130 and no traceback."""
    command = [sys.executable, "-m", "audiobook", "play", "out/tale", "--serve", "--port", "0"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **streams) as process:
        try:
            address = process.stdout.readline()
            host, port = re.fullmatch(r"http://([\d.]+):(\d+)/\n", address).groups()
            connection = http.client.HTTPConnection(host, int(port), timeout=10)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"<p>the player"
            connection.close()
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in told


def test_the_code_on_the_terminal_is_the_codes_picture(tmp_path):
    """Read back module by module: black on white, with the border that phones need."""
    import segno

    text = "http://192.168.100.100:8417/?token=" + "A" * 22
    lines = re.sub(r"\x1b\[[\d;]*m", "", qr.qr_code(text)).split("\n")
    dark = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = [[dark[c][half] for c in line] for line in lines for half in (0, 1)]
    segno.make_qr(text, error="l").save(tmp_path / "code.png", border=qr.BORDER)
    picture = Image.open(tmp_path / "code.png").convert("1")
    width, height = picture.size
    assert len(lines[0]) == width <= 80
    assert len(lines) <= 24
    for y in range(height):
        assert rows[y] == [int(picture.getpixel((x, y)) == 0) for x in range(width)]


def test_a_code_is_only_for_a_terminal(monkeypatch):
    """A log or a pipe gets the address alone."""
    assert not qr.qr_fits_here("http://192.0.2.1/")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not qr.qr_fits_here("http://192.0.2.1/")
