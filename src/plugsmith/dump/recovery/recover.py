"""Recover the vendor's pin text from any dump: the whole order of work of tuya-storage.md 7.1."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.carve import carve
from plugsmith.dump.recovery.device_facts import device_facts
from plugsmith.dump.recovery.file_copies import (
    file_copies,
    loose_files,
)
from plugsmith.dump.recovery.firmware_default import application_code, default_texts
from plugsmith.dump.recovery.joining import join_copies, join_pages
from plugsmith.dump.recovery.kv_copies import kv_copies, page_runs
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    Recovery,
    SourceKind,
    Status,
    StoreState,
    TextPart,
    TextSource,
)
from plugsmith.dump.recovery.search import Search
from plugsmith.dump.recovery.usable import check_not_uniform, check_usable, other_firmware
from plugsmith.dump.recovery.verdict import (
    STORE_LEN,
    AbsenceVerdict,
    store_state,
    without_store,
    without_text,
)
from plugsmith.dump.store.opened import open_stores
from plugsmith.dump.store.origin import DEFAULT_KEY_ADDR, Origin, find_origin
from plugsmith.dump.store.tables import current_tables
from plugsmith.errors import Malformed
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FILE_AREAS
from plugsmith.tuya.records import SERIAL_RECORDS
from plugsmith.tuya.store import Store, read_store
from plugsmith.tuya.user_param import PinText, parse_pin_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.dump.recovery.ranking import RankedText
    from plugsmith.dump.store.home import Homes
    from plugsmith.image.foreign.other_maker import OtherMaker


def recover(data: bytes, *, name: str = "the file") -> Recovery:
    """The answer for a file's bytes; raises InputError where it is no flash dump at all."""
    check_not_uniform(data, name=name)
    work = Search(data=data, opened=open_stores(data))
    other = read_other_maker(data)
    texts, notes = _of_other_chip(data, other)
    _look(work)
    held = {text.offset for text in texts}  # in clear they were carved, as anybody's
    work.sources = [item for item in work.sources if item.offset not in held] + texts
    store = _store_of(work.homes)
    state = store_state(work.homes, store, data=data, tables=work.tables)
    if not work.proven() and not (_settled(state) and not work.sources):
        _look_deeper(work)
    origin = _origin(work)
    work.codes = application_code(data, origin)
    work.sources += default_texts(work.codes)
    return replace(_answer(work, store, state, origin, other=other, name=name), notes=notes)


def _of_other_chip(
    data: bytes, other: OtherMaker | None
) -> tuple[list[TextSource], tuple[str, ...]]:
    if other is None:
        return [], ()
    from plugsmith.dump.recovery.other_chips import looked_for  # noqa: PLC0415 - rare

    return looked_for(data, other)


def _settled(state: StoreState) -> bool:
    return state.complete and state.sound and not state.trace


def _look(work: Search) -> None:
    """Steps 1 to 5 on sound structures: plain texts, files, records."""
    work.decide(deep=False)
    work.take(file_copies(work.data, current_tables(work.tables)))
    for site, own in work.owned():
        work.take(kv_copies(site, work.data, own=own))
    held = {source.offset for source in work.sources}
    work.sources += [source for source in _carved(work) if source.offset not in held]


def _carved(work: Search) -> Iterator[TextSource]:
    """Texts that stand in plain bytes without anything that names them."""
    for text in carve(work.data):
        yield TextSource(
            text=text.text,
            kind=_plain_kind(work.data, text.offset, text.end),
            offset=text.offset,
            checks=(AgreeingCheck.CRC7,) if text.crc_ok else (),
            pieces=(TextPart(at=0, length=len(text.text), offset=text.offset),),
        )


def _plain_kind(data: bytes, start: int, end: int) -> SourceKind:
    """A text between other content on both sides is a constant of a program, not a stored file."""
    before = data[max(0, start - 16) : start].strip(b"\0\xff")
    after = data[end : end + 64].strip(b"\0\xff")
    return SourceKind.FIRMWARE_DEFAULT if before and after else SourceKind.CARVED


def _look_deeper(work: Search) -> None:
    """Damaged records, texts without records, joins and single-bit repairs."""
    work.copies.clear()
    work.sources = [source for source in work.sources if source.key is None]
    work.take(file_copies(work.data, work.tables))
    grid = sorted({item.offset % SECTOR_LEN for item in work.tables} or {0})
    work.take(loose_files(work.data, phases=grid))
    for site, own in work.owned():
        work.take(kv_copies(site, work.data, own=own, deep=True))
    work.decide(deep=True)
    if work.proven():
        return
    held = {copy.offset for copy in work.copies if copy.key is not None}
    runs = [
        run
        for site, own in work.owned()
        for run in page_runs(site, own=own)
        if run.offset not in held
    ]
    work.take(runs)
    work.sources += join_copies(work.copies, work.data)
    work.mended = True
    if work.best() is None:
        work.sources += join_pages(runs)


