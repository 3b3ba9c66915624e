"""P20..P23 and CEN: the window after a reset, its echo, and the flash behind it.

Modelled from published measurements of one chip (spi-download.md 1): deaf for 5 ms after CEN
rises, D2 on MISO until 53 ms, two D2 with the chip select low open the mode, the flash answers
40 ms later. After the window without a handshake the pins belong to the firmware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.chip.stage import Dark
from plugsmith.sim.spi.commands import NorCommands

if TYPE_CHECKING:
    from plugsmith.sim.chip.chip import SimChip

DEAF_S = 0.005
WINDOW_S = 0.053
WAKING_S = 0.040
KNOCK = 0xD2
_KNOCKS = 2


class SpiFace:
    """One chip at its flash download pins. Times are those of the caller's clock."""

    def __init__(self, chip: SimChip) -> None:
        self.chip = chip
        self.commands = NorCommands(chip.nor, chip.timing)
        self._entered_at = 0.0
        self._in_mode: Dark | None = None  # what the chip does since then, until a reset

    @property
    def entered(self) -> bool:
        """Whether the pins are the flash's own now; any reset of the chip ends that."""
        return self._in_mode is not None and self.chip.stage is self._in_mode

    def set_cen(self, *, low: bool, now: float) -> None:
        """Pull CEN low, or let it go: the mode ends, and the window opens anew."""
        if low != self.chip.reset_line_low:
            self.chip.set_reset_line(low=low, now=now)
            self.commands.power_lost()

    def exchange(self, out: bytes, read: int, *, now: float) -> bytes:
        """One transaction with the chip select low: `out` clocked in, then `read` bytes out."""
        if self.entered:
            if now - self._entered_at < WAKING_S:
                return bytes(read)
            reply = self.commands.transaction(out, read, now=now)
            self._supply_may_dip(now)
            return reply
        rose_at = self.chip.reset_at
        if self.chip.reset_line_low or rose_at is None or not self._in_window(now - rose_at):
            return bytes(read)
        return self._knock(out, read, now)

    def _in_window(self, since: float) -> bool:
        return DEAF_S <= since < WINDOW_S

    def _knock(self, out: bytes, read: int, now: float) -> bytes:
        heard = 0
        for byte in out:
            heard = heard + 1 if byte == KNOCK else 0
            if heard == _KNOCKS:
                self._entered_at = now
                self.commands.power_lost()
                self.chip.stage = self._in_mode = Dark(self.chip)  # the CPU is out of the game
                return bytes(read)
        return bytes((KNOCK,)) * read if heard == 0 else bytes(read)

    def _supply_may_dip(self, now: float) -> None:
        if self.chip.faults.power_failed:
            self.chip.faults.power_failed = False
            self.set_cen(low=True, now=now)
            self.set_cen(low=False, now=now)
