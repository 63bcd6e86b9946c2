"""``audiobook cache``, ``doctor`` and ``completion``: keeping the house in order."""

from __future__ import annotations

import re
import sys

import click

from audiobook.cli.group import SuggestingGroup
from audiobook.cli.options import echo_json
from audiobook.cli.words import count, size

__all__ = ["cache_command", "completion_command", "doctor_command"]

KEEP = "5GB"  # of the store, when nobody says how much: about forty hours of audiobook


@click.group(
    "cache",
    cls=SuggestingGroup,
    short_help="Look at the store of finished sound, or make it smaller.",
    epilog="""
\b
Examples:
  audiobook cache info
  audiobook cache prune --keep 5GB
""",
)
def cache_command() -> None:
    """Look at the store of finished clips and chapters, or make it smaller.

    Everything in it can be made again; removing it costs only time.
    """


@cache_command.command(
    "info",
    epilog="""
\b
Example:
  audiobook cache info
""",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def info(as_json: bool) -> None:
    """Say where the store is and how much it holds."""
    from audiobook.store import Store, default_root

    store = Store(default_root())
    usage = store.usage()
    if as_json:
        kinds = {u.kind: {"files": u.n_files, "bytes": u.n_bytes} for u in usage}
        echo_json({"path": str(store.root), "kinds": kinds})
        return
    click.echo(store.root)
    for entry in usage:
        click.echo(f"  {entry.kind + 's':<9} {entry.n_files:>7}  {size(entry.n_bytes):>9}")
    click.echo(f"  {'all':<9} {'':>7}  {size(sum(u.n_bytes for u in usage)):>9}")


@cache_command.command(
    "prune",
    epilog="""
\b
Examples:
  audiobook cache prune
  audiobook cache prune --keep 500MB
  audiobook cache prune --keep 0    # remove everything
""",
)
@click.option(
    "--keep",
    default=KEEP,
    metavar="SIZE",
    help=f"Keep this much of what was used last [default: {KEEP}].",
)
def prune(keep: str) -> None:
    """Remove what has not been used for longest.

    What a running build needs is left alone.
    """
    from audiobook.build.folder import keys_in_use
    from audiobook.store import Store, default_root

    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kMGT]?)B?\s*", keep, re.IGNORECASE)
    if match is None:
        raise click.UsageError(f'--keep "{keep}" is no size; say for example 500MB or 5GB')
    unit = 1000 ** " kmgt".index(match[2].lower() or " ")
    store = Store(default_root())
    pruned = store.prune(round(float(match[1]) * unit), keys_in_use(store))
    click.echo(f"removed {count(pruned.n_files, 'file')}, {size(pruned.n_bytes)}")
    if pruned.n_bytes_in_use:
        click.echo(f"kept {size(pruned.n_bytes_in_use)} that a running build needs", err=True)


@click.command(
    "doctor",
    short_help="Check the installation, and say what mends it.",
    epilog="""
\b
Example:
  audiobook doctor
""",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def doctor_command(as_json: bool) -> None:
    """Check what is installed, what is missing, and name the command that mends it.

    Exit status 1 when a build would fail; what is only optional ("--") does not count.
    """
    from audiobook.doctor import examine

    findings = examine()
    if as_json:
        echo_json([{"name": f.name, "ok": f.ok, "text": f.text} for f in findings])
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "--" if finding.is_optional else "NO"
            click.echo(f"{mark:<3} {finding.name:<10} {finding.text}")
    if any(not f.ok and not f.is_optional for f in findings):
        sys.exit(1)


@click.command(
    "completion",
    short_help="Print the script for completion in bash, zsh or fish.",
    epilog="""
\b
Examples:
  audiobook completion bash >> ~/.bashrc
  audiobook completion zsh >> ~/.zshrc
  audiobook completion fish > ~/.config/fish/completions/audiobook.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that teaches a shell to complete audiobook's commands."""
    from click.shell_completion import get_completion_class

    from audiobook.cli import app

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(app, {}, "audiobook", "_AUDIOBOOK_COMPLETE").source())
