"""The loader family (T, Q, U, 7252): parser and commands as observed on executed boot code.

Source: uart-protocol.md 2.5, chip-emulation.md 5. The parser does not resynchronise, knows no
time-out, and never checks the payload length of a command.
"""

from __future__ import annotations

import zlib
from enum import IntEnum, auto
from typing import TYPE_CHECKING

from plugsmith.sim.chip.bootcode import (
    GROUP,
    LONG_MARK,
    LONG_OPCODE,
    START,
    Outcome,
    Work,
    long_reply,
    short_reply,
)
from plugsmith.sim.timing import PROGRAM_LINE_LEN, DeviceTiming, loader_rate

if TYPE_CHECKING:
    from plugsmith.sim.chip.personality import SimBootCode
    from plugsmith.sim.flash.nor import NorFlash

PAYLOAD_BUFFER = 4104
_OVERRUN_CRASH = PAYLOAD_BUFFER + 512  # so much beyond the buffer the RAM is ruined
_PAGE = 0x100
_ADDR_LEN = 4
_STATUS_GUARD = 6
_TICK_S = 0.002  # SetBaud counts 2 ms ticks
_ERASE_UNITS = {0x20: 0x1000, 0xD8: 0x1_0000}
_PROGRAM_OPCODE = 12  # of the flash controller, as are the next ones
_OPCODE_ERASES = {13: 0x1000, 14: 0x8000, 15: 0x1_0000}
_READ_LEN = 0x1000
_PROTECT_MASK = 0x407C


class _State(IntEnum):
    START = 0
    OPCODE_LOW = auto()
    OPCODE_HIGH = auto()
    LENGTH = auto()
    SHORT_COMMAND = auto()
    LONG_OPCODE = auto()
    LONG_LOW = auto()
    LONG_HIGH = auto()
    LONG_COMMAND = auto()
    PAYLOAD = auto()


