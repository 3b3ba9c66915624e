"""Everything outside of the encrypted store that tells about the owner: one function a place.

tuya-storage.md section 8, steps 5 to 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.dump.finding import FindingKind, find_all
from plugsmith.dump.sanitize.clean_store import blank_known
from plugsmith.dump.store.keyring import key_block_traces
from plugsmith.dump.store.stores import decrypt_phase
from plugsmith.dump.survey.chip_guess import memory_map
from plugsmith.dump.survey.credentials import (
    LOG_FILES,
    SecretKind,
    blank_record,
    is_blanked,
    is_harmless_file,
    secrets_in_record,
)
from plugsmith.dump.survey.obk_secrets import clean_block, resealed, secrets_in_block
from plugsmith.dump.survey.vendor_files import find_file_store
from plugsmith.errors import Malformed
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.image.model import ImageKind
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.openbeken.config_block import field
from plugsmith.tuya.files import ENTRY_LEN, PIN_FILES, encode_table, read_table
from plugsmith.tuya.keys import KEY_HEAD_LEN, KEY_MAGIC, MASTER_KEY, read_key_head
from plugsmith.tuya.protected import ProtectedSector, decode_protected, encode_protected
from plugsmith.tuya.rf import MAC_AT, MAC_LEN, read_mac
from plugsmith.tuya.store import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.chips.model import MemoryMap, Region
    from plugsmith.dump.finding import Finding
    from plugsmith.dump.sanitize.known_search import KnownSearch
    from plugsmith.dump.sanitize.removals import Removals
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.dump.survey.vendor_files import StoredFile

_STARTUP = field("startup_command")
_FLAGGED = (RegionRole.FAST_CONNECT, RegionRole.NET)
_FLAGS_LEN = 6  # several N dumps hold six bytes of flags at the place of the Wi-Fi cache
_PIN_TEXT = re.compile(rb"\{[^{}\x00-\x1f\x7f-\xff]*(?:\{[^{}]*\}[^{}]*)*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """What the cleaners of all places share."""

    buffer: bytearray
    report: DumpReport
    stores: Sequence[VendorStore]
    known: KnownSearch
    pin_text: bytes
    removals: Removals
    keep_mac: bool = False

    def of_kind(self, kind: FindingKind) -> Iterator[Finding]:
        """The findings of one kind."""
        return (item for item in self.report.findings if item.kind is kind)

    def body(self, span: AddressRange) -> bytes:
        """The bytes of a span as they are now."""
        return bytes(self.buffer[span.start : span.end])

    def erase(self, span: AddressRange) -> None:
        """Fill a span with FF."""
        self.buffer[span.start : span.end] = b"\xff" * len(self.body(span))

    def taken(self, span: AddressRange) -> bool:
        """Whether something known lies there."""
        return any(
            item.span.overlaps(span)
            for item in self.report.findings
            if item.kind not in {FindingKind.ERASED, FindingKind.ZERO}
        )


def clean_all(areas: Areas) -> None:
    """Every place, one after the other."""
    clean_protected(areas)
    clean_broken_protected(areas)
    clean_caches(areas)
    clean_unknown_places(areas)
    clean_rf(areas)
    clean_settings(areas)
    clean_file_systems(areas)
    clean_files(areas)


def clean_protected(areas: Areas) -> None:
    """Blank the account records of sound protected sectors and what lies behind them."""
    for store in areas.stores:
        for at in store.protected:
            span = AddressRange.sized(at, SECTOR_LEN)
            try:
                sector = decode_protected(areas.body(span))
            except Malformed:
                areas.erase(span)
                areas.removals.add(SecretKind.UNREADABLE, "protected")
                continue
            clean = ProtectedSector(
                device_key=sector.device_key,
                writes=sector.writes,
                items=tuple(_item(areas, item) for item in sector.items),
            )
            if not is_blanked(sector.leftover):
                areas.removals.add(SecretKind.LEFTOVER, "protected")
            areas.buffer[span.start : span.end] = encode_protected(clean)


def _item(areas: Areas, item: Record) -> Record:
    for secret in secrets_in_record(item.name, item.value):
        areas.removals.add(secret.kind, "protected")
    value = blank_known(blank_record(item.name, item.value), areas.known.forms)
    return Record(name=item.name, value=value)


def clean_broken_protected(areas: Areas) -> None:
    """Erase sectors that begin like protected ones but whose sum is wrong."""
    sound = {at for store in areas.stores for at in store.protected}
    keys = {trace.offset for trace in key_block_traces(bytes(areas.buffer))}
    phases = {0} | {at % BLOCK_LEN for at in sound | keys}
    for phase in phases:
        plain = decrypt_phase(bytes(areas.buffer), key=MASTER_KEY, phase=phase)
        for at in find_all(plain, KEY_MAGIC.to_bytes(4, "little")):
            span = AddressRange(phase + at, min(phase + at + SECTOR_LEN, len(areas.buffer)))
            known = span.start in sound | keys or _is_key_block(plain[at : at + KEY_HEAD_LEN])
            if at % BLOCK_LEN or known or areas.taken(span):
                continue
            areas.erase(span)
            areas.removals.add(SecretKind.UNREADABLE, "protected")


def _is_key_block(plain: bytes) -> bool:
    """Whether it is a key block whose padding was destroyed."""
    return len(plain) == KEY_HEAD_LEN and read_key_head(plain).sound


def clean_caches(areas: Areas) -> None:
    """Erase every sector that decodes as a Wi-Fi cache."""
    for item in areas.of_kind(FindingKind.FAST_CONNECT):
        areas.erase(item.span)
        areas.removals.add(SecretKind.WIFI_CACHE, f"fast-connect-{item.facts['form']}")


def clean_unknown_places(areas: Areas) -> None:
    """Erase what nobody can read where the chip keeps private things.

    The places of the Wi-Fi cache and of protected sectors, and those of the store if no key opens
    it: its records may be opened one day with a key that somebody finds.
    """
    roles = [RegionRole.FAST_CONNECT, RegionRole.NET, RegionRole.PROTECTED]
    if not any(store.sectors for store in areas.stores):
        roles += [RegionRole.KV, RegionRole.KV_SWAP]
    for region in (item for places in _maps(areas.report) for item in places.with_role(*roles)):
        start = _offset(areas.report, region.span.start)
        if start is None or start >= len(areas.buffer):
            continue
        end = min(start + len(region.span), len(areas.buffer))
        for at in range(start, end, SECTOR_LEN):
            _erase_unreadable(areas, AddressRange(at, min(at + SECTOR_LEN, end)), region)


def _maps(report: DumpReport) -> tuple[MemoryMap, ...]:
    """The map of its chip; of each that it may be of where nothing tells which."""
    allowed = report.image.chips if report.image is not None else ()
    names = (report.chip,) if report.chip is not None else allowed
    return tuple(places for name in names if (places := memory_map(name)) is not None)


def _offset(report: DumpReport, address: int) -> int | None:
    """Where `address` lies in the file. No layout is known of a chip that is only read: where its
    whole flash begins with its boot loader, the store may lie where no other chip has it.
    """
    image = report.image
    if image is not None and image.only_read and image.kind is ImageKind.FULL_DUMP:
        return address
    return report.layout.offset(address)


def _erase_unreadable(areas: Areas, span: AddressRange, region: Region) -> None:
    body = areas.body(span)
    blank = not body.strip(b"\xff") or not body.strip(b"\0")
    flags = not body[_FLAGS_LEN:].strip(b"\xff") and region.role in _FLAGGED
    if not (blank or flags or areas.taken(span)):
        areas.erase(span)
        areas.removals.add(SecretKind.UNREADABLE, region.name)


def clean_rf(areas: Areas) -> None:
    """Zero the lower half of the MAC; the calibration stays."""
    if areas.keep_mac:
        return
    for item in areas.of_kind(FindingKind.RF_CALIBRATION):
        mac = read_mac(areas.body(item.span))
        if mac is not None and not is_blanked(mac[3:]):
            start = item.span.start + MAC_AT
            areas.buffer[start + 3 : start + MAC_LEN] = bytes(3)
            areas.removals.add(SecretKind.MAC, "rf")


def clean_settings(areas: Areas) -> None:
    """OpenBeken's block without names, addresses and passwords; the checksum made right."""
    for item in areas.of_kind(FindingKind.OBK_CONFIG):
        sector = areas.body(item.span)
        for secret in secrets_in_block(sector, chip=areas.report.chip):
            if not (areas.keep_mac and secret.kind is SecretKind.MAC):
                areas.removals.add(secret.kind, "openbeken")
        sector = _without_copies(areas, sector)
        clean = clean_block(sector, keep_mac=areas.keep_mac, chip=areas.report.chip)
        areas.buffer[item.span.start : item.span.end] = clean


