"""``audiobook`` and ``python -m audiobook``: ready to be stopped before anything else is loaded."""

from __future__ import annotations

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. Ctrl-C and a request to terminate end it at once, with 130."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        from audiobook.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    finally:
        # What is left is to leave; who asks twice shall not see that fail.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: object) -> None:
    """Treat a request to terminate as Ctrl-C: end at once, keep what is finished."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
