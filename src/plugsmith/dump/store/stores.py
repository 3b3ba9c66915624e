"""Every encrypted vendor store of a file: key block, protected and data sectors, anywhere in it.

Keys come from the keyring, sectors from the arena; this only gathers what one key opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all
from plugsmith.dump.store.arena import open_arena
from plugsmith.dump.store.keyring import (
    FoundKey,
    KeyOrigin,
    deeper_keys,
    key_block_traces,
    sound_keys,
)
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.keys import KEY_MAGIC, MASTER_KEY, data_key
from plugsmith.tuya.protected import protected_sum_ok

if TYPE_CHECKING:
    from plugsmith.dump.store.arena import Arena
    from plugsmith.tuya.kv import SectorHeader

_KEY_MAGIC_BYTES = KEY_MAGIC.to_bytes(4, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSector:
    """A decrypted sector of the store at `offset` of the file.

    `plain` always has 4096 bytes; where the file is cut they end in zeros and `whole` is false.
    """

    offset: int
    plain: bytes
    header: SectorHeader
    sum_ok: bool
    whole: bool

    @property
    def span(self) -> AddressRange:
        """Where it lies, as if it were whole."""
        return AddressRange.sized(self.offset, SECTOR_LEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorStore:
    """All that one device key opens."""

    device_key: bytes
    data_key: bytes
    origin: KeyOrigin
    key_block: int | None
    protected: tuple[int, ...]
    sectors: tuple[DataSector, ...]

    def room(self, position: int) -> int:
        """Bytes of a sector up to where the next one begins: less than 4096 if bytes were lost."""
        start = self.sectors[position].offset
        later = self.sectors[position + 1].offset if position + 1 < len(self.sectors) else None
        room = SECTOR_LEN if later is None else min(SECTOR_LEN, later - start)
        return max(0, room) // BLOCK_LEN * BLOCK_LEN

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
    traces = key_block_traces(data)
    phases = sorted({0, *(trace.offset % BLOCK_LEN for trace in traces)})
    protected = protected_sectors(data, phases=phases)
    keys = {key.device_key: key for key in sound_keys(traces)}
    for device_key, places in protected.items():
        found = FoundKey(device_key=device_key, origin=KeyOrigin.PROTECTED, offset=places[0])
        keys.setdefault(device_key, found)
    stores = [_store(data, key, protected=protected, phases=phases) for key in keys.values()]
    if not any(store.sectors for store in stores):
        for key in deeper_keys(data, traces=traces, phases=phases):
            deeper = _store(data, key, protected=protected, phases=phases)
            if deeper.sectors:
                stores.append(deeper)
                break
    return tuple(sorted(stores, key=lambda store: -len(store.sectors)))


def decrypt_phase(data: bytes, *, key: bytes, phase: int) -> bytes:
    """The file from `phase` on, decrypted block by block; the cut last block is left out."""
    end = phase + (len(data) - phase) // BLOCK_LEN * BLOCK_LEN
    return ecb_decrypt(data[phase:end], key=key) if end > phase else b""


def protected_sectors(data: bytes, *, phases: list[int]) -> dict[bytes, tuple[int, ...]]:
    """Sectors under the master key whose whole-sector sum agrees: device key -> offsets."""
    found: dict[bytes, tuple[int, ...]] = {}
    for phase in phases:
        plain = decrypt_phase(data, key=MASTER_KEY, phase=phase)
        for at in find_all(plain, _KEY_MAGIC_BYTES):
            sector = plain[at : at + SECTOR_LEN]
            if at % BLOCK_LEN or not protected_sum_ok(sector):
                continue
            key = sector[8:24]
            found[key] = (*found.get(key, ()), phase + at)
    return found


def _store(
    data: bytes, key: FoundKey, *, protected: dict[bytes, tuple[int, ...]], phases: list[int]
) -> VendorStore:
    arena = open_arena(data, key, phases=phases)
    block = key.offset if key.origin in {KeyOrigin.KEY_BLOCK, KeyOrigin.REPAIRED} else None
    return VendorStore(
        device_key=key.device_key,
        data_key=arena.key if arena else data_key(key.device_key),
        origin=key.origin,
        key_block=block,
        protected=protected.get(key.device_key, ()),
        sectors=_headed(arena) if arena else (),
    )


def _headed(arena: Arena) -> tuple[DataSector, ...]:
    return tuple(
        DataSector(
            offset=item.offset,
            plain=item.plain,
            header=item.header,
            sum_ok=item.sum_ok,
            whole=item.whole,
        )
        for item in arena.sectors
        if item.header is not None
    )
