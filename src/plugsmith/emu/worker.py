"""The process that owns the CPU emulator: `python -m plugsmith.emu.worker boot|serve`.

boot:  one JSON job on stdin (chip, flash: path, instructions, wall_s, memory, pins: whether to go
       on after the boot until the pins have settled), one JSON answer on stdout.
serve: the same job on the first line of stdin; then stdin and stdout are UART1 and stderr is UART2,
       raw. Ends at the end of stdin; the file changes with the flash.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from plugsmith.emu.board import BOARDS
from plugsmith.emu.button import ResetButton
from plugsmith.emu.confine import confine
from plugsmith.emu.gpio_trace import pin_uses, pins_settled, settle_pins
from plugsmith.emu.machine import SLICE, Machine
from plugsmith.emu.verdict import judge

_IDLE_STEPS_PER_S = 300  # quiet machine: about 0.9 M instructions/s, so a T waits about 8 s
_QUIET_STEPS = 60
_LONG_SLICE = 4 * SLICE  # while the chip only sends, interrupts may wait


def main() -> None:
    """Run the job that stdin describes."""
    line = _first_line()
    job = json.loads(line)
    served = sys.argv[1:] == ["serve"]
    flash = _shared(Path(job["flash"])) if served else bytearray(Path(job["flash"]).read_bytes())
    confine(memory=int(job["memory"]), wall_s=float(job["wall_s"]))
    machine = Machine(BOARDS[job["chip"]], flash, jedec=job.get("jedec"))
    if served:
        _serve(machine)
        return
    answer = _boot(machine, job)
    answer["pins"] = pin_uses(machine.parts.pins.changes, pwm_channels=machine.parts.pwm_channels)
    sys.stdout.write(json.dumps(answer) + "\n")


def _shared(file: Path) -> bytearray:
    """The file as memory that changes it: no file is opened or grown for that any more."""
    with file.open("r+b") as content:
        return cast("bytearray", mmap.mmap(content.fileno(), 0))  # all that is used of one


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
