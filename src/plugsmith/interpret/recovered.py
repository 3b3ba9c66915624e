"""A recovery as the result of `dump config`: the contract's fields, provenance, plain sentences."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.odds import is_text
from plugsmith.dump.recovery.outcome import (
    Recovery,
    SourceKind,
    Standing,
    Status,
    TextSource,
)
from plugsmith.errors import Malformed
from plugsmith.interpret.answer import ConfigAnswer, answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.config_result import (
    AlternativeRow,
    ConfigResult,
    KeyPlace,
    KeyRow,
    PieceRow,
    ProductRow,
    ProvenanceRow,
    SourceRow,
    StoreRow,
    UartRow,
)
from plugsmith.interpret.explain import Provenance
from plugsmith.interpret.recovery_notes import recovery_notes, standing_words
from plugsmith.tuya.schema import encode_schema
from plugsmith.tuya.user_param import parse_pin_text

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.interpret.config_result import PinRow

_MAX_ALTERNATIVES = 16


def config_result(recovery: Recovery, *, chip: str | None = None) -> ConfigResult:
    """The result of one input; `chip` is what the caller knows where the input is silent."""
    chip = recovery.facts.chip or chip
    answer = _answer(recovery, chip)
    profile = answer.profile if answer is not None else None
    best = recovery.best
    return ConfigResult(
        status=recovery.status,
        confidence=recovery.confidence,
        text=_text(best) if best else None,
        text_sha256=_digest(best) if best else None,
        config=_json(recovery.parsed.config) if recovery.parsed else None,
        module=profile.module if profile else _default_module(recovery),
        chip=(profile.chip if profile else None) or chip,
        source=_source(recovery, best) if best else None,
        alternatives=tuple(_alternative(recovery, item) for item in _shown(recovery)),
        pins=_pins(recovery, answer) if answer is not None else (),
        template=answer.template if answer is not None else None,
        notes=recovery_notes(recovery, answer),
        provenance=_provenance(recovery),
        device=_device(recovery),
        reason=recovery.reason,
        findings=answer.findings if answer is not None else None,
        autoexec=(answer.setup.autoexec or None) if answer is not None else None,
        baud=recovery.facts.serial.baud if recovery.facts.serial is not None else None,
        tolerated=None,
    )


def _shown(recovery: Recovery) -> list[TextSource]:
    """The alternatives worth showing: beside an answer only those that are whole texts."""
    items = recovery.alternatives
    if recovery.best is not None:
        items = tuple(item for item in items if item.crc_ok or _text(item).isprintable())
    return list(items[:_MAX_ALTERNATIVES])


def _answer(recovery: Recovery, chip: str | None) -> ConfigAnswer | None:
    facts = recovery.facts
    if recovery.parsed is not None and recovery.best is not None:
        best = recovery.best
        return answer_for_config(
            recovery.parsed.config,
            chip=chip,
            provenance=Provenance(
                kind=best.kind.value,
                offset=best.offset,
                checks=tuple(check.value for check in best.checks),
                confidence=recovery.confidence.value if recovery.confidence else "",
                key_offsets=key_offsets(recovery),
            ),
        )
    if recovery.status is Status.SERIAL_MCU:
        return answer_for_serial_mcu(
            baud=facts.serial.baud if facts.serial else None,
            schema=json.loads(encode_schema(facts.schema)),
            chip=chip,
        )
    return None


def key_offsets(recovery: Recovery) -> dict[str, int]:
    """For each key of the text, the file offset where it stands in the chosen copy."""
    if recovery.parsed is None or recovery.best is None:
        return {}
    found: dict[str, int] = {}
    for pair in recovery.parsed.pairs:
        offset = recovery.best.offset_of(pair.start)
        if offset is not None:
            found[pair.key] = offset
    return found


def _pins(recovery: Recovery, answer: ConfigAnswer) -> tuple[PinRow, ...]:
    """The pins, each with the copy and the place that every key of it was read from."""
    return tuple(
        replace(pin, where=tuple(place for key in pin.keys if (place := _key_place(recovery, key))))
        for pin in answer.pins
    )


def _key_place(recovery: Recovery, key: str) -> KeyPlace | None:
    """Which copy a key was read from, where it stands, and what that copy passed."""
    best = recovery.best
    pairs = recovery.parsed.pairs if recovery.parsed is not None else ()
    start = next((pair.start for pair in reversed(pairs) if pair.key == key), None)
    piece = best.piece_of(start) if best is not None and start is not None else None
    if best is None or piece is None or start is None:
        return None
    offset = piece.offset + start - piece.at
    return KeyPlace(
        key=key,
        copy=piece.kind or best.kind,
        offset=offset,
        flash_offset=_in_flash(recovery, offset),
        checks=best.checks,
    )


def _in_flash(recovery: Recovery, offset: int) -> int | None:
    """The flash address of a file offset where the two differ."""
    return recovery.flash_offset(offset) if recovery.origin else None


def _source(recovery: Recovery, source: TextSource) -> SourceRow:
    return SourceRow(
        kind=source.kind,
        offset=source.offset,
        flash_offset=_in_flash(recovery, source.offset),
        checks=source.checks,
        standing=_standing(source),
        repaired_bits=source.repairs or None,
        pieces=_pieces(recovery, source),
    )


def _alternative(recovery: Recovery, source: TextSource) -> AlternativeRow:
    return AlternativeRow(
        kind=source.kind,
        offset=source.offset,
        flash_offset=_in_flash(recovery, source.offset),
        checks=source.checks,
        standing=_standing(source),
        repaired_bits=source.repairs or None,
        pieces=_pieces(recovery, source),
        text=_text(source),
        about=(standing_words(source.standing) or None) if is_text(source) else None,
        config=_config_of(source),
    )


def _standing(source: TextSource) -> Standing | None:
    return source.standing if source.standing is not Standing.BESIDE else None


def _pieces(recovery: Recovery, source: TextSource) -> tuple[PieceRow, ...] | None:
    if len(source.pieces) < 2 or source.kind is SourceKind.FIRMWARE_DEFAULT:
        return None
    return tuple(
        PieceRow(
            at=piece.at,
            length=piece.length,
            offset=piece.offset,
            flash_offset=_in_flash(recovery, piece.offset),
        )
        for piece in source.pieces
    )


def _default_module(recovery: Recovery) -> str | None:
    """The module that the firmware was built for, where its pins are compiled in."""
    if recovery.status is not Status.COMPILED_IN:
        return None
    configs = [_config_of(item) for item in recovery.alternatives]
    names = {str(item["module"]) for item in configs if isinstance(item, dict) and "module" in item}
    return names.pop() if len(names) == 1 else None


def _config_of(source: TextSource) -> Fact:
    try:
        return _json(parse_pin_text(_text(source)).config)
    except Malformed:
        return None


def _text(source: TextSource) -> str:
    return source.text.decode("utf-8", "replace")


def _digest(source: TextSource) -> str:
    return hashlib.sha256(source.text).hexdigest()


def _json(value: object) -> Fact:
    """A parsed configuration as JSON data (the reader makes nothing else)."""
    fact: Fact = json.loads(json.dumps(value))
    return fact


def _provenance(recovery: Recovery) -> ProvenanceRow:
    store = recovery.store
    return ProvenanceRow(
        copies=tuple(_source(recovery, copy) for copy in recovery.copies),
        keys=tuple(KeyRow(origin=key.origin, offset=key.offset) for key in recovery.keys),
        store=StoreRow(
            offset=store.offset,
            generation=store.generation,
            sectors=store.sectors,
            sound_sectors=store.sound_sectors,
            complete=store.complete,
            sound=store.sound,
        ),
        origin=recovery.origin,
    )


def _device(recovery: Recovery) -> ProductRow:
    """What other records say; nothing in it is a secret (the MAC's lower half is left out)."""
    facts = recovery.facts
    ids: dict[str, str | None] = {}
    if facts.info is not None:
        ids = {
            "firmware_key": facts.info.firmware_key,
            "software_version": facts.info.software_version,
            "schema": facts.info.schema_id,
        }
    return ProductRow(
        platform=facts.platform,
        chip_evidence=facts.chip_evidence or None,
        ids=ids,
        uart=UartRow(baud=facts.serial.baud) if facts.serial is not None else None,
    )
