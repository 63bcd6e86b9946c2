"""What is done next: chapters that are ready, then segments as they are read, one online."""

from dataclasses import dataclass

from audiobook.build.recipe import Reading
from audiobook.build.schedule import Schedule
from audiobook.speech.engine import Voice


@dataclass(frozen=True)
class Stale:
    """As much of a planned chapter as the schedule looks at."""

    number: int
    unspoken: tuple[Reading, ...]


def reading(key, engine):
    return Reading(None, Voice(engine, "en", "en"), "en", 1.0, 1, key)


def keys(schedule, **busy):
    """Take all that may be done, without telling that any of it was."""
    return [task.key for task in iter(lambda: schedule.next(**busy), None)]


def two_chapters():
    """Return a chapter for each of two narrators who take turns, and share a sentence."""
    a, b = reading("a", "gtts"), reading("b", "tone")
    c, d = reading("c", "gtts"), reading("d", "tone")
    return Stale(1, (a, b)), Stale(2, (b, c, d))


def test_segments_come_in_reading_order_and_once():
    """Whoever reads them; what stands in two chapters is spoken once."""
    assert keys(Schedule(two_chapters()), online_is_busy=False) == ["a", "b", "c", "d"]


def test_while_a_service_is_busy_the_others_go_on():
    """It is asked one thing at a time; then it goes on where it was."""
    schedule = Schedule(two_chapters())
    assert schedule.next(online_is_busy=False).key == "a"
    assert keys(schedule, online_is_busy=True) == ["b", "d"]
    assert keys(schedule, online_is_busy=False) == ["c"]


def test_a_chapter_that_is_spoken_goes_first():
    """So that chapters are finished one by one."""
    one, two = two_chapters()
    schedule = Schedule([one, two])
    assert schedule.n_tasks == 6
    assert schedule.spoken(one.unspoken[0]) == (1,)
    assert schedule.spoken(one.unspoken[1]) == (1, 2)
    assert schedule.next(online_is_busy=False) is one