def _without_copies(areas: Areas, sector: bytes) -> bytes:
    """The block without known values in its startup command, in whatever spelling.

    Before its commands are judged: a spelling of which a part is gone would be found no more.
    """
    start, end = _STARTUP.offset, min(_STARTUP.end, len(sector))
    text = bytearray(sector[start:end])
    for at, length, _coded in list(areas.known.in_plain(bytes(text))):
        text[at : at + length] = b" " * length
        areas.removals.add(SecretKind.COPY, "openbeken")
    return resealed(sector[:start] + bytes(text) + sector[end:])


def clean_file_systems(areas: Areas) -> None:
    """Erase LittleFS and LibreTiny stores, and EasyFlash sectors that hold settings."""
    for item in areas.of_kind(FindingKind.LITTLEFS):
        areas.erase(item.span)
        areas.removals.add(SecretKind.FILES, "littlefs")
    for item in areas.of_kind(FindingKind.LIBRETINY):
        areas.erase(item.span)
        areas.removals.add(SecretKind.FILES, "libretiny")
    for item in areas.of_kind(FindingKind.EASYFLASH):
        if item.facts["settings"]:
            areas.erase(item.span)
            areas.removals.add(SecretKind.SETTINGS, "easyflash")


def clean_files(areas: Areas) -> None:
    """Erase logs, unknown files, sectors that no file uses and what lies behind a file's end."""
    data = bytes(areas.buffer)
    area = find_file_store(data, chip=areas.report.chip, layout=areas.report.layout)
    if area is None:
        return
    keep: dict[AddressRange, StoredFile] = {}
    for item in area.files:
        if _stays(item, data):
            keep.update({span: item for span in item.spans if item.current or span not in keep})
    logs = {span for item in area.files if LOG_FILES.fullmatch(item.name) for span in item.spans}
    for span in area.tables:
        _clean_table(areas, span)
    for span in area.sectors:
        if span in area.tables or _foreign(areas, span):
            continue
        owner = keep.get(span)
        old = areas.body(span)
        new = (
            _pins_only(areas, old) if owner is None or span in logs else _trimmed(owner, span, old)
        )
        if new != old:
            areas.buffer[span.start : span.end] = new
            kind = SecretKind.LOG if span in logs else SecretKind.LEFTOVER
            areas.removals.add(kind, "files")


