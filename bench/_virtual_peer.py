"""bk7231tools or ltchiptool on a simulated chip in virtual time; runs in that tool's environment.

usage: _virtual_peer.py SPEC.json TOOL ARGUMENTS... : before the tool is loaded its serial port and
the clock of `time` are exchanged, so that its seconds are those of the wire, whatever the computer
does. The last line on standard output is `wire seconds: N`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import serial

from plugsmith.clock import VirtualClock
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import recognise_loader, rom_personality
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.timing import DeviceTiming

CLOCK = VirtualClock()


class Serial:
    """As much of `serial.Serial` as the two tools use, on the simulated chip."""

    chip: SimChip

    def __init__(
        self, port: str, baudrate: int = 9600, timeout: float | None = None, **_more: object
    ) -> None:
        self._port = SimPort(self.chip, CLOCK, name=port, baud=baudrate)
        self.timeout = timeout
        self.closed = False
        self.rts = self.dtr = False

    @property
    def baudrate(self) -> int:
        return self._port.baud

    @baudrate.setter
    def baudrate(self, rate: int) -> None:
        self._port.set_baud(rate)

    def read(self, size: int = 1) -> bytes:
        end = CLOCK.monotonic() + (3600.0 if self.timeout is None else self.timeout)
        got = b""
        while len(got) < size:
            piece = self._port.read(size - len(got), max(0.0, end - CLOCK.monotonic()))
            if not piece:
                break
            got += piece
        return got

    def read_until(self, expected: bytes = b"\n") -> bytes:
        got = b""
        while not got.endswith(expected) and (piece := self.read(1)):
            got += piece
        return got

    def write(self, data: bytes) -> int:
        self._port.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        self._port.drain()

    def close(self) -> None:
        self.closed = True
        self._port.close()


def main() -> int:
    """Run the tool; its exit code."""
    spec = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    content = Path(spec["flash"]).read_bytes()
    who = rom_personality(spec["chip"]) or recognise_loader(content[:257])
    timing = replace(DeviceTiming(), crc_byte_s=spec["crc_byte_s"])
    settings = SimSettings(paced=True, latency_s=spec["latency_s"], timing=timing)
    Serial.chip = SimChip(who, content, settings=settings)
    serial.Serial = Serial
    time.sleep = CLOCK.sleep
    time.time = time.monotonic = time.perf_counter = CLOCK.monotonic
    tool, sys.argv = sys.argv[2], sys.argv[2:]
    if tool == "bk7231tools":
        from bk7231tools import cli as run
    else:
        from ltchiptool import cli as run
    try:
        code = run() or 0
    except SystemExit as end:
        code = end.code or 0
    Path(spec["flash"]).write_bytes(Serial.chip.nor.content)
    print(f"wire seconds: {CLOCK.monotonic():.4f}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
