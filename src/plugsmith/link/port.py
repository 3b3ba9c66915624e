"""What the rest of Plugsmith asks of a serial port, whatever carries the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCapabilities:
    """What a port can really do; a call that a port cannot honour must not pretend."""

    modem_lines: bool  # RTS and DTR reach real pins
    speed_changes: bool  # set_baud changes the rate on the wire
    local: bool  # a device of this machine (has an adapter identity)
    reopens: bool = False  # set_baud closes and opens the port, also for the rate it has


@dataclass(frozen=True, slots=True, kw_only=True)
class PortInfo:
    """Who the port is; `adapter` is a stable id ("1a86:7523:serial") for learnt speeds, or None."""

    name: str
    adapter: str | None = None
    maker: str | None = None
    product: str | None = None


class Port(Protocol):
    """Bytes in, bytes out. Not thread-safe. Every method may raise PortLost."""

    @property
    def info(self) -> PortInfo:
        """Name and adapter."""

    @property
    def capabilities(self) -> PortCapabilities:
        """What this port can do."""

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""

    def drain(self) -> None:
        """Return when everything queued has left the host."""

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""

    def set_baud(self, baud: int) -> None:
        """Change the host's rate; PortUnsupported if the port cannot."""

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; silently without effect where `capabilities.modem_lines` is false."""

    def close(self) -> None:
        """Release the port; may be called twice."""
