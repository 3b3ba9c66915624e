"""What it means when no pin text was found: a serial MCU, pins in the firmware, or a loss.

"This device stores no pins" is an answer only where the store is complete and sound and nothing in
it, live or stale, speaks of a pin record (scripting.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.randomness import is_blank, looks_encrypted
from plugsmith.dump.recovery.outcome import AbsenceReason, Status, StoreState
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.records import PIN_RECORD, SERIAL_RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.store.arena import Sector
    from plugsmith.dump.store.home import Homes
    from plugsmith.dump.store.tables import FoundTable
    from plugsmith.tuya.store import Store

STORE_LEN = 0x1_2000  # key block, 14 data sectors and 3 swap sectors; TuyaOS 3: 17 data sectors
_NAME = PIN_RECORD.encode()
_PIN_KEY = b"_pin:"
_SPARE = {14: 3, 16: 4}  # data sectors -> swap sectors of the classic store
_OS3_SECTORS, _T3_SECTORS = 17, 15  # 2 MiB chips; T3 (stated by the vendor SDK only)
_T3_KEY_ADDR = 0x3D_0000
_FLASH_ENDS = (0x20_0000, 0x40_0000)


@frozen
class AbsenceVerdict:
    """Status and reason for a file without a pin text."""

    status: Status
    reason: AbsenceReason | None = None


def store_state(
    homes: Homes, store: Store | None, *, data: bytes, tables: Sequence[FoundTable]
) -> StoreState:
    """Completeness and soundness of the device's own store; traces of a pin record in any store."""
    trace = _has_trace(homes, data=data, tables=tables)
    site = homes.first
    headed = [item for item in site.sectors if item.header is not None] if site is not None else []
    if site is None or store is None or not headed:
        return StoreState(trace=trace)
    sectors = _main_run(site.sectors)
    values_ok = all(record.value_ok for record in store.records if record.live)
    sound = values_ok and all(item.sum_ok and not item.repairs for item in headed)
    return StoreState(
        sectors=len(headed),
        sound_sectors=sum(sector.sum_ok for sector in headed),
        complete=len(homes.own) == 1 and _complete(sectors, site.kind),
        sound=sound and sectors == headed,
        trace=trace,
        generation=site.kind.value,
        offset=headed[0].offset - SECTOR_LEN,
    )


def _main_run(sectors: Sequence[Sector]) -> list[Sector]:
    """The longest run of sectors without a gap that all have a header."""
    best: list[Sector] = []
    run: list[Sector] = []
    for sector in sectors:
        follows = run and sector.offset == run[-1].offset + SECTOR_LEN
        run = [*run, sector] if follows and sector.header else [sector] if sector.header else []
        best = run if len(run) > len(best) else best
    return best


def _complete(sectors: Sequence[Sector], kind: StoreKind) -> bool:
    blocks = {sector.header.block for sector in sectors if sector.header}
    count, end = len(sectors), sectors[-1].offset + SECTOR_LEN
    if blocks != set(range(len(blocks))):
        return False
    if kind is StoreKind.TUYAOS3:
        at_t3 = sectors[0].offset == _T3_KEY_ADDR + SECTOR_LEN
        whole = count == _OS3_SECTORS or (at_t3 and count == _T3_SECTORS)
        return len(blocks) == count - 1 and whole
    if count - len(blocks) == _SPARE.get(len(blocks)):
        return True
    return end in _FLASH_ENDS and count <= 10  # stores that fill a small rest of the flash


def _has_trace(homes: Homes, *, data: bytes, tables: Sequence[FoundTable]) -> bool:
    """Whether a file table names a pin file, or any store holds a piece of a pin record.

    Plain bytes that nothing names are no trace of a record of this store.
    """
    if any(item.pin_entries() for item in tables) or (not homes.all and _PIN_KEY in data):
        return True
    return any(
        _NAME in sector.plain or _PIN_KEY in sector.plain
        for site in homes.all
        for sector in site.sectors
    )


def without_text(state: StoreState, store: Store | None) -> AbsenceVerdict:
    """The verdict for an opened store that gave no text."""
    if not (state.complete and state.sound) or state.trace or store is None:
        return AbsenceVerdict(status=Status.NONE, reason=AbsenceReason.STORAGE_DAMAGED)
    live = store.live()
    serial = any(name in live for name in SERIAL_RECORDS)
    return AbsenceVerdict(status=Status.SERIAL_MCU if serial else Status.COMPILED_IN)


def without_store(region: bytes, *, key_known: bool, vendor: bool, other: bool) -> AbsenceVerdict:
    """The verdict where no data sector opens; `region` is what lies at the store's place.

    `vendor`: other structures of the vendor are in the file; `other`: another firmware runs there.
    """
    if other:
        reason = AbsenceReason.OTHER_VENDOR
    elif len(region) < SECTOR_LEN:
        reason = AbsenceReason.STORAGE_MISSING
    elif is_blank(region[SECTOR_LEN:] or region):
        reason = AbsenceReason.ERASED
    elif key_known and len(region) == SECTOR_LEN:  # the key block ends the file
        reason = AbsenceReason.STORAGE_MISSING
    elif key_known:
        reason = AbsenceReason.STORAGE_DAMAGED
    elif looks_encrypted(region):
        reason = AbsenceReason.KEY_LOST
    else:
        reason = AbsenceReason.STORAGE_DAMAGED if vendor else AbsenceReason.OTHER_VENDOR
    return AbsenceVerdict(status=Status.NONE, reason=reason)
