"""The ``audiobook`` command: thin, and silent about everything but what was asked.

Results and ``--json`` go to stdout, progress and notes to stderr. Exit status: 0 done, 1 could not
(one line says where, what, and what to do), 2 wrong usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from audiobook import __version__
from audiobook.cli.group import StoppedError, SuggestingGroup
from audiobook.cli.terminal import guard_terminal
from audiobook.errors import AudiobookError

__all__ = ["main"]

# Each command's room is opened when the command is used (or all of them, to list their help).
COMMANDS = {
    "build": "build",
    "preview": "preview",
    "play": "play",
    "chapters": "inspect",
    "segments": "inspect",
    "cast": "cast",
    "lexicon": "lexicon",
    "new": "inspect",
    "voices": "sounds",
    "music": "sounds",
    "locate": "finished",
    "check": "judge",
    "cache": "upkeep",
    "doctor": "upkeep",
    "completion": "upkeep",
}

EXAMPLES = """
\b
Examples:
  audiobook build story.md                        # make the audiobook, into out/story/
  audiobook build story.md --voice kokoro:bf_emma --music none
  audiobook build story.md --chapter 3 --take 2   # another reading of chapter 3
  audiobook chapters story.md                     # what the story splits into
  audiobook preview story.md --chapter 2          # a minute of it, to hear how it will be
  audiobook play out/story                        # read and listen, in the browser
  audiobook locate out/story 12:34                # what is said there, and how to redo it

\b
"audiobook COMMAND -h" says more about each command.
"""


class Cli(SuggestingGroup):
    """A group that opens commands when needed and shows an `AudiobookError` in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of a user's day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"audiobook.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; the one place where an `AudiobookError` becomes a line and a status."""
        try:
            return super().invoke(ctx)
        except AudiobookError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt as stop:
            raise StoppedError("stopped") from stop


@click.group(cls=Cli, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="audiobook")
def app() -> None:
    """Turn a story into a produced audiobook, on this machine.

    Narrated by a natural voice over folk music composed for each chapter, mastered, and cut into
    chapters with marks and tags.
    """


def main() -> None:
    """Run the command line; see `audiobook.__main__` for requests to stop."""
    guard_terminal()
    gc.set_threshold(50_000)  # what is made while starting stays: looking through it takes 7 %
    try:
        app.main(standalone_mode=False, prog_name="audiobook")
    except click.exceptions.Abort:
        sys.exit(StoppedError.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
