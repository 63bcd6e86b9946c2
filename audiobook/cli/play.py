"""``audiobook play``: a finished book in the browser, here or on a phone."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiobook.cli.options import default_out, named
from audiobook.errors import ServeError
from audiobook.serve.shelf import FRONT_PAGE

if TYPE_CHECKING:
    from audiobook.serve.server import Server

__all__ = ["play_command"]

REPORT = "build.json"


@click.command(
    "play",
    short_help="Open a finished book in the browser, or serve it to a phone.",
    epilog="""
\b
Examples:
  audiobook play out/story
  audiobook play mybook                          # the book folder: its out/mybook
  audiobook play out/story --serve               # over HTTP, for this machine alone
  audiobook play out/story --serve --host 0.0.0.0    # for a phone: scan the code
""",
)
@click.argument("folder", default=".", metavar="[DIR]")
@click.option("--serve", is_flag=True, help="Serve the folder over HTTP until Ctrl-C.")
@click.option(
    "--host",
    metavar="ADDR",
    callback=named,
    help="Serve at this address; 0.0.0.0 is the whole network [default: this machine alone].",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Serve at this port, 0 for any [default: 8417 if it is free].",
)
def play_command(folder: str, serve: bool, host: str | None, port: int | None) -> None:
    """Open the player of a finished folder in the browser: it reads along, and needs no server.

    DIR is the folder, or the story or book that it was made of [default: this folder].

    With --host, devices near by can listen, too, over plain HTTP. The address that is shown (as a
    QR code on a terminal) opens once, on one device; then the next one is shown. Everybody else is
    turned away.
    """
    if not serve and (host is not None or port is not None):
        raise click.UsageError(f"--{'port' if host is None else 'host'} goes with --serve")
    found = _finished(folder)
    if serve:
        _serve(found, host, port)
        return
    from audiobook.cli.browser import open_in_browser

    address = (found / FRONT_PAGE).resolve().as_uri()
    click.echo(address)
    if not open_in_browser(address):
        click.echo("no browser can be opened here; open this address in one", err=True)


def _finished(given: str) -> Path:
    """Return the folder that has a player.

    Raises
    ------
    ServeError
        If there is none; says how one is made.
    """
    if not Path(given).exists():
        raise ServeError(f"{given} does not exist; check the name")
    folders = (Path(given), default_out(given))
    found = next((f for f in folders if (f / FRONT_PAGE).is_file()), None)
    if found:
        return found
    built = next((f for f in folders if (f / REPORT).is_file()), None)
    if built is None:
        words, what = [given], f"{given}: no finished audiobook"
    else:
        words, what = [*_asked(built), "-o", str(built)], f"{built}: no player ({FRONT_PAGE})"
    again = shlex.join(["audiobook", "build", *words, "--format", "player"])
    raise ServeError(f"{what}; make one with: {again}")


def _asked(built: Path) -> list[str]:
    """Return what a folder was built from and how, formats aside."""
    from audiobook.build.state import load_state
    from audiobook.cli.finished import seen_from_here
    from audiobook.store import Store, default_root

    words = load_state(Store(default_root()), built).asked or ["STORY"]
    if "--format" in words:
        at = words.index("--format")
        words = words[:at] + words[at + 2 :]
    return [seen_from_here(word) for word in words]


def _serve(folder: Path, host: str | None, port: int | None) -> None:
    with _server(folder, host, port) as server:
        _show(server.addresses)
        if not server.is_local:
            click.echo("whoever comes with it first is let in, unencrypted", err=True)
        click.echo("Ctrl-C ends it", err=True)
        server.serve_forever()


def _server(folder: Path, host: str | None, port: int | None) -> Server:
    from audiobook.serve.server import DEFAULT_PORT, LOOPBACK, Server

    def used(address: str) -> None:
        click.echo("one device is in; for the next one:", err=True)
        _show([address])

    where = host or LOOPBACK
    if port is not None:
        return Server(folder, where, port, used)
    try:
        return Server(folder, where, DEFAULT_PORT, used)
    except ServeError:
        return Server(folder, where, 0, used)


def _show(addresses: list[str]) -> None:
    """Print addresses, and the likeliest for a phone to read if it is for others."""
    from audiobook.cli.qr import qr_code, qr_fits_here
    from audiobook.cli.terminal import raw_stream

    for address in addresses:
        click.echo(address)
    if "?" in addresses[0] and qr_fits_here(addresses[0]):
        click.echo(qr_code(addresses[0]), file=raw_stream(sys.stdout))
