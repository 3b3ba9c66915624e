"""Which ports there are, which one to use, and opening one by name or address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors.port import NoPort, PortChoice, PortUnsupported
from plugsmith.link.port import PortInfo
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.errors import Fact
    from plugsmith.link.port import Port

    Opener = Callable[[str, Clock], Port]
    Chooser = Callable[[Sequence["PortEntry"]], "PortEntry"]

# The registry of address schemes: written once at start by the command line (`sim`).
_SCHEMES: dict[str, Opener] = {}
_NETWORK = ("socket://", "rfc2217://")
# Built-in modems, phones and debug probes that are never an adapter to a chip.
_NEVER = ("modem", "gps", "bluetooth", "cmsis-dap", "j-link", "st-link")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortEntry:
    """One local serial port; `candidate` is whether it can be an adapter with a chip behind it."""

    device: str
    maker: str | None
    product: str | None
    vid: int | None
    pid: int | None
    serial: str | None
    candidate: bool
    in_use_by: str | None = None

    @property
    def adapter(self) -> str | None:
        """The stable adapter id `vid:pid:serial`, or None where there is no USB identity."""
        if self.vid is None or self.pid is None:
            return None
        return f"{self.vid:04x}:{self.pid:04x}:{self.serial or ''}"

    def describe(self) -> str:
        """One line for people."""
        words = " ".join(part for part in (self.maker, self.product) if part)
        ids = f" [{self.adapter}]" if self.adapter else ""
        return f"{self.device}  {words or _('serial port')}{ids}"

    def as_data(self, *, picked: bool) -> dict[str, Fact]:
        """The entry of the `ports` result."""
        return {
            "device": self.device,
            "maker": self.maker,
            "product": self.product,
            "vid": f"{self.vid:04x}" if self.vid is not None else None,
            "pid": f"{self.pid:04x}" if self.pid is not None else None,
            "serial": self.serial,
            "in_use_by": self.in_use_by,
            "picked": picked,
        }


def list_ports(*, with_holders: bool = False) -> list[PortEntry]:
    """The local ports, candidates first; `with_holders` looks for programs that hold them."""
    import serialx  # noqa: PLC0415 - costs 0.2 s of start-up and only this call needs it

    from plugsmith.link.holders import find_holder  # noqa: PLC0415

    entries = [
        PortEntry(
            device=info.device,
            maker=info.manufacturer,
            product=info.product,
            vid=info.vid,
            pid=info.pid,
            serial=info.serial_number,
            candidate=_is_candidate(info.vid, info.manufacturer, info.product),
            in_use_by=find_holder(info.resolved_device) if with_holders else None,
        )
        for info in serialx.list_serial_ports()
    ]
    return sorted(entries, key=lambda entry: (not entry.candidate, entry.device))


def _is_candidate(vid: int | None, maker: str | None, product: str | None) -> bool:
    words = f"{maker or ''} {product or ''}".lower()
    return vid is not None and not any(word in words for word in _NEVER)


def pick_port(
    named: str | None, *, entries: Sequence[PortEntry] | None = None, ask: Chooser | None = None
) -> str:
    """The port to open: `named`, else the only candidate, else the one that `ask` returns.

    Raises NoPort without candidates and PortChoice (exit 2, with the list) when several fit and
    nobody can be asked.
    """
    if named:
        return named
    candidates = [entry for entry in (entries or list_ports()) if entry.candidate]
    if not candidates:
        raise NoPort
    if len(candidates) == 1:
        return candidates[0].device
    if ask is not None:
        return ask(candidates).device
    raise PortChoice(ports=[entry.device for entry in candidates], listed=listing(candidates))


def listing(entries: Sequence[PortEntry]) -> str:
    """The entries as text, one a line."""
    return "\n".join("  " + entry.describe() for entry in entries)


def register_scheme(scheme: str, opener: Opener) -> None:
    """Make addresses `scheme://...` open through `opener(url, clock)`; cli registers `sim`."""
    _SCHEMES[scheme] = opener


def open_port(name: str, *, clock: Clock, remote_baud_follows: bool = False) -> Port:
    """Open a device name, socket://, rfc2217:// or a registered scheme, at 115200.

    Raises PortNotFound, PortBusy, PortDenied, PortUnsupported.
    """
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
    return SerialPort(info, clock=clock, remote_baud_follows=remote_baud_follows)


def _identified(info: PortInfo) -> PortInfo:
    """`info` with what the system knows about the adapter."""
    import os  # noqa: PLC0415 - only for the links below /dev/serial/by-id

    wanted = os.path.realpath(info.name)
    for entry in list_ports():
        if os.path.realpath(entry.device) == wanted:
            return replace(info, adapter=entry.adapter, maker=entry.maker, product=entry.product)
    return info
