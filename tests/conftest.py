"""What every test may use: a store and a data folder of its own, and sounds of known measure."""

import contextlib
import os
import pickle
from concurrent.futures import Executor, Future
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from browser import browser, chromium, player_book, reader  # noqa: F401
from hypothesis import settings

from audiobook.audio import SAMPLE_RATE
from audiobook.store import Store

DATA = Path(__file__).parent / "data"

# Machines are noisy, so no example has a deadline; where a change is judged, the examples are
# the same each time.
settings.register_profile("here", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("here")


class AtOnce(Executor):
    """Works here and now, on what would reach a worker and with what would come back from it."""

    def submit(self, fn, /, *args, **kwargs):
        """Do it, and return what has become of it."""
        fn, args, kwargs = pickle.loads(pickle.dumps((fn, args, kwargs)))
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(pickle.loads(pickle.dumps(error)))
        return future


@pytest.fixture(scope="session", autouse=True)
def no_workers():
    """Let builds in the tests' own process start no others, which would load everything anew.

    Nor do they draw the cover of one title twice. Where the program runs as a process
    (`readback.audiobook`) its workers are real.
    """
    with pytest.MonkeyPatch.context() as patch:
        pool = contextlib.contextmanager(lambda _n_workers: iter([AtOnce()]))
        patch.setattr(import_module("audiobook.build.pool"), "worker_pool", pool)
        cover = import_module("audiobook.export.cover")
        patch.setattr(cover, "draw_cover", cache(cover.draw_cover))
        yield


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def data():
    return DATA


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """No test reads or writes the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def sine():
    """Make a stereo sine: ``sine(hz, seconds, level_db)``, faded so that meters do not ring."""

    def make(hz, seconds, level_db=-20.0, sample_rate=SAMPLE_RATE, n_channels=2):
        t = np.arange(round(seconds * sample_rate)) / sample_rate
        wave = 10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * hz * t)
        n_fade = min(round(0.02 * sample_rate), len(t) // 2)
        ramp = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, n_fade))
        wave[:n_fade] *= ramp
        wave[len(wave) - n_fade :] *= ramp[::-1]
        return np.repeat(wave[:, np.newaxis], n_channels, axis=1).astype(np.float32)

    return make
