"""Look-ups in the chip catalogue. Each table is read once, on first use."""

from __future__ import annotations

from functools import cache

from plugsmith.chips.flash_parts import flash_part, flash_parts
from plugsmith.chips.model import (
    BootCode,
    Chip,
    CodeKey,
    DialectFacts,
    DialectName,
    KeyClass,
    Support,
)
from plugsmith.chips.modules import module, modules
from plugsmith.chips.read_families import Families, read_families
from plugsmith.errors.catalogue import OtherVendorModule, UnknownChip

__all__ = [
    "boot_code_for_crc",
    "boot_codes",
    "boot_codes_for_crc",
    "chip",
    "chips",
    "chips_for_id",
    "code_keys",
    "dialect_facts",
    "flash_part",
    "flash_parts",
    "is_placeholder_mac",
    "key_class_of",
    "module",
    "modules",
    "unknown_boot_code",
]


@cache
def _families() -> Families:
    return read_families()


@cache
def _chips_by_name() -> dict[str, Chip]:
    named = {alias.casefold(): item for item in chips() for alias in item.aliases}
    named.update({item.name.casefold(): item for item in chips()})
    return named


def chips() -> tuple[Chip, ...]:
    """Every chip, the loader family first."""
    return _families().chips


def chip(name: str) -> Chip:
    """The chip called `name`: its own name, another name for it, or a module that carries it.

    Case, blanks, `-` and `_` do not matter. Raises UnknownChip, or OtherVendorModule for a module
    with another maker's chip.
    """
    wanted = name.strip().casefold().replace(" ", "").replace("_", "").removeprefix("openbeken")
    wanted = wanted.replace("openbk", "bk")
    found = _chips_by_name().get(wanted.replace("-", ""))
    if found is not None:
        return found
    known = ", ".join(item.name for item in chips() if item.support is not Support.RECOGNISED)
    board = module(name)
    if board is None:
        raise UnknownChip(name=name, known=known)
    carried = _chips_by_name().get(board.chip.casefold())
    if carried is None:
        raise OtherVendorModule(name=board.name, chip=board.chip, known=known)
    return carried


def chips_for_id(chip_id: int, *, register: int = 0x80_0000) -> tuple[Chip, ...]:
    """The chips that may answer `chip_id` in `register`; several where the id does not decide."""
    return tuple(
        item for item in chips() if item.chip_id_reg == register and chip_id in item.chip_ids
    )


def boot_codes() -> tuple[BootCode, ...]:
    """Every known boot code."""
    return _families().boot_codes


def boot_codes_for_crc(covers: int, crc32: int) -> tuple[BootCode, ...]:
    """The boot codes whose first `covers` bytes have the zlib CRC-32 `crc32`."""
    return tuple(
        item
        for item in boot_codes()
        if any(mark.covers == covers and mark.crc32 == crc32 for mark in item.fingerprints)
    )


def boot_code_for_crc(covers: int, crc32: int) -> BootCode | None:
    """The one boot code with this fingerprint; None if there is none or the mark is ambiguous."""
    found = boot_codes_for_crc(covers, crc32)
    return found[0] if len(found) == 1 else None


def dialect_facts(dialect: DialectName) -> DialectFacts:
    """What holds for every boot code of `dialect`."""
    return _families().dialects[dialect]


def unknown_boot_code(chip_name: str) -> BootCode:
    """A stand-in for a boot code of `chip_name` that nobody knows: the chip's careful dialect."""
    owner = chip(chip_name)
    facts = dialect_facts(owner.default_dialect)
    return BootCode(
        name=f"unknown boot code of {owner.name}",
        chips=(owner.name,),
        dialect=facts.dialect,
        version=None,
        version_text=None,
        banner=None,
        fingerprints=(),
        loader_head=None,
        rbl_offset=None,
        rbl_raw_size=None,
        rbl_version=None,
        partition_table=None,
        read_guard=facts.read_guard,
        write4k_guard=facts.write4k_guard,
        quirks=facts.quirks,
        support=Support.CLAIMED,
        evidence=("assumed from the chip", *facts.evidence),
    )


def code_keys() -> tuple[CodeKey, ...]:
    """The code keys that are public knowledge."""
    return _families().keys


def key_class_of(words: tuple[int, int, int, int]) -> KeyClass:
    """The class of an eFuse key; zero counts as none (whether it is hidden is for the reader)."""
    found = (item.key_class for item in code_keys() if item.words == words)
    return next(found, KeyClass.OTHER)


def is_placeholder_mac(mac: bytes) -> bool:
    """Whether `mac` is known from several devices or left over from an initialisation."""
    families = _families()
    return mac in families.placeholder_macs or mac.endswith(families.placeholder_tails)
