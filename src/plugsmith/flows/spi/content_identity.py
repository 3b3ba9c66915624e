"""Which chip a flash belongs to, when the flash is all that answers: by its content alone."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.boot.identity import FlashFacts, Identity, KeyFacts, SizeProof
from plugsmith.chips.catalog import boot_codes_for_crc, chip, flash_part
from plugsmith.chips.flash_parts import size_from_id
from plugsmith.chips.model import MAC_OFFSET, RF_MAGIC, Family, RegionRole
from plugsmith.dump.dump import Dump
from plugsmith.dump.survey.survey import survey
from plugsmith.errors.link import UnknownBootCode
from plugsmith.errors.safety import ChipMismatch, UnknownFlashPart
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.chips.model import BootCode, Chip
    from plugsmith.spi.flash import SpiFlash
    from plugsmith.spi.nor import Nor

_COVERS = {Family.LOADER: 256, Family.ROM: 257}


def flash_facts(nor: Nor) -> FlashFacts:
    """Part and size by the id, held against its SFDP table; UnknownFlashPart without a size."""
    part = flash_part(nor.jedec)
    stated, told = part.size if part else size_from_id(nor.jedec), nor.sfdp_size()
    size = stated or told
    if size is None:
        raise UnknownFlashPart(jedec=nor.jedec.hex(" ").upper())
    status = nor.status(part) if part is not None and part.status_known else None
    return FlashFacts(
        jedec=nor.jedec,
        part=part,
        size=size,
        size_proof=SizeProof.CONTRADICTED if told not in {None, size} else SizeProof.JEDEC,
        status=status,
        protected=part.is_protected(status) if part and status is not None else None,
    )


def identify_content(
    flash: SpiFlash, facts: FlashFacts, *, expected: str | None, repair: bool = False
) -> Identity:
    """The chip by boot loader, else by everything in the flash, else as the user named it.

    ChipMismatch where content and user contradict, unless `repair` is asked for and the user named
    a chip with a boot loader: another chip's image is what makes such a chip a brick, and whether
    that is so `unbrick` judges. UnknownBootCode where neither tells.
    """
    head = flash.peek(0)
    wanted = chip(expected) if expected else None
    owner, boot, why = _owner(flash, head, wanted)
    if wanted is not None and wanted.name != owner.name:
        if not (repair and wanted.family is Family.LOADER):
            raise ChipMismatch(expected=wanted.name, found=owner.name)
        owner, boot, why = wanted, None, _("the user said so")
    covers = _COVERS[owner.family]
    return Identity(
        chip=owner,
        family=owner.family,
        boot=boot,
        boot_version=boot.version if boot else None,
        loader_crc=zlib.crc32(head[:covers]),
        loader_covers=covers,
        loader_head=head,
        chip_id=None,
        flash=facts,
        key=KeyFacts(
            key_class=owner.expects_key,
            evidence=N_("inferred from the chip: the key cannot be read over SPI"),
        ),
        mac=_mac(flash, owner),
        evidence=(_("read over SPI: the chip itself was not asked"), why),
    )


def _owner(flash: SpiFlash, head: bytes, wanted: Chip | None) -> tuple[Chip, BootCode | None, str]:
    found = boot_codes_for_crc(257, zlib.crc32(head[:257]))
    found = found or boot_codes_for_crc(256, zlib.crc32(head[:256]))
    if found:
        owners = [chip(name) for name in dict.fromkeys(n for item in found for n in item.chips)]
        fitting = [item for item in owners if item.flash_size == flash.size] or owners
        owner = wanted if wanted in owners else fitting[0]
        return owner, found[0], _("the boot loader is {boot}", boot=found[0].name)
    said = survey(Dump(data=flash.read_all()), flash_size=flash.size).chip
    named = chip(said) if said else wanted
    if named is None:
        first = head[:8].hex()
        raise UnknownBootCode(
            port="SPI", found=_("first bytes {first}; name it with --chip", first=first)
        )
    return named, None, _("the content says so") if said else _("the user said so")


def _mac(flash: SpiFlash, owner: Chip) -> str | None:
    starts = {
        region.span.start
        for layout in owner.memory_maps
        for region in layout.with_role(RegionRole.RF)
        if region.span.end <= flash.size
    }
    for addr in sorted(starts):
        sector = flash.read(AddressRange.sized(addr, SECTOR_LEN))
        mac = sector[MAC_OFFSET : MAC_OFFSET + 6]
        if sector.startswith(RF_MAGIC) and len(set(mac)) > 1:
            return mac.hex(":")
    return None
