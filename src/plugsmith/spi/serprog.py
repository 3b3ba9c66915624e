"""A client for serprog programmers, flashrom's protocol version 1: spi-download.md 3.

Only opcodes that the programmer lists are sent: some firmwares never answer others. Half duplex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.flash import ExchangeFailed
from plugsmith.errors.link import NotAProgrammer
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.link.port import Port

_ACK, _NAK = 0x06, 0x15
_NOP, _IFACE, _CMDMAP, _NAME, _BUS = 0x00, 0x01, 0x02, 0x03, 0x05
_WRITE_MAX, _SYNC, _READ_MAX, _SET_BUS = 0x08, 0x10, 0x11, 0x12
_SPIOP, _SET_HZ, _PINS, _SELECT = 0x13, 0x14, 0x15, 0x16
_SPI = 0x08
_ANSWER_S = 2.0
_BYTES_PER_S = 5_000  # slower than any programmer
_SYNCS = 8
_TRIES = 4
# pico-serprog overruns its buffer behind this and reports no maximum (spi-download.md 3)
_SAFE_WRITE = 4096
_SAFE_READ = 4096


class Serprog:
    """One programmer. `transfer` is one transaction with the chip select low throughout.

    Raises NotAProgrammer when it is made, later ExchangeFailed or PortLost.
    """

    modes: tuple[int, ...] = (0,)  # the protocol has no way to ask for another

    def __init__(self, port: Port, *, clock: Clock, hz: int = 1_000_000) -> None:
        self.port = port
        self._clock = clock
        self.bytes_on_wire = 0
        self._opcodes: frozenset[int] = frozenset()
        if not self._synchronise():
            raise NotAProgrammer(port=port.info.name, problem=_("it does not synchronise"))
        if self._fact(_IFACE, 2) != b"\x01\x00":
            raise NotAProgrammer(port=port.info.name, problem=_("it has another protocol version"))
        bits = int.from_bytes(self._fact(_CMDMAP, 32) or b"", "little")
        self._opcodes = frozenset(number for number in range(256) if bits >> number & 1)
        bus = self._fact(_BUS, 1) if _BUS in self._opcodes else b""
        if _SPIOP not in self._opcodes or not bus or not bus[0] & _SPI:
            raise NotAProgrammer(port=port.info.name, problem=_("it cannot do SPI"))
        self.name = self._text(_NAME)
        self.max_write = self._limit(_WRITE_MAX, _SAFE_WRITE)
        self.max_read = self._limit(_READ_MAX, _SAFE_READ)
        if _SET_BUS in self._opcodes:
            self._ask(bytes((_SET_BUS, _SPI)), 0)
        self.hz = self.set_clock(hz)
        if _PINS in self._opcodes:
            self._ask(bytes((_PINS, 1)), 0)

    @property
    def selects(self) -> bool:
        """Whether there is a second chip select."""
        return _SELECT in self._opcodes

    def set_mode(self, mode: int) -> None:
        """Nothing: there is but one."""
        del mode

    def transfer(self, out: bytes, read: int) -> bytes:
        """Send `out`, then read; repeated after a garbled answer, so it must bear repetition."""
        if len(out) > self.max_write or read > self.max_read:
            raise ValueError(f"{len(out)} out, {read} in")
        head = len(out).to_bytes(3, "little") + read.to_bytes(3, "little")
        for _attempt in range(_TRIES):
            data = self._ask(bytes((_SPIOP,)) + head + out, read)
            if data is not None:
                return data
            self._synchronise()
        raise ExchangeFailed(request=_("a transfer over SPI"), attempts=_TRIES)

    def set_clock(self, hz: int) -> int:
        """Ask for a clock; what the programmer set, or `hz` where it cannot tell."""
        if _SET_HZ not in self._opcodes:
            return hz
        got = self._ask(bytes((_SET_HZ,)) + hz.to_bytes(4, "little"), 4)
        return int.from_bytes(got, "little") if got else hz

    def select(self, which: int) -> None:
        """Use chip select `which` from now on."""
        if self._ask(bytes((_SELECT, which)), 0) is None:
            raise ExchangeFailed(request=_("a change of the chip select"), attempts=1)

    def _limit(self, opcode: int, safe: int) -> int:
        found = self._fact(opcode, 3) if opcode in self._opcodes else None
        return min(int.from_bytes(found, "little") or safe, safe) if found else safe

    def _text(self, opcode: int) -> str:
        found = self._fact(opcode, 16) if opcode in self._opcodes else None
        return (found or b"").rstrip(b"\x00").decode("ascii", "replace")

    def _fact(self, opcode: int, count: int) -> bytes | None:
        for _attempt in range(_TRIES):
            found = self._ask(bytes((opcode,)), count)
            if found is not None:
                return found
            self._synchronise()
        return None

    def _ask(self, request: bytes, count: int) -> bytes | None:
        """The `count` bytes behind an ACK; None after anything else."""
        self.port.discard_input()
        self.port.write(request)
        within_s = _ANSWER_S + (count + len(request)) / _BYTES_PER_S
        answer = self._read(1 + count, within_s)
        self.bytes_on_wire += len(request) + len(answer)
        return answer[1:] if len(answer) == 1 + count and answer[0] == _ACK else None

    def _read(self, count: int, within_s: float) -> bytes:
        got = bytearray()
        until = self._clock.monotonic() + within_s
        while len(got) < count and (left := until - self._clock.monotonic()) > 0:
            got += self.port.read(count - len(got), left)
            if got[:1] == bytes((_NAK,)):
                break
        return bytes(got)

    def _synchronise(self) -> bool:
        """No-operations until the programmer waits for an opcode again."""
        longest = bytes(8) if not self._opcodes else bytes(_SAFE_WRITE + 8)
        self.port.write(longest)  # also the rest of a request that was cut off
        self._read(len(longest), 0.3)
        for _attempt in range(_SYNCS):
            self.port.discard_input()
            self.port.write(bytes((_SYNC,)))
            if self._read_pair() == bytes((_NAK, _ACK)):
                return True
        return False

    def _read_pair(self) -> bytes:
        got = bytearray()
        until = self._clock.monotonic() + 0.5
        while len(got) < 2 and (left := until - self._clock.monotonic()) > 0:
            got += self.port.read(2 - len(got), left)
        return bytes(got)
