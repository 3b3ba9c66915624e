"""Test tool: a simulated chip and its host on virtual time, without any client code."""

from __future__ import annotations

from plugsmith.clock import VirtualClock
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import personality
from plugsmith.sim.ports.port import SimPort

BLANK = b"\xff" * 0x20_0000
PATTERN = bytes((a * 2654435761 >> 13) & 0xFF for a in range(0x1000))
LINK_CHECK = bytes.fromhex("01e0fc0100")
LINKED = bytes.fromhex("040e0501e0fc0100")


def short(command: int, params: bytes = b"") -> bytes:
    return b"\x01\xe0\xfc" + bytes((1 + len(params), command)) + params


def long(command: int, params: bytes = b"") -> bytes:
    return (
        b"\x01\xe0\xfc\xff\xf4"
        + (1 + len(params)).to_bytes(2, "little")
        + bytes((command,))
        + params
    )


def word(value: int) -> bytes:
    return value.to_bytes(4, "little")


def read_4k(addr: int) -> bytes:
    return long(0x09, word(addr))


def write_4k(addr: int, data: bytes) -> bytes:
    return long(0x07, word(addr) + data)


def erase(addr: int, opcode: int = 0x20) -> bytes:
    return long(0x0F, bytes((opcode,)) + word(addr))


def crc(start: int, end: int) -> bytes:
    return short(0x10, word(start) + word(end))


def set_baud(rate: int, delay: int = 20) -> bytes:
    return short(0x0F, word(rate) + bytes((delay,)))


class Host:
    """A chip with a host; `ask` sends and waits until the line is quiet."""

    def __init__(self, boot: str, flash: bytes = BLANK, *, lines: str = "rts", **settings) -> None:
        self.clock = VirtualClock()
        settings.setdefault("named_boot", True)
        self.chip = SimChip(personality(boot), flash, settings=SimSettings(**settings))
        self.port = SimPort(self.chip, self.clock, lines=lines)

    def hear(self, timeout_s: float = 0.06, quiet_s: float = 0.005) -> bytes:
        got = self.port.read(65536, timeout_s)
        while got and (more := self.port.read(65536, quiet_s)):
            got += more
        return got

    def ask(self, request: bytes, timeout_s: float = 0.06) -> bytes:
        self.port.write(request)
        return self.hear(timeout_s)

    def link(self) -> None:
        assert self.ask(LINK_CHECK) == LINKED

    def pass_time(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.chip.advance(self.clock.monotonic())
