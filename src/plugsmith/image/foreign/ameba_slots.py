"""The two places of firmware in the flash of an RTL8710B: chips-beyond.md 1."""

from __future__ import annotations

from plugsmith.image.foreign.other_makers import is_ameba_z_app

FIRST = 0xB000
_SYSTEM = 0x9000  # the address of the second slot, then the switch between the two
_NOWHERE = 0xFFFF_FFFF
_MAPPED, _HEADER_LEN, _LARGEST = 0x0800_0000, 0x20, 0x40_0000


def place_of(application: bytes) -> int | None:
    """Where it was built to lie, by its header; None where that says nothing."""
    address = int.from_bytes(application[12:16], "little")
    place = address - _MAPPED - _HEADER_LEN
    return place if FIRST <= place < _LARGEST and not place % 0x1000 else None


def starting_slot(flash: bytes) -> int:
    """The place of the firmware that starts, of a `flash` from its start on.

    A second slot that the switch names and that holds no application does not count.
    """
    address = int.from_bytes(flash[_SYSTEM : _SYSTEM + 4], "little")
    switch = int.from_bytes(flash[_SYSTEM + 4 : _SYSTEM + 8], "little")
    second = address & (_MAPPED - 1)
    if address == _NOWHERE or (32 - switch.bit_count()) % 2 == 0:
        return FIRST
    return second if is_ameba_z_app(flash, second) else FIRST
