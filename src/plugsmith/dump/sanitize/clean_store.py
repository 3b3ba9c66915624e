"""The vendor's store without secrets: same records, same lengths, right sums, same key.

tuya-storage.md section 8, steps 1 to 5. Pages that belong to no live record are zeroed; only pages
with nothing but pin text in them stay where no live record holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.dump.sanitize.known_values import occurrences
from plugsmith.dump.survey.credentials import (
    SecretKind,
    blank_record,
    blank_value,
    is_blanked,
    is_harmless,
    secrets_in_record,
    secrets_in_text,
)
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt, ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.kv import PAGE_LEN, PAGES, byte_sum, encode_index, seal_sector
from plugsmith.tuya.records import PIN_RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.sanitize.known_values import SearchForm
    from plugsmith.dump.sanitize.removals import Removals
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.tuya.store import StoredRecord

_ZERO_PAGE = bytes(PAGE_LEN)


@dataclass(slots=True, kw_only=True)
class StoreCleaner:
    """Writes clean sectors of one store into `buffer`.

    `lost`: offsets of sectors that must be of this store although their header is destroyed.
    """

    buffer: bytearray
    store: VendorStore
    lost: Sequence[int] = ()
    known: Sequence[SearchForm]
    pin_text: bytes
    removals: Removals
    _pages: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def clean(self) -> None:
        """Rewrite every sector of the store."""
        records = self.store.records()
        live = [item for item in records if item.live]
        for record in sorted(live, key=lambda item: not item.value_ok):
            self._keep(record, where="kv-live")
        bits = {place for place in self._pages if self._is_index(place, live)}
        self._keep_pin_pages(records)
        self._count_the_rest(records)
        for position, sector in enumerate(self.store.sectors):
            header = replace(
                sector.header,
                live=sum(1 << page for place, page in bits if place == position),
            )
            pages = b"".join(
                self._pages.get((position, page), _ZERO_PAGE) for page in range(1, PAGES)
            )
            sealed = seal_sector(header, pages)
            sealed = sealed if sector.sum_ok else _unsealed(sealed)
            room = self.store.room(position)
            self._write(sector.offset, sealed[:room])
            if room < SECTOR_LEN:  # the block that the next sector cuts in two
                self._erase_up_to_next(position, sector.offset + room)
        for offset in self.lost:
            self._clean_lost(offset)

    def _is_index(self, place: tuple[int, int], live: list[StoredRecord]) -> bool:
        return any((item.sector, item.index.page) == place for item in live)

    def _keep(self, record: StoredRecord, *, where: str) -> None:
        value = self._cleaned(record, where=where)
        total = byte_sum(value)
        if not record.value_ok:  # a damaged record must not look sound afterwards
            total = record.index.total + (record.index.total == total)
        pages = self._value_pages(record, value)
        home = (record.sector, record.index.page)
        if home in self._pages or any(place in self._pages for place in pages):
            return  # a sounder record owns these pages
        self._pages |= pages
        self._pages[home] = encode_index(replace(record.index, total=total))

    def _cleaned(self, record: StoredRecord, *, where: str) -> bytes:
        value = record.value
        found = secrets_in_record(record.name, value)
        for item in found:
            self.removals.add(item.kind, where)
        if not record.value_ok and not is_harmless(record.name) and value:
            return b"0" * len(value)  # its fields cannot be trusted to be where they seem
        cleaned = blank_record(record.name, value)
        if record.name == PIN_RECORD:
            return cleaned
        return blank_known(cleaned, self.known)

    def _value_pages(self, record: StoredRecord, value: bytes) -> dict[tuple[int, int], bytes]:
        pages: dict[tuple[int, int], bytes] = {}
        at = 0
        for sector, first, count in record.spans:
            for page in range(first, first + count):
                pages[sector, page] = value[at : at + PAGE_LEN].ljust(PAGE_LEN, b"\0")
                at += PAGE_LEN
        return pages

    def _keep_pin_pages(self, records: Sequence[StoredRecord]) -> None:
        """Old copies of the pin text stay if there is no sound live record of it."""
        pins = [item for item in records if item.name == PIN_RECORD]
        if any(item.live and item.value_ok for item in pins):
            return
        for record in pins:
            if record.value_ok and not any(secrets_in_text(record.value)):
                self._keep(record, where="kv-stale")
        for position, sector in enumerate(self.store.sectors):
            for page in range(1, PAGES):
                body = sector.plain[page * PAGE_LEN : (page + 1) * PAGE_LEN]
                if (position, page) not in self._pages and self._only_pins(body):
                    self._pages[position, page] = body

    def _only_pins(self, page: bytes) -> bool:
        body = page.strip(b"\0\xff")
        return len(body) >= 8 and body in self.pin_text

    def _count_the_rest(self, records: Sequence[StoredRecord]) -> None:
        """Note what goes with pages and tails that are not kept."""
        for record in records:
            if not record.live:
                for item in secrets_in_record(record.name, record.value):
                    self.removals.add(item.kind, "kv-stale")
        for position, sector in enumerate(self.store.sectors):
            for page in range(1, PAGES):
                old = sector.plain[page * PAGE_LEN : (page + 1) * PAGE_LEN]
                new = self._pages.get((position, page))
                if new is None and not is_blanked(old):
                    self.removals.add(SecretKind.OLD_PAGES, "kv-pages")
                elif new is not None and _has_tail(old, new):
                    self.removals.add(SecretKind.LEFTOVER, "kv-tails")

    def _erase_up_to_next(self, position: int, start: int) -> None:
        end = self.store.sectors[position + 1].offset
        self.buffer[max(start, 0) : end] = b"\xff" * max(0, end - max(start, 0))

    def _clean_lost(self, offset: int) -> None:
        """A sector without a header: nothing in it can be told apart, only pin text stays."""
        end = min(offset + SECTOR_LEN, len(self.buffer))
        stored = bytes(self.buffer[offset:end])
        if offset < 0 or not stored.strip(b"\xff"):
            return
        whole = len(stored) // BLOCK_LEN * BLOCK_LEN
        plain = ecb_decrypt(stored[:whole], key=self.store.data_key)
        pages = [plain[at : at + PAGE_LEN] for at in range(0, whole, PAGE_LEN)]
        kept = [page if self._only_pins(page) else bytes(len(page)) for page in pages]
        self.removals.add(SecretKind.UNREADABLE, "kv-lost")
        self._write(offset, b"".join(kept))

    def _write(self, offset: int, plain: bytes) -> None:
        sealed = ecb_encrypt(plain[: len(plain) // BLOCK_LEN * BLOCK_LEN], key=self.store.data_key)
        start = max(offset, 0)
        end = min(offset + len(sealed), len(self.buffer))
        self.buffer[start:end] = sealed[start - offset : end - offset]
        cut = (end - offset) % BLOCK_LEN
        if cut:  # a block that the end of the file cuts can be neither read nor written
            self.buffer[end - cut : end] = b"\xff" * cut


def _unsealed(sector: bytes) -> bytes:
    """The sector with a wrong sum: damage stays visible to whoever judges the copy."""
    return sector[:4] + bytes([sector[4] ^ 1]) + sector[5:]


def blank_known(value: bytes, known: Sequence[SearchForm]) -> bytes:
    """`value` with `0` in place of every known secret."""
    blanked = bytearray(value)
    for start, length in list(occurrences(value, known)):
        blanked[start : start + length] = blank_value(value[start : start + length])
    return bytes(blanked)


def _has_tail(old: bytes, new: bytes) -> bool:
    """Whether bytes were there behind the part that is kept."""
    used = len(new.rstrip(b"\0"))
    return bool(old[used:].strip(b"\0\xff"))
