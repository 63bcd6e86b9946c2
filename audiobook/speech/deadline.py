"""A limit on the whole time of a call that has none of its own."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

__all__ = ["LateError", "within"]


class LateError(Exception):
    """A call was given up."""


def within(limit_s: float, call: Callable[[], object]) -> None:
    """Make a call, and give it up when it takes too long.

    A socket's time-out begins anew with every byte, so an answer that drips never ends by itself.
    The call is given up where its thread runs Python next, which is at the next byte, and lets go
    of its connection then.

    Raises
    ------
    LateError
        If it took longer than ``limit_s`` seconds.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # raised again below, whatever it is
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        ident = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(LateError))
        raise LateError
    if failures:
        raise failures[0]
