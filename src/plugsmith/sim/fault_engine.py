"""A fault plan at work: counts bytes, replies, operations, and strikes when a fault is due."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from plugsmith.sim.faults import (
    BootLoop,
    BrownOut,
    Echo,
    FlashStep,
    Harm,
    LineFault,
    PortVanishes,
    ReplyLost,
    SilentChip,
    SpontaneousReset,
    StuckProtection,
    Way,
    WeakSector,
)

if TYPE_CHECKING:
    from plugsmith.sim.faults import FaultPlan

SECTOR = 0x1000


class FaultEngine:
    """What is left of a plan. Also watches the flash (see `nor.FlashDefect`)."""

    def __init__(self, plan: FaultPlan) -> None:
        self._random = random.Random(plan.seed)  # noqa: S311 - repeatable, nothing secret
        faults = plan.faults
        self._lines = {
            way: sorted(
                (item for item in faults if isinstance(item, LineFault) and item.way is way),
                key=lambda item: item.at,
            )
            for way in Way
        }
        self._moved = dict.fromkeys(Way, 0)
        self._lost = [item for item in faults if isinstance(item, ReplyLost)]
        self._resets = sorted(item.nth for item in faults if isinstance(item, SpontaneousReset))
        self._dips = [item for item in faults if isinstance(item, BrownOut)]
        self._vanish = sorted(
            (item for item in faults if isinstance(item, PortVanishes)), key=lambda item: item.at
        )
        self._weak = {item.sector: item.times for item in faults if isinstance(item, WeakSector)}
        self._stuck = _total([i.times for i in faults if isinstance(i, StuckProtection)])
        self._echo = _total([i.count for i in faults if isinstance(i, Echo)])
        self.silent = any(isinstance(item, SilentChip) for item in faults)
        self.boot_loop = any(isinstance(item, BootLoop) for item in faults)
        self._replies = 0
        self._commands = 0
        self._steps = dict.fromkeys(FlashStep, 0)
        self.power_failed = False
        self.struck: list[str] = []
        self._gone_until: float | None = None
        self._gone = False

    # the wires

    def cross(self, way: Way, data: bytes) -> list[tuple[float, bytes]]:
        """`data` after the wire: pieces, each with the delay before it."""
        begin = self._moved[way]
        self._moved[way] = begin + len(data)
        due = self._lines[way]
        if not due or due[0].at >= begin + len(data):
            return [(0.0, data)]
        pieces: list[tuple[float, bytes]] = []
        at = 0
        while due and due[0].at < begin + len(data):
            fault = due.pop(0)
            self.struck.append(f"{fault.harm} {way} at {fault.at}")
            where = max(at, fault.at - begin)
            pieces.append((0.0, data[at:where]))
            delay, changed, at = self._harm(fault, data, where)
            pieces.append((delay, changed))
        pieces.append((0.0, data[at:]))
        return [piece for piece in pieces if piece[1] or piece[0]]

    def _harm(self, fault: LineFault, data: bytes, at: int) -> tuple[float, bytes, int]:
        """Delay, the bytes instead of the hurt ones, and where the rest begins."""
        end = min(len(data), at + fault.count)
        hurt = data[at:end]
        match fault.harm:
            case Harm.DROP:
                return 0.0, b"", end
            case Harm.FLIP:
                return 0.0, bytes(b ^ 1 << self._random.randrange(8) for b in hurt), end
            case Harm.DUPLICATE:
                return 0.0, hurt + hurt, end
            case Harm.NOISE:
                return 0.0, self._random.randbytes(fault.count), at
            case Harm.DELAY:
                return fault.seconds, hurt, end

    def echo(self, data: bytes) -> bytes:
        """What of the host's bytes comes straight back."""
        if self._echo is None:
            return data
        back = data[: self._echo]
        self._echo -= len(back)
        return back

    def swallows_reply(self) -> bool:
        """Whether the reply that is about to leave gets lost."""
        self._replies += 1
        lost = any(item.nth <= self._replies < item.nth + item.count for item in self._lost)
        if lost:
            self.struck.append(f"reply {self._replies} lost")
        return lost

    def resets_now(self) -> bool:
        """Whether the chip resets instead of carrying out this command."""
        self._commands += 1
        if self._resets and self._resets[0] <= self._commands:
            self._resets.pop(0)
            self.struck.append(f"reset at command {self._commands}")
            return True
        return False

    # the adapter

    def port_gone(self, now: float) -> bool:
        """Whether the host's port is missing at `now`."""
        if not self._vanish and not self._gone:  # asked at each look at the clock
            return False
        moved = self._moved[Way.TO_CHIP] + self._moved[Way.FROM_CHIP]
        if self._vanish and not self._gone and self._vanish[0].at <= moved:
            fault = self._vanish.pop(0)
            self._gone = True
            self._gone_until = None if fault.seconds is None else now + fault.seconds
            self.struck.append("port vanished")
        if self._gone and self._gone_until is not None and now >= self._gone_until:
            self._gone = False
        return self._gone

    def back_at(self, now: float) -> float | None:
        """When the port is (back) there: `now` if it is, None if it never comes back."""
        return self._gone_until if self.port_gone(now) else now

    # the flash

    def status_stuck(self) -> bool:
        """Whether this write of the status register has no effect."""
        if self._stuck is None:
            return True
        if self._stuck > 0:
            self._stuck -= 1
            self.struck.append("status write ignored")
            return True
        return False

    def erase_fails(self) -> bool:
        """Whether the supply dips in this erase."""
        return self._dip(FlashStep.ERASE)

    def program_fails(self) -> bool:
        """Whether the supply dips in this program."""
        return self._dip(FlashStep.PROGRAM)

    def _dip(self, step: FlashStep) -> bool:
        self._steps[step] += 1
        for item in self._dips:
            if item.step is step and item.nth <= self._steps[step]:
                self._dips.remove(item)
                self.power_failed = True
                self.struck.append(f"brown-out in {step} {self._steps[step]}")
                return True
        return False

    def after_program(self, addr: int, data: bytes) -> bytes:
        """What the cells really hold after `data` was to be stored at `addr`."""
        sector = addr // SECTOR
        left = self._weak.get(sector, 0)
        if left <= 0 or not data:
            return data
        self._weak[sector] = left - 1
        self.struck.append(f"weak sector {sector:#x}")
        at = self._random.randrange(len(data))
        return data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]


def _total(amounts: list[int | None]) -> int | None:
    """The sum; None (for ever) if any amount is None."""
    return None if None in amounts else sum(amount or 0 for amount in amounts)
