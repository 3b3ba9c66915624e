"""As much about a chip as reading its flash takes; whoever changes it asks `boot.identify`.

A read leaves the device as it is, and its bytes prove themselves. So neither the boot loader, the
calibration nor the key in the eFuse are fetched before it: the chip's own checksums say which boot
code it is, where its flash ends, and by what the same device is known again.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugsmith.boot.agreement import any_two
from plugsmith.boot.contact.greeting import CHIP_ID, owners_of
from plugsmith.boot.dialects import dialect_of
from plugsmith.boot.flash_size import BEYOND, MIB, has_crc
from plugsmith.boot.identify import READ_ID, fitting_chip, flash_id, rf_places
from plugsmith.boot.identity import (
    FlashFacts,
    Identity,
    KeyFacts,
    SizeProof,
    glance_summary,
    twin_warning,
)
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.reading import blank_crc
from plugsmith.chips.catalog import boot_codes_for_crc, chip, flash_part, unknown_boot_code
from plugsmith.chips.flash_parts import size_from_id
from plugsmith.chips.model import APP_START, Family
from plugsmith.errors.flash import ExchangeFailed, IdentityUnstable, StatusRefused
from plugsmith.errors.safety import ChipMismatch
from plugsmith.events import Log
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.contact.greeting import FirstAnswer
    from plugsmith.chips.model import BootCode, Chip
    from plugsmith.events import EventSink

SMALLEST = MIB // 2  # no chip here has a smaller flash
_FINGERPRINT = 256
_TRIES = 3
_NOT_ASKED = N_("not asked: reading does not need it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """That a run only reads the flash, and up to where (None: to its end)."""

    reach: int | None = None


def carries(client: BootClient) -> bool:
    """Whether the rate in use brings a whole sector right: short answers pass through much noise.

    Only `boot.identify` reads enough to find a rate that works; here one sector has to do.
    """
    span = AddressRange.sized(APP_START, SECTOR_LEN)
    try:
        return zlib.crc32(client.read_4k(span.start)) == client.crc32(span)
    except ExchangeFailed:
        return False


def glance(
    client: BootClient,
    hello: FirstAnswer,
    reading: Reading,
    *,
    sink: EventSink | None,
    expected: str | None,
) -> Identity | None:
    """Who answers, for `reading`; None where only the whole identification tells.

    That is: a boot code that is not known, a flash whose end its content does not prove, a chip
    without checksums, and chips that look alike when `expected` is one of them.
    Raises ChipMismatch as `boot.identify.identify` does.
    """
    wanted = chip(expected) if expected else None
    try:
        if hello.chip_id is not None:
            found = _glance_rom(client, hello.chip_id, reading)
        elif hello.version is not None:
            found = _glance_loader(client, hello.version)
        else:
            return None
    except (ExchangeFailed, StatusRefused):
        return None
    if found is None or (wanted is not None and wanted.name in found.twins):
        return None
    if wanted is not None and wanted.name != found.chip.name:
        raise ChipMismatch(expected=wanted.name, found=found.chip.name)
    if wanted is not None and found.twins:
        return None
    if sink is not None:
        sink.emit(Log(message=glance_summary(found)))
        if found.twins and found.family is Family.LOADER:
            sink.emit(twin_warning(found))
    return found


def _read_marks(client: BootClient, owner: Chip, size: int) -> dict[int, int]:
    """The checksum, the same twice, of the first RF sector that is not blank.

    Calibration and address lie there, so it is another one on every device. IdentityUnstable.
    """
    for addr in rf_places(owner, size):
        span = AddressRange.sized(addr, SECTOR_LEN)
        crc = any_two(partial(client.crc32, span), tries=_TRIES)
        if crc is None:
            raise IdentityUnstable(port=client.port.info.name, step=_("its address was read"))
        if crc != blank_crc(SECTOR_LEN):
            return {addr: crc}
    return {}


def _glance_loader(client: BootClient, version: str) -> Identity | None:
    crc = client.crc32(AddressRange.sized(BEYOND, _FINGERPRINT))
    found = boot_codes_for_crc(_FINGERPRINT, crc)
    if not found or any(item.version_text not in {None, version} for item in found):
        return None
    owners = list(dict.fromkeys(name for item in found for name in item.chips))
    if any(len(chip(name).flash_sizes) > 1 for name in owners):
        return None  # the loader may lie in it twice
    boot = found[0]
    client.adopt(dialect_of(boot, Family.LOADER))
    size = _loader_size(client)
    if size is None:
        return None
    owner = fitting_chip(owners, size)
    facts = FlashFacts(
        jedec=None, part=None, size=size, size_proof=SizeProof.WRAP, status=None, protected=None
    )
    marks = _read_marks(client, owner, size)
    twins = tuple(name for name in owners if name != owner.name)
    return _identity(owner, boot, facts, marks, twins=twins, boot_version=version, loader_crc=crc)


def _loader_size(client: BootClient) -> int | None:
    """The smallest distance at which the loader repeats; None where none is found."""
    head = client.crc32(AddressRange.sized(BEYOND, SECTOR_LEN))
    for size in (MIB, 2 * MIB, 4 * MIB):
        if _has(client, size, head):
            return size
    return None


def _has(client: BootClient, addr: int, crc: int) -> bool:
    return has_crc(client, AddressRange.sized(addr, SECTOR_LEN), crc)


def _glance_rom(client: BootClient, chip_id: int, reading: Reading) -> Identity | None:
    owners, chip_id = owners_of(client, chip_id)
    owner = owners[0]
    if owner.chip_id_reg != CHIP_ID:
        return None
    client.adopt(dialect_of(unknown_boot_code(owner.name), Family.ROM))
    facts = _rom_flash(client, reading)
    if facts is None:
        return None
    marks = _read_marks(client, owner, facts.size)
    twins = tuple(
        item.name
        for key in dict.fromkeys(item.expects_key for item in owners)
        if (item := next(one for one in owners if one.expects_key is key)) is not owner
    )
    return _identity(owner, None, facts, marks, twins=twins, chip_id=chip_id)


def _rom_flash(client: BootClient, reading: Reading) -> FlashFacts | None:
    """What the flash id states; proven by the wrap where more is read than every flash has."""
    command = cmd.SpiTransfer(out=READ_ID)
    jedec = client.exchange(command).data[-3:]
    if flash_part(jedec) is None:  # a known id proves itself
        agreed = flash_id(client)
        if agreed is None:
            return None
        jedec = agreed
    part = flash_part(jedec)
    size = part.size if part else size_from_id(jedec)
    if not size:
        return None
    proof = SizeProof.JEDEC
    if reading.reach is None or reading.reach > SMALLEST:
        if not _ends_at(client, size):
            return None
        proof = SizeProof.JEDEC_AND_WRAP
    return FlashFacts(
        jedec=jedec, part=part, size=size, size_proof=proof, status=None, protected=None
    )


def _ends_at(client: BootClient, size: int) -> bool:
    """Whether the content repeats at `size` and not at its half, nor then at a smaller part."""
    head = client.crc32(AddressRange.sized(0, SECTOR_LEN))
    return _has(client, size, head) and not _has(client, size // 2, head)


def _identity(
    owner: Chip,
    boot: BootCode | None,
    facts: FlashFacts,
    marks: Mapping[int, int],
    *,
    twins: tuple[str, ...],
    boot_version: str | None = None,
    loader_crc: int | None = None,
    chip_id: int | None = None,
) -> Identity:
    return Identity(
        chip=owner,
        family=Family.LOADER if chip_id is None else Family.ROM,
        boot=boot,
        boot_version=boot_version,
        loader_crc=loader_crc,
        loader_covers=_FINGERPRINT,
        loader_head=b"",
        chip_id=chip_id,
        flash=facts,
        key=KeyFacts(key_class=owner.expects_key, evidence=_NOT_ASKED),
        mac=None,
        evidence=(_(_NOT_ASKED),),
        twins=twins,
        marks=marks,
    )
