"""A command that has commands, and suggests one when a name is mistyped; how a command stops."""

from __future__ import annotations

from typing import IO

import click

from audiobook.errors import did_you_mean

__all__ = ["StoppedError", "SuggestingGroup"]


class StoppedError(click.ClickException):
    """Somebody asked to stop; without a message, that was answered already."""

    exit_code = 130  # as shells have it: 128 and the number of SIGINT

    def __init__(self, message: str = "") -> None:
        super().__init__(message)

    def show(self, file: IO[str] | None = None) -> None:
        """Say it in one line."""
        if self.message:
            click.echo(self.message, file=file, err=True)


class SuggestingGroup(click.Group):
    """A group that names the closest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a command when one is mistyped."""
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            raise click.UsageError(f'no command "{args[0]}"; {did_you_mean(args[0], known)}', ctx)
        return super().resolve_command(ctx, args)