def _stays(item: StoredFile, data: bytes) -> bool:
    """Whether the file is kept: its content is harmless, once what follows a pin text is gone."""
    content = item.read(data)
    if item.name in PIN_FILES:
        return _PIN_TEXT.match(content) is not None
    return is_harmless_file(item.name, content)


def _clean_table(areas: Areas, span: AddressRange) -> None:
    """Erase what stands behind the entries of a file table, and entries that cannot be true."""
    old = areas.body(span)
    table = read_table(old)
    if table is None:
        return
    new = encode_table(table)
    if not table.sum_ok:
        new = old[:16] + new[16:]
    behind = old[16 + ENTRY_LEN * len(table.entries) :]
    if behind.strip(b"\xff") and behind.strip(b"\0"):
        areas.buffer[span.start : span.end] = new[: len(old)]
        areas.removals.add(SecretKind.LEFTOVER, "file-table")


def _foreign(areas: Areas, span: AddressRange) -> bool:
    """Whether something other than vendor files lies in a sector of their area."""
    return any(
        item.span.overlaps(span)
        for item in areas.report.findings
        if item.kind not in {FindingKind.ERASED, FindingKind.ZERO, FindingKind.TUYA_FILES}
    )


def _pins_only(areas: Areas, sector: bytes) -> bytes:
    """Nothing, or the pin text if the sector starts with it."""
    text = areas.pin_text
    if text and sector.startswith(text):
        return text.ljust(len(sector), b"\xff")
    return b"\xff" * len(sector)


def _trimmed(owner: StoredFile, span: AddressRange, sector: bytes) -> bytes:
    """The sector with only the bytes of its file; a pin file ends with its text."""
    before = SECTOR_LEN * owner.spans.index(span)
    used = max(0, min(len(sector), owner.size - before))
    body = sector[:used]
    if owner.name in PIN_FILES:
        text = _PIN_TEXT.match(body)
        if text is not None:
            body = text[0].ljust(used, b"\0")
    return body.ljust(len(sector), b"\xff")
