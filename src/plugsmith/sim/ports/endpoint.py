"""Where a served chip meets its clients: one interface for pseudo-terminals and TCP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAct:
    """One thing that the client did, in order: bytes at a rate, lines, or forgetting input.

    `baud` None: nobody can know the client's rate (raw TCP), it follows the chip's.
    """

    data: bytes = b""
    baud: int | None = None
    rts: bool | None = None
    dtr: bool | None = None
    purge: bool = False


class Endpoint(Protocol):
    """A place to connect to; at most one client at a time."""

    @property
    def address(self) -> str:
        """What a client gives as its port."""

    @property
    def connected(self) -> bool:
        """Whether a client is there."""

    @property
    def sessions(self) -> int:
        """Clients so far; a change means a new one."""

    @property
    def baud(self) -> int | None:
        """The client's rate now, None if it cannot be known."""

    def wait(self, timeout_s: float) -> None:
        """Return when something may have happened, or after `timeout_s`."""

    def poll(self, *, device_rate: float) -> list[HostAct]:
        """What the client did since the last call; never blocks."""

    def send(self, data: bytes) -> None:
        """Bytes to the client; lost when nobody is there or nobody reads."""

    def vanish(self) -> None:
        """Disappear as an unplugged adapter does; `poll` brings it back after `reappear`."""

    def reappear(self) -> None:
        """Come back."""

    def close(self) -> None:
        """Give everything back."""
