"""What a build looks like while it runs: live on a terminal, plain lines elsewhere."""

import io
import re

import pytest
from rich.console import Console

from audiobook.build.events import Mixed, Note, Spoken, Started, Wrote
from audiobook.cli.display import Display, LiveDisplay, PlainDisplay, Tally, display_for
from audiobook.cli.words import clock, parse_clock, stamp


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.time_s = 100.0

    def __call__(self):
        """Return the time it was told."""
        return self.time_s


@pytest.fixture
def now():
    return Clock()


def started(n_chapters, n_segments=10, n_workers=2, expected_s=0.0):
    chapters = tuple((n, f"Chapter {n}", n_segments) for n in range(1, n_chapters + 1))
    return Started(chapters, n_workers, expected_s)


def spoken(chapter, duration_s=4.0, wall_s=2.0):
    return Spoken((chapter,), "A wolf came.", duration_s, wall_s)


def speak(display, chapter, n_segments=10):
    for _ in range(n_segments):
        display.show(spoken(chapter))


def terminal(width=80, height=24):
    return Console(
        file=io.StringIO(), force_terminal=True, width=width, height=height, color_system=None
    )


def drawn(display, width=80):
    """Return the table as lines of text."""
    console = terminal(width)
    console.print(display._render())
    return console.file.getvalue().splitlines()


def test_the_share_of_the_work_grows_from_nothing_to_all(now):
    """Each event brings it forward, and only the last chapter's mixing completes it."""
    tally = Tally(now)
    tally.take(started(2, 3))
    shares = [tally.share]
    for chapter in (1, 2):
        for event in (spoken(chapter),) * 3 + (Mixed(chapter, 12.0, 1.0),):
            tally.take(event)
            shares.append(tally.share)
    assert shares[0] == 0.0
    assert shares == sorted(set(shares))
    assert shares[-1] == pytest.approx(1.0)
    assert shares[-2] < 0.9


def test_nothing_is_promised_before_anything_is_known(now):
    """Without earlier builds there is no time to go until some of the work is done."""
    tally = Tally(now)
    tally.take(started(100))
    now.time_s += 5.0
    tally.take(spoken(1))
    assert tally.eta_s is None


def test_the_time_to_go_follows_earlier_builds_and_then_this_one(now):
    """It starts with what was measured before, and ends with this build's own pace."""
    tally = Tally(now)
    tally.take(started(4, 10, expected_s=400.0))
    assert tally.eta_s == pytest.approx(400.0)
    now.time_s += 10.0
    assert tally.eta_s == pytest.approx(390.0)
    for chapter in (1, 2):
        for event in (spoken(chapter),) * 10 + (Mixed(chapter, 40.0, 1.0),):
            tally.take(event)
    # Half is done after 50 s, whatever was expected: the other half takes 50 s.
    now.time_s = 150.0
    assert tally.share == pytest.approx(0.5)
    assert tally.eta_s == pytest.approx(50.0)


def test_between_the_two_the_time_to_go_does_not_jump(now):
    """Where this build's pace begins to count, it counts little."""
    tally = Tally(now)
    tally.take(started(1, 100, expected_s=400.0))
    now.time_s += 100.0  # loading the model
    before = tally.eta_s
    for _ in range(3):
        tally.take(spoken(1))
    assert tally.share > 0.02
    own_pace_s = 100.0 * (1.0 - tally.share) / tally.share
    assert before == pytest.approx(300.0)
    assert tally.eta_s < 0.5 * own_pace_s


def test_speeds_are_those_of_all_workers_together(now):
    """Two workers that each speak at twice real time speak at four times; what is slow shows."""
    tally = Tally(now)
    assert tally.speeds() == ""
    tally.take(started(1, 2))
    tally.take(spoken(1, 4.0, 2.0))
    assert tally.speeds() == "speaking 4.0 × real time"
    tally.take(spoken(1, 400.0, 2.0))
    tally.take(Mixed(1, 60.0, 3.0))
    assert tally.speeds() == "speaking 202 × real time, mixing 40 ×"


def test_a_chapter_is_waiting_read_mixed_and_done(now):
    """The first that is not spoken is being read, before its first segment is finished."""
    tally = Tally(now)
    tally.take(started(3, 2))

    def states():
        return [tally.state(row) for row in tally.rows.values()]

    assert states() == ["speaking", "waiting", "waiting"]
    tally.take(spoken(1))
    tally.take(spoken(1))
    assert states() == ["mixing", "speaking", "waiting"]
    tally.take(Mixed(1, 8.0, 1.0))
    assert states() == ["done", "speaking", "waiting"]


def test_a_log_has_a_line_for_each_step(capsys, tmp_path):
    """What will be done, each chapter spoken and done, notes; all of it on stderr."""
    display = PlainDisplay()
    with display:
        display.show(Note("draft: espeak:en reads"))
        display.show(started(2, 2))
        display.show(spoken(1))
        display.show(spoken(1))
        display.show(Mixed(1, 75.0, 1.0))
        display.show(Wrote(tmp_path / "a.mp3"))
        display.show(spoken(2))
        display.show(spoken(2))
        display.show(Mixed(2, 8.0, 1.0))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "note: draft: espeak:en reads",
        "2 chapters, 4 segments to speak, 2 workers",
        "chapter 1 Chapter 1: spoken",
        "chapter 1 Chapter 1: done (1:15)",
        "chapter 2 Chapter 2: spoken",
        "chapter 2 Chapter 2: done (8 s)",
    ]


