"""Which port to use, and opening one by name or address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors.port import NoPort, NoPortMatches, PortChoice, PortUnsupported
from plugsmith.link.bridge_address import is_bridge, is_tcp_port, read_bridge
from plugsmith.link.port import PortInfo
from plugsmith.link.port_list import list_ports, listing
from plugsmith.link.spi_address import is_spi, read_address
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.port import Port
    from plugsmith.link.port_list import PortEntry

    Opener = Callable[[str, Clock], Port]
    Chooser = Callable[[Sequence["PortEntry"]], "PortEntry"]

# The registry of address schemes: written once at start by the command line (`sim`).
_SCHEMES: dict[str, Opener] = {}
_NETWORK = ("socket://", "rfc2217://")


def pick_port(
    named: str | None,
    *,
    entries: Sequence[PortEntry] | None = None,
    only: str | None = None,
    ask: Chooser | None = None,
) -> str:
    """The port to open: `named`, else the only candidate, else the one that `ask` returns.

    `only` is a filter (`PortEntry.matches`); what it names need not look like an adapter.

    Raises NoPort without candidates, NoPortMatches where the filter fits none, and PortChoice (exit
    2, with the list) when several fit and nobody can be asked.
    """
    if named:
        return named
    candidates = fitting(list(entries or list_ports()), only)
    if len(candidates) == 1:
        return candidates[0].device
    if ask is not None:
        return ask(candidates).device
    raise PortChoice(ports=[entry.device for entry in candidates], listed=listing(candidates))


def fitting(entries: Sequence[PortEntry], only: str | None) -> list[PortEntry]:
    """Those of `entries` that may have a chip, or that the filter names; NoPort, NoPortMatches."""
    found = [entry for entry in entries if (entry.matches(only) if only else entry.candidate)]
    if only and not found:
        raise NoPortMatches(filter=only, listed=listing(entries) if entries else "-")
    if not found:
        raise NoPort
    return found


def check_address(name: str, *, more: Sequence[str] = ()) -> None:
    """Return if a port can have this name; opens nothing. `more`: schemes registered later.

    Raises PortUnsupported.
    """
    scheme, marker, rest = name.partition("://")
    if is_bridge(name):
        read_bridge(name)
        return
    if not marker or scheme in {*_SCHEMES, *more}:
        return
    if is_spi(name):
        read_address(name)
        return
    if not name.startswith(_NETWORK):
        raise PortUnsupported(
            port=name, problem=_("addresses of the kind {scheme}:// are not known", scheme=scheme)
        )
    host, _colon, number = rest.partition("?")[0].rstrip("/").rpartition(":")
    if not host or not is_tcp_port(number):
        raise PortUnsupported(
            port=name, problem=_("it must be {scheme}://host:port, port 1 to 65535", scheme=scheme)
        )


def register_scheme(scheme: str, opener: Opener) -> None:
    """Make addresses `scheme://...` open through `opener(url, clock)`; cli registers `sim`."""
    _SCHEMES[scheme] = opener


def open_port(
    name: str,
    *,
    clock: Clock,
    remote_baud_follows: bool = False,
    cancel: CancelToken | None = None,
    connect_s: float | None = None,
) -> Port:
    """Open a device name, socket://, rfc2217://, what carries serprog://, or a registered scheme.

    A server may take `connect_s`, at most 5 s; `cancel` ends that.

    Raises PortNotFound, PortBusy, PortDenied, PortUnsupported.
    """
    name = read_address(name).carrier if is_spi(name) else name
    scheme, marker, _rest = name.partition("://")
    if marker and scheme in _SCHEMES:
        return _SCHEMES[scheme](name, clock)
    if marker and not name.startswith(_NETWORK):
        raise PortUnsupported(
            port=name, problem=_("addresses of the kind {scheme}:// are not known", scheme=scheme)
        )
    from plugsmith.link.serial_port import SerialPort  # noqa: PLC0415 - imports serialx

    info = PortInfo(name=name)
    if not marker:
        info = _identified(info)
    return SerialPort(
        info,
        clock=clock,
        remote_baud_follows=remote_baud_follows,
        cancel=cancel,
        connect_s=connect_s,
    )


def _identified(info: PortInfo) -> PortInfo:
    """`info` with what the system knows about the adapter."""
    import os  # noqa: PLC0415 - only for the links below /dev/serial/by-id

    wanted = os.path.realpath(info.name)
    for entry in list_ports():
        if os.path.realpath(entry.device) == wanted:
            return replace(info, adapter=entry.adapter, maker=entry.maker, product=entry.product)
    return info
