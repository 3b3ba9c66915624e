"""Recovery from a chip on the wire: only the sectors that are needed, the usual places first.

A proven text in the first sectors of the store ends the search after five sectors; a device without
a pin record needs the whole store and the file tables. Only if neither gives an answer is the whole
flash read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from plugsmith.dump.recovery.origin import KEY_ADDRS
from plugsmith.dump.recovery.outcome import Confidence, Recovery, Status
from plugsmith.dump.recovery.recover import recover
from plugsmith.errors.content import InputError
from plugsmith.memory import SECTOR_LEN, AddressRange, merge_ranges, subtract_ranges
from plugsmith.messages import _
from plugsmith.tuya.files import FILE_AREAS, PIN_FILES, read_table
from plugsmith.tuya.keys import KEY_HEAD_LEN, decode_key_block
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIRST_SECTORS = 4  # the pin record lies in block 0 (T) or 1 (N) of nearly every classic store
STORE_SECTORS = 17
_PROTECTED_ADDRS = (0x1E_D000, 0x1C_F000)
_RF_ADDRS = (0x1E_0000, 0x1D_0000)
_MAX_FILE_SECTORS = 8


class SpanReader(Protocol):
    """What can be read piece by piece: a chip, or a file in tests."""

    @property
    def size(self) -> int:
        """Bytes in the flash."""

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`."""


@dataclass(slots=True)
class _Partial:
    """A flash image of which only some sectors were read; the others look erased."""

    reader: SpanReader
    image: bytearray
    known: list[AddressRange]

    def need(self, spans: Iterable[AddressRange]) -> None:
        """Read what is not known yet of `spans`, in whole sectors."""
        whole = AddressRange(0, len(self.image))
        wanted = [part for span in spans if (part := span.aligned(SECTOR_LEN).intersection(whole))]
        for span in subtract_ranges(wanted, self.known):
            self.image[span.start : span.end] = self.reader.read(span)
        self.known = merge_ranges([*self.known, *wanted])

    def sector(self, addr: int) -> bytes:
        """The bytes of a sector that was read."""
        return bytes(self.image[addr : addr + SECTOR_LEN])

    def answer(self, name: str) -> Recovery | None:
        """What the sectors known so far give; None if they give nothing to go on."""
        try:
            return recover(bytes(self.image), name=name)
        except InputError:
            return None


def recover_from(reader: SpanReader, *, name: str = "the chip") -> Recovery:
    """The answer for a flash that is read through `reader`; errors of the reader pass through."""
    size = reader.size
    partial = _Partial(reader=reader, image=bytearray(b"\xff" * size), known=[])
    for spans in _stages(partial):
        partial.need(spans)
        answer = partial.answer(name)
        if answer is not None and _enough(answer, partial):
            return _with_mac(answer, partial, name)
    partial.need([AddressRange(0, size)])
    return recover(bytes(partial.image), name=name)


def _enough(answer: Recovery, partial: _Partial) -> bool:
    """Whether more sectors could not change the answer.

    In the classic store the data area holds the current copy of every block; in TuyaOS 3 a newer
    copy may lie in any sector that was not read yet.
    """
    if answer.status is Status.FOUND:
        wandering = answer.store.generation == StoreKind.TUYAOS3
        settled = not wandering or answer.store.sectors >= STORE_SECTORS
        return answer.confidence is Confidence.PROVEN and settled
    tables_read = any(area.table in span for area in FILE_AREAS[:2] for span in partial.known)
    return answer.status in {Status.SERIAL_MCU, Status.COMPILED_IN} and tables_read


def _stages(partial: _Partial) -> Iterator[list[AddressRange]]:
    """What to read next; each stage sees what the ones before have read."""
    key_addr = _find_key(partial)
    store = (key_addr if key_addr is not None else KEY_ADDRS[0]) + SECTOR_LEN
    if key_addr is not None:
        yield [AddressRange.sized(store, _FIRST_SECTORS * SECTOR_LEN)]
    yield [AddressRange.sized(store, STORE_SECTORS * SECTOR_LEN)]
    areas = FILE_AREAS[:2]
    yield [AddressRange.sized(area.table, 2 * SECTOR_LEN) for area in areas]
    yield [*_pin_files(partial), *(AddressRange.sized(at, SECTOR_LEN) for at in _PROTECTED_ADDRS)]


def _find_key(partial: _Partial) -> int | None:
    """The address of a sound key block at one of the places of this flash size."""
    for addr in KEY_ADDRS[:4]:
        if addr + SECTOR_LEN > len(partial.image):
            continue
        partial.need([AddressRange.sized(addr, SECTOR_LEN)])
        try:
            decode_key_block(partial.sector(addr)[:KEY_HEAD_LEN])
        except InputError:
            continue
        return addr
    return None


def _pin_files(partial: _Partial) -> Iterator[AddressRange]:
    """The sectors of pin files that the tables name."""
    for area in FILE_AREAS[:2]:
        for at in (area.table, area.table + SECTOR_LEN):
            table = read_table(partial.sector(at))
            entries = table.entries if table is not None else ()
            for entry in entries:
                if entry.name not in PIN_FILES:
                    continue
                for number in entry.sectors[:_MAX_FILE_SECTORS]:
                    addr = area.sector_addr(number)
                    if addr is not None:
                        yield AddressRange.sized(addr, SECTOR_LEN)


def _with_mac(answer: Recovery, partial: _Partial, name: str) -> Recovery:
    """The same answer with the MAC address, and what was not looked at said."""
    partial.need(AddressRange.sized(addr, SECTOR_LEN) for addr in _RF_ADDRS)
    again = partial.answer(name) or answer
    notes = again.notes
    if again.status is Status.COMPILED_IN:
        notes = (
            *notes,
            _(
                "The application was not read. Make a backup and run `plugsmith dump config` on "
                "it to look for a default text in the firmware."
            ),
        )
    return replace(again, notes=notes)
