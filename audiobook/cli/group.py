"""A command that has commands, and suggests one when a name is mistyped."""

from __future__ import annotations

import click

from audiobook.errors import did_you_mean

__all__ = ["SuggestingGroup"]


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
