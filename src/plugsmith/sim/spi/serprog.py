"""A serprog programmer in front of the chip: bytes of requests in, bytes of replies out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.sim.faults import Way

if TYPE_CHECKING:
    from plugsmith.sim.spi.face import SpiFace

ACK, NAK = b"\x06", b"\x15"
_TAP_EVERY_S = 1.0
_TAP_S = 0.15
_LOWEST_HZ = 10_000
_HIGHEST_HZ = 4_000_000
_FIXED = {  # opcode: length of its parameters
    0x00: 0, 0x01: 0, 0x02: 0, 0x03: 0, 0x04: 0, 0x05: 0, 0x08: 0, 0x10: 0, 0x11: 0,
    0x12: 1, 0x14: 4, 0x15: 1, 0x16: 1,
}  # fmt: skip
_SPIOP, _SPIOP_HEAD = 0x13, 7
_SPI_BUS = 0x08


class CenWire(StrEnum):
    """What pulls CEN: `HAND` somebody who taps it to GND once a second until the mode is on."""

    HAND = "hand"
    CS1 = "cs1"  # the programmer's second chip select
    NONE = "none"  # nobody: the chip is found as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a firmware of such programmers behaves; `mute` ones never answer unknown opcodes."""

    max_write: int = 0  # 0: the opcode that tells is missing
    max_read: int = 0
    mute: bool = False
    cen: CenWire = CenWire.HAND


class SerprogServer:
    """`feed` takes what the client sent; `pause_s` is how long the last requests kept CEN low."""

    def __init__(self, face: SpiFace, manners: Manners | None = None) -> None:
        self._face = face
        self._manners = manners or Manners()
        self._pending = bytearray()
        self._hz = 1_000_000
        self._select = 0
        self._tap_at: float | None = None
        self.pause_s = 0.0

    def feed(self, data: bytes, *, now: float) -> bytes:
        """The replies to what is complete by now; the rest waits for its end."""
        self.pause_s = 0.0
        self.pass_time(now)
        self._pending += data
        replies = bytearray()
        while self._pending and (length := self._length()) is not None:
            request = bytes(self._pending[:length])
            del self._pending[:length]
            replies += self._answer(request, now + self.pause_s)
        return self._over_usb(bytes(replies))

    def pass_time(self, now: float) -> None:
        """Somebody taps CEN once a second, as long as the chip is not in the mode."""
        if self._manners.cen is not CenWire.HAND or self._face.entered:
            return
        if self._tap_at is None:
            self._tap_at = now + _TAP_EVERY_S / 2
        while now >= self._tap_at:
            self._face.set_cen(low=True, now=self._tap_at)
            if now < self._tap_at + _TAP_S:
                return
            self._face.set_cen(low=False, now=self._tap_at + _TAP_S)
            self._tap_at += _TAP_EVERY_S

    def _length(self) -> int | None:
        opcode = self._pending[0]
        if opcode == _SPIOP:
            if len(self._pending) < _SPIOP_HEAD:
                return None
            length = _SPIOP_HEAD + int.from_bytes(self._pending[1:4], "little")
        else:
            length = 1 + _FIXED.get(opcode, 0)
        return length if len(self._pending) >= length else None

    def _known(self) -> set[int]:
        known = {*_FIXED, _SPIOP}
        known -= set() if self._manners.max_write else {0x08}
        known -= set() if self._manners.max_read else {0x11}
        return known if self._manners.cen is CenWire.CS1 else known - {0x16}

    def _answer(self, request: bytes, now: float) -> bytes:
        opcode, rest = request[0], request[1:]
        if opcode not in self._known():
            return b"" if self._manners.mute else NAK
        acts = {
            _SPIOP: lambda: self._operation(rest, now),
            0x02: lambda: ACK + sum(1 << number for number in self._known()).to_bytes(32, "little"),
            0x10: lambda: NAK + ACK,
            0x12: lambda: ACK if rest[0] & _SPI_BUS else NAK,
            0x14: lambda: self._set_clock(int.from_bytes(rest, "little")),
            0x16: lambda: self._choose(rest[0]),
        }
        if opcode in acts:
            return acts[opcode]()
        facts = {
            0x01: b"\x01\x00",
            0x03: b"plugsmith-sim".ljust(16, b"\x00"),
            0x04: b"\xff\xff",
            0x05: bytes((_SPI_BUS,)),
            0x08: self._manners.max_write.to_bytes(3, "little"),
            0x11: self._manners.max_read.to_bytes(3, "little"),
        }
        return ACK + facts.get(opcode, b"")

    def _choose(self, which: int) -> bytes:
        self._select = which
        return ACK if which < 2 else NAK

    def _set_clock(self, wanted: int) -> bytes:
        if wanted == 0:
            return NAK
        self._hz = max(_LOWEST_HZ, min(wanted, _HIGHEST_HZ))
        return ACK + self._hz.to_bytes(4, "little")

    def _operation(self, rest: bytes, now: float) -> bytes:
        read, out = int.from_bytes(rest[3:6], "little"), rest[6:]
        limits = (self._manners.max_write, self._manners.max_read)
        if any(
            limit and count > limit for limit, count in zip(limits, (len(out), read), strict=True)
        ):
            return NAK
        if self._select == 1:
            lasts = (len(out) + read) * 8 / self._hz
            self._face.set_cen(low=True, now=now)
            self._face.set_cen(low=False, now=now + lasts)
            self.pause_s += lasts
            return ACK + b"\xff" * read
        if self._face.chip.faults.resets_now():
            self._face.set_cen(low=True, now=now)
            self._face.set_cen(low=False, now=now)
        return ACK + self._face.exchange(out, read, now=now)

    def _over_usb(self, reply: bytes) -> bytes:
        faults = self._face.chip.faults
        if not reply or faults.silent or faults.swallows_reply():
            return b""
        return b"".join(piece for _delay, piece in faults.cross(Way.FROM_CHIP, reply))
