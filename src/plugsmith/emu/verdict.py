"""Does it boot? Runs a machine until the answer is known or the budget is spent.

The criteria are those of chip-emulation.md section 7: a known text on UART2 means that the
application runs; repeated resets or aborts mean that it does not; everything else is unknown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.emu.boot_signs import BootSign, find_sign, last_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.emu.machine import Machine

RESET_LIMIT = 3
FAULT_LIMIT = 24
LOG_LIMIT = 0x1_0000


class Reached(StrEnum):
    """How far the image came."""

    SILENCE = "silence"
    BOOTLOADER = "bootloader"
    APPLICATION = "application"  # application output, but no text that ends its start
    APPLICATION_LOG = "application log"
    RESET_LOOP = "reset loop"
    FAULT = "fault"


_JUMP = b"J 0x10000"
_TALKATIVE = 60  # characters; a wrong application prints one line at most (chip-emulation.md 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootVerdict:
    """The answer: `boots` True, False or None (unknown), how far it came, and the evidence."""

    boots: bool | None
    reached: Reached
    firmware: str | None
    instructions: int
    emulated_s: float
    wall_s: float
    resets: int
    faults: tuple[str, ...]
    log: str


def judge(
    machine: Machine,
    *,
    instructions: int,
    wall_s: float,
    enough: Callable[[Machine], bool] = lambda _machine: False,
) -> BootVerdict:
    """Run `machine` for at most `instructions` or `wall_s` seconds and say whether it boots.

    `enough` ends a run early whose verdict is still unknown.
    """
    start_s = time.monotonic()
    landmark: BootSign | None = None
    seen = 0
    while machine.instructions < instructions and time.monotonic() - start_s < wall_s:
        for _ in range(64):
            machine.step()
        log = machine.parts.uart2.sent
        if len(log) != seen:
            seen = len(log)
            landmark = _landmark(bytes(log))
        if landmark or machine.resets >= RESET_LIMIT or machine.fault_count >= FAULT_LIMIT:
            break
        if enough(machine):
            break
    return _verdict(machine, landmark, time.monotonic() - start_s)


def _landmark(log: bytes) -> BootSign | None:
    """The text that ends a start, in what was said since the last start or complaint."""
    sign = find_sign(last_words(log))
    return sign if sign is not None and sign.complete else None


def _verdict(machine: Machine, landmark: BootSign | None, wall_s: float) -> BootVerdict:
    log = bytes(machine.parts.uart2.sent)
    boots, reached = _classify(machine, landmark, log)
    return BootVerdict(
        boots=boots,
        reached=reached,
        firmware=landmark.firmware if landmark else None,
        instructions=machine.instructions,
        emulated_s=machine.now_s(),
        wall_s=wall_s,
        resets=machine.resets,
        faults=tuple(
            f"{fault.kind} at 0x{fault.pc:X}"
            + (f", address 0x{fault.addr:X}" if fault.addr is not None else "")
            for fault in machine.faults[:4]
        ),
        log=log[-LOG_LIMIT:].decode("latin-1"),
    )


def _classify(
    machine: Machine, landmark: BootSign | None, log: bytes
) -> tuple[bool | None, Reached]:
    if machine.resets >= RESET_LIMIT:
        # An application that gets far and then resets itself without a fault may only miss hardware
        # that is not imitated [run: Gleco bulb, "xat0_reboot" after its start]: that is no verdict.
        gave_up = not machine.fault_count and len(_after_jump(log)) > _TALKATIVE
        return None if gave_up else False, Reached.RESET_LOOP
    if landmark is not None:
        return True, Reached.APPLICATION_LOG
    if machine.fault_count:
        return False, Reached.FAULT
    if _after_jump(log):
        return None, Reached.APPLICATION
    return None, Reached.BOOTLOADER if log else Reached.SILENCE


def _after_jump(log: bytes) -> bytes:
    """What stands between the loader's first jump and its next banner: the application's words."""
    start = log.find(_JUMP)
    if start < 0:
        return b""
    return log[start + len(_JUMP) :].partition(b"V:BK7")[0].strip()