def _store_of(homes: Homes) -> Store | None:
    return read_store(homes.first.blocks()) if homes.first is not None else None


def _origin(work: Search) -> Origin:
    """Where the file begins, by the key block that opened the store, else by any that is left."""
    key_at = work.homes.first.key_at if work.homes.first is not None else None
    if key_at is None and work.opened.traces:
        key_at = work.opened.traces[0].offset
    tables = [item.offset for item in work.tables]
    return find_origin(size=len(work.data), key_at=key_at, tables=tables)


def _answer(
    work: Search,
    store: Store | None,
    state: StoreState,
    origin: Origin,
    *,
    other: OtherMaker | None,
    name: str,
) -> Recovery:
    ranked = work.ranked()
    chosen, parsed = _choose(ranked, work, state, store, origin)
    verdict = AbsenceVerdict(status=Status.FOUND)
    if chosen is None:
        verdict = _absence(work, store, state, origin, name=name)
        if other is not None and not work.opened.arenas:
            verdict = replace(verdict, reason=None)  # the places of a Beken chip say nothing here
    return Recovery(
        status=verdict.status,
        reason=verdict.reason,
        confidence=chosen.confidence if chosen else None,
        best=chosen.best if chosen else None,
        parsed=parsed,
        copies=chosen.sources[1:] if chosen else (),
        alternatives=tuple(text.best for text in ranked if text is not chosen),
        store=state,
        facts=device_facts(work.data, store, origin),
        keys=tuple(work.opened.keys),
        origin=origin.address if other is None else 0,
        flash_size=len(work.data),
        at_home=chosen is not None and chosen.live and work.at_home(),
    )


def _choose(
    ranked: Iterable[RankedText],
    work: Search,
    state: StoreState,
    store: Store | None,
    origin: Origin,
) -> tuple[RankedText | None, PinText | None]:
    """The first text that can be the answer and can be read, with what it says."""
    for text in ranked:
        outvoted = _settled(state) and _is_plain(text, work, store, origin)
        if outvoted or not _can_be_answer(text):
            continue
        parsed = _parse(text)
        if parsed is not None:
            return text, parsed
    return None, None


def _can_be_answer(text: RankedText) -> bool:
    default = text.best.kind is SourceKind.FIRMWARE_DEFAULT
    return not default and text.confidence is not Confidence.GUESS


def _is_plain(text: RankedText, work: Search, store: Store | None, origin: Origin) -> bool:
    """Whether a text stands in plain bytes only, and nothing names it.

    A sound store without pins says more than that. Where the file tables are lost, a text in the
    file area may be the device's own all the same, unless the store says that another controller
    does the work.
    """
    named = any(AgreeingCheck.FILE_TABLE in source.checks for source in text.sources)
    if named or store is None or any(source.key for source in text.sources):
        return False
    if work.tables or any(name in store.live() for name in SERIAL_RECORDS):
        return True
    spans = [span for area in FILE_AREAS for span in area.spans()]
    addrs = [source.offset + origin.address for source in text.sources]
    return not any(addr in span for addr in addrs for span in spans)


def _parse(text: RankedText) -> PinText | None:
    try:
        return parse_pin_text(text.best.text.decode("utf-8", "replace"))
    except Malformed:
        return None


def _absence(
    work: Search, store: Store | None, state: StoreState, origin: Origin, *, name: str
) -> AbsenceVerdict:
    vendor = bool(work.opened.arenas or work.tables or work.opened.traces)
    check_usable(work.data, name=name, vendor=vendor)
    if work.homes.closed and work.homes.first is None:  # a leftover opens, the own store does not
        return AbsenceVerdict(status=Status.NONE, reason=AbsenceReason.KEY_LOST)
    if work.opened.arenas:
        return without_text(state, store)
    place = _store_place(work, origin)
    region = work.data[max(place, 0) : max(place + STORE_LEN, 0)]
    return without_store(
        region,
        key_known=any(trace.sound for trace in work.opened.traces),
        vendor=vendor,
        other=other_firmware(work.data, work.codes) is not None,
    )


def _store_place(work: Search, origin: Origin) -> int:
    """Where the store that did not open begins: at its key block, else where the chip has it."""
    if work.opened.traces:
        return work.opened.traces[0].offset
    addr = 0x1E_B000 if origin.chip == "BK7231Q" else DEFAULT_KEY_ADDR
    return origin.offset(addr, size=len(work.data))
