"""The 25-series commands of a NOR flash: spi-download.md 2.

There is no chip erase here, and no opcode of a security (OTP) area: 3A, 42, 44, 48, 60, C7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plugsmith.boot.agreement import any_two
from plugsmith.errors.flash import ExchangeFailed, WriteLost
from plugsmith.errors.link import LinkLost
from plugsmith.memory import BLOCK_LEN, PAGE_LEN, SECTOR_LEN, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.chips.model import FlashPart
    from plugsmith.clock import Clock

_RDID, _SFDP, _READ, _WREN, _PP = 0x9F, 0x5A, 0x03, 0x06, 0x02
_STATUS, _WRITE_STATUS = 0x05, 0x01
_ERASE = {SECTOR_LEN: 0x20, BLOCK_LEN: 0xD8}
_BUSY, _WEL = 0x01, 0x02
_PAGE_S, _SECTOR_S, _BLOCK_S, _STATUS_S = 0.05, 2.0, 6.0, 0.5  # far above the data sheets
_POLL_S = 0.0005
_ENABLES = 4
_IDS = 6
_DWORD_DENSITY = 1


class SpiBus(Protocol):
    """One transaction at a time with a flash; `transfer` may repeat what it sends.

    `hz` is the clock; `modes` are the SPI modes that it knows, the usual one first.
    """

    max_write: int
    max_read: int
    bytes_on_wire: int
    hz: int
    modes: tuple[int, ...]

    def set_mode(self, mode: int) -> None:
        """Use SPI mode `mode`, one of `modes`."""

    def transfer(self, out: bytes, read: int) -> bytes:
        """Clock `out` in, then `read` bytes out, the chip select low throughout."""


class Nor:
    """One NOR flash at a bus. LinkLost when it stops answering, as after a reset of the chip."""

    def __init__(self, bus: SpiBus, *, clock: Clock, port_name: str) -> None:
        self.bus = bus
        self._clock = clock
        self._port_name = port_name
        self.jedec = b""

    def read_id(self) -> bytes | None:
        """The three id bytes, the same twice; None for those that cannot be one."""
        found = any_two(lambda: self.bus.transfer(bytes((_RDID,)), 3), tries=_IDS)
        return found if found is not None and is_id(found) else None

    def present(self) -> None:
        """Return if the flash of this run still answers; LinkLost if not."""
        if self.read_id() != self.jedec:
            raise LinkLost(port=self._port_name)

    def sfdp_size(self) -> int | None:
        """Bytes by the part's own SFDP table; None without a sound one (JESD216)."""
        head = self._sfdp(0, 16)
        if head[:4] != b"SFDP" or head[8] != 0x00 or head[11] < _DWORD_DENSITY + 1:
            return None
        at = int.from_bytes(head[12:15], "little")
        density = int.from_bytes(self._sfdp(at + 4 * _DWORD_DENSITY, 4), "little")
        if density >> 31:
            bits = 1 << (density & 0x7FFF_FFFF) if density & 0x7FFF_FFFF < 40 else 0
        else:
            bits = density + 1
        size = bits // 8
        return size if size >= BLOCK_LEN and size & (size - 1) == 0 else None

    def _sfdp(self, addr: int, count: int) -> bytes:
        return self.bus.transfer(bytes((_SFDP,)) + addr.to_bytes(3, "big") + b"\x00", count)

    def read(self, addr: int, length: int) -> bytes:
        """`length` bytes as they come, unproven."""
        out = bytearray()
        while len(out) < length:
            count = min(self.bus.max_read, length - len(out))
            out += self.bus.transfer(bytes((_READ,)) + (addr + len(out)).to_bytes(3, "big"), count)
        return bytes(out)

    def erase(self, addr: int, length: int) -> None:
        """Erase the sector or block of `length` at `addr`."""
        within_s = _SECTOR_S if length == SECTOR_LEN else _BLOCK_S
        self._enable(addr)
        self.bus.transfer(bytes((_ERASE[length],)) + addr.to_bytes(3, "big"), 0)
        self._wait(within_s)

    def program(self, addr: int, data: bytes) -> None:
        """Write `data` page by page; what is FF throughout is left out."""
        done = 0
        while done < len(data):
            room = min(PAGE_LEN - (addr + done) % PAGE_LEN, self.bus.max_write - 4)
            piece = data[done : done + room]
            if piece.count(0xFF) < len(piece):
                self._enable(addr + done)
                self.bus.transfer(bytes((_PP,)) + (addr + done).to_bytes(3, "big") + piece, 0)
                self._wait(_PAGE_S)
            done += len(piece)

    def status(self, part: FlashPart) -> int:
        """The status bytes of `part`, the same twice; SR1 in bits 0..7."""
        found = any_two(lambda: self._status(part), tries=_IDS)
        if found is None:
            raise ExchangeFailed(request=_("a read of the status register"), attempts=_IDS)
        return found

    def _status(self, part: FlashPart) -> int:
        read = (self.bus.transfer(bytes((opcode,)), 1) for opcode in part.read_opcodes)
        return int.from_bytes(b"".join(read), "little")

    def write_status(self, part: FlashPart, value: int) -> None:
        """Write both bytes at once: one alone clears the second register of many parts."""
        values = (value & ~(_BUSY | _WEL)).to_bytes(2, "little")[: part.write_len]
        self._enable(None)
        self.bus.transfer(bytes((_WRITE_STATUS,)) + values, 0)
        self._wait(_STATUS_S)

    def _enable(self, addr: int | None) -> None:
        """Set the write enable latch and see it set: a flash that is gone cannot show that."""
        for _attempt in range(_ENABLES):
            self.bus.transfer(bytes((_WREN,)), 0)
            status = self.bus.transfer(bytes((_STATUS,)), 1)[0]
            if status & (_BUSY | _WEL) == _WEL:
                return
            self.present()
            self._wait(_SECTOR_S)
        where = format_addr(addr) if addr is not None else _("the status register")
        raise WriteLost(start=where, operation=_("write enable"))

    def _wait(self, within_s: float) -> None:
        """Until it is idle. Late is what is busy when asked after the limit: on a loaded computer
        the limit may be over between a question and its answer.
        """
        until = self._clock.monotonic() + within_s
        while True:
            asked = self._clock.monotonic()
            if not self.bus.transfer(bytes((_STATUS,)), 1)[0] & _BUSY:
                return
            if asked > until:
                self.present()
                raise ExchangeFailed(request=_("the end of an erase or write"), attempts=1)
            self._clock.sleep(_POLL_S)


def is_id(found: bytes) -> bool:
    """Whether these can be the id of a flash: not 00, FF, or the echo D2."""
    return len(set(found)) > 1 and found[0] not in {0x00, 0xFF}
