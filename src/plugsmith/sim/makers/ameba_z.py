"""RTL8710B (AmebaZ) in its download mode: single bytes as commands, XMODEM, and programs in RAM.

Known from ltchiptool 4.15.0 (its AmebaZ tool) alone, also that a NAK comes more often than every
0.2 s: the tool takes a longer pause for the end. Real programs of the tool are executed
(`ameba_z_code`). Times, and that a sector is erased when its first byte comes, are made up.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from plugsmith.sim.makers.ameba_z_code import FLASH, RAM, START_TABLE, RamProgram
from plugsmith.sim.makers.blocks import ACK, CANCEL, NAK, BlockReader, Heard
from plugsmith.sim.makers.outbox import Outbox
from plugsmith.sim.makers.writer import SectorWriter

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.makers.blocks import Piece

_RATE, _LOG_RATE = 1_500_000, 115_200
_RATES = (
    110, 300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 76800, 115200, 128000,
    153600, 230400, 380400, 460800, 500000, 921600, 1000000, 1382400, 1444400, 1500000, 1843200,
    2000000, 2100000, 2764800, 3000000, 3250000, 3692300, 3750000, 4000000, 6000000,
)  # fmt: skip
_NAK_S = 0.15
_SOON_S = 0.001
_SET_RATE, _ACKED, _TRANSFER, _CANCEL = 0x05, 0x06, 0x07, 0x18
_READ, _STATUS, _SET_STATUS = 0x19, 0x21, 0x26
_LENGTHS = {_SET_RATE: 2, _READ: 6, _SET_STATUS: 2}  # of commands that bring more than themselves
_BLOCK, _PIECE = 0x1000, 0x400
_CHIP_ID = 0xF8
_MORE = (Heard.BLOCK, Heard.DAMAGED)


class Mode(Enum):
    """What the ROM waits for."""

    LOUD = auto()  # a command, and says so by NAKs
    QUIET = auto()  # a command
    TRANSFER = auto()  # blocks
    SENDS = auto()  # the next ACK of a read
    GONE = auto()  # a program runs


class AmebaZ:
    """The chip; `chip_id` is the byte of its eFuse by which tools call it (FF: RTL8710BN)."""

    def __init__(self, nor: NorFlash, now: float = 0.0, *, chip_id: int = 0xFF) -> None:
        self.nor = nor
        self.efuse = b"\xff" * _CHIP_ID + bytes((chip_id,)) + b"\xff" * 7
        self._out = Outbox()
        self.reset(now)

    def reset(self, now: float) -> None:
        """The ROM waits again."""
        self._out.clear()
        self._ram = bytearray(0x4_0000)
        self._heard = bytearray()
        self._to_send: list[bytes] = []
        self._loud(now)

    def take(self, data: bytes, now: float) -> None:
        """Commands, answers to pieces, or blocks."""
        for at in range(len(data)):
            if self.mode is Mode.TRANSFER:
                self._blocks(data[at:], now)
                return
            if self.mode is not Mode.GONE:
                self._byte(data[at], now)

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """Answers, and NAKs while it waits loudly."""
        while self.mode is Mode.LOUD and self._nak_at <= now:
            self._out.put(NAK, at=self._nak_at, rate=self.rate)
            self._nak_at += _NAK_S
        return self._out.came(now)

    def next_event(self) -> float | None:
        """The next of them."""
        times = [self._out.next_event(), self._nak_at if self.mode is Mode.LOUD else None]
        return min((at for at in times if at is not None), default=None)

    def _say(self, data: bytes, now: float) -> None:
        self._out.put(data, at=now + _SOON_S, rate=self.rate)

    def _loud(self, now: float, *, late_s: float = 0.0) -> None:
        self.mode = Mode.LOUD
        self.rate: float = _RATE
        self._nak_at = now + late_s + _NAK_S

    def _byte(self, byte: int, now: float) -> None:
        if self.mode is Mode.SENDS:
            if byte == _ACKED:
                self._piece(now)
            return
        self._heard.append(byte)
        if len(self._heard) < _LENGTHS.get(self._heard[0], 1):
            return
        command = bytes(self._heard)
        self._heard.clear()
        self._nak_at = now + _NAK_S
        self._command(command, now)

    def _command(self, command: bytes, now: float) -> None:
        match command[0]:
            case 0x21:  # status; from here on it waits loudly
                self._say(bytes((self.nor.status & 0xFF,)), now)
                self.mode = Mode.LOUD
            case 0x26:
                self._say(ACK, now)
            case 0x05 if command[1] < len(_RATES):
                self._say(ACK, now)
                self.rate = _RATES[command[1]]
            case 0x07:
                self._say(ACK, now)
                self.mode = Mode.TRANSFER
                self._transfer = _Transfer(self.nor, self._ram)
            case 0x06 | 0x18:
                self.mode = Mode.QUIET
            case 0x19:
                self._read(command, now)
            case _:
                pass  # not known here: no answer

    def _read(self, command: bytes, now: float) -> None:
        at, count = int.from_bytes(command[1:4], "little"), int.from_bytes(command[4:6], "little")
        end = at + count * _BLOCK
        if not count or end > self.nor.size:
            return
        self._to_send = [self.nor.read(place, _PIECE) for place in range(at, end, _PIECE)]
        self.mode = Mode.SENDS
        self._piece(now)

    def _piece(self, now: float) -> None:
        if self._to_send:
            self._say(self._to_send.pop(0), now)
        else:
            self.mode, self._nak_at = Mode.LOUD, now + _NAK_S

    def _blocks(self, data: bytes, now: float) -> None:
        transfer = self._transfer
        if data[:1] == CANCEL and not transfer.began:
            self._loud(now)  # one is enough here, and the rate is the first again
            self.take(data[1:], now)
            return
        for piece in transfer.reader.feed(data):
            answer = transfer.take(piece)
            if piece.heard is Heard.END and transfer.in_ram:
                self._start(now)  # its last ACK never reaches the tool
            else:
                self._say(answer, now)
                if piece.heard in _MORE and answer != CANCEL:
                    continue
                self._loud(now)
            self.take(transfer.reader.rest(), now)
            return

    def _start(self, now: float) -> None:
        """The program in RAM runs; its log goes out at a rate of its own."""
        program = RamProgram(self.nor, self.efuse, self._ram)
        program.run()
        last_s = 0.0
        for since_s, data in program.said:
            self._out.put(data, at=now + since_s, rate=_LOG_RATE)
            last_s = since_s
        self.mode = Mode.GONE
        if program.downloads:
            self._loud(now, late_s=last_s)


class _Transfer:
    """One file by XMODEM with sums; each block begins with the address where it goes."""

    def __init__(self, nor: NorFlash, ram: bytearray) -> None:
        self.reader = BlockReader(crc=False, extra=4)
        self.began = False
        self.in_ram = False
        self._writer = SectorWriter(nor)
        self._ram = ram
        self._next = 1

    def take(self, piece: Piece) -> bytes:
        """What is answered."""
        if piece.heard is Heard.DAMAGED:
            return NAK
        if piece.heard is not Heard.BLOCK:
            return ACK
        if piece.number == (self._next - 1) & 0xFF and self.began:
            return ACK
        if piece.number != self._next & 0xFF:
            return CANCEL
        self.began = True
        self._next += 1
        at, data = int.from_bytes(piece.content[:4], "little"), piece.content[4:]
        return ACK if self._store(at, data) else CANCEL

    def _store(self, at: int, data: bytes) -> bool:
        if START_TABLE <= at <= RAM + len(self._ram) - len(data):
            self.in_ram = True
            self._ram[at - RAM : at - RAM + len(data)] = data
            return True
        return at >= FLASH and self._writer.write(at - FLASH, data)
