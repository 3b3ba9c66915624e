"""Chips of other makers at the end of the wires: what they print when they start, and how their
boot ROMs answer the greeting of their own tool. Nothing else of them is simulated.

Texts: public boot logs, but that of the LN882H is made up around its name. Answers: Espressif's
serial protocol, the LN882H's commands for an LN8825B; the ROMs of LN882H, RTL8710B and RTL8720C
are those of `sim.makers`, with which the real ltchiptool works; others with a state of their own
are in `other_machines`. A ROM takes what came before its greeting for a part of it, as a console
does: without a line end in front nothing is understood. How often a W600 asks for a file is made
up; its tools wait for four of these letters in three seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.sim.makers.models import maker_chip
from plugsmith.sim.ports.other_machines import Bouffalo, Winner, Xradio
from plugsmith.sim.wire import through_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.makers.chip import MakerChip
    from plugsmith.sim.ports.other_machines import Machine

_ESP_SYNC = bytes.fromhex("c0000824000000000007071220")
_LATE_S = 0.004


def _esp(status: int) -> Callable[[bytes], bytes]:
    """Eight answers to one sync, each with `status` bytes of zero behind the value."""
    body = bytes([1, 8, status, 0]) + bytes.fromhex("07071220") + bytes(status)
    frame = b"\xc0" + body + b"\xc0"
    return lambda heard: frame * 8 if heard.startswith(_ESP_SYNC) and heard[-1:] == b"\xc0" else b""


def _line(request: bytes, answer: bytes) -> Callable[[bytes], bytes]:
    return lambda heard: answer if heard.rstrip(b"\r\n") == request and heard[-1:] == b"\n" else b""


@dataclass(frozen=True, slots=True)
class RomModel:
    """What a chip says by itself (every so many seconds) and to what it answers.

    `maker`: all of that is played by the chip of this name in `sim.makers`.
    """

    rate: int
    says: bytes = b""
    every_s: float = 1.0
    answers: Callable[[bytes], bytes] | None = None
    ends: bytes = b"\n"  # of a request; empty: each write is one
    any_rate: bool = False
    maker: str = ""
    machine: Callable[[], Machine] | None = None  # one that keeps a state, instead of `answers`


_W600 = {0x38: b"MAC:0200000000AA\n", 0x3C: b"FID:C8\n"}
_W800 = {0x38: b"MAC:0200000000AA\n", 0x3C: b"FID:C8,15\n"}
_C3 = b"ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0x"
ROMS: dict[str, RomModel] = {
    "esp8266": RomModel(74_880, b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n"),
    "esp8266-boot": RomModel(115_200, answers=_esp(2), ends=b"", any_rate=True),
    "esp32c3": RomModel(115_200, _C3 + b"c (SPI_FAST_FLASH_BOOT)\r\nmode:DIO, clock div:1\r\n"),
    "esp32c3-boot": RomModel(115_200, answers=_esp(4), ends=b"", any_rate=True),
    "ln882h": RomModel(115_200, b"\r\n[LN882H] SDK start, version 2.0\r\n"),
    "ln882h-boot": RomModel(115_200, maker="ln882h"),
    "ln8825b-boot": RomModel(115_200, answers=_line(b"version", b"Jun 19 2019/21:01:04\r\n")),
    "rtl8710b": RomModel(
        115_200, b"ROM:[V0.1]\r\nFLASHRATE:4\r\nBOOT TYPE:0 XTAL:40000000\r\nIMG1 ENTER\r\n"
    ),
    "rtl8710b-boot": RomModel(1_500_000, maker="rtl8710b"),
    "rtl8720c": RomModel(
        115_200, b"\r\n== Rtl8710c IoT Platform ==\r\nChip VID: 5, Ver: 3\r\nROM Version: v3.0\r\n"
    ),
    "rtl8720c-boot": RomModel(115_200, maker="rtl8720c"),
    "bl602": RomModel(2_000_000, b"Starting bl602 now....\r\nBooting BL602 Chip...\r\n"),
    "bl602-boot": RomModel(115_200, machine=lambda: Bouffalo(0x0000_0001), any_rate=True),
    "bl702-boot": RomModel(115_200, machine=lambda: Bouffalo(0x0702_0001), any_rate=True),
    "bl616-boot": RomModel(115_200, machine=lambda: Bouffalo(0x0616_0001), any_rate=True),
    "xr809-boot": RomModel(115_200, machine=Xradio),
    "w600-boot": RomModel(115_200, b"C", 0.5, machine=lambda: Winner(_W600)),
    "w800-boot": RomModel(115_200, b"C", 0.5, machine=lambda: Winner(_W800)),
}


@dataclass(slots=True)
class OtherRom:
    """One such chip since the port was opened."""

    model: RomModel
    said_s: float
    due: list[tuple[float, bytes, float]] = field(default_factory=list)  # when, what, at which rate
    _request: bytearray = field(default_factory=bytearray)
    _maker: MakerChip | None = None
    _machine: Machine | None = None

    def __post_init__(self) -> None:
        if self.model.maker:
            self._maker = maker_chip(self.model.maker, now=self.said_s)

    def take(self, data: bytes, rate: float, now: float) -> None:
        """What the host sent at `rate`."""
        if self._maker is not None:
            self._maker.take(through_rates(data, rate, self._maker.rate), now)
        model = self.model
        if not (model.any_rate or rate == model.rate):
            return
        if model.machine is not None:
            self._machine = self._machine or model.machine()
            self._send(self._machine.take(data), rate, now)
            return
        if model.answers is None:
            return
        if not model.ends:
            self._answer(data, rate, now)
            return
        for byte in data:
            self._request.append(byte)
            if self._request.endswith(model.ends):
                self._answer(bytes(self._request), rate, now)
                self._request.clear()

    def _answer(self, request: bytes, rate: float, now: float) -> None:
        self._send(self.model.answers(request) if self.model.answers else b"", rate, now)

    def _send(self, answer: bytes, rate: float, now: float) -> None:
        if answer:
            self.due.append((now + _LATE_S, answer, rate))

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """What it sent since the last call, each with its rate."""
        if self._maker is not None:
            return self._maker.came(now)
        out = [(data, rate) for due, data, rate in self.due if due <= now]
        self.due = [item for item in self.due if item[0] > now]
        while self.model.says and self.said_s + self.model.every_s <= now:
            self.said_s += self.model.every_s
            out.append((self.model.says, self.model.rate))
        return out

    def next_event(self) -> float | None:
        """When it sends next."""
        if self._maker is not None:
            return self._maker.next_event()
        times = [item[0] for item in self.due]
        if self.model.says:
            times.append(self.said_s + self.model.every_s)
        return min(times) if times else None
