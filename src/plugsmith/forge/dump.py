"""A whole forged factory dump: firmware frame, RF sector, vendor storage, damage on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.model import RegionRole
from plugsmith.forge.canary import Canary
from plugsmith.forge.damage import DamageName, damage
from plugsmith.forge.flash import forge_flash, forged_mac
from plugsmith.forge.storage import StorageRequest, forge_storage

if TYPE_CHECKING:
    from collections.abc import Sequence

# The text that the forum's user found with a hex editor: the story that started Plugsmith.
FORUM_TEXT = (
    "{sel_pin_pin:24,rl1_lv:1,bt1_pin:10,net_trig:2,jv:1.1.5,netled1_lv:0,bt1_type:0,nety_led:1,"
    "vi_pin:8,resistor:1,over_cur:16000,bt1_lv:0,reset_t:5,netled1_pin:6,chip_type:0,lose_vol:90,"
    "over_vol:265,module:WB2S,ele_pin:7,ch_cddpid1:9,ch1_stat:2,rl1_type:0,ch_num:1,rl1_pin:26,"
    "netn_led:0,vol_def:0,ch_dpid1:1,sel_pin_lv:1,crc:40,}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedDump:
    """The bytes, what is in them, and the canaries that a sanitizer must remove."""

    data: bytes
    contains: tuple[str, ...]
    canaries: tuple[Canary, ...]


def forge_dump(
    request: StorageRequest, *, mac: bytes | None = None, damages: Sequence[DamageName] = ()
) -> ForgedDump:
    """The dump of `request`; the same arguments give the same bytes.

    Raises ForgeImpossible, or the errors of a chip or pin text that does not exist.
    """
    storage = forge_storage(request)
    owner = chip_called(request.chip)
    own_mac = mac or _own_mac(owner.name, request)
    data = forge_flash(chip=owner.name, mac=own_mac, contents=storage.contents)
    key = owner.memory_map.region(RegionRole.KEY)
    for name in damages:
        data = damage(data, name, key_addr=key.span.start if key else 0)
    canaries = storage.canaries
    if request.paired:
        canaries += (Canary(place="rf", field="mac", value=own_mac),)
    contains = ("boot-loader", "application", "rf-calibration", *storage.contains)
    return ForgedDump(
        data=data,
        contains=(*contains, *(f"damage-{name.value}" for name in damages)),
        canaries=canaries,
    )


def _own_mac(chip: str, request: StorageRequest) -> bytes:
    """Another request is another device."""
    paired = "paired" if request.paired else "new"
    return forged_mac(chip, request.seed, paired, request.generation, request.pin_text or "")
