"""How often a request is repeated and how long it may take; one record for the whole client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.protocol import commands as cmd

if TYPE_CHECKING:
    from plugsmith.boot.protocol.request import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Attempts, and the device time per kind of request (uart-protocol.md 4)."""

    attempts: int = 6
    refusals: int = 3  # the same error status so often in a row is final
    control_s: float = 0.25
    read_s: float = 0.3
    write_s: float = 0.6
    erase_4k_s: float = 1.0
    erase_64k_s: float = 3.0
    crc_least_s: float = 2.0
    crc_bytes_per_s: float = 150_000.0

    def device_s(self, command: Command) -> float:
        """How long the chip may take to carry out `command`."""
        match command:
            case cmd.Read4K() | cmd.ReadShort():
                return self.read_s
            case cmd.Write4K() | cmd.Write():
                return self.write_s
            case cmd.Erase():
                whole = command.size_code == cmd.ERASE_64K
                return self.erase_64k_s if whole else self.erase_4k_s
            case cmd.CheckCrc():
                return max(self.crc_least_s, command.length / self.crc_bytes_per_s)
            case _:
                return self.control_s
