"""Boot ROMs of other makers that keep a state between requests, as far as their tools ask for it.

Bouffalo Lab (ROM and the loader that its tools send into RAM), XRadio, WinnerMicro. Written from
public tools: bl60x-flash 0.1.5, w600tool 1.1.0, BK7231GUIFlashTool. Addresses and ids are made up.
"""

from __future__ import annotations

import hashlib
from struct import Struct, pack
from typing import Protocol

_SYNC = 0x55
_SHORTEST_BURST = 16  # BK7231GUIFlashTool sends no more
_FLASH_LEN = 0x20_0000
_OK, _FAIL = b"OK", b"FL\x01\x01"
_XR_ANSWERS = {0x17: b"\x01", 0x18: bytes.fromhex("C84015")}  # type of the chip, id of its flash


class Machine(Protocol):
    """One such ROM since the port was opened."""

    def take(self, data: bytes) -> bytes:
        """What it answers to `data`, which came in one go."""
        ...


class Bouffalo:
    """Measures the speed by a burst of 0x55, then takes commands; `version` of the ROM."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._run = 0
        self._synced = False
        self._loader = False
        self._command = bytearray()
        self._flash = bytearray(b"\xff" * _FLASH_LEN)

    def take(self, data: bytes) -> bytes:
        """What it answers to `data`."""
        out = b""
        for byte in data:
            if not self._synced or (byte == _SYNC and not self._command):
                out += self._measure(byte)
                continue
            self._command.append(byte)
            length = 4 + int.from_bytes(self._command[2:4], "little")
            if len(self._command) >= 4 and len(self._command) == length:
                request = bytes(self._command)
                self._command.clear()
                out += self._in_loader(request) if self._loader else self._in_rom(request)
        return out

    def _measure(self, byte: int) -> bytes:
        self._run = self._run + 1 if byte == _SYNC else 0
        if self._synced or self._run < _SHORTEST_BURST:
            return b""
        self._synced = True
        return _OK

    def _in_rom(self, request: bytes) -> bytes:
        kind, body = request[0], request[4:]
        if kind == 0x10:
            info = pack("<I", self._version) + bytes(16)
            return _OK + pack("<H", len(info)) + info
        if kind == 0x17:  # the head of a segment comes back
            return _OK + pack("<H", len(body)) + body
        if kind == 0x1A:  # what was loaded runs and measures the speed anew
            self._loader, self._synced, self._run = True, False, 0
            return _OK
        return _OK if kind in (0x11, 0x18, 0x19) else _FAIL

    def _in_loader(self, request: bytes) -> bytes:
        kind, checksum, body = request[0], request[1], request[4:]
        if checksum != sum(request[2:]) & 0xFF:
            return _FAIL
        first, second = (int.from_bytes(body[at : at + 4], "little") for at in (0, 4))
        if kind == 0x30:
            self._flash[first : second + 1] = b"\xff" * (second + 1 - first)
        elif kind == 0x31:
            self._flash[first : first + len(body) - 4] = body[4:]
        elif kind == 0x3E:
            digest = hashlib.sha256(self._flash[first : first + second]).digest()
            return _OK + pack("<H", len(digest)) + digest
        elif kind not in (0x21, 0x3A, 0x60, 0x61):
            return _FAIL
        return _OK


class Xradio:
    """Answers each single 0x55 with OK, and packets that begin with BROM."""

    _HEAD = Struct(">4s2BHI")

    def __init__(self) -> None:
        self._packet = bytearray()

    def take(self, data: bytes) -> bytes:
        """What it answers to `data`."""
        out = b""
        for byte in data:
            if not self._packet and byte == _SYNC:
                out += _OK
            elif self._packet or byte == ord("B"):
                self._packet.append(byte)
                out += self._answer()
        return out

    def _answer(self) -> bytes:
        size = self._HEAD.size
        if not b"BROM".startswith(bytes(self._packet[:4])):
            self._packet.clear()
        if len(self._packet) < size:
            return b""
        if len(self._packet) < size + int.from_bytes(self._packet[8:12], "big"):
            return b""
        answer = _XR_ANSWERS.get(self._packet[size] if len(self._packet) > size else 0)
        self._packet.clear()
        body = answer or b""
        return self._HEAD.pack(b"BROM", int(answer is None), 2, 0, len(body)) + body


class Winner:
    """Takes commands behind an exclamation mark, with a CRC; `answers` are whole lines."""

    def __init__(self, answers: dict[int, bytes]) -> None:
        self._answers = answers
        self._command = bytearray()

    def take(self, data: bytes) -> bytes:
        """What it answers to `data`."""
        out = b""
        for byte in data:
            if not self._command and byte != ord("!"):
                continue
            self._command.append(byte)
            if len(self._command) < 3:
                continue
            if len(self._command) == 3 + int.from_bytes(self._command[1:3], "little"):
                crc, body = self._command[3:5], bytes(self._command[5:])
                self._command.clear()
                if crc == crc16(body).to_bytes(2, "little"):
                    out += self._answers.get(int.from_bytes(body[:4], "little"), b"")
        return out


def crc16(data: bytes) -> int:
    """CRC-16 of CCITT from FFFF on."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
