"""A paced simulated chip in virtual time with our client on it: seconds are those of the wire."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from plugsmith.boot.linking import LinkPolicy
from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.context import FlowContext
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.forge.flash import forge_flash
from plugsmith.library.library import Library
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import recognise_loader, rom_personality
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.timing import FRAME_BITS, DeviceTiming, loader_rate, rom_rate
from plugsmith.sim.wire import ADAPTER_CHUNK

SIZE = 0x20_0000
REQUEST, REPLY, SECTOR = 12, 4111, 4096  # a Read4K exchange; uart-protocol.md 2.4


def wire_limit_s(length: int, baud: int) -> float:
    """Sequential reads at nominal baud and no latency: uart-protocol.md 8.1."""
    return length // SECTOR * (REQUEST + REPLY) * 10 / baud


def write_limit_s(length: int, baud: int) -> float:
    """Sequential Write4K exchanges: 4108 bytes out, 15 in; erasing not counted."""
    return length // SECTOR * (4108 + 15) * 10 / baud


@dataclass(frozen=True)
class Setting:
    """One way to run: chip, rate, adapter latency, CRC time per byte."""

    chip: str
    baud: int = 921_600
    latency_ms: float = 1.0
    crc_us: float = 0.155

    @property
    def timing(self) -> DeviceTiming:
        return replace(DeviceTiming(), crc_byte_s=self.crc_us * 1e-6)

    def exchange_s(self, request: int, reply: int) -> float:
        """One request and its reply, waited for: the wire at its real rate, and the adapter.

        What fills no whole packet is kept for the latency, counted from its first byte.
        """
        rate = rom_rate(self.baud) if rom_personality(self.chip.lower()) else loader_rate(self.baud)
        wire_bytes = request + reply - reply % ADAPTER_CHUNK
        return wire_bytes * FRAME_BITS / rate + self.latency_ms / 1000


@dataclass(frozen=True)
class Row:
    """One measurement: `ratio` is what the target is about."""

    name: str
    seconds: float
    limit_s: float
    target: float | None = None
    floor_s: float | None = None  # what no run with all proofs can go below

    @property
    def ratio(self) -> float:
        return self.seconds / self.limit_s

    @property
    def ok(self) -> bool:
        return self.target is None or self.ratio <= self.target

    def text(self) -> str:
        goal = f"<= {self.target:.2f} {'ok' if self.ok else 'MISSED'}" if self.target else ""
        floor = f"floor {self.floor_s / self.limit_s:.3f} " if self.floor_s is not None else ""
        return f"  {self.name:<58}{self.seconds:8.2f} s  {self.ratio:6.3f} x  {floor}{goal}"


def full_flash(chip: str) -> bytes:
    """A flash without a blank sector behind the boot loader."""
    content = bytearray(forge_flash(chip=chip))
    content[0x1_1000:] = random.Random(1).randbytes(SIZE - 0x1_1000)
    return bytes(content)


class Board:
    """One board; `ctx()` gives contexts that talk to it at no more than the setting's rate."""

    def __init__(self, setting: Setting, content: bytes) -> None:
        self.setting = setting
        self.clock = VirtualClock()
        who = rom_personality(setting.chip.lower()) or recognise_loader(content[:257])
        settings = SimSettings(
            paced=True, latency_s=setting.latency_ms / 1000, timing=setting.timing
        )
        self.chip = SimChip(who, content, settings=settings)
        self.folder = Path(tempfile.mkdtemp(prefix="plugsmith-bench-"))
        self.library = Library(self.folder)
        self.library.adapters.worked("sim:adapter", setting.baud)
        self.library.adapters.carries("sim:adapter", 4108, whole=True)  # a known adapter
        self.log = EventLog()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        shutil.rmtree(self.folder)

    def ctx(self) -> FlowContext:
        return FlowContext(
            port_name="sim://bench",
            open_port=lambda: SimPort(self.chip, self.clock, name="sim://bench"),
            clock=self.clock,
            sink=self.log,
            cancel=CancelToken(),
            library=self.library,
            again="",
            consent=lambda _question, _step: None,
            permissions=Permissions(granted=frozenset({Permission.NO_BACKUP})),
            policy=LinkPolicy(timeout_s=5.0),
            baud_limit=self.setting.baud,
        )

    def task_s(self, *names: str) -> float:
        """Seconds of the tasks with these names, summed."""
        ends = [event for event in self.log if event.kind == "task_end" and event.task in names]
        return sum(event.seconds for event in ends)
