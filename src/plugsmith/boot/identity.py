"""What was found out about a connected chip, and how; computed by `boot.identify`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.events import Warning_
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.chips.model import BootCode, Chip, Family, FlashPart, KeyClass


class SizeProof(StrEnum):
    """How the flash size is known."""

    WRAP = "wrap"  # the loader head repeats at this distance and nowhere earlier
    JEDEC = "jedec"  # the flash id says so and the content gives no way to prove it
    JEDEC_AND_WRAP = "jedec+wrap"
    NO_WRAP = "no-wrap"  # the flash id says so, but its content does not repeat there
    CONTRADICTED = "contradicted"  # the flash id says more than the flash has: addresses wrap below
    ASSUMED = "assumed"  # nothing tells; the size that every known module of this chip has


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashFacts:
    """The flash part; `jedec`, `part`, `status` and `protected` are None where a chip cannot tell.

    `jedec` is in wire order (manufacturer, type, capacity); `status` holds SR1 (and SR2 in the
    upper byte); `protected` is whether the protection bits are set now.
    """

    jedec: bytes | None
    part: FlashPart | None
    size: int
    size_proof: SizeProof
    status: int | None
    protected: bool | None

    @property
    def id_valid(self) -> bool:
        """Whether an id was read that can be one (not 00.. or FF..)."""
        return self.jedec is not None and len(set(self.jedec) & {0x00, 0xFF}) < len(set(self.jedec))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The code key: its class only, never its bytes."""

    key_class: KeyClass
    evidence: str
    download_disabled: bool | None = None
    encryption_on: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One chip as identified on the wire.

    `loader_crc` is the zlib CRC-32 of the first `loader_covers` physical bytes; `mac` is the text
    `c8:47:8c:01:02:03` or None where the RF sector holds none; `rf` are the sectors, proven, in
    which it was looked for; `evidence` are sentences, in the language of the run.

    One that was only glanced at (`boot.contact.glance`) has an empty `loader_head`, no address and
    no sectors, but `marks`: checksums, by address, that are others on each device.
    """

    chip: Chip
    family: Family
    boot: BootCode | None
    boot_version: str | None
    loader_crc: int | None
    loader_covers: int
    loader_head: bytes
    chip_id: int | None
    flash: FlashFacts
    key: KeyFacts
    mac: str | None
    evidence: tuple[str, ...]
    rf: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    twins: tuple[str, ...] = ()  # chips that cannot be told from this one over these wires
    marks: Mapping[int, int] = field(default_factory=dict, repr=False)

    @property
    def only_glanced(self) -> bool:
        """Whether no more was asked than reading takes: nothing may be written on its word."""
        return not self.loader_head

    @property
    def known_by(self) -> Mapping[int, int]:
        """Address and checksum of the first RF sector that is not blank: another on each device."""
        filled = (
            {addr: zlib.crc32(data)}
            for addr, data in sorted(self.rf.items())
            if data.count(0xFF) < len(data)
        )
        return next(filled, self.marks)

    @property
    def names(self) -> tuple[str, ...]:
        """Every chip that this may be, the likeliest first."""
        return (self.chip.name, *self.twins)


def twin_warning(identity: Identity) -> Warning_:
    """That another chip would look the same over these wires."""
    twins = _(" or ").join(identity.twins)
    return Warning_(
        code="PS-NOTE-CHIP-DOUBT",
        message=_(
            "This may also be a {twins}: the boot loader is the same, and the size of the flash "
            "is all that speaks for {chip}.",
            twins=twins,
            chip=identity.chip.name,
        ),
        hint=_("Look at the label of the module before you choose an image."),
        data={"chip": identity.chip.name, "twins": list(identity.twins)},
    )


def glance_summary(identity: Identity) -> str:
    """One sentence about what was found, when the address was not asked for."""
    return _(
        "Found {chip} with {size} KiB of flash.",
        chip=_(" or ").join(identity.names),
        size=identity.flash.size // 1024,
    )


def summary(identity: Identity) -> str:
    """One sentence about what was found."""
    boot = identity.boot_version or (identity.boot.name if identity.boot else _("unknown"))
    return _(
        "Found {chip}, boot code {boot}, {size} KiB of flash, MAC {mac}.",
        chip=identity.chip.name,
        boot=boot,
        size=identity.flash.size // 1024,
        mac=identity.mac or _("unknown"),
    )
