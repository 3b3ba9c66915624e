"""The vendor's storage of a forged device: key block, sectors, protected copies, files.

Structure: tuya-storage.md sections 1 to 5; addresses from the chip catalogue.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.model import RegionRole
from plugsmith.errors.dump import ForgeImpossible
from plugsmith.forge.canary import CanaryCage
from plugsmith.forge.private_places import private_places
from plugsmith.forge.vendor_files import forge_files
from plugsmith.forge.vendor_records import (
    identity_record,
    paired_records,
    plain_records,
    wifi_record,
)
from plugsmith.image.aes import ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _
from plugsmith.tuya.keys import KNOWN_KEYS, data_key, encode_key_block
from plugsmith.tuya.kv import PAGE_LEN, StoreKind, read_header, seal_sector
from plugsmith.tuya.protected import ProtectedSector, encode_protected
from plugsmith.tuya.records import PIN_RECORD
from plugsmith.tuya.store import Record, build_store, index_pages
from plugsmith.tuya.user_param import crc_ok, parse_pin_text

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip, Region
    from plugsmith.forge.canary import Canary
    from plugsmith.tuya.kv import IndexPage

_OLD_WRITES, _NEW_WRITES = 3, 7
_TAIL_ROOM = 24  # bytes behind a value or a parts list that are worth planting something in


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRequest:
    """What the storage shall hold.

    `pin_text` None: a device that stores no pins. `kv_record` False: the pin record is gone from
    the encrypted store (the forum case). `file_copy`: the plain copy in the file area. `paired`
    plants a canary in every place that can hold a secret; all follow from `seed`.
    """

    chip: str = "BK7231T"
    pin_text: str | None = None
    generation: StoreKind = StoreKind.CLASSIC
    paired: bool = False
    kv_record: bool = True
    file_copy: bool = True
    device_key: bytes = KNOWN_KEYS[0].device_key
    seed: str = "plugsmith"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedStorage:
    """Bytes by flash address, what they are, and the canaries in them."""

    contents: dict[int, bytes]
    contains: tuple[str, ...]
    canaries: tuple[Canary, ...]


def forge_storage(request: StorageRequest) -> ForgedStorage:
    """The storage of `request`. Raises ForgeImpossible for what no such device could hold."""
    owner = _chip(request)
    text = _text(request)
    cage = CanaryCage(request.seed)
    contents = {_region(owner, RegionRole.KEY).span.start: encode_key_block(request.device_key)}
    contains = ["key-block", f"store-{request.generation.value}"]
    contents |= _store(owner, request, text, cage)
    if text is not None and request.kv_record:
        contains.append("pin-record")
    files = forge_files(owner, text if request.file_copy else None, cage, paired=request.paired)
    contents |= files.contents
    contains += files.contains
    if request.paired:
        contents |= _protected(owner, request, cage)
        contents |= private_places(owner, cage, masked_home=_is_new(request))
        contains.append("paired")
    return ForgedStorage(contents=contents, contains=tuple(contains), canaries=cage.all())


def _chip(request: StorageRequest) -> Chip:
    owner = chip_called(request.chip)
    if owner.memory_map.region(RegionRole.KV) is None:
        raise ForgeImpossible(problem=_("the {chip} has no vendor storage.", chip=owner.name))
    if _is_new(request) and owner.classic_store_only:
        raise ForgeImpossible(problem=_("the {chip} never had the newer storage.", chip=owner.name))
    return owner


def _is_new(request: StorageRequest) -> bool:
    return request.generation is StoreKind.TUYAOS3


def _text(request: StorageRequest) -> bytes | None:
    if request.pin_text is None:
        return None
    text = request.pin_text.strip().encode("utf-8")
    parse_pin_text(request.pin_text.strip())
    if not crc_ok(text):
        raise ForgeImpossible(problem=_("the pin text has no crc pair at its end, or a wrong one."))
    return text


def _region(owner: Chip, role: RegionRole) -> Region:
    region = owner.memory_map.region(role)
    if region is None:
        raise ForgeImpossible(
            problem=_("the {chip} has no place for {what}.", chip=owner.name, what=role.value)
        )
    return region


def _store(
    owner: Chip, request: StorageRequest, text: bytes | None, cage: CanaryCage
) -> dict[int, bytes]:
    """Current sectors first; older copies in the swap sectors, or one spare at the end."""
    data = _region(owner, RegionRole.KV).span
    swap = owner.memory_map.region(RegionRole.KV_SWAP)
    places = list(range(data.start, swap.span.end if swap else data.end, SECTOR_LEN))
    room = len(data) // SECTOR_LEN if not _is_new(request) else len(places) - 1
    records = _records(owner, request, text, cage)
    stale: list[Record] = []
    if request.paired:
        stale = [wifi_record(cage, "kv stale page"), identity_record(cage, "kv stale page")]
    built = build_store(
        [*records, *stale], kind=request.generation, blocks=room, writes=_NEW_WRITES
    )
    sectors = [_retire(sector, {item.name for item in stale}, len(records)) for sector in built]
    if request.paired:
        sectors = [_leave_tails(sector, cage, number) for number, sector in enumerate(sectors)]
        sectors += _older(request, cage, count=len(places) - room)
    else:
        sectors += _older_plain(owner, request, count=len(places) - room)
    key = data_key(request.device_key)
    return {
        place: ecb_encrypt(sector, key=key) for place, sector in zip(places, sectors, strict=False)
    }


def _records(
    owner: Chip, request: StorageRequest, text: bytes | None, cage: CanaryCage
) -> list[Record]:
    records = {item.name: item for item in plain_records(owner.name)}
    if text is not None and request.kv_record:
        records[PIN_RECORD] = Record(name=PIN_RECORD, value=text + b"\0")
    if request.paired:
        for item in paired_records(cage, "kv live", long_cache=_is_new(request)):
            records[item.name] = item
    return list(records.values())


def _retire(sector: bytes, names: set[str], live_count: int) -> bytes:
    """Clear the live bits of the last copies of `names`: these pages become stale."""
    header = read_header(sector)
    if header is None or not names or not live_count:
        return sector
    live = header.live
    seen: dict[str, list[int]] = {}
    for index in index_pages(sector, block=header.block):
        seen.setdefault(index.name, []).append(index.page)
    for name in names & set(seen):
        if len(seen[name]) > 1 or header.block > 0:
            live &= ~(1 << seen[name][-1])
    return seal_sector(replace(header, live=live), sector[PAGE_LEN:])


def _leave_tails(sector: bytes, cage: CanaryCage, number: int) -> bytes:
    """Plant leftovers behind values and behind the parts lists of index pages."""
    header = read_header(sector)
    if header is None:
        return sector
    body = bytearray(sector)
    for index in index_pages(sector, block=header.block):
        place = f"sector {number} page {index.page}"
        _plant_behind_index(body, index, cage, place)
        _plant_behind_value(body, index, cage, place, block=header.block)
    return seal_sector(header, bytes(body[PAGE_LEN:]))


def _plant_behind_index(body: bytearray, index: IndexPage, cage: CanaryCage, place: str) -> None:
    used = 18 + len(index.name) + 1 + 4 * len(index.parts)
    if PAGE_LEN - used < _TAIL_ROOM:
        return
    leftover = f'"passwd":"{cage.text(f"{place} index tail", "password", 10)}'.encode()
    at = index.page * PAGE_LEN + PAGE_LEN - len(leftover)
    if at >= index.page * PAGE_LEN + used:
        body[at : at + len(leftover)] = leftover


def _plant_behind_value(
    body: bytearray, index: IndexPage, cage: CanaryCage, place: str, *, block: int
) -> None:
    last = index.parts[-1]
    used = index.length - (index.room - PAGE_LEN)
    if last.block != block or PAGE_LEN - used < _TAIL_ROOM:
        return
    leftover = cage.text(f"{place} value tail", "leftover", min(20, PAGE_LEN - used)).encode()
    at = last.last * PAGE_LEN + PAGE_LEN - len(leftover)
    body[at : at + len(leftover)] = leftover


def _older(request: StorageRequest, cage: CanaryCage, *, count: int) -> list[bytes]:
    """Older copies of the first blocks with what the owner had before."""
    if not count:
        return []
    records = paired_records(cage, "kv swap", long_cache=False)
    return build_store(records, kind=request.generation, blocks=max(count, 3), writes=_OLD_WRITES)[
        :count
    ]


def _older_plain(owner: Chip, request: StorageRequest, *, count: int) -> list[bytes]:
    records = plain_records(owner.name)
    return build_store(records, kind=request.generation, blocks=max(count, 3), writes=_OLD_WRITES)[
        :count
    ]


def _protected(owner: Chip, request: StorageRequest, cage: CanaryCage) -> dict[int, bytes]:
    """Protected sectors, where the chip has them: one, on newer firmware two."""
    regions = owner.memory_map.with_role(RegionRole.PROTECTED)
    chosen = regions if _is_new(request) else regions[-1:]
    return {
        region.span.start: encode_protected(
            ProtectedSector(
                device_key=request.device_key,
                writes=number,
                items=_protected_items(cage, f"protected {number}"),
                leftover=_leftover(cage, f"protected {number} leftover"),
            )
        )
        for number, region in enumerate(chosen, start=1)
    }


def _protected_items(cage: CanaryCage, place: str) -> tuple[Record, ...]:
    active = struct.pack("<BBHB", 1, 1, 0, 0) + cage.text(place, "server", 9).encode() + b"\0"
    return (
        identity_record(cage, place),
        wifi_record(cage, place),
        Record(name="rcs.active", value=active),
        Record(name="kv.ccode.avtive", value=b"EU"),
    )


def _leftover(cage: CanaryCage, place: str) -> bytes:
    return b'","passwd":"' + cage.text(place, "password", 15).encode() + b'","wfb64":0}\0\0\0'
