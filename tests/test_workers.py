"""Workers that die and requests to stop, as the build's loop meets them."""

import os
import signal
import threading
from pathlib import Path

import pytest

from audiobook.build import pool
from audiobook.build.pool import Crew
from audiobook.build.workers import CAN_BLOCK, STOPPING, _undisturbed, worker_pool
from audiobook.errors import BuildError

needs_signals = pytest.mark.skipif(not CAN_BLOCK, reason="signals cannot be blocked here")


@pytest.fixture(autouse=True)
def real_workers(monkeypatch):
    """Let workers be real, as they are what is tested; see ``no_workers`` of conftest."""
    monkeypatch.setattr(pool, "worker_pool", worker_pool)


def act(name, folder):
    """Do what a task is called; what happens once happens at the first try."""
    mark = Path(folder) / name
    is_first = not mark.exists()
    mark.write_text(mark.read_text() + "x" if mark.exists() else "x")
    if name.startswith("dies") and (is_first or "always" in name):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("hungry") and (is_first or "always" in name):
        raise MemoryError
    return name


def crew(folder, tasks):
    """Return a crew that does tasks, and what it has finished and told so far."""
    todo, done, told = list(tasks), [], []
    made = Crew(
        begin=lambda pool, task: pool.submit(act, task, str(folder)),
        next_task=lambda _running: todo.pop(0) if todo else None,
        finished=lambda _task, future: done.append(future.result()),
        died=lambda task: BuildError(f"died of {task}"),
        tell=told.append,
    )
    return made, done, told


@needs_signals
def test_what_a_worker_died_of_once_is_done_all_the_same(tmp_path):
    """A death and a want of memory cost a note each, and every task is finished once."""
    tasks = ["one", "dies once", "two", "hungry once", "three"]
    made, done, told = crew(tmp_path, tasks)
    made.work(2)
    assert sorted(done) == sorted(tasks)
    assert told
    assert all("died, perhaps for want of memory" in text for text in told)


@needs_signals
@pytest.mark.parametrize("culprit", ["dies always", "hungry always"])
def test_the_task_that_workers_die_of_is_named(tmp_path, culprit):
    """It is tried twice and named, not its neighbours, which are finished."""
    made, done, _ = crew(tmp_path, ["one", culprit, "two"])
    with pytest.raises(BuildError, match=f"died of {culprit}"):
        made.work(2)
    assert "one" in done
    assert (tmp_path / culprit).read_text() == "xx"


@pytest.fixture
def stopping():
    """Let both requests to stop raise KeyboardInterrupt, as the program does."""

    def stop(_number, _frame):
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPPING}
    yield stop
    for number, handler in before.items():
        assert signal.getsignal(number) is stop  # as it was found
        signal.signal(number, handler)


@needs_signals
@pytest.mark.parametrize("number", STOPPING)
@pytest.mark.parametrize("who", ["this thread", "another thread"])
def test_a_request_to_stop_waits_until_a_worker_is_started(stopping, number, who):
    """It is not obeyed inside, whoever takes the signal, but at the end."""
    go = threading.Event()
    is_inside = False

    def take():
        go.wait()
        signal.pthread_kill(threading.get_ident(), number)

    other = threading.Thread(target=take)
    other.start()  # before: it has to be able to take the signal
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        with _undisturbed():
            if who == "this thread":
                os.kill(os.getpid(), number)
            go.set()
            other.join()
            for _ in range(1000):
                is_inside = True
        is_inside = False
    assert is_inside


@needs_signals
def test_a_request_to_stop_wins_over_a_start_that_fails(stopping):
    """A worker that the same request ended breaks its pipe; what is told is the request."""
    with pytest.raises(KeyboardInterrupt), _undisturbed():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGTERM)
        raise BrokenPipeError


@needs_signals
def test_who_is_not_asked_to_stop_is_left_alone(stopping):
    """Without a request nothing happens, and errors pass."""
    with _undisturbed():
        pass
    with pytest.raises(BrokenPipeError), _undisturbed():
        raise BrokenPipeError
