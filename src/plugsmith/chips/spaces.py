"""Memories other than the flash that a chip shows over the wires: where, and what to switch on."""

from __future__ import annotations

from enum import StrEnum

from plugsmith.records import frozen


class Space(StrEnum):
    """Memories other than the flash that a chip's boot ROM lets a client read."""

    ROM = "rom"
    EFUSE = "efuse"
    OTP = "otp"


@frozen
class SpaceArea:
    """A readable memory beside the flash: `length` bytes at `addr` (an index for eFuse)."""

    space: Space
    addr: int
    length: int


@frozen
class SpaceSwitch:
    """A bit of a register that must have a value while `space` is read: a clock, a supply."""

    space: Space
    register: int
    bit: int
    value: int
