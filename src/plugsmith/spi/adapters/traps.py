"""What is known to go wrong with each kind of adapter, with where that is known from."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """`text` is told before the first command; `evidence` names a fact of docs/facts."""

    text: str
    evidence: str


FIVE_VOLTS = N_(
    "The chip's pins bear 3.9 V at most. Many programmers drive 5 V (black CH341A boards, "
    "Arduinos): measure before you connect one."
)
TRAPS: dict[str, tuple[Trap, ...]] = {
    "serprog": (Trap(text=FIVE_VOLTS, evidence="spi-download.md 1"),),
    "ch341": (
        Trap(
            text=N_(
                "A black CH341A board drives about 5 V on its data pins, also where 3.3 V is "
                "printed, and the chip's pins bear 3.9 V at most. Measure the pins before you "
                "connect them; on these boards pin 28 of the CH341A has to be lifted and fed with "
                "3.3 V."
            ),
            evidence="spi-download.md 4",
        ),
    ),
    "ftdi": (
        Trap(
            text=N_(
                "FTDI boards with a switch for 5 V and 3.3 V must stand on 3.3 V: the chip's pins "
                "bear 3.9 V at most."
            ),
            evidence="spi-download.md 1",
        ),
    ),
    "spidev": (
        Trap(
            text=N_(
                "Feed the module from a 3.3 V supply of its own: a Raspberry Pi that fed one has "
                "restarted when CEN was touched."
            ),
            evidence="spi-download.md 6",
        ),
    ),
}
