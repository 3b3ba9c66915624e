"""A chip of Espressif in its download mode: packets in, packets out, a flash behind it."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

from plugsmith.sim.esp.slip import SlipReader, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.esp.model import EspModel
    from plugsmith.sim.flash.nor import NorFlash

_HEAD = struct.Struct("<BBHI")
_SUM_START = 0xEF
_SECTOR, _BLOCK = 0x1000, 0x1_0000
_USER_COMMAND = 1 << 18
_READ_ID, _READ_STATUS = 0x9F, 0x05
_FAILED, _BAD_SUM, _UNKNOWN = 0x06, 0x07, 0x05
_SYNC = bytes.fromhex("07071220") + b"\x55" * 32
_SYNC_ANSWERS = 8
_ROM_GREETING = 0x2012_0707
_RUNS = b"OHAI"  # the first packet of a loader in RAM


class _Refused(Exception):
    """A command that is answered with an error."""

    def __init__(self, reason: int) -> None:
        super().__init__(reason)
        self.reason = reason


class EspChip:
    """ROM first; a loader that is put into RAM and started takes over until the next reset.

    That loader is not executed: what its papers say of it is played. The flash is a real one:
    programming clears bits only, an erase takes whole sectors.
    """

    def __init__(self, model: EspModel, nor: NorFlash) -> None:
        self.model = model
        self.nor = nor
        self.reset()

    def reset(self) -> None:
        """Switched on with the strapping pin at its level: the ROM waits."""
        self.loader = False
        self._reader = SlipReader()
        self._registers = dict(self.model.registers)
        self._memory_left = 0
        self._at = self._left = 0
        self._inflate: zlib._Decompress | None = None
        self._next = 0
        self._reading: tuple[bytes, int, int] | None = None
        self._sent = self._confirmed = 0

    def take(self, data: bytes) -> bytes:
        """What the chip answers to bytes of the host."""
        return b"".join(self._packet(packet) for packet in self._reader.feed(data))

    def _packet(self, packet: bytes) -> bytes:
        if self._reading is not None:
            return self._more(packet)
        if len(packet) < _HEAD.size or packet[0] != 0:
            return b""
        _direction, command, length, total = _HEAD.unpack_from(packet)
        body = packet[_HEAD.size :]
        work = self._commands().get(command)
        if work is None or len(body) != length:
            return self._answer(command, status=_UNKNOWN)
        try:
            return work(body, total)
        except struct.error:
            return self._answer(command, status=_UNKNOWN)
        except _Refused as problem:
            return self._answer(command, status=problem.reason)

    def _commands(self) -> dict[int, Callable[[bytes, int], bytes]]:
        known = {
            0x02: self._flash_begin, 0x03: self._flash_data, 0x04: self._end(0x04),
            0x05: self._memory_begin, 0x06: self._memory_end, 0x07: self._memory_data,
            0x08: self._sync, 0x09: self._write_register, 0x0A: self._read_register,
        }  # fmt: skip
        if self.model.chip_number is not None or self.loader:
            known |= {
                0x0B: self._done(0x0B), 0x0D: self._done(0x0D), 0x0F: self._done(0x0F),
                0x10: self._packed_begin, 0x11: self._packed_data, 0x12: self._end(0x12),
                0x13: self._digest,
            }  # fmt: skip
        if self.model.chip_number is not None:
            known[0x14] = self._security
        if self.loader:
            known |= {0xD0: self._erase_all, 0xD1: self._erase_range, 0xD2: self._read}
        return known

    def _answer(self, command: int, *, value: int = 0, data: bytes = b"", status: int = 0) -> bytes:
        length = 2 if self.loader else self.model.status_len
        end = bytes((1 if status else 0, status)).ljust(length, b"\0")
        return packed(_HEAD.pack(1, command, len(data) + length, value) + data + end)

    def _done(self, command: int) -> Callable[[bytes, int], bytes]:
        return lambda _body, _total: self._answer(command)

    def _end(self, command: int) -> Callable[[bytes, int], bytes]:
        def ended(body: bytes, _total: int) -> bytes:
            (stays,) = struct.unpack_from("<I", body)
            out = self._answer(command)
            if not stays:
                self.reset()
            return out

        return ended

    def _sync(self, body: bytes, _total: int) -> bytes:
        if body != _SYNC:
            return b""
        value = 0 if self.loader else _ROM_GREETING
        return self._answer(0x08, value=value) * _SYNC_ANSWERS

    def _read_register(self, body: bytes, _total: int) -> bytes:
        (address,) = struct.unpack("<I", body)
        return self._answer(0x0A, value=self._registers.get(address, 0))

    def _write_register(self, body: bytes, _total: int) -> bytes:
        for at in range(0, len(body) - 15, 16):
            address, value, mask, _wait_us = struct.unpack_from("<4I", body, at)
            old = self._registers.get(address, 0)
            self._registers[address] = (old & ~mask) | (value & mask)
            if address == self.model.spi.command and value & _USER_COMMAND:
                self._spi()
        return self._answer(0x09)

    def _spi(self) -> None:
        """A command to the flash by the controller's own registers."""
        places = self.model.spi
        opcode = self._registers.get(places.user2, 0) & 0xFF
        found = {_READ_ID: self.nor.part.jedec, _READ_STATUS: bytes((self.nor.status & 0xFF,))}
        self._registers[places.data] = int.from_bytes(found.get(opcode, b""), "little")
        self._registers[places.command] = 0

    def _memory_begin(self, body: bytes, _total: int) -> bytes:
        size, _blocks, _block_len, _start = struct.unpack("<4I", body)
        self._memory_left = size
        return self._answer(0x05)

    def _memory_data(self, body: bytes, total: int) -> bytes:
        self._memory_left -= len(_checked(body, total))
        if self._memory_left < 0:
            raise _Refused(_FAILED)
        return self._answer(0x07)

    def _memory_end(self, body: bytes, _total: int) -> bytes:
        stays, entry = struct.unpack("<2I", body)
        if self._memory_left:
            raise _Refused(_FAILED)
        out = self._answer(0x06)
        if not stays and entry:
            self.loader = True
            out += packed(_RUNS)
        return out

    def _security(self, _body: bytes, _total: int) -> bytes:
        model = self.model
        facts = struct.pack("<IB7sII", 0, model.crypt_count, bytes(7), model.chip_number or 0, 0)
        return self._answer(0x14, data=facts)

    def _flash_begin(self, body: bytes, _total: int) -> bytes:
        size, _blocks, _block_len, at = struct.unpack_from("<4I", body)
        self._begin(at, size)
        return self._answer(0x02)

    def _flash_data(self, body: bytes, total: int) -> bytes:
        self._numbered(body)
        self._store(_checked(body, total))
        return self._answer(0x03)

    def _packed_begin(self, body: bytes, _total: int) -> bytes:
        size, _blocks, _block_len, at = struct.unpack_from("<4I", body)
        self._begin(at, size)
        self._inflate = zlib.decompressobj()
        return self._answer(0x10)

    def _packed_data(self, body: bytes, total: int) -> bytes:
        self._numbered(body)
        if self._inflate is None:
            raise _Refused(_FAILED)
        try:
            self._store(self._inflate.decompress(_checked(body, total)))
        except zlib.error as problem:
            raise _Refused(_FAILED) from problem
        return self._answer(0x11)

    def _begin(self, at: int, size: int) -> None:
        """Erase what will be written: the sectors of `size` bytes from `at` on."""
        if at % _SECTOR or at + size > self.nor.size:
            raise _Refused(_FAILED)
        self._erase(at, at + size)
        self._at, self._left, self._next = at, size, 0

    def _numbered(self, body: bytes) -> None:
        _length, number = struct.unpack_from("<2I", body)
        if number != self._next:
            raise _Refused(_FAILED)
        self._next += 1

    def _store(self, data: bytes) -> None:
        if len(data) > self._left:
            if data[self._left :].strip(b"\xff"):
                raise _Refused(_FAILED)
            data = data[: self._left]  # a last block is filled up with FF
        self.nor.program(self._at, data)
        self._at += len(data)
        self._left -= len(data)

    def _digest(self, body: bytes, _total: int) -> bytes:
        at, size, _one, _two = struct.unpack("<4I", body)
        digest = hashlib.md5(self.nor.read(at, size), usedforsecurity=False)
        data = digest.digest() if self.loader else digest.hexdigest().encode()
        return self._answer(0x13, data=data)

    def _erase_all(self, _body: bytes, _total: int) -> bytes:
        self.nor.erase_all()
        return self._answer(0xD0)

    def _erase_range(self, body: bytes, _total: int) -> bytes:
        at, size = struct.unpack("<2I", body)
        if at % _SECTOR or size % _SECTOR or at + size > self.nor.size:
            raise _Refused(_FAILED)
        self._erase(at, at + size)
        return self._answer(0xD1)

    def _erase(self, at: int, end: int) -> None:
        while at < end:
            unit = _BLOCK if at % _BLOCK == 0 and end - at >= _BLOCK else _SECTOR
            self.nor.erase(at, unit)
            at += unit

    def _read(self, body: bytes, _total: int) -> bytes:
        """Blocks of the flash go out while no more than so many bytes wait to be confirmed."""
        at, size, block_len, most = struct.unpack("<4I", body)
        if at + size > self.nor.size or not block_len or not most:
            raise _Refused(_FAILED)
        self._reading = (self.nor.read(at, size), block_len, most)
        self._sent = self._confirmed = 0
        return self._answer(0xD2) + self._blocks()

    def _more(self, packet: bytes) -> bytes:
        self._confirmed = int.from_bytes(packet[:4], "little")
        return self._blocks()

    def _blocks(self) -> bytes:
        assert self._reading is not None
        data, block_len, most = self._reading
        out = b""
        while self._sent < len(data) and self._sent - self._confirmed < block_len * most:
            piece = data[self._sent : self._sent + block_len]
            out += packed(piece)
            self._sent += len(piece)
        if self._confirmed >= len(data):
            out += packed(hashlib.md5(data, usedforsecurity=False).digest())
            self._reading = None
        return out


def _checked(body: bytes, total: int) -> bytes:
    """The data of a block, if its sum is right."""
    (length,) = struct.unpack_from("<I", body)
    data = body[16:]
    if len(data) != length or reduce(xor, data, _SUM_START) != total & 0xFF:
        raise _Refused(_BAD_SUM)
    return data
