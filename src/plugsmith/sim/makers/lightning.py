"""LN882H in its boot mode: the ROM's text commands, then those of the code that is put into RAM.

Known from ltchiptool 4.15.0 (its LN882H tool) alone. The code in RAM is not executed: what the tool
asks of it is played, once all its bytes have come. Times, the words of answers that the tool does
not read, and that a sector is erased when its first byte comes, are made up.
"""

from __future__ import annotations

import binascii
import re
from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import TYPE_CHECKING

from plugsmith.sim.makers.blocks import ACK, CANCEL, NAK, WANTS_CRC, BlockReader, Heard
from plugsmith.sim.makers.outbox import Outbox
from plugsmith.sim.makers.writer import SectorWriter

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.makers.blocks import Piece

_RATE = 115_200
_SOON_S = 0.001
_ASK_S = 1.0  # between two requests for the first block
_START_S = 0.05
_MOST_READ = 256  # bytes of one flash_read
_LONGEST_LINE = 200
_DOWNLOAD = re.compile(r"download \[rambin\] \[0x([0-9A-Fa-f]+)\] \[(\d+)\]")
_READ = re.compile(r"flash_read 0x([0-9A-Fa-f]+) 0x([0-9A-Fa-f]+)")
_HEX = re.compile(r"0x[0-9A-Fa-f]+")
_RAM = 0x2000_0000
_ROM_DATE = b"Mar 14 2021/00:23:32\r\n"


class Runs(Enum):
    """Whose commands are understood."""

    ROM = auto()
    RAM_CODE = auto()


class Lightning:
    """The chip; `ram` is what was put there. Its strapping pin stays low: no firmware starts."""

    def __init__(self, nor: NorFlash, now: float = 0.0) -> None:
        self.nor = nor
        self.ram = b""
        self._out = Outbox()
        self.reset(now)

    def reset(self, now: float) -> None:
        """The ROM waits again."""
        del now
        self.rate: float = _RATE
        self.runs = Runs.ROM
        self._line = bytearray()
        self._start = 0
        self._file: _File | None = None
        self._ask_at: float | None = None
        self._out.clear()

    def take(self, data: bytes, now: float) -> None:
        """Commands end with a line end; blocks of a file come between them."""
        for at in range(len(data)):
            if self._file is not None:
                self._blocks(data[at:], now)
                return
            self._line.append(data[at])
            if data[at] == 0x0A:
                line = bytes(self._line).strip().decode("ascii", "replace")
                self._line.clear()
                self._command(line, now)
            elif len(self._line) > _LONGEST_LINE:
                self._line.clear()

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """Answers, and the request for a file's first block until it comes."""
        while self._ask_at is not None and self._ask_at <= now:
            self._say(WANTS_CRC, self._ask_at)
            self._ask_at += _ASK_S
        return self._out.came(now)

    def next_event(self) -> float | None:
        """The next of them."""
        times = [at for at in (self._ask_at, self._out.next_event()) if at is not None]
        return min(times) if times else None

    def _say(self, data: bytes, now: float) -> None:
        self._out.put(data, at=now + _SOON_S, rate=self.rate)

    def _command(self, line: str, now: float) -> None:
        if self.runs is Runs.ROM:
            self._rom(line, now)
        elif line:
            self._say(line.encode() + b"\r\n", now)  # the echo, still at the rate so far
            self._ram_code(line, now)

    def _rom(self, line: str, now: float) -> None:
        found = _DOWNLOAD.fullmatch(line)
        if line == "version":
            self._say(_ROM_DATE, now)
        elif found is not None and int(found[1], 16) == _RAM:
            self._receive(_RamFile(int(found[2])), now)

    def _ram_code(self, line: str, now: float) -> None:
        name, _space, value = line.partition(" ")
        if name == "version":
            self._say(b"RAMCODE\r\n", now)
        elif name == "flash_info":
            self._say(self._flash_info(), now)
        elif name == "flash_read":
            self._say(self._read(line), now)
        elif name == "baudrate" and value.isdigit():
            self.rate = int(value)
        elif name == "startaddr" and _HEX.fullmatch(value):
            self._start = int(value, 16)
            self._say(b"pppp\r\n", now)
        elif name == "upgrade":
            self._receive(_FlashFile(SectorWriter(self.nor), self._start), now)
        elif name == "reboot":
            self.reset(now)

    def _flash_info(self) -> bytes:
        mib = self.nor.size / 0x10_0000
        words = f"id:0x{self.nor.part.jedec.hex().upper()},flash size:{mib:g}M Byte\r\n"
        return words.encode()

    def _read(self, line: str) -> bytes:
        """Data and CRC; without a line end, by which the tool knows it."""
        found = _READ.fullmatch(line)
        if found is None:
            return b""
        at, length = int(found[1], 16), int(found[2], 16)
        if length > _MOST_READ or at + length > self.nor.size:
            return b"ffff\r\n"
        data = self.nor.read(at, length)
        return (data + binascii.crc_hqx(data, 0).to_bytes(2, "big")).hex().encode()

    def _receive(self, file: _File, now: float) -> None:
        self._file = file
        self._ask_at = now + _START_S

    def _blocks(self, data: bytes, now: float) -> None:
        file = self._file
        assert file is not None
        self._ask_at = None
        for piece in file.reader.feed(data):
            answer = file.take(piece)
            self._say(answer, now)
            if file.done or answer == CANCEL:
                self._file = None
                if isinstance(file, _RamFile) and file.whole:
                    self.ram = bytes(file.content)
                    self.runs, self.rate = Runs.RAM_CODE, _RATE
                self.take(file.reader.rest(), now)
                return


