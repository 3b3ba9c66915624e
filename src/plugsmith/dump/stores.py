"""Every encrypted vendor store of a file: keys, data sectors and protected sectors, anywhere in it.

Nothing is expected at an address: the key block is found by its constant, data sectors by
decrypting the whole file in the right phase (tuya-storage.md sections 2 and 7.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.dump.finding import find_all
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt, ecb_encrypt
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.keys import (
    KEY_HEAD_LEN,
    KEY_MAGIC,
    KEY_TAIL_CIPHER,
    KNOWN_KEYS,
    MASTER_KEY,
    data_key,
    read_key_head,
)
from plugsmith.tuya.kv import SECTOR_MAGICS, SectorHeader, read_header, sector_sum
from plugsmith.tuya.protected import protected_sum_ok

_FILLS = (b"\xff" * BLOCK_LEN, b"\0" * BLOCK_LEN)
_KEY_MAGIC_BYTES = KEY_MAGIC.to_bytes(4, "little")
_MAX_SECTORS = 64  # more than any store has; hostile files cannot make us copy megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSector:
    """A decrypted sector of the store at `offset` of the file; the last one may be cut off."""

    offset: int
    plain: bytes
    header: SectorHeader
    sum_ok: bool

    @property
    def span(self) -> AddressRange:
        """The bytes of the file that it occupies."""
        return AddressRange.sized(self.offset, len(self.plain))


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorStore:
    """All that one device key opens; sectors in file order."""

    device_key: bytes
    data_key: bytes
    key_block: int | None
    protected: tuple[int, ...]
    sectors: tuple[DataSector, ...]

    @property
    def phases(self) -> frozenset[int]:
        """Offsets modulo 16 at which something of this store was found."""
        offsets = [sector.offset for sector in self.sectors]
        offsets += self.protected
        if self.key_block is not None:
            offsets.append(self.key_block)
        return frozenset(at % BLOCK_LEN for at in offsets)

    def __repr__(self) -> str:
        return f"VendorStore(key_block={self.key_block}, sectors={len(self.sectors)})"


def find_stores(data: bytes) -> tuple[VendorStore, ...]:
    """The stores of a file, the one with most sectors first; () if there is none."""
    blocks = _key_blocks(data)
    protected = _protected_sectors(data)
    keys = [*blocks, *protected, *(known.device_key for known in KNOWN_KEYS)]
    stores = []
    for key in dict.fromkeys(keys):
        opened = _open(data, key, key_block=blocks.get(key), protected=protected.get(key, ()))
        if opened.sectors or opened.key_block is not None or opened.protected:
            stores.append(opened)
    return tuple(sorted(stores, key=lambda store: -len(store.sectors)))


def decrypt_phase(data: bytes, *, key: bytes, phase: int) -> bytes:
    """The file from `phase` on, decrypted block by block; the cut last block is left out."""
    end = phase + (len(data) - phase) // BLOCK_LEN * BLOCK_LEN
    return ecb_decrypt(data[phase:end], key=key) if end > phase else b""


def _key_blocks(data: bytes) -> dict[bytes, int]:
    """Sound key blocks by the constant of their padding: device key -> first offset."""
    found: dict[bytes, int] = {}
    at = data.find(KEY_TAIL_CIPHER)
    while at >= 0 and len(found) < 8:
        start = at - KEY_HEAD_LEN
        head = read_key_head(ecb_decrypt(data[start:at], key=MASTER_KEY)) if start >= 0 else None
        if head is not None and head.sound:
            found.setdefault(head.device_key, start)
        while data[at : at + BLOCK_LEN] == KEY_TAIL_CIPHER:
            at += BLOCK_LEN
        at = data.find(KEY_TAIL_CIPHER, at)
    return found


def _protected_sectors(data: bytes) -> dict[bytes, tuple[int, ...]]:
    """Sectors under the master key whose whole-sector sum agrees: device key -> offsets."""
    found: dict[bytes, tuple[int, ...]] = {}
    phases = {0} | {at % BLOCK_LEN for at in _key_blocks(data).values()}
    for phase in phases:
        plain = decrypt_phase(data, key=MASTER_KEY, phase=phase)
        for at in find_all(plain, _KEY_MAGIC_BYTES):
            sector = plain[at : at + SECTOR_LEN]
            if at % BLOCK_LEN or not protected_sum_ok(sector):
                continue
            key = sector[8:24]
            found[key] = (*found.get(key, ()), phase + at)
    return found


def _open(
    data: bytes, device_key: bytes, *, key_block: int | None, protected: tuple[int, ...]
) -> VendorStore:
    key = data_key(device_key)
    phases = {at % BLOCK_LEN for at in protected}
    if key_block is not None:
        phases.add(key_block % BLOCK_LEN)
    for fill in _FILLS:
        phases |= {at % BLOCK_LEN for at in find_all(data, ecb_encrypt(fill, key=key), limit=64)}
    sectors: list[DataSector] = []
    for phase in sorted(phases):
        sectors += _sectors(decrypt_phase(data, key=key, phase=phase), phase)
    return VendorStore(
        device_key=device_key,
        data_key=key,
        key_block=key_block,
        protected=protected,
        sectors=tuple(sorted(_apart(sectors), key=lambda sector: sector.offset)),
    )


def _sectors(plain: bytes, phase: int) -> list[DataSector]:
    found: list[DataSector] = []
    for magic in SECTOR_MAGICS.values():
        for at in find_all(plain, magic.to_bytes(4, "little")):
            sector = plain[at : at + SECTOR_LEN]
            header = read_header(sector) if at % BLOCK_LEN == 0 else None
            if header is None or len(found) >= _MAX_SECTORS:
                continue
            sum_ok = len(sector) == SECTOR_LEN and header.total == sector_sum(sector)
            found.append(DataSector(offset=phase + at, plain=sector, header=header, sum_ok=sum_ok))
    return found


def _apart(sectors: list[DataSector]) -> list[DataSector]:
    """Without sectors that overlap a sounder one (a record may hold a sector's first bytes)."""
    kept: list[DataSector] = []
    for sector in sorted(sectors, key=lambda item: (not item.sum_ok, item.offset)):
        if not any(sector.span.overlaps(other.span) for other in kept):
            kept.append(sector)
    return kept
