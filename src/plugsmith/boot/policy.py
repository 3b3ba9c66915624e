"""How often a request is repeated and how long it may take; one record for the whole client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.protocol import commands as cmd

if TYPE_CHECKING:
    from plugsmith.boot.protocol.request import Command

_MOST_PACE = 16.0
_ENOUGH = 2.0  # of what the last such request took


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
    crc_least_s: float = 1.0
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


class Pace:
    """The factor on the usual time of checksums, over all links of a run.

    An old boot code, a chip behind a busy computer, an emulator: one that owes an answer is not
    gone.
    """

    def __init__(self) -> None:
        self._factor = 1.0
        self._judged_s = 0.0  # the usual time of what the factor was learnt from

    def allowed_s(self, usual_s: float) -> float:
        """How long to wait now for what usually takes no more than `usual_s`."""
        return self._factor * usual_s

    def overdue(self, usual_s: float) -> None:
        """No answer came in the time allowed: the next wait is twice as long."""
        self._factor = min(2 * self._factor, _MOST_PACE)
        self._judged_s = max(self._judged_s, usual_s)

    def took(self, seconds: float, usual_s: float) -> None:
        """A good answer came after `seconds`; a short task says little about a long one."""
        factor = min(max(1.0, _ENOUGH * seconds / usual_s), _MOST_PACE)
        if factor > self._factor or usual_s >= self._judged_s:
            self._factor, self._judged_s = factor, usual_s
