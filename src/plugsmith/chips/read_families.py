"""The tables of chips, boot codes and memory maps, turned into validated records."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, cast

from plugsmith.chips.model import (
    BootCode,
    BootNote,
    Chip,
    CodeKey,
    DialectFacts,
    DialectName,
    Family,
    Fingerprint,
    KeyClass,
    MemoryMap,
    Quirk,
    Region,
    RegionRole,
    Support,
)
from plugsmith.chips.spaces import Space, SpaceArea, SpaceSwitch
from plugsmith.chips.tables import CatalogueDefect, FactTable, load, tables
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = ("loader_family.toml", "rom_family.toml")
_EFUSE_ENGINE = (0x80_0074, 0x80_0078)  # uart-protocol.md 5.2
_HEAD_LEN = 8
_COVERS = {256, 257}
_KEY_WORDS = 4
_MAC_LEN = 6


@frozen
class Families:
    """Everything in the family tables."""

    chips: tuple[Chip, ...]
    boot_codes: tuple[BootCode, ...]
    dialects: Mapping[DialectName, DialectFacts]
    keys: tuple[CodeKey, ...]
    placeholder_macs: frozenset[bytes]
    placeholder_tails: tuple[bytes, ...]


def read_families() -> Families:
    """All family tables; raises CatalogueDefect for data that contradicts itself."""
    documents = [(name, load(name)) for name in FILES]
    maps = {
        item.name: item
        for name, document in documents
        for item in map(_map, tables(document, "map", file=name))
    }
    dialects = {
        item.dialect: item
        for name, document in documents
        for item in _dialects(document, file=name)
    }
    chips = tuple(
        _chip(table, maps)
        for name, document in documents
        for table in tables(document, "chip", file=name)
    )
    known = {chip.name: chip for chip in chips}
    macs = _placeholders(documents[1][1])
    return Families(
        chips=chips,
        boot_codes=tuple(
            _boot(table, dialects, known)
            for name, document in documents
            for table in tables(document, "boot", file=name)
        ),
        dialects=dialects,
        keys=tuple(
            _key(table)
            for name, document in documents
            for table in tables(document, "key", file=name)
        ),
        placeholder_macs=frozenset(macs[0]),
        placeholder_tails=macs[1],
    )


def _dialects(document: Mapping[str, object], *, file: str) -> list[DialectFacts]:
    found = []
    for name, fields in cast("dict[str, dict[str, object]]", document.get("dialect", {})).items():
        table = FactTable(fields, place=f"{file} dialect {name}")
        found.append(
            DialectFacts(
                dialect=table.check(DialectName, name),
                family=table.member("family", Family),
                quirks=frozenset(table.check(Quirk, text) for text in table.texts("quirks")),
                notes=frozenset(table.check(BootNote, text) for text in table.texts("notes")),
                read_guard=table.optional("read_guard", int),
                write4k_guard=table.optional("write4k_guard", int),
                support=table.member("support", Support),
                evidence=table.texts("evidence"),
            )
        )
        table.done()
    return found


def _map(table: FactTable) -> MemoryMap:
    regions = tuple(_region(table, row) for row in table.rows("regions"))
    result = MemoryMap(
        name=table.take("name", str),
        origin=table.take("origin", str),
        flash_size=table.take("flash_size", int),
        regions=regions,
        support=table.member("support", Support),
        evidence=table.texts("evidence"),
    )
    table.done()
    table.require(bool(result.evidence), "evidence is missing")
    for before, after in combinations(regions, 2):
        table.require(before.span.start <= after.span.start, f"{after.name} is not in order")
        fits = not before.span.overlaps(after.span) or before.span.covers(after.span)
        table.require(fits, f"{after.name} overlaps {before.name}")
    for region in regions:
        table.require(region.span.end <= result.flash_size, f"{region.name} leaves the flash")
        aligned = region.span.start % SECTOR_LEN == 0
        table.require(aligned, f"{region.name} does not start at a sector")
    return result


def _region(table: FactTable, row: tuple[object, ...]) -> Region:
    match row:
        case (str(name), int(start), int(end), str(role), *rest) if start < end:
            return Region(
                name=name,
                span=AddressRange(start, end),
                role=table.check(RegionRole, role),
                note=str(rest[0]) if rest else "",
            )
        case _:
            raise CatalogueDefect(f"{table.place}: not a region: {row}")


def _chip(table: FactTable, maps: Mapping[str, MemoryMap]) -> Chip:
    names = table.texts("maps")
    table.require(bool(names) and all(name in maps for name in names), "a memory map is unknown")
    own = tuple(maps[name] for name in names)
    heads = tuple(table.unhex(text) for text in table.texts("loader_heads"))
    table.require(all(len(head) == _HEAD_LEN for head in heads), "a loader head is not 8 bytes")
    flash_size = table.take("flash_size", int)
    chip = Chip(
        name=table.take("name", str),
        family=table.member("family", Family),
        aliases=table.texts("aliases"),
        chip_ids=table.numbers("chip_ids"),
        chip_id_reg=table.optional("chip_id_reg", int) or 0x80_0000,
        protected_until=table.optional("protected_until", int) or 0,
        flash_size=flash_size,
        flash_sizes=table.numbers("flash_sizes") or (flash_size,),
        memory_map=own[0],
        memory_maps=own,
        expects_key=table.member("expects_key", KeyClass),
        marker=table.hex("marker"),
        loader_heads=heads,
        flash_pins=table.texts("flash_pins"),
        default_dialect=table.member("default_dialect", DialectName),
        spaces=tuple(_space(table, row) for row in table.rows("spaces")),
        switches=tuple(_switch(table, row) for row in table.rows("switches")),
        efuse_engine=_engine(table),
        revisions=table.numbers("revisions"),
        openbeken_prefix=table.optional("openbeken_prefix", str),
        twin=table.optional("twin", str),
        classic_store_only=table.optional("classic_store_only", bool) or False,
        support=table.member("support", Support),
        evidence=table.texts("evidence"),
    )
    table.done()
    table.require(bool(chip.evidence), "evidence is missing")
    table.require(len(chip.flash_pins) in {0, 4}, "flash_pins are clock, select, in, out")
    table.require(
        (chip.family is Family.LOADER) == (chip.protected_until > 0),
        "exactly the loader family has a protected start",
    )
    return chip


def _space(table: FactTable, row: tuple[object, ...]) -> SpaceArea:
    match row:
        case (str(space), int(addr), int(length)):
            return SpaceArea(space=table.check(Space, space), addr=addr, length=length)
        case _:
            raise CatalogueDefect(f"{table.place}: not a space: {row}")


def _switch(table: FactTable, row: tuple[object, ...]) -> SpaceSwitch:
    match row:
        case (str(space), int(register), int(bit), int(value)) if bit < 32 and value in (0, 1):
            return SpaceSwitch(
                space=table.check(Space, space), register=register, bit=bit, value=value
            )
        case _:
            raise CatalogueDefect(f"{table.place}: not a switch: {row}")


def _engine(table: FactTable) -> tuple[int, int]:
    found = table.numbers("efuse_engine") or _EFUSE_ENGINE
    table.require(len(found) == 2, "an eFuse engine has two registers")
    return found[0], found[1]


def _boot(
    table: FactTable, dialects: Mapping[DialectName, DialectFacts], known: Mapping[str, Chip]
) -> BootCode:
    facts = dialects[table.member("dialect", DialectName)]
    chips = table.texts("chips")
    table.require(bool(chips) and all(name in known for name in chips), "a chip is unknown")
    rbl_offset, rbl_raw_size, rbl_version = _rbl(table)
    boot = BootCode(
        name=table.take("name", str),
        chips=chips,
        dialect=facts.dialect,
        version=table.optional("version", str),
        version_text=table.optional("version_text", str),
        banner=table.optional("banner", str),
        fingerprints=tuple(_fingerprint(table, row) for row in table.rows("fingerprints")),
        loader_head=table.hex("loader_head"),
        rbl_offset=rbl_offset,
        rbl_raw_size=rbl_raw_size,
        rbl_version=rbl_version,
        partition_table=table.optional("partition_table", int),
        read_guard=facts.read_guard,
        write4k_guard=facts.write4k_guard,
        quirks=facts.quirks,
        support=table.member("support", Support),
        evidence=table.texts("evidence"),
    )
    table.done()
    table.require(bool(boot.fingerprints), "a boot code is known by its fingerprint")
    table.require(bool(boot.evidence), "evidence is missing")
    table.require(
        boot.loader_head is None or boot.loader_head in known[chips[0]].loader_heads,
        "the loader head is not one of its chip",
    )
    return boot


def _rbl(table: FactTable) -> tuple[int, int, str] | tuple[None, None, None]:
    row = table.optional("rbl", list)
    match row:
        case None:
            return (None, None, None)
        case [int(offset), int(raw_size), str(version)]:
            return (offset, raw_size, version)
        case _:
            raise CatalogueDefect(f"{table.place}: not an RBL place: {row}")


def _fingerprint(table: FactTable, row: tuple[object, ...]) -> Fingerprint:
    match row:
        case (int(covers), int(crc32)) if covers in _COVERS and 0 <= crc32 < 1 << 32:
            return Fingerprint(covers=covers, crc32=crc32)
        case _:
            raise CatalogueDefect(f"{table.place}: not a fingerprint: {row}")


def _key(table: FactTable) -> CodeKey:
    words = table.numbers("words")
    table.require(len(words) == _KEY_WORDS, "a key has four words")
    key = CodeKey(
        name=table.take("name", str),
        key_class=table.member("key_class", KeyClass),
        words=(words[0], words[1], words[2], words[3]),
        evidence=table.texts("evidence"),
    )
    table.done()
    return key


def _placeholders(document: Mapping[str, object]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    fields = cast("dict[str, object]", document["placeholder_mac"])
    table = FactTable(fields, place="rom_family.toml placeholder_mac")
    exact = tuple(table.unhex(text) for text in table.texts("exact"))
    tails = tuple(table.unhex(text) for text in table.texts("tails"))
    table.done()
    table.require(all(len(mac) == _MAC_LEN for mac in exact), "a MAC has six bytes")
    return exact, tails
