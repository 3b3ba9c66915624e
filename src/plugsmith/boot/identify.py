"""Finding out which chip it is, without asking the user.

A register tells the families apart; then the first bytes of the loader say which boot code it is.
They are read (on the loader family through the address wrap), never asked for as a CRC: on some
boot codes a CRC blocks every write until the next reset. Once the boot code is known to be none of
those, its checksums say the rest: whether what was read is right, and where the flash repeats.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.boot.agreement import any_two
from plugsmith.boot.contact.greeting import LATER_CHIP_ID, greet, owners_of
from plugsmith.boot.dialects import AfterCrc, dialect_of
from plugsmith.boot.efuse import read_key
from plugsmith.boot.flash_size import BEYOND, MIB, is_right, loader_size, read_agreed, rom_size
from plugsmith.boot.identity import (
    FlashFacts,
    Identity,
    KeyFacts,
    SizeProof,
    summary,
    twin_warning,
)
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.status_registers import read_status
from plugsmith.chips.catalog import (
    boot_codes,
    boot_codes_for_crc,
    chip,
    chips,
    flash_part,
    unknown_boot_code,
)
from plugsmith.chips.flash_parts import size_from_id
from plugsmith.chips.model import MAC_OFFSET, RF_MAGIC, Family, KeyClass, RegionRole
from plugsmith.errors.flash import IdentityUnstable, StatusRefused
from plugsmith.errors.link import UnknownBootCode
from plugsmith.errors.safety import ChipMismatch, FlashProtected
from plugsmith.events import Log
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.contact.greeting import FirstAnswer
    from plugsmith.chips.model import BootCode, Chip, FlashPart
    from plugsmith.events import EventSink

_NO_KEY_KNOWN = N_("how this chip tells its code key is not known")
_INFERRED_KEY = N_("inferred from the boot loader: this chip cannot tell its key over the UART")
READ_ID = b"\x9f\x00\x00\x00"
_AGREE = 6


def identify(
    client: BootClient,
    *,
    sink: EventSink | None = None,
    expected: str | None = None,
    hello: FirstAnswer | None = None,
) -> Identity:
    """Identify the linked chip; changes nothing in flash.

    Sends a loader-family chip no CRC before it is known that this blocks nothing for good.
    `expected` is a chip name of the user: it is only compared, ChipMismatch if it differs.
    `hello` is what `greet` said, if that was asked already.
    Raises UnknownBootCode for a chip that answers but is not supported, IdentityUnstable.
    """
    wanted = chip(expected) if expected else None
    hello = hello or greet(client)
    if hello.chip_id is None:
        identity = _identify_loader(client, hello.version)
    else:
        identity = _identify_rom(client, hello.chip_id)
    if wanted is not None and wanted.name != identity.chip.name:
        raise ChipMismatch(expected=wanted.name, found=identity.chip.name)
    if sink is not None:
        sink.emit(Log(message=summary(identity)))
        if identity.twins:
            sink.emit(twin_warning(identity))
    return identity


# loader family


def _identify_loader(client: BootClient, version: str | None) -> Identity:
    head = client.read_4k(BEYOND)
    found = boot_codes_for_crc(256, zlib.crc32(head[:256]))
    if not _crc_is_harmless(found, version) or not is_right(client, BEYOND, head):
        head = read_agreed(client, BEYOND, _("its boot loader was read"))
    crc = zlib.crc32(head[:256])
    found = boot_codes_for_crc(256, crc)
    by_crc = _crc_is_harmless(found, version)
    several = any(len(chip(name).flash_sizes) > 1 for item in found for name in item.chips)
    size = loader_size(client, head, by_crc=by_crc, several=several or not found)
    if not found and not _loaders_like(head) and (size == BEYOND or len(set(head)) == 1):
        raise _too_large(client, head)  # what lies there is no loader, whatever answers
    boot, owner, why = _name_loader(client, head, version, size)
    twins = tuple(name for name in boot.chips if name != owner.name)
    doubt = [_doubt(owner.name, twins, size)] if twins else []
    client.adopt(dialect_of(boot, Family.LOADER))
    rf = _read_rf(client, owner, size, by_crc=by_crc)
    return Identity(
        chip=owner,
        family=Family.LOADER,
        boot=boot,
        boot_version=version,
        loader_crc=crc,
        loader_covers=256,
        loader_head=head,
        chip_id=None,
        flash=FlashFacts(
            jedec=None,
            part=None,
            size=size,
            size_proof=SizeProof.WRAP,
            status=None,
            protected=None,
        ),
        key=KeyFacts(key_class=owner.expects_key, evidence=_INFERRED_KEY),
        mac=_mac(rf),
        rf=rf,
        evidence=(_("no answer to a register read: the loader family"), why, *doubt),
        twins=twins,
    )


def _doubt(name: str, twins: Sequence[str], size: int) -> str:
    return _(
        "the same loader is on {others}: taken for {chip} because of {kib} KiB",
        others=_(" or ").join(twins),
        chip=name,
        kib=size // 1024,
    )


def _crc_is_harmless(found: Sequence[BootCode], version: str | None) -> bool:
    """Whether the boot code is surely one whose checksum command blocks nothing for good."""
    return bool(found) and all(
        item.version_text in {None, version}
        and dialect_of(item, Family.LOADER).after_crc is not AfterCrc.BLOCKED
        for item in found
    )


def _name_loader(
    client: BootClient, head: bytes, version: str | None, size: int
) -> tuple[BootCode, Chip, str]:
    """Boot code, chip, and how they are known."""
    crc = zlib.crc32(head[:256])
    mark = f"{crc:08X}"
    found = boot_codes_for_crc(256, crc)
    if version and found and all(item.version_text not in {None, version} for item in found):
        found = ()  # what answers counts, not what lies in the flash
    if found:
        boot = found[0]
        names = [name for item in found for name in item.chips]
        owner = fitting_chip(names, size)
        why = _("fingerprint {crc} of the first 256 bytes: {boot}", crc=mark, boot=boot.name)
        return boot, owner, why
    if version:
        named = [item for item in boot_codes() if item.version_text == version]
        if named:
            why = _("answers {version}; fingerprint {crc} is new for it", version=version, crc=mark)
            return named[0], chip(named[0].chip), why
        why = _("answers {version}; fingerprint {crc} is new", version=version, crc=mark)
        return _stand_in("BK7231T", why)
    owners = _loaders_like(head)
    if not owners:
        found_text = f"loader {mark}, first bytes {head[:8].hex()}"
        raise UnknownBootCode(port=client.port.info.name, found=found_text)
    owner = fitting_chip([item.name for item in owners], size)
    why = _("first bytes of {chip}; fingerprint {crc} is new", chip=owner.name, crc=mark)
    return _stand_in(owner.name, why)


def _loaders_like(head: bytes) -> list[Chip]:
    """The chips whose boot loaders begin so."""
    return [
        item
        for item in chips()
        if item.family is Family.LOADER and any(head.startswith(own) for own in item.loader_heads)
    ]


def _too_large(client: BootClient, head: bytes) -> UnknownBootCode:
    found = _(
        "its flash has more than {mib} MiB: its boot loader does not show behind them, but {head}",
        mib=BEYOND // MIB,
        head=head[:8].hex(),
    )
    return UnknownBootCode(port=client.port.info.name, found=found)


def _stand_in(name: str, why: str) -> tuple[BootCode, Chip, str]:
    return unknown_boot_code(name), chip(name), why


def fitting_chip(names: list[str], size: int) -> Chip:
    """The first chip whose usual flash size is `size`: U and 7252 share their loader."""
    candidates = [chip(name) for name in dict.fromkeys(names)]
    usual = [item for item in candidates if item.flash_size == size]
    seen = [item for item in candidates if size in item.flash_sizes]
    return (usual or seen or candidates)[0]


# ROM family


def _identify_rom(client: BootClient, chip_id: int) -> Identity:
    owners, chip_id = owners_of(client, chip_id)
    client.adopt(dialect_of(unknown_boot_code(owners[0].name), Family.ROM))
    head = client.read_4k(0)
    if not is_right(client, 0, head):
        head = read_agreed(client, 0, _("its boot loader was read"))
    later = owners[0].chip_id_reg == LATER_CHIP_ID
    if later:  # its eFuse lies elsewhere: where others have theirs nothing may be written
        key = KeyFacts(key_class=owners[0].expects_key, evidence=_NO_KEY_KNOWN)
        flash = _rom_flash(client, head)
        owner = fitting_chip([item.name for item in owners], flash.size)
    else:
        key = read_key(client)
        owner = _by_key(owners, key, head)
        flash = _rom_flash(client, head)
    crc = zlib.crc32(head[:257])
    found = [item for item in boot_codes_for_crc(257, crc) if owner.name in item.chips]
    found = found or list(boot_codes_for_crc(257, crc))
    rf = _read_rf(client, owner, flash.size, by_crc=True)
    return Identity(
        chip=owner,
        family=Family.ROM,
        boot=found[0] if found else None,
        boot_version=found[0].version if found else None,
        loader_crc=crc,
        loader_covers=257,
        loader_head=head,
        chip_id=chip_id,
        flash=flash,
        key=key,
        mac=_mac(rf),
        rf=rf,
        evidence=(
            _(
                "register {register} reads {value}",
                register=f"0x{owner.chip_id_reg:X}",
                value=f"0x{chip_id:X}",
            ),
        ),
        twins=tuple(item.name for item in owners if item is not owner) if later else (),
    )


def _by_key(owners: list[Chip], key: KeyFacts, head: bytes) -> Chip:
    """N and M are one silicon: the key in the eFuse tells them apart, else the loader does."""
    fitting = [item for item in owners if item.expects_key is key.key_class]
    if key.key_class is KeyClass.HIDDEN or not fitting:
        fitting = [
            item for item in owners if any(head.startswith(own) for own in item.loader_heads)
        ]
    return (fitting or owners)[0]


def _rom_flash(client: BootClient, head: bytes) -> FlashFacts:
    jedec = flash_id(client)
    part = flash_part(jedec) if jedec else None
    stated = part.size if part else (size_from_id(jedec) if jedec else None)
    size, proof = rom_size(client, head, stated)
    status = _status(client, part) if part is not None and part.status_known else None
    return FlashFacts(
        jedec=jedec,
        part=part,
        size=size,
        size_proof=proof,
        status=status,
        protected=part.is_protected(status) if part and status is not None else None,
    )


def _status(client: BootClient, part: FlashPart) -> int | None:
    """The status of the flash part; None where it never reads the same twice."""
    try:
        return read_status(client, part)
    except FlashProtected:
        return None


def flash_id(client: BootClient) -> bytes | None:
    """The three id bytes, the same twice; None where the command is refused."""
    command = cmd.SpiTransfer(out=READ_ID)
    try:
        jedec = any_two(lambda: client.exchange(command).data[-3:], tries=_AGREE)
    except StatusRefused:
        return None
    if jedec is None:
        raise IdentityUnstable(port=client.port.info.name, step=_("its flash id was read"))
    return jedec


# both


def rf_places(owner: Chip, size: int) -> list[int]:
    """Where the RF sectors of each software's layout begin."""
    areas = {
        region.span.start
        for layout in owner.memory_maps
        for region in layout.with_role(RegionRole.RF)
        if region.span.end <= size
    }
    return sorted(areas)


def _read_rf(client: BootClient, owner: Chip, size: int, *, by_crc: bool) -> dict[int, bytes]:
    """The RF sectors of each software's layout, up to the first one that holds a MAC."""
    found: dict[int, bytes] = {}
    for addr in rf_places(owner, size):
        sector = client.read_4k(addr)
        if not (by_crc and is_right(client, addr, sector)):
            sector = read_agreed(client, addr, _("its address was read"))
        found[addr] = sector
        if _mac({addr: sector}) is not None:
            break
    return found


def _mac(rf: Mapping[int, bytes]) -> str | None:
    for sector in rf.values():
        mac = sector[MAC_OFFSET : MAC_OFFSET + 6]
        if sector.startswith(RF_MAGIC) and len(set(mac)) > 1:
            return mac.hex(":")
    return None
