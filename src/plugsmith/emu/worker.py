"""The process that owns the CPU emulator: `python -m plugsmith.emu.worker boot|serve`.

boot:  one JSON job on stdin (chip, flash: path, instructions, wall_s, memory, pins: whether to go
       on after the boot until the pins have settled), one JSON answer on stdout.
serve: the same job on the first line of stdin; then stdin and stdout are UART1 and stderr is UART2,
       raw. Ends at the end of stdin and writes the flash back to its file.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plugsmith.emu.board import BOARDS
from plugsmith.emu.button import ResetButton
from plugsmith.emu.gpio_trace import pin_uses
from plugsmith.emu.machine import SLICE, Machine
from plugsmith.emu.tracing import pins_settled, settle_pins
from plugsmith.emu.verdict import judge

_IDLE_STEPS_PER_S = 300  # quiet machine: about 0.9 M instructions/s, so a T waits about 8 s
_QUIET_STEPS = 60
_LONG_SLICE = 4 * SLICE  # while the chip only sends, interrupts may wait


def main() -> None:
    """Run the job that stdin describes."""
    line = _first_line()
    job = json.loads(line)
    _limit(int(job["memory"]), float(job["wall_s"]))
    flash = bytearray(Path(job["flash"]).read_bytes())
    machine = Machine(BOARDS[job["chip"]], flash, jedec=job.get("jedec"))
    if sys.argv[1:] == ["serve"]:
        try:
            _serve(machine)
        finally:
            Path(job["flash"]).write_bytes(flash)
        return
    answer = _boot(machine, job)
    answer["pins"] = pin_uses(machine.parts.pins.changes, pwm_channels=machine.parts.pwm_channels)
    sys.stdout.write(json.dumps(answer) + "\n")


def _boot(machine: Machine, job: dict[str, Any]) -> dict[str, Any]:
    began_s, limit, wall_s = time.monotonic(), int(job["instructions"]), float(job["wall_s"])
    if job["pins"]:
        answer = asdict(judge(machine, instructions=limit, wall_s=wall_s, enough=pins_settled))
        settle_pins(machine, limit, began_s + wall_s)
        answer["instructions"], answer["emulated_s"] = machine.instructions, machine.now_s()
        answer["wall_s"] = time.monotonic() - began_s
    else:
        answer = asdict(judge(machine, instructions=limit, wall_s=wall_s))
    answer["faults"] = list(answer["faults"])
    answer["polled"] = machine.parts.watch.polled
    answer["news_s"] = machine.parts.pins.news_s
    return answer


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < 4096:
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _limit(memory: int, wall_s: float) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if wall_s:
        seconds = int(wall_s) + 10
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


class _Host:
    """The other end of UART1, and the hand at the reset button."""

    def __init__(self) -> None:
        self.ended = False
        self.button = ResetButton()

    def receive(self, machine: Machine, *, wait_s: float) -> None:
        ready = select.select([0], [], [], wait_s)[0]
        if not ready:
            return
        data = os.read(0, 4096)
        if not data:
            self.ended = True
            return
        self.button.heard(data, time.monotonic())
        machine.parts.uart1.incoming.extend(data)

    def send(self, machine: Machine) -> bool:
        """Pass on what the chip sent; tells whether there was anything on UART1."""
        out, log = machine.parts.uart1.sent, machine.parts.uart2.sent
        spoke = bool(out)
        if out:
            self.button.answered()
            os.write(1, out)
            out.clear()
        if log:
            os.write(2, log)
            log.clear()
        return spoke


def _serve(machine: Machine) -> None:
    host = _Host()
    while not host.ended and not machine.parts.uart1.incoming:  # held in reset until a byte comes
        host.receive(machine, wait_s=1.0)
    quiet = worked = 0
    while not host.ended:
        waiting = bool(machine.parts.uart1.incoming)
        machine.step(SLICE if waiting or quiet >= _QUIET_STEPS else _LONG_SLICE)
        reading = machine.parts.flash.operations != worked  # a CRC says nothing for long
        worked = machine.parts.flash.operations
        busy = host.send(machine) or waiting or reading
        quiet = 0 if busy else quiet + 1
        host.receive(machine, wait_s=0.0 if quiet < _QUIET_STEPS else 1 / _IDLE_STEPS_PER_S)
        if host.button.pressed(time.monotonic()):
            machine.reset()


if __name__ == "__main__":
    main()
