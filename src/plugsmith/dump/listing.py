"""Every stored record and file of a dump, with secrets masked unless they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.layout import anchors_of, find_layout
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.chip_guess import guess_chip
from plugsmith.dump.survey.credentials import (
    HARMLESS_FILES,
    blank_record,
    secrets_in_record,
    secrets_in_text,
)
from plugsmith.dump.survey.obk_secrets import clean_block, secrets_in_block
from plugsmith.dump.survey.survey import find_everything
from plugsmith.dump.survey.vendor_files import find_file_store
from plugsmith.errors import Malformed
from plugsmith.memory import SECTOR_LEN
from plugsmith.openbeken.config_block import BLOCK_LEN
from plugsmith.tuya.kv import PAGE_LEN
from plugsmith.tuya.protected import decode_protected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.dump.dump import Dump
    from plugsmith.dump.finding import Finding
    from plugsmith.dump.store.stores import VendorStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record or file. `value` is masked where `redacted` names what was in it.

    `kind`: kv, protected, file or openbeken. `checks` that agreed; `offset` of its first byte.
    """

    name: str
    kind: str
    live: bool
    offset: int
    checks: tuple[str, ...]
    value: bytes
    redacted: tuple[str, ...] = ()


def list_records(
    dump: Dump, *, show_secrets: bool = False, findings: Sequence[Finding] | None = None
) -> list[Listed]:
    """Records of the store, of protected sectors, and files.

    `live` is what the device uses: what a former firmware left is not, though it says so itself.
    `findings`: those of a survey of the same bytes, if there was one.
    """
    stores = find_stores(dump.data)
    findings = find_everything(dump.data, stores) if findings is None else findings
    listed = [item for store in stores for item in _of_store(store)]
    listed += [item for store in stores for item in _protected(dump.data, store)]
    listed += _files(dump, findings, stores)
    listed += _settings(dump.data, findings)
    chip = guess_chip(findings, stores).chip
    return listed if show_secrets else [_masked(item, chip) for item in listed]


def _of_store(store: VendorStore) -> Iterator[Listed]:
    for record in store.records():
        sector = store.sectors[record.sector]
        checks = [name for name, ok in (("value-sum", record.value_ok),) if ok]
        if sector.sum_ok:
            checks.append("sector-sum")
        yield Listed(
            name=record.name,
            kind="kv",
            live=store.in_force(record),
            offset=sector.offset + record.index.page * PAGE_LEN,
            checks=tuple(checks),
            value=record.value,
        )


def _protected(data: bytes, store: VendorStore) -> Iterator[Listed]:
    for at in store.protected:
        try:
            items = decode_protected(data[at : at + SECTOR_LEN]).items
        except Malformed:
            continue
        for item in items:
            yield Listed(
                name=item.name,
                kind="protected",
                live=True,
                offset=at,
                checks=("sector-sum",),
                value=item.value,
            )


def _files(
    dump: Dump, findings: Sequence[Finding], stores: Sequence[VendorStore]
) -> Iterator[Listed]:
    chip = guess_chip(findings, stores).chip
    layout = find_layout(anchors_of(findings), size=dump.size, flash_size=None)
    area = find_file_store(dump.data, chip=chip, layout=layout)
    for item in area.files if area else ():
        yield Listed(
            name=item.name,
            kind="file",
            live=item.current,
            offset=item.spans[0].start if item.spans else 0,
            checks=("file-table",),
            value=item.read(dump.data),
        )


def _settings(data: bytes, findings: Sequence[Finding]) -> Iterator[Listed]:
    for item in findings:
        if item.kind is FindingKind.OBK_CONFIG:
            yield Listed(
                name="openbeken settings",
                kind="openbeken",
                live=True,
                offset=item.span.start,
                checks=("checksum",),
                value=data[item.span.start : item.span.start + BLOCK_LEN],
            )


def _masked(item: Listed, chip: str | None) -> Listed:
    if item.kind == "openbeken":
        kinds = {secret.kind.value for secret in secrets_in_block(item.value, chip=chip)}
        value = item.value
        if kinds:
            value = clean_block(item.value, keep_mac=False, chip=chip)
    elif item.kind == "file":
        harmless = item.name in HARMLESS_FILES and not any(secrets_in_text(item.value))
        kinds = set() if harmless else {"private-file"}
        value = item.value if harmless else b"0" * len(item.value)
    else:
        kinds = {secret.kind.value for secret in secrets_in_record(item.name, item.value)}
        value = blank_record(item.name, item.value)
    return Listed(
        name=item.name,
        kind=item.kind,
        live=item.live,
        offset=item.offset,
        checks=item.checks,
        value=value,
        redacted=tuple(sorted(kinds)),
    )
