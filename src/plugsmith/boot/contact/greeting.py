"""The first questions to a chip that answers: its family, and the chips that have its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips_for_id
from plugsmith.chips.model import Family
from plugsmith.errors.link import UnknownBootCode

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient
    from plugsmith.chips.model import Chip

CHIP_ID, LATER_CHIP_ID, REVISION = 0x80_0000, 0x4401_0004, 0x4400_01F0


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer:
    """What tells the families apart: the id register of a ROM, or the version text of a T.

    Neither comes from the other loaders.
    """

    chip_id: int | None = None
    version: str | None = None


def greet(client: BootClient, *, sure: bool = True) -> FirstAnswer:
    """Which family answers. Not `sure`: the id of a known chip is believed at once.

    A T is known by the version that it tells: for a register it would have to be waited in vain.
    """
    version = client.boot_version(tries=1)
    if version:
        return FirstAnswer(version=version)
    chip_id = None if sure else client.read_register(CHIP_ID)
    if chip_id is None or not chips_for_id(chip_id):
        chip_id = client.agreed_register(CHIP_ID)
    return FirstAnswer(chip_id=chip_id, version=client.boot_version() if chip_id is None else None)


def owners_of(client: BootClient, chip_id: int) -> tuple[list[Chip], int]:
    """The chips that have such an id, and the id that tells; UnknownBootCode."""
    owners = [item for item in chips_for_id(chip_id) if item.family is Family.ROM]
    if not owners:
        later = client.agreed_register(LATER_CHIP_ID)
        if later is not None:
            owners = _later_owners(client, later)
            chip_id = later if owners or not chip_id else chip_id
    if not owners:
        raise UnknownBootCode(port=client.port.info.name, found=f"chip id 0x{chip_id:X}")
    return owners, chip_id


def _later_owners(client: BootClient, word: int) -> list[Chip]:
    """The chips of the later kind that answer so: the id is the upper half, where there is one."""
    owners = list(chips_for_id(word >> 16 or word, register=LATER_CHIP_ID))
    if not owners:
        return []
    revision = client.agreed_register(REVISION)
    return [item for item in owners if revision in item.revisions] or owners
