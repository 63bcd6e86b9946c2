"""``audiobook`` and ``python -m audiobook``: ready to be stopped before anything else is loaded."""

from __future__ import annotations

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. Ctrl-C and a request to terminate end it at once, with 130."""
    asked: list[int] = []

    def stop(number: int, _frame: object) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        from audiobook.cli import main as run

        run()
    except (KeyboardInterrupt, Exception):
        # A library that is stopped while it loads may take that for a failure of its own.
        if not asked:
            raise
        sys.stderr.write("stopped\n")
        sys.exit(130)
    finally:
        # What is left is to leave; who asks twice shall not see that fail.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