def test_a_log_is_not_silent_for_long(capsys, now):
    """In a chapter of an hour there is a sign of life every half minute, with what is left."""
    display = PlainDisplay()
    display.tally = Tally(now)
    display.show(started(1, 200, expected_s=1000.0))
    assert capsys.readouterr().err.endswith("2 workers, about 16:40 to go\n")
    times_s = []
    for _ in range(100):
        now.time_s += 5.0
        display.show(spoken(1))
        if line := capsys.readouterr().err:
            times_s.append(now.time_s)
            assert re.fullmatch(r"\d+ of 200 segments spoken, about \d+:\d\d to go\n", line)
    gaps_s = [b - a for a, b in zip([100.0, *times_s], times_s, strict=False)]
    assert set(gaps_s) == {30.0}


@pytest.mark.parametrize("n_chapters", [1, 3, 300])
@pytest.mark.parametrize("width", [40, 64, 120])
def test_the_table_fits_the_terminal(n_chapters, width):
    """Every row keeps its number, count and state, in one line, however long the book and title."""
    display = LiveDisplay(terminal(width))
    title = "Өте ұзын атау 🐺 漢字の長い題名 [red]not markup[/red] " * 3
    chapters = tuple((n, title, 10) for n in range(1, n_chapters + 1))
    display.show(Started(chapters, 2, 60.0))
    for number in range(1, n_chapters, 2):
        speak(display, number)
        display.show(Mixed(number, 40.0, 1.0))
    lines = drawn(display, width)
    rows = [line for line in lines if re.match(r"\s*\d+  ", line)]
    shown = min(n_chapters, 12)
    assert len(rows) == shown
    assert all(re.search(r"(0/10  (speaking|waiting)|10/10  done)\s*$", row) for row in rows)
    n_done = n_chapters // 2
    assert f"{n_done} of {n_chapters} chapters done" in " ".join(lines)
    assert len(lines) <= shown + 3


def test_a_long_book_shows_what_is_worked_on():
    """Chapters that are done make room, and the line below counts what is not shown."""
    display = LiveDisplay(terminal())
    display.show(started(300, 2))
    for number in range(1, 101):
        speak(display, number, 2)
        display.show(Mixed(number, 8.0, 1.0))
    lines = drawn(display)
    assert lines[0].split()[:3] == ["101", "Chapter", "101"]
    assert "100 of 300 chapters done (288 not shown)" in lines[-1] + lines[-2]


def test_the_live_table_runs_and_leaves_no_trace():
    """It draws itself, shows notes above, and is gone when the build ends."""
    console = terminal()
    with LiveDisplay(console) as display:
        display.show(started(3, 2))
        display.show(Note("draft: espeak:en reads [sic]"))
        speak(display, 1, 2)
    printed = console.file.getvalue()
    assert "note: draft: espeak:en reads [sic]\n" in printed
    assert "Chapter 2" in printed
    assert printed.count("\x1b[2K") >= 3  # lines erased in the end
    assert printed.count("\x1b[?25l") == printed.count("\x1b[?25h") == 1  # the cursor is back


def test_stopping_says_what_was_kept_after_the_table_is_gone(capsys):
    """The table takes nothing along: the line comes when it has been erased."""
    console = terminal()
    with LiveDisplay(console) as display:
        display.show(started(3, 2))
        speak(display, 1, 2)
        display.show(Mixed(1, 8.0, 1.0))
        display.stopped()
        assert "\x1b[?25h" in console.file.getvalue()
    assert capsys.readouterr().err == (
        "stopped; kept 2 segments and 1 chapter of this run: the same command goes on from here\n"
    )


def test_the_display_fits_where_stderr_goes(monkeypatch):
    """A table on a terminal, lines in a pipe, nothing when quiet."""
    assert type(display_for(quiet=False)) is PlainDisplay
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert type(display_for(quiet=False)) is LiveDisplay
    assert type(display_for(quiet=True)) is Display


@pytest.mark.parametrize(
    ("seconds", "length", "position"),
    [
        (0.4, "0 s", "0:00"),
        (59.6, "1:00", "0:59"),
        (754, "12:34", "12:34"),
        (7500, "2:05:00", "2:05:00"),
    ],
)
def test_lengths_are_rounded_and_positions_are_not(seconds, length, position):
    """59.6 s are a minute long, but a player still shows 0:59; what is shown can be typed."""
    assert clock(seconds) == length
    assert stamp(seconds) == position
    assert parse_clock(position) == int(seconds)


@pytest.mark.parametrize("text", ["noon", "1:2:3:4", "-5", "1:-5", "nan", "inf", "1e999"])
def test_what_is_no_position_is_refused(text):
    """A position is a number of seconds, or hours, minutes and seconds."""
    with pytest.raises(ValueError, match=re.escape(text.partition(":")[0])):
        parse_clock(text)
