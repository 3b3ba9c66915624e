"""The ROM family (N, M, 7238, 7252N): parser and commands as other tools and related source claim.

Source: uart-protocol.md 2.6. One request at a time: what arrives while a command runs is lost, a
frame is taken when its length is reached and the line goes idle, `01` restarts a header.
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
from plugsmith.sim.flash.spi import SpiPins
from plugsmith.sim.timing import DeviceTiming, rom_rate

if TYPE_CHECKING:
    from plugsmith.sim.chip.registers import Registers
    from plugsmith.sim.flash.nor import NorFlash

_LENGTH_WRONG, _PAYLOAD_LACK, _PARAM, _UNKNOWN = 4, 5, 6, 7
_READ_LEN = 0x1000
_WRITE4K_LEN = 0x1005
_MAX_FRAME = 0x1400
_ERASE_UNITS = {0x20: 0x1000, 0x52: 0x8000, 0xD8: 0x1_0000}
_LONG_LENGTHS = {0x07: (_WRITE4K_LEN,), 0x08: (6,), 0x09: (5,), 0x0A: (2,), 0x0B: (5,),
                 0x0C: (2,), 0x0D: (3, 4), 0x0F: (6,)}  # fmt: skip
_ECHO_LEN = {0x06: 4, 0x07: 4, 0x08: 4, 0x09: 4, 0x0A: 1, 0x0B: 4, 0x0C: 1, 0x0D: 1, 0x0F: 5}


class _State(IntEnum):
    START = 0
    OPCODE_LOW = auto()
    OPCODE_HIGH = auto()
    LENGTH = auto()
    LONG_OPCODE = auto()
    LONG_LOW = auto()
    LONG_HIGH = auto()
    BODY = auto()
    COMPLETE = auto()


class RomCode:
    """The mask ROM. `feed` takes bytes that arrived in one go; `idle` runs what is complete."""

    def __init__(self, nor: NorFlash, registers: Registers, timing: DeviceTiming) -> None:
        self._nor = nor
        self._registers = registers
        self._timing = timing
        self._pins = SpiPins(nor, timing)
        self._state = _State.START
        self._long = False
        self._length = 0
        self._body = bytearray()
        self._began = 0.0  # arrival of the first body byte
        self.linked = False

    @property
    def complete(self) -> bool:
        """A whole frame waits for the line to go idle."""
        return self._state is _State.COMPLETE

    @property
    def inside_frame(self) -> bool:
        """A frame has begun and lacks bytes."""
        return self._state is _State.BODY

    def feed(self, data: bytes, *, at: float) -> None:
        """Consume all of `data`, first byte `at`; what follows a complete frame is lost."""
        used = 0
        while used < len(data) and self._state is not _State.COMPLETE:
            if self._state is _State.BODY:
                count = min(len(data) - used, self._length - len(self._body))
                self._body += data[used : used + count]
                used += count
            else:
                self._header(data[used], at)
                used += 1
            if self._state is _State.BODY and len(self._body) == self._length:
                self._state = _State.COMPLETE

    def _header(self, byte: int, at: float) -> None:
        match self._state:
            case _State.START | _State.OPCODE_LOW | _State.OPCODE_HIGH:
                if byte == GROUP[self._state]:
                    self._state = _State(self._state + 1)
                else:  # a 01 begins anew
                    self._state = _State.OPCODE_LOW if byte == START else _State.START
            case _State.LENGTH:
                self._long = byte == LONG_MARK
                self._length = byte
                self._begin(at, _State.LONG_OPCODE if self._long else _State.BODY)
            case _State.LONG_OPCODE:
                self._state = _State.LONG_LOW if byte == LONG_OPCODE else _State.START
            case _State.LONG_LOW:
                self._length = byte
                self._state = _State.LONG_HIGH
            case _:
                self._length = min(self._length | byte << 8, _MAX_FRAME)
                self._begin(at, _State.BODY)

    def _begin(self, at: float, state: _State) -> None:
        self._body.clear()
        self._began = at
        self._state = state if self._length else _State.START

    def idle(self, *, at: float) -> Work | None:
        """The line is idle: run a complete frame, or complain about one that lacks bytes."""
        state, self._state = self._state, _State.START
        if state is _State.COMPLETE:
            return self._run(at)
        if state is _State.BODY and self._body:
            return self._lack()
        return None

    def _lack(self) -> Work:
        got = bytes(self._body)
        if self._long:
            return self._refuse(got[0], _PAYLOAD_LACK)
        body = bytes((5, self._length)) + got
        return Work(reply=bytes((0x04, 0x0E, (2 + len(got)) & 0xFF)) + GROUP + body)

    def _refuse(self, command: int, status: int) -> Work:
        count = _ECHO_LEN.get(command, 0)
        echo = bytes(self._body[1 : 1 + count]).ljust(count, b"\x00")
        return Work(reply=long_reply(command, status, echo))

    def _run(self, at: float) -> Work | None:
        command, params = self._body[0], bytes(self._body[1:])
        if not self._long:
            return self._short(command, params)
        if command not in _ECHO_LEN and command != 0x0E:
            return Work(reply=long_reply(command, _UNKNOWN))
        lengths = _LONG_LENGTHS.get(command)
        wrong = self._length not in lengths if lengths else self._length < 2
        if wrong or (command == 0x06 and self._length < 5):
            return self._refuse(command, _LENGTH_WRONG)
        return self._flash_command(command, params, at)

    # short commands

    def _short(self, command: int, params: bytes) -> Work | None:
        match command:
            case 0x00:
                self.linked = True
                return Work(reply=short_reply(0x01, b"\x00"))
            case 0x01 | 0x03:
                return self._register(command, params)
            case 0x0F if len(params) == 5:
                rate = rom_rate(int.from_bytes(params[:4], "little"))
                reply = short_reply(0x0F, params)
                return Work(duration_s=params[4] * 1e-3, reply=reply, rate=rate)
            case 0x10 if len(params) == 8:
                return self._check_crc(params)
            case 0x0E | 0x70 | 0xAA:
                return self._special(command, params)
            case _:
                return Work(reply=short_reply(command, bytes((_UNKNOWN,))))

    def _register(self, command: int, params: bytes) -> Work:
        if len(params) != (8 if command == 0x01 else 4):
            return Work(reply=short_reply(command, bytes((_LENGTH_WRONG,))))
        addr = int.from_bytes(params[:4], "little")
        if command == 0x01:
            self._registers.write(addr, int.from_bytes(params[4:], "little"))
            return Work(reply=short_reply(0x01, params))
        value = self._registers.read(addr).to_bytes(4, "little")
        return Work(reply=short_reply(0x03, params + value))

    def _special(self, command: int, params: bytes) -> Work:
        if (command, params) in ((0x0E, b"\xa5"), (0x70, b"SEAN")):
            return Work(outcome=Outcome.RESET)
        if (command, params) == (0xAA, b"\x55"):
            self.linked = True
        return Work(reply=short_reply(command, params))

    def _check_crc(self, params: bytes) -> Work:
        start, end = int.from_bytes(params[:4], "little"), int.from_bytes(params[4:], "little")
        if end < start or end - start >= 1 << 24:
            return Work(outcome=Outcome.HANG)
        length = end - start + 1  # the end is inclusive, any length
        crc = zlib.crc32(self._nor.read(start, length)) ^ 0xFFFF_FFFF
        reply = short_reply(0x10, crc.to_bytes(4, "little"))
        return Work(duration_s=length * self._timing.crc_byte_s, reply=reply)

    # flash commands

    def _flash_command(self, command: int, params: bytes, at: float) -> Work:
        addr = int.from_bytes(params[:4], "little")
        match command:
            case 0x06 | 0x07:
                return self._write(command, params, at)
            case 0x0A | 0x0B | 0x0F:
                return self._erase(command, params)
            case 0x09:
                data = params + self._nor.read(addr, _READ_LEN)
            case 0x08:
                data = params[:4] + self._nor.read(addr, params[4])
            case 0x0C:
                data = params + self._pins.status(params[0], at)
            case 0x0D:
                self._pins.write_status(params[0], params[1:], at)
                data = params
            case _:
                data = self._pins.transfer(params, at)
        return Work(reply=long_reply(command, 0, data))

    def _write(self, command: int, params: bytes, at: float) -> Work:
        data = params[4:]
        stored = self._nor.program(int.from_bytes(params[:4], "little"), data)
        duration = self._timing.program_s(len(data)) if stored else 0.0
        if command == 0x06:
            reply = long_reply(0x06, 0, params[:4] + bytes((len(data) & 0xFF,)))
            return Work(duration_s=duration, reply=reply)
        # pages are programmed while the rest is received
        last_page = self._timing.program_s(0x100) if stored else 0.0
        rest = max(last_page, duration - (at - self._began))
        return Work(duration_s=rest, reply=long_reply(0x07, 0, params[:4]))

    def _erase(self, command: int, params: bytes) -> Work:
        if command == 0x0A:
            erased = self._nor.erase_all()
            duration = self._timing.erase_64k_s * (self._nor.size >> 16)
        else:
            opcode = 0x20 if command == 0x0B else params[0]
            unit = _ERASE_UNITS.get(opcode)
            if unit is None:
                return self._refuse(command, _PARAM)
            erased = self._nor.erase(int.from_bytes(params[-4:], "little"), unit)
            duration = self._timing.erase_s(unit)
        return Work(duration_s=duration if erased else 0.0, reply=long_reply(command, 0, params))
