"""What is known to go wrong with each kind of adapter: told before the first command."""

from __future__ import annotations

from plugsmith.messages import N_

_FIVE_VOLTS = N_(
    "The chip's pins bear 3.9 V at most. Many programmers drive 5 V (black CH341A boards, "
    "Arduinos): measure before you connect one."
)
TRAPS = {
    "serprog": _FIVE_VOLTS,  # spi-download.md 1
    "ch341": N_(  # spi-download.md 4
        "A black CH341A board drives about 5 V on its data pins, also where 3.3 V is "
        "printed, and the chip's pins bear 3.9 V at most. Measure the pins before you "
        "connect them; on these boards pin 28 of the CH341A has to be lifted and fed with "
        "3.3 V."
    ),
    "ftdi": N_(  # spi-download.md 1
        "FTDI boards with a switch for 5 V and 3.3 V must stand on 3.3 V: the chip's pins "
        "bear 3.9 V at most."
    ),
    "spidev": N_(  # spi-download.md 6
        "Feed the module from a 3.3 V supply of its own: a Raspberry Pi that fed one has "
        "restarted when CEN was touched."
    ),
}
