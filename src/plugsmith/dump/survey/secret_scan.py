"""Finds secrets that are still in a file, by decoding every place that can hold one.

It looks at structures and field names, not at known values, so it also finds what nobody knew of:
records live and stale, tails of pages, protected sectors, the Wi-Fi cache in both forms, the
settings of OpenBeken, and secret fields in plain, decrypted or masked bytes outside of proven code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finders import fast_connect
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.store.stores import decrypt_phase
from plugsmith.dump.survey.chip_guess import guess_chip
from plugsmith.dump.survey.credentials import (
    CLOUD_KINDS,
    WIFI_KINDS,
    SecretKind,
    is_blanked,
    secrets_in_record,
    secrets_in_text,
)
from plugsmith.dump.survey.obk_secrets import secrets_in_block, secrets_in_script
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.dump.survey.report import Secrets
from plugsmith.errors import Malformed
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt
from plugsmith.memory import SECTOR_LEN, AddressRange, subtract_ranges
from plugsmith.tuya.fast_connect import PSK_AT, XOR_PATTERN, mask
from plugsmith.tuya.keys import MASTER_KEY, data_key
from plugsmith.tuya.kv import PAGE_LEN
from plugsmith.tuya.protected import HEAD_LEN, decode_protected, read_protected_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.credentials import Secret

_NO_MAC = "00:00:00"  # the lower half of a sanitized one
_FILLS = (FindingKind.ERASED, FindingKind.ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretHit:
    """A secret at `offset` of the file (of the structure where the exact byte is encrypted)."""

    kind: SecretKind
    where: str
    offset: int
    value: bytes

    def __repr__(self) -> str:
        return f"Hit(kind={self.kind.value!r}, where={self.where!r}, offset={self.offset:#x})"


def scan(
    data: bytes,
    *,
    findings: Sequence[Finding],
    stores: Sequence[VendorStore],
    thorough: bool = True,
) -> list[SecretHit]:
    """Every secret that can be decoded; places in file order within each kind of place.

    `thorough` also looks for secret fields under the mask of the Wi-Fi cache, and for what the
    store's key decrypts in every phase, not only in those of its own sectors.
    """
    open_spans = data_spans(data, findings)
    hits = [hit for store in stores for hit in _in_store(store)]
    hits += [hit for store in stores for at in store.protected for hit in _protected(data, at)]
    hits += _caches(data, findings)
    hits += _settings(data, findings, guess_chip(findings, stores).chip)
    hits += _raw(data, open_spans)
    if thorough:
        hits += _masked(data, open_spans)
    for store in stores:
        phases = range(BLOCK_LEN) if thorough else store.phases or {0}
        hits += _decrypted(data, store, open_spans, phases)
    return hits


def scan_summary(
    data: bytes, *, findings: Sequence[Finding], stores: Sequence[VendorStore]
) -> Secrets:
    """Which kinds of secrets the file holds."""
    hits = scan(data, findings=findings, stores=stores, thorough=False)
    kinds = {hit.kind for hit in hits}
    files = any(item.kind is FindingKind.LITTLEFS for item in findings)
    mac = any(not str(item.facts.get("mac") or _NO_MAC).endswith(_NO_MAC) for item in findings)
    return Secrets(
        wifi=bool(kinds & WIFI_KINDS),
        cloud=bool(kinds & CLOUD_KINDS),
        device=bool(kinds - WIFI_KINDS - CLOUD_KINDS) or files or mac,
    )


def data_spans(data: bytes, findings: Iterable[Finding]) -> list[AddressRange]:
    """The file without proven program code and without erased and zero sectors."""
    known = list(findings)
    fills = [item.span for item in known if item.kind in _FILLS]
    return subtract_ranges([AddressRange(0, len(data))], [*proven_code(data, known), *fills])


def _in_store(store: VendorStore) -> Iterator[SecretHit]:
    for record in store.records():
        where = "kv-live" if record.live else "kv-stale"
        offset = store.sectors[record.sector].offset
        for item in secrets_in_record(record.name, record.value):
            yield SecretHit(kind=item.kind, where=where, offset=offset, value=item.value)


def _protected(data: bytes, at: int) -> Iterator[SecretHit]:
    stored = data[at : at + SECTOR_LEN]
    try:
        sector = decode_protected(stored)
    except Malformed:
        body = _protected_body(stored)
        yield from (_hit(item, "protected", at) for item in secrets_in_text(body))
        return
    for record in sector.items:
        for item in secrets_in_record(record.name, record.value):
            yield _hit(item, "protected", at)
    for item in secrets_in_text(sector.leftover):
        yield _hit(item, "protected-leftover", at)
    if not is_blanked(sector.leftover):
        yield SecretHit(
            kind=SecretKind.LEFTOVER,
            where="protected-leftover",
            offset=at,
            value=sector.leftover,
        )


def _protected_body(stored: bytes) -> bytes:
    plain = ecb_decrypt(stored[: len(stored) // BLOCK_LEN * BLOCK_LEN], key=MASTER_KEY)
    head = read_protected_head(plain.ljust(HEAD_LEN, b"\0"))
    return ecb_decrypt(plain[HEAD_LEN:], key=data_key(head.device_key))


def _caches(data: bytes, findings: Iterable[Finding]) -> Iterator[SecretHit]:
    for item in findings:
        if item.kind is FindingKind.FAST_CONNECT:
            yield SecretHit(
                kind=SecretKind.WIFI_CACHE,
                where=f"fast-connect-{item.facts['form']}",
                offset=item.span.start,
                value=data[item.span.start : item.span.start + 0xBC],
            )


def _settings(data: bytes, findings: Iterable[Finding], chip: str | None) -> Iterator[SecretHit]:
    for item in findings:
        if item.kind is FindingKind.OBK_CONFIG:
            body = data[item.span.start : item.span.end]
            for secret in secrets_in_block(body, chip=chip):
                yield _hit(secret, "openbeken", item.span.start)


def _raw(data: bytes, spans: Sequence[AddressRange]) -> Iterator[SecretHit]:
    for span in spans:
        body = data[span.start : span.end]
        for item in (*secrets_in_text(body), *secrets_in_script(body)):
            yield _hit(item, "raw", span.start + item.start)


def _masked(data: bytes, spans: Sequence[AddressRange]) -> Iterator[SecretHit]:
    """Fields and caches under the mask, in each of its 8 phases."""
    for span in spans:
        body = data[span.start : span.end]
        for phase in range(len(XOR_PATTERN)):
            for item in secrets_in_text(mask(body[phase:])):
                yield _hit(item, "masked", span.start + phase + item.start)


def _decrypted(
    data: bytes, store: VendorStore, spans: Sequence[AddressRange], phases: Iterable[int]
) -> Iterator[SecretHit]:
    """Fields and caches in the bytes as the store's key decrypts them, sectors or not."""
    for phase in phases:
        for span in spans:
            start = span.start + (phase - span.start) % BLOCK_LEN
            plain = decrypt_phase(data[start : span.end], key=store.data_key, phase=0)
            for item in secrets_in_text(plain):
                value = item.value[: _page_rest(store, start + item.start)]
                if not is_blanked(value):
                    yield SecretHit(
                        kind=item.kind, where="decrypted", offset=start + item.start, value=value
                    )
            for cache in fast_connect.find(plain):
                at = cache.span.start
                yield SecretHit(
                    kind=SecretKind.WIFI_CACHE,
                    where="decrypted",
                    offset=start + at,
                    value=plain[at : at + PSK_AT + 0x82],
                )


def _page_rest(store: VendorStore, offset: int) -> int:
    """Bytes to the end of the page at `offset`: what follows it may be of another record."""
    base = store.sectors[0].offset if store.sectors else 0
    return PAGE_LEN - (offset - base) % PAGE_LEN


def _hit(item: Secret, where: str, offset: int) -> SecretHit:
    return SecretHit(kind=item.kind, where=where, offset=offset, value=item.value)