class LoaderCode:
    """One running boot loader. `feed` takes bytes, `Work` comes out."""

    def __init__(self, who: SimBootCode, nor: NorFlash, timing: DeviceTiming) -> None:
        self._who = who
        self._nor = nor
        self._timing = timing
        self._buffer = bytearray(PAYLOAD_BUFFER)
        self._state = _State.START
        self._long = False
        self._length = 0
        self._command = 0
        self._filled = 0  # payload bytes of the frame so far
        self._page = bytearray()
        self._config_field = 0  # protect field of the flash config register (or_protect)
        self.linked = False
        self._unprotect_pending = False

    def feed(self, data: bytes) -> tuple[int, Work | None]:
        """Consume `data` up to the end of the first command or page; how much, and what came."""
        used = 0
        while used < len(data):
            if self._state is _State.PAYLOAD:
                count, work = self._payload(data, used)
                used += count
            else:
                work = self._header(data[used])
                used += 1
            if work is not None:
                return used, work
        return used, None

    def _header(self, byte: int) -> Work | None:
        match self._state:
            case _State.START | _State.OPCODE_LOW | _State.OPCODE_HIGH:
                good = byte == GROUP[self._state]
                self._state = _State(self._state + 1) if good else _State.START
            case _State.LENGTH:
                self._long = byte == LONG_MARK
                self._length = byte
                if self._long:
                    self._state = _State.LONG_OPCODE
                else:
                    self._state = _State.SHORT_COMMAND if byte else _State.START
            case _State.LONG_OPCODE:
                self._state = _State.LONG_LOW if byte == LONG_OPCODE else _State.START
            case _State.LONG_LOW:
                self._length = byte
                self._state = _State.LONG_HIGH
            case _State.LONG_HIGH:
                self._length |= byte << 8
                self._state = _State.LONG_COMMAND if self._length else _State.START
            case _:  # SHORT_COMMAND, LONG_COMMAND
                self._command = byte
                self._filled = 0
                self._page.clear()
                self._state = _State.PAYLOAD
                if self._length == 1 and not self._streaming:
                    return self._finish()
        return None

    @property
    def _streaming(self) -> bool:
        return self._long and self._command == 0x07

    def _payload(self, data: bytes, at: int) -> tuple[int, Work | None]:
        if self._streaming:
            return self._stream(data, at)
        count = min(self._length - 1 - self._filled, len(data) - at)
        self._fill(data[at : at + count])
        if self._filled > _OVERRUN_CRASH:
            return count, Work(outcome=Outcome.RESET)
        return count, self._finish() if self._filled == self._length - 1 else None

    def _stream(self, data: bytes, at: int) -> tuple[int, Work | None]:
        """Write4K: only a full page that ends with the frame ends it.

        Other lengths make it take all that follows as data, until the chip resets itself [M: the
        vendor's code in the emulator].
        """
        if self._filled < _ADDR_LEN:
            count = min(_ADDR_LEN - self._filled, len(data) - at)
            self._fill(data[at : at + count])
            return count, None
        count = min(_PAGE - len(self._page), len(data) - at)
        self._page += data[at : at + count]
        self._filled += count
        full = len(self._page) == _PAGE
        return count, self._store_page(last=self._filled == self._length - 1) if full else None

    def _fill(self, piece: bytes) -> None:
        room = max(0, min(len(piece), PAYLOAD_BUFFER - self._filled))
        self._buffer[self._filled : self._filled + room] = piece[:room]
        self._filled += len(piece)

    def _finish(self) -> Work | None:
        self._state = _State.START
        run = (self._long_commands if self._long else self._short_commands).get(self._command)
        return run(self) if run else None

    # short commands

    def _link_check(self) -> Work:
        self.linked = True
        self._unprotect_pending = True
        return Work(reply=short_reply(0x01, b"\x00"))

    def _reboot(self) -> Work | None:
        return Work(outcome=Outcome.RESET) if self._buffer[0] == 0xA5 else None

    def _set_baud(self) -> Work:
        rate = int.from_bytes(self._buffer[:4], "little")
        return Work(
            duration_s=(self._buffer[4] + 1) * _TICK_S,
            reply=short_reply(0x0F, bytes(self._buffer[:5])),
            rate=loader_rate(rate),
        )

    def _check_crc(self) -> Work:
        start = int.from_bytes(self._buffer[:4], "little")
        end = int.from_bytes(self._buffer[4:8], "little")
        blocks = (end - start + 1) >> 8
        if end < start or blocks > 0xFFFF:
            return Work(outcome=Outcome.HANG)
        crc = 0
        for at in range(start, start + (blocks << 8), 0x10_0000):
            count = min(0x10_0000, start + (blocks << 8) - at)
            crc = zlib.crc32(self._nor.read(at, count), crc)
        self._set_protection(self._nor.part.loader_protect)
        return Work(
            duration_s=(blocks << 8) * self._timing.crc_byte_s,
            reply=short_reply(0x10, (crc ^ 0xFFFF_FFFF).to_bytes(4, "little")),
        )

    def _boot_version(self) -> Work | None:
        if not self._who.version:
            return None
        return Work(reply=short_reply(0x11, self._who.version.ljust(16, b"\x00")))

    # long commands

    def _read_4k(self) -> Work:
        raw = bytes(self._buffer[:4])
        addr = int.from_bytes(raw, "little")
        if addr < self._who.guard:
            low = (self._length & 0xFF) - 5
            return Work(reply=long_reply(0x09, _STATUS_GUARD, raw + bytes((low & 0xFF,))))
        return Work(reply=long_reply(0x09, 0, raw + self._nor.read(addr, _READ_LEN)))

    def _erase(self) -> Work:
        opcode, raw = self._buffer[0], bytes(self._buffer[1:5])
        addr = int.from_bytes(raw, "little")
        if addr < self._who.guard or addr >= 0x8000_0000:
            return Work(reply=long_reply(0x0F, _STATUS_GUARD, bytes((opcode,)) + raw))
        done = Work(reply=long_reply(0x0F, 0, bytes((opcode,)) + raw))
        if self._unprotect_pending:  # whatever the opcode [M: differential test on real code]
            self._set_protection(0)
            self._unprotect_pending = False
        unit = _ERASE_UNITS.get(opcode)
        if unit is None or self._skips(addr):
            return done
        erased = self._nor.erase(addr, unit)
        return Work(duration_s=self._timing.erase_s(unit) if erased else 0.0, reply=done.reply)

    def _write(self) -> Work:
        raw = bytes(self._buffer[:4])
        addr, count = int.from_bytes(raw, "little"), max(0, self._length - 5)
        tail = raw + bytes((count & 0xFF,))
        if addr < self._who.guard:
            return Work(reply=long_reply(0x06, _STATUS_GUARD, tail))
        data = bytes(self._buffer[4 : 4 + count])
        if self._who.skip_beyond_size:  # line by line [M: differential test on real code]
            data = data[: max(0, self._nor.size - addr)]
        stored = self._store_lines(addr, data)
        return Work(duration_s=self._timing.program_s(stored), reply=long_reply(0x06, 0, tail))

    def _store_lines(self, addr: int, data: bytes) -> int:
        """Program by 32-byte lines with the observed fillings around the data; bytes stored."""
        stored = 0
        head = addr % PROGRAM_LINE_LEN
        if head:
            line_addr = addr - head
            line = bytearray(self._nor.read(line_addr, PROGRAM_LINE_LEN))
            piece = data[: PROGRAM_LINE_LEN - head]
            line[head : head + len(piece)] = piece
            stored += PROGRAM_LINE_LEN * self._program(line_addr, bytes(line))
            addr, data = line_addr + PROGRAM_LINE_LEN, data[len(piece) :]
        elif 0 < len(data) < PROGRAM_LINE_LEN:
            data += _stack_garbage(PROGRAM_LINE_LEN - len(data))
        if data:
            padded = data + b"\xff" * (-len(data) % PROGRAM_LINE_LEN)
            stored += len(padded) * self._program(addr, padded)
        return stored

    def _program(self, addr: int, data: bytes) -> bool:
        """Program, or what comes of it when the address has a top byte.

        The boot codes of T and Q OR the whole address into the flash controller's operate register,
        so its top byte changes the opcode: 12 (program) becomes an erase [M: differential test].
        """
        opcode = _PROGRAM_OPCODE | addr >> 24 & 0x1F
        if opcode == _PROGRAM_OPCODE:
            return self._nor.program(addr, data)
        unit = _OPCODE_ERASES.get(opcode)
        if unit is not None:
            for at in range(addr // unit * unit, addr + len(data), unit):
                self._nor.erase(at & 0xFF_FFFF, unit)
        return False

    def _store_page(self, *, last: bool) -> Work:
        """One streamed piece of a Write4K; the reply follows the last one."""
        raw = bytes(self._buffer[:4])
        addr = int.from_bytes(raw, "little")
        allowed = addr >= self._who.write4k_guard
        at = addr + self._filled - 4 - _PAGE
        stored = allowed and not self._skips(at) and self._program(at, bytes(self._page))
        self._page.clear()
        duration = self._timing.program_s(_PAGE) if stored else 0.0
        if not last:
            return Work(duration_s=duration)
        self._state = _State.START
        if allowed:
            return Work(duration_s=duration, reply=long_reply(0x07, 0, raw))
        limit = self._who.write4k_guard.to_bytes(2, "little")
        return Work(reply=long_reply(0x07, _STATUS_GUARD, limit + raw[2:]))

    def _skips(self, addr: int) -> bool:
        return self._who.skip_beyond_size and addr >= self._nor.size

    def _set_protection(self, wanted: int) -> None:
        if self._nor.status & _PROTECT_MASK == wanted:
            return
        if self._who.or_protect:
            self._config_field |= wanted
            wanted = self._config_field
        self._nor.write_status(wanted)

    _short_commands = {  # noqa: RUF012 - a constant table of methods
        0x00: _link_check,
        0x0E: _reboot,
        0x0F: _set_baud,
        0x10: _check_crc,
        0x11: _boot_version,
    }
    _long_commands = {  # noqa: RUF012 - a constant table of methods
        0x06: _write,
        0x09: _read_4k,
        0x0F: _erase,
    }


def _stack_garbage(count: int) -> bytes:
    """What a short aligned Write leaves in the rest of its line: whatever lay on the stack."""
    return bytes((0x35 + 0x4D * i) & 0xFF for i in range(count))


__all__ = ["PAYLOAD_BUFFER", "START", "LoaderCode"]