class _File(ABC):
    """One file by YMODEM: a block with name and length, its data, and an empty name at the end."""

    def __init__(self) -> None:
        self.reader = BlockReader(crc=True)
        self.done = False
        self._next = 0
        self._left: int | None = None  # None: no name yet
        self._ended = False

    def take(self, piece: Piece) -> bytes:
        """What is answered."""
        match piece.heard:
            case Heard.DAMAGED:
                return NAK
            case Heard.CANCELLED:
                self.done = True
                return b""
            case Heard.END:
                self._ended, self._next = True, 0
                return ACK + WANTS_CRC
            case Heard.BLOCK:
                return self._block(piece)

    def _block(self, piece: Piece) -> bytes:
        if piece.number == (self._next - 1) & 0xFF and self._left is not None and not self._ended:
            return ACK  # once more the one before: our answer was lost
        if piece.number != self._next & 0xFF:
            return CANCEL
        self._next += 1
        if self._ended:
            self.done = not piece.content.strip(b"\0")
            return ACK if self.done else CANCEL
        if self._left is None:
            words = piece.content.partition(b"\0")[2].split(b"\0")[0].split()
            if not words or not words[0].isdigit():
                return CANCEL
            self._left = int(words[0])
            return ACK + WANTS_CRC
        data = piece.content[: self._left]
        self._left -= len(data)
        return ACK if self.store(data) else CANCEL

    @property
    def missing(self) -> int:
        """Bytes that did not come."""
        return self._left if self._left is not None else -1

    @abstractmethod
    def store(self, data: bytes) -> bool:
        """Whether there is room for it."""


class _RamFile(_File):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.content = bytearray()
        self._size = size

    def store(self, data: bytes) -> bool:
        self.content += data
        return len(self.content) <= self._size

    @property
    def whole(self) -> bool:
        """Whether all of it came."""
        return self.done and len(self.content) == self._size and not self.missing


class _FlashFile(_File):
    def __init__(self, writer: SectorWriter, at: int) -> None:
        super().__init__()
        self._writer = writer
        self._at = at

    def store(self, data: bytes) -> bool:
        at, self._at = self._at, self._at + len(data)
        return self._writer.write(at, data)
