"""How to talk to one boot code: what the client must do differently, derived from the chip data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.model import Family, Quirk

if TYPE_CHECKING:
    from plugsmith.chips.model import BootCode


class AfterCrc(StrEnum):
    """What a device-side CRC leaves behind."""

    NOTHING = "nothing"
    PROTECTED = "protected"  # link check, then erase, lifts it
    BLOCKED = "blocked"  # no erase or write until the chip is reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The client's side of a dialect.

    `ring` is how many request bytes the chip queues (0: one request at a time). `in_order` is
    whether replies come in the order of requests, so that an answered link check proves an earlier
    request lost. `read_guard`: reads below are refused and go through the address wrap instead.
    """

    family: Family | None
    ring: int
    in_order: bool
    leaves_when_idle: bool
    after_crc: AfterCrc
    read_guard: int
    streams_writes: bool  # missing Write4K bytes make it eat what follows
    frame_gap_s: float

    @property
    def window(self) -> int:
        """Reads that may be in flight: four hide 16 ms of adapter latency up to 2 Mbit/s."""
        return 4 if self.ring else 1


# Before identification: nothing is assumed, so that both families survive what is sent.
UNKNOWN = Dialect(
    family=None,
    ring=0,
    in_order=True,
    leaves_when_idle=True,
    after_crc=AfterCrc.BLOCKED,
    read_guard=0,
    streams_writes=True,
    frame_gap_s=0.0005,
)
RING_LEN = 480  # of 512: the rest is left for keep-alive link checks (uart-protocol.md 8.3)


def dialect_of(boot: BootCode, family: Family) -> Dialect:
    """The client's side of `boot`."""
    quirks = boot.quirks
    return Dialect(
        family=family,
        ring=RING_LEN if Quirk.QUEUES_REQUESTS in quirks else 0,
        in_order=Quirk.QUEUES_REQUESTS in quirks,
        leaves_when_idle=Quirk.IDLE_RESET in quirks,
        after_crc=_after_crc(quirks),
        read_guard=boot.read_guard or 0,
        streams_writes=Quirk.OVERRUN_SWALLOWS in quirks,
        frame_gap_s=0.0 if Quirk.QUEUES_REQUESTS in quirks else 0.0005,
    )


def _after_crc(quirks: frozenset[Quirk]) -> AfterCrc:
    if Quirk.CRC_BLOCKS_UNTIL_RESET in quirks:
        return AfterCrc.BLOCKED
    return AfterCrc.PROTECTED if Quirk.CRC_PROTECTS in quirks else AfterCrc.NOTHING
