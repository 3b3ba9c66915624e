"""The process that owns the CPU emulator: `python -m plugsmith.emu.worker boot|serve`.

boot:  one JSON job on stdin (chip, flash: path, instructions, wall_s, memory, past_boot), one JSON
       answer on stdout.
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

from plugsmith.emu.board import BOARDS
from plugsmith.emu.gpio_trace import pin_uses
from plugsmith.emu.machine import SLICE, Machine
from plugsmith.emu.verdict import judge

_LINK_CHECK = b"\x01\xe0\xfc\x01\x00"
_IDLE_STEPS_PER_S = 300  # quiet machine: about 0.9 M instructions/s, so a T waits about 8 s
_QUIET_STEPS = 60
_LONG_SLICE = 4 * SLICE  # while the chip only sends, interrupts may wait
_RESET_AFTER = 24  # unanswered link checks that count as "the user pressed reset"


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
    answer = asdict(judge(machine, instructions=job["instructions"], wall_s=job["wall_s"]))
    _run_on(machine, int(job.get("past_boot", 0)), float(job["wall_s"]) - answer["wall_s"])
    answer["faults"] = list(answer["faults"])
    answer["pins"] = pin_uses(machine.parts.pins.changes, pwm_channels=machine.parts.pwm_channels)
    sys.stdout.write(json.dumps(answer) + "\n")


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


def _run_on(machine: Machine, instructions: int, wall_s: float) -> None:
    """Let a booted machine go on, so that later pin set-up is seen too."""
    stop, deadline = machine.instructions + instructions, time.monotonic() + wall_s
    while machine.instructions < stop and time.monotonic() < deadline and machine.resets < 3:
        for _ in range(64):
            machine.step()


class _Host:
    """The other end of UART1: counts link checks that nobody answers."""

    def __init__(self) -> None:
        self.ended = False
        self.unanswered = 0

    def receive(self, machine: Machine, *, wait_s: float) -> None:
        ready = select.select([0], [], [], wait_s)[0]
        if not ready:
            return
        data = os.read(0, 4096)
        if not data:
            self.ended = True
            return
        self.unanswered += data.count(_LINK_CHECK)
        machine.parts.uart1.incoming.extend(data)

    def send(self, machine: Machine) -> bool:
        """Pass on what the chip sent; tells whether there was anything on UART1."""
        out, log = machine.parts.uart1.sent, machine.parts.uart2.sent
        spoke = bool(out)
        if out:
            self.unanswered = 0
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
        if host.unanswered >= _RESET_AFTER:
            host.unanswered = 0
            machine.reset()


if __name__ == "__main__":
    main()
