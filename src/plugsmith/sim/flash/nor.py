"""NOR flash: AND-programming, erase units, protection bits, and a log of everything done to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.flash.parts import SimPart

SECTOR = 0x1000
ADDRESS_MASK = 0xFF_FFFF  # only 24 address bits reach the chip
_BP_SHIFT = 2
_LOG_LIMIT = 200_000  # operations kept; far beyond any honest session


class OpKind(StrEnum):
    """What was done to the flash; the names are those of the recordings in the corpus."""

    ERASE = "erase"
    ERASE_BLOCKED = "erase-blocked"
    PROGRAM = "prog"
    PROGRAM_BLOCKED = "prog-blocked"
    STATUS = "wrsr"
    STATUS_BLOCKED = "wrsr-blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: for status writes `addr` is the old and `length` the new register value."""

    kind: OpKind
    addr: int
    length: int

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.addr + self.length


class FlashDefect(Protocol):
    """Something wrong with the part itself (weak sector, stuck protection)."""

    def status_stuck(self) -> bool:
        """Whether this write of the status register has no effect."""

    def erase_fails(self) -> bool:
        """Whether the supply dips in this erase."""

    def program_fails(self) -> bool:
        """Whether the supply dips in this program."""

    def after_program(self, addr: int, data: bytes) -> bytes:
        """What the cells really hold after `data` was to be stored at `addr`."""


class NorFlash:
    """The content and the behaviour of one part. Addresses wrap at its size."""

    def __init__(self, part: SimPart, content: bytes, *, status: int = 0) -> None:
        if len(content) != part.size:
            raise ValueError(f"{len(content)} bytes for a part of {part.size}")
        self.part = part
        self.content = bytearray(content)
        self.status = status
        self.operations: list[Operation] = []
        self.erase_counts: Counter[int] = Counter()
        self.dirty: set[int] = set()
        self.defect: FlashDefect | None = None
        self.on_change: Callable[[int], None] | None = None  # called with each changed sector

    @property
    def size(self) -> int:
        """Bytes in the part."""
        return self.part.size

    def read(self, addr: int, length: int) -> bytes:
        """`length` bytes from `addr`, over the end to the start."""
        addr = (addr & ADDRESS_MASK) % self.size
        if addr + length <= self.size:
            return bytes(self.content[addr : addr + length])
        out = bytearray()
        while len(out) < length:
            piece = self.content[addr : addr + length - len(out)]
            out += piece
            addr = 0
        return bytes(out)

    def erase(self, addr: int, length: int) -> bool:
        """Erase the unit of `length` bytes that holds `addr`; False if any of it is protected."""
        start = (addr & ADDRESS_MASK) % self.size // length * length
        if self._protects(start, length):
            self._log(OpKind.ERASE_BLOCKED, start, length)
            return False
        done = length
        if self.defect is not None and self.defect.erase_fails():
            done = length // 2
        self.content[start : start + done] = b"\xff" * done
        sectors = range(start // SECTOR, (start + length) // SECTOR)
        self.erase_counts.update(sectors)
        for sector in sectors:
            self._changed(sector)
        self._log(OpKind.ERASE, start, length)
        return True

    def erase_all(self) -> bool:
        """Chip erase."""
        return self.erase(0, self.size)

    def program(self, addr: int, data: bytes) -> bool:
        """Clear bits: each byte becomes old AND new; a protected part swallows it (False)."""
        addr = (addr & ADDRESS_MASK) % self.size
        stored = True
        while data:
            room = min(len(data), SECTOR - addr % SECTOR)
            stored = self._program_in_sector(addr, data[:room]) and stored
            data = data[room:]
            addr = (addr + room) % self.size
        return stored

    def _program_in_sector(self, addr: int, data: bytes) -> bool:
        if self._protects(addr, len(data)):
            self._log(OpKind.PROGRAM_BLOCKED, addr, len(data))
            return False
        old = self.content[addr : addr + len(data)]
        mixed = int.from_bytes(old, "little") & int.from_bytes(data, "little")
        stored = mixed.to_bytes(len(data), "little")
        if self.defect is not None:
            stored = self.defect.after_program(addr, stored)
            if self.defect.program_fails():
                half = len(stored) // 2
                stored = stored[:half] + bytes(old[half:])
        self.content[addr : addr + len(data)] = stored
        self._changed(addr // SECTOR)
        self._log(OpKind.PROGRAM, addr, len(data))
        return True

    def write_status(self, value: int) -> None:
        """Write the status register (both bytes as one number)."""
        value &= (1 << (8 * self.part.sr_bytes)) - 1 & ~0x03  # busy and WEL are not ours to set
        if self.defect is not None and self.defect.status_stuck():
            self._log(OpKind.STATUS_BLOCKED, self.status, value)
            return
        self._log(OpKind.STATUS, self.status, value)
        self.status = value

    def status_by_loader(self, value: int | None) -> None:
        """What the boot loader sets before it starts the application; None leaves it."""
        if value is not None and self.status & 0x7C != value:
            self.write_status(value)

    def _changed(self, sector: int) -> None:
        self.dirty.add(sector)
        if self.on_change is not None:
            self.on_change(sector)

    def protected_span(self) -> tuple[int, int]:
        """Start and end of what the BP and CMP bits protect (GD25Q style; equal: nothing)."""
        start, end = _bp_span(self.status >> _BP_SHIFT & 0x1F, self.size)
        bit = self.part.cmp_bit
        if bit is None or not self.status >> bit & 1:
            return start, end
        if start == end:
            return 0, self.size
        return (end, self.size) if start == 0 else (0, start)

    def _protects(self, addr: int, length: int) -> bool:
        start, end = self.protected_span()
        return addr < end and start < addr + length

    def _log(self, kind: OpKind, addr: int, length: int) -> None:
        last = self.operations[-1] if self.operations else None
        joins = (
            last is not None
            and kind in (OpKind.PROGRAM, OpKind.PROGRAM_BLOCKED)
            and last.kind is kind
            and last.end == addr
            and addr % SECTOR != 0
        )
        if joins and last is not None:
            self.operations[-1] = Operation(kind=kind, addr=last.addr, length=last.length + length)
        elif len(self.operations) < _LOG_LIMIT:
            self.operations.append(Operation(kind=kind, addr=addr, length=length))


def _bp_span(field: int, size: int) -> tuple[int, int]:
    """Protected range for BP4..BP0: low three bits size, then bottom, then sector granularity."""
    amount = field & 7
    if amount == 0:
        return 0, 0
    bottom = bool(field & 8)
    if amount == 7:
        length = size
    elif field & 0x10:
        length = min(SECTOR << (amount - 1), 0x8000)
    else:
        length = min(size >> 5 << (amount - 1), size)
    return (0, length) if bottom else (size - length, size)
