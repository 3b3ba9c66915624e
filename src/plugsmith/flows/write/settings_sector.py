"""The settings block that a linked chip holds, and what may be put where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import Malformed
from plugsmith.errors.safety import SettingsDamaged
from plugsmith.flows.write.target_image import BLANK_SECTOR
from plugsmith.memory import format_addr
from plugsmith.messages import _
from plugsmith.openbeken.config_block import MAGIC, ConfigBlock, read_block
from plugsmith.openbeken.config_layout import layout_of

if TYPE_CHECKING:
    from plugsmith.flows.wire.connection import Device

_WORN_BITS = 2  # wrong bits in the marker of a block that is still taken for one


def block_on_device(device: Device, under: bytes, addr: int) -> ConfigBlock | None:
    """The block in the sector; None for a blank one, or one that the user gives up for settings.

    Raises SettingsDamaged for a block that was one, ConsentMissing for what somebody else stored.
    """
    layout = layout_of(device.identity.chip.name)
    if under == BLANK_SECTOR:
        return None
    try:
        return read_block(under, layout=layout)
    except Malformed as problem:
        damage = problem
    if _differing_bits(under[: len(MAGIC)], MAGIC) > _WORN_BITS:
        place = format_addr(addr)
        device.ctx.consent(
            _(
                "The sector at {place} holds something else than settings of OpenBeken. "
                "Write settings over it?",
                place=place,
            ),
            _("writing settings over other data at {place}", place=place),
        )
        return None
    try:
        return read_block(MAGIC + under[len(MAGIC) :], layout=layout)  # its marker alone was worn
    except Malformed:
        raise SettingsDamaged(place=format_addr(addr), problem=damage.message) from damage


def _differing_bits(one: bytes, other: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))
