"""RTL8720C (AmebaZ2) in its download mode: the ROM's lines of text.

Known from ltchiptool 4.15.0 (its AmebaZ2 tool) alone: commands, answers, the widths of its dumps.
Times, and that a sector is erased when its first byte comes, are made up; an unknown command is
not answered. The ROM's other console (`$8710c>`) and code in RAM are not simulated.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from plugsmith.sim.makers.blocks import ACK, CANCEL, NAK, BlockReader, Heard
from plugsmith.sim.makers.outbox import Outbox
from plugsmith.sim.makers.writer import SectorWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.makers.blocks import Piece

_RATE = 115_200
_SOON_S = 0.001
_SLOW_S = 0.2  # a transfer is looked at now and then only
_NAK_S = 1.0
_FLASH = 0x9800_0000
_PINS, _CHIP = 0x4000_0038, 0x4000_01F0
_LONGEST_LINE = 200
_LARGE = 0x40_0000


class AmebaZ2:
    """The chip. Which pins the flash is on tells its size: 2 MiB inside, or up to 4 MiB beside."""

    def __init__(self, nor: NorFlash, now: float = 0.0) -> None:
        self.nor = nor
        self.pins = 0 if nor.size >= _LARGE else 1
        self._out = Outbox()
        self.reset(now)

    def reset(self, now: float) -> None:
        """The ROM waits again."""
        del now
        self.rate: float = _RATE
        self._on = True
        self._line = bytearray()
        self._words = {_PINS: self.pins << 5, _CHIP: 0x0000_0530}  # version 3: ROM 3.0
        self._hash_from = 0
        self._file: _Transfer | None = None
        self._nak_at: float | None = None
        self._out.clear()

    def take(self, data: bytes, now: float) -> None:
        """Commands end with a line end; blocks of a file come between them."""
        for at in range(len(data)):
            if self._file is not None:
                self._blocks(self._file, data[at:], now)
                return
            if data[at] != 0x0A:
                self._line.append(data[at])
                if len(self._line) > _LONGEST_LINE:
                    self._line.clear()
                continue
            words = bytes(self._line).decode("ascii", "replace").split()
            self._line.clear()
            if words and self._on:
                self._command(words, now)

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """Answers, and the request for a file's first block until it comes."""
        while self._nak_at is not None and self._nak_at <= now:
            self._say(NAK, self._nak_at)
            self._nak_at += _NAK_S
        return self._out.came(now)

    def next_event(self) -> float | None:
        """The next of them."""
        times = [at for at in (self._nak_at, self._out.next_event()) if at is not None]
        return min(times) if times else None

    def _say(self, data: bytes, now: float, *, late_s: float = _SOON_S) -> None:
        self._out.put(data, at=now + late_s, rate=self.rate)

    def _command(self, words: list[str], now: float) -> None:
        known: dict[str, Callable[[list[str], float], None]] = {
            "ping": lambda _rest, at: self._say(b"ping", at),
            "disc": self._leave,
            "ucfg": self._rate,
            "DW": self._dump_words,
            "DB": self._dump_bytes,
            "EW": self._enter,
            "hashq": self._digest,
            "fwd": self._receive,
            "WDTRST": lambda _rest, at: self.reset(at),
        }
        work = known.get(words[0])
        if work is None:
            return
        try:
            work(words[1:], now)
        except (ValueError, IndexError):
            return  # no numbers

    def _leave(self, _rest: list[str], _now: float) -> None:
        self._on = False  # the program starts, and says nothing here

    def _rate(self, rest: list[str], now: float) -> None:
        self.rate = int(rest[0])
        self._say(b"OK", now, late_s=_SLOW_S)

    def _dump_words(self, rest: list[str], now: float) -> None:
        at, count = int(rest[0], 16), int(rest[1])
        lines = []
        for place in range(at, at + 4 * count, 16):
            words = "".join(f"    {self._word(place + 4 * n):08X}" for n in range(4))
            lines.append(f"{place:08X}:{words}\r\n")
        self._say("".join(lines).encode(), now)

    def _dump_bytes(self, rest: list[str], now: float) -> None:
        at, count = int(rest[0], 16), int(rest[1])
        lines = ["[Addr]   .0 .1 .2 .3 .4 .5 .6 .7 .8 .9 .A .B .C .D .E .F\r\n"]
        whole = self._bytes(at, count + -count % 16)
        for place in range(0, count, 16):
            row = whole[place : place + 16]
            text = "".join(chr(byte) if 0x20 < byte < 0x7F else "." for byte in row)
            lines.append(f"{at + place:08X}: {row.hex(' ')}   {text}\r\n")
        self._say("".join(lines).encode(), now)

    def _bytes(self, at: int, count: int) -> bytes:
        if _FLASH <= at <= _FLASH + self.nor.size - count:
            return self.nor.read(at - _FLASH, count)
        return b"".join(self._word(at + n).to_bytes(4, "little") for n in range(0, count, 4))

    def _word(self, address: int) -> int:
        if _FLASH <= address <= _FLASH + self.nor.size - 4:
            return int.from_bytes(self.nor.read(address - _FLASH, 4), "little")
        return self._words.get(address, 0)

    def _enter(self, rest: list[str], now: float) -> None:
        at = int(rest[0], 16)
        for number, word in enumerate(rest[1:]):
            place = at + 4 * number
            self._words[place] = int(word, 16)
            self._say(f"{place:08X}: {self._words[place]:08X}\r\n".encode(), now)

    def _digest(self, rest: list[str], now: float) -> None:
        length, _speed, pins = int(rest[0]), rest[1], int(rest[2])
        data = self.nor.read(self._hash_from, length) if pins == self.pins else bytes(length)
        self._say(b"hashs " + hashlib.sha256(data).digest(), now)

    def _receive(self, rest: list[str], now: float) -> None:
        _speed, pins, at = rest[0], int(rest[1]), int(rest[2], 16)
        self._hash_from = at
        self._file = _Transfer(SectorWriter(self.nor) if pins == self.pins else None, at)
        self._nak_at = now + _SLOW_S

    def _blocks(self, file: _Transfer, data: bytes, now: float) -> None:
        self._nak_at = None
        for piece in file.reader.feed(data):
            answer, ends = file.take(piece)
            self._say(answer, now, late_s=_SLOW_S if piece.heard is Heard.CANCELLED else _SOON_S)
            if ends:
                self._file = None
                self.take(file.reader.rest(), now)
                return


class _Transfer:
    """One file by XMODEM with sums, from `at` on; `writer` None: no flash is on those pins."""

    def __init__(self, writer: SectorWriter | None, at: int) -> None:
        self.reader = BlockReader(crc=False)
        self._writer = writer
        self._at = at
        self._next = 1

    def take(self, piece: Piece) -> tuple[bytes, bool]:
        """What is answered, and whether it is over."""
        match piece.heard:
            case Heard.DAMAGED:
                return NAK, False
            case Heard.CANCELLED:
                return CANCEL + b"ER", True
            case Heard.END:
                return ACK, True
            case Heard.BLOCK:
                return self._block(piece)

    def _block(self, piece: Piece) -> tuple[bytes, bool]:
        if piece.number == (self._next - 1) & 0xFF and self._next > 1:
            return ACK, False
        if piece.number != self._next & 0xFF or self._writer is None:
            return CANCEL + b"ER", True
        if not self._writer.write(self._at, piece.content):
            return CANCEL + b"ER", True
        self._next += 1
        self._at += len(piece.content)
        return ACK, False
