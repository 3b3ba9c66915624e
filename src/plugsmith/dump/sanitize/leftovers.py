"""What is still private in a file: every decoder, every known value in every form, every old page.

The sanitizer's judge. It starts from bytes alone; nothing is taken over from the cleaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.sanitize.views import decrypted_views, masked_views, runs_of
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.credentials import SecretKind, is_blanked
from plugsmith.dump.survey.secret_scan import SecretHit, data_spans, scan
from plugsmith.dump.survey.survey import survey
from plugsmith.tuya.kv import PAGE_LEN, PAGES
from plugsmith.tuya.records import PIN_RECORD
from plugsmith.tuya.rf import read_mac

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.dump.dump import Dump
    from plugsmith.dump.sanitize.known_search import KnownSearch
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.memory import AddressRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file that was examined from scratch; `left` is empty for a clean one.

    `searches`: how many values were looked for, one by one.
    """

    data: bytes
    report: DumpReport
    stores: tuple[VendorStore, ...]
    left: tuple[SecretHit, ...]
    searches: int = 0


def examine(dump: Dump, *, known: KnownSearch, pin_text: bytes, keep_mac: bool) -> Examined:
    """Everything private that can be found in `dump`."""
    report = survey(dump)
    stores = find_stores(dump.data)
    spans = data_spans(dump.data, report.findings)
    hits = [
        *scan(dump.data, findings=report.findings, stores=stores),
        *_known_raw(dump.data, spans, known=known, pin_text=pin_text),
        *_known_decrypted(dump.data, stores, spans, known),
        *(hit for store in stores for hit in _old_pages(store, pin_text)),
        *_files(report),
    ]
    if keep_mac:
        hits = [hit for hit in hits if hit.kind is not SecretKind.MAC]
    else:
        hits += _mac(dump.data, report)
    return Examined(
        data=dump.data, report=report, stores=stores, left=tuple(hits), searches=len(known.forms)
    )


def pin_spans(body: bytes, pin_text: bytes) -> list[range]:
    """Where the pin text stands in plain: it is published on purpose."""
    found: list[range] = []
    at = body.find(pin_text) if pin_text else -1
    while at >= 0:
        found.append(range(at, at + len(pin_text)))
        at = body.find(pin_text, at + len(pin_text))
    return found


def _known_raw(
    data: bytes, spans: Sequence[AddressRange], *, known: KnownSearch, pin_text: bytes
) -> Iterator[SecretHit]:
    for span in spans:
        body = data[span.start : span.end]
        pins = pin_spans(body, pin_text)
        for at, length, coded in known.in_plain(body):
            if not any(at in pin for pin in pins):
                where = "coded" if coded else "raw"
                yield _copy(where, span.start + at, body[at : at + length])
    masked = list(masked_views(data, spans))
    for view, at, length in known.in_views(masked, runs_of(masked)):
        yield _copy("masked", view.base + at, view.body[at : at + length])


def _known_decrypted(
    data: bytes, stores: Sequence[VendorStore], spans: Sequence[AddressRange], known: KnownSearch
) -> Iterator[SecretHit]:
    """Copies in what the stores' keys decrypt; halves of values only outside of the stores."""
    keys = list(dict.fromkeys(store.data_key for store in stores))
    pins = [place for store in stores for place in _pin_places(store)]
    inside = [sector.span for store in stores for sector in store.sectors]
    views = list(decrypted_views(data, spans, keys))
    runs = runs_of(views)
    for view, at, length in known.in_views(views, runs):
        if not any(view.base + at in pin for pin in pins):
            yield _copy("decrypted", view.base + at, view.body[at : at + length])
    for view, at, length in known.pieces_in(runs):
        start = view.base + at
        if not any(start in own for own in inside) and not any(start in pin for pin in pins):
            yield _copy("decrypted", start, view.body[at : at + length])


def _pin_places(store: VendorStore) -> list[range]:
    """File offsets of the pages of harmless pin records."""
    return [
        range(
            store.sectors[sector].offset + first * PAGE_LEN,
            store.sectors[sector].offset + (first + count) * PAGE_LEN,
        )
        for record in store.records()
        if record.name == PIN_RECORD
        for sector, first, count in record.spans
    ]


def _old_pages(store: VendorStore, pin_text: bytes) -> Iterator[SecretHit]:
    """Pages that no live record owns, and what stands behind values and parts lists."""
    used: dict[tuple[int, int], int] = {}
    for record in store.records():
        index = record.index
        head = 18 + len(index.name) + 1 + 4 * len(index.parts)
        used[record.sector, index.page] = head
        rest = index.length
        for sector, first, count in record.spans:
            for page in range(first, first + count):
                used[sector, page] = max(used.get((sector, page), 0), min(rest, PAGE_LEN))
                rest = max(0, rest - PAGE_LEN)
    for position, item in enumerate(store.sectors):
        for page in range(1, PAGES):
            end = min((page + 1) * PAGE_LEN, store.room(position))
            body = item.plain[page * PAGE_LEN : end]
            tail = body[used.get((position, page), 0) :]
            if not is_blanked(tail) and tail.strip(b"\0\xff") not in pin_text:
                offset = item.offset + page * PAGE_LEN
                yield SecretHit(
                    kind=SecretKind.OLD_PAGES, where="kv-pages", offset=offset, value=tail
                )


def _files(report: DumpReport) -> Iterator[SecretHit]:
    for item in report.findings:
        if item.kind in {FindingKind.LITTLEFS, FindingKind.LIBRETINY}:
            yield SecretHit(
                kind=SecretKind.FILES, where=item.kind.value, offset=item.span.start, value=b""
            )


def _mac(data: bytes, report: DumpReport) -> Iterator[SecretHit]:
    for item in report.findings:
        if item.kind is FindingKind.RF_CALIBRATION:
            mac = read_mac(data[item.span.start : item.span.end])
            if mac is not None and not is_blanked(mac[3:]):
                yield SecretHit(kind=SecretKind.MAC, where="rf", offset=item.span.start, value=mac)


def _copy(where: str, offset: int, value: bytes) -> SecretHit:
    return SecretHit(kind=SecretKind.COPY, where=where, offset=offset, value=value)
