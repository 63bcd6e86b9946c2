"""The address a server listens at in, the names under which others find it out."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator

__all__ = ["reachable_names"]

# Of the ranges for documentation: nobody is there, and nothing is sent; asking for the way to it
# tells which of this machine's addresses others see.
_SOMEWHERE = {
    socket.AF_INET: ("192.0.2.1", 9),
    socket.AF_INET6: ("2001:db8::1", 9),
}


def reachable_names(address: str) -> tuple[str, ...]:
    """Return how a server is called in an address, the likeliest name first.

    Parameters
    ----------
    address : str
        What it listens at; "0.0.0.0" and "::" stand for every address of this machine.

    Examples
    --------
    >>> reachable_names("127.0.0.1"), reachable_names("::1")
    (('127.0.0.1',), ('[::1]',))
    """
    listening = ipaddress.ip_address(address.partition("%")[0])
    if not listening.is_unspecified:
        return (_written(listening),)
    families = [socket.AF_INET] + [socket.AF_INET6] * (listening.version == 6)
    found = [a for family in families for a in (*_on_the_way(family), *_by_name(family))]
    useful = [a for a in found if not (a.is_loopback or a.is_link_local or a.is_unspecified)]
    return tuple(dict.fromkeys(map(_written, useful))) or (socket.gethostname(),)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _written(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


def _on_the_way(family: socket.AddressFamily) -> Iterator[Address]:
    with (
        contextlib.suppress(OSError),
        socket.socket(family, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(_SOMEWHERE[family])
        yield ipaddress.ip_address(probe.getsockname()[0])


def _by_name(family: socket.AddressFamily) -> Iterator[Address]:
    with contextlib.suppress(OSError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, family):
            yield ipaddress.ip_address(str(address[0]).partition("%")[0])
