"""Which ports there are, which one to use, and opening one by name or address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.errors import Fact
    from plugsmith.link.port import Port

    Opener = Callable[[str, Clock], Port]
    Chooser = Callable[[Sequence["PortEntry"]], "PortEntry"]


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
        raise NotImplementedError

    def as_data(self, *, picked: bool) -> dict[str, Fact]:
        """The entry of the `ports` result."""
        raise NotImplementedError


def list_ports(*, with_holders: bool = False) -> list[PortEntry]:
    """The local ports, candidates first; `with_holders` looks for programs that hold them."""
    raise NotImplementedError


def pick_port(
    named: str | None, *, entries: Sequence[PortEntry] | None = None, ask: Chooser | None = None
) -> str:
    """The port to open: `named`, else the only candidate, else the one that `ask` returns.

    Raises NoPort without candidates and PortChoice (exit 2, with the list) when several fit and
    nobody can be asked.
    """
    raise NotImplementedError


def register_scheme(scheme: str, opener: Opener) -> None:
    """Make addresses `scheme://...` open through `opener(url, clock)`; cli registers `sim`."""
    raise NotImplementedError


def open_port(name: str, *, clock: Clock, remote_baud_follows: bool = False) -> Port:
    """Open a device name, socket://, rfc2217:// or a registered scheme, at 115200.

    Raises PortNotFound, PortBusy, PortDenied, PortUnsupported.
    """
    raise NotImplementedError
