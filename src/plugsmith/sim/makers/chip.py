"""What each of these chips is to the wire that it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash


class MakerChip(Protocol):
    """A chip that waits in its boot mode; `rate` is what its UART is set to."""

    nor: NorFlash
    rate: float

    def reset(self, now: float) -> None:
        """Switched off and on, with the strapping pin at its level."""

    def take(self, data: bytes, now: float) -> None:
        """Bytes of the host, heard at the chip's own rate."""

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """What it sent since the last call, each with its rate."""

    def next_event(self) -> float | None:
        """When it sends next by itself."""
