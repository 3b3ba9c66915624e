"""What a boot code hands to the chip after it has understood some bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

START = 0x01
OPCODE_LOW = 0xE0
OPCODE_HIGH = 0xFC
LONG_MARK = 0xFF
LONG_OPCODE = 0xF4
REPLY_HEAD = bytes((0x04, 0x0E))
GROUP = bytes((START, OPCODE_LOW, OPCODE_HIGH))


class Outcome(Enum):
    """What happens to the boot code after the command."""

    GO_ON = auto()
    HANG = auto()  # endless loop, only a hardware reset helps
    RESET = auto()  # watchdog
    CRASH = auto()  # runs wild; nothing more until reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A finished command (or page): busy for `duration_s`, then the reply, then the outcome.

    `rate` is the new real UART rate; it holds before the reply is sent.
    """

    duration_s: float = 0.0
    reply: bytes = b""
    rate: float | None = None
    outcome: Outcome = Outcome.GO_ON


def short_reply(command: int, data: bytes) -> bytes:
    """`04 0E n 01 E0 FC command data`."""
    return REPLY_HEAD + bytes(((4 + len(data)) & 0xFF,)) + GROUP + bytes((command,)) + data


def long_reply(command: int, status: int, data: bytes = b"") -> bytes:
    """`04 0E FF 01 E0 FC F4 lenLo lenHi command status data`, length = 2 + data."""
    length = (2 + len(data)).to_bytes(2, "little")
    head = REPLY_HEAD + bytes((LONG_MARK,)) + GROUP + bytes((LONG_OPCODE,)) + length
    return head + bytes((command, status)) + data
