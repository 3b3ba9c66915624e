"""A recovery as the result of `dump config`: the contract's fields, provenance, plain sentences."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import (
    Recovery,
    SourceKind,
    Standing,
    Status,
    TextSource,
)
from plugsmith.errors import Malformed
from plugsmith.interpret.answer import ConfigAnswer, answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.explain import Provenance
from plugsmith.interpret.recovery_notes import recovery_notes, standing_words
from plugsmith.tuya.schema import encode_schema
from plugsmith.tuya.user_param import parse_pin_text

if TYPE_CHECKING:
    from plugsmith.errors import Fact

_MAX_ALTERNATIVES = 16


def recovery_data(recovery: Recovery, *, chip: str | None = None) -> dict[str, Fact]:
    """The result object of one input; `chip` is what the caller knows where the input is silent."""
    chip = recovery.facts.chip or chip
    answer = _answer(recovery, chip)
    profile = answer.profile if answer is not None else None
    data: dict[str, Fact] = {
        "status": recovery.status.value,
        "confidence": recovery.confidence.value if recovery.confidence else None,
        "text": _text(recovery.best) if recovery.best else None,
        "text_sha256": _digest(recovery.best) if recovery.best else None,
        "config": _json(recovery.parsed.config) if recovery.parsed else None,
        "module": profile.module if profile else _default_module(recovery),
        "chip": (profile.chip if profile else None) or chip,
        "source": _source(recovery, recovery.best) if recovery.best else None,
        "alternatives": [_source(recovery, item, with_text=True) for item in _shown(recovery)],
        "pins": _pins(recovery, answer) if answer is not None else [],
        "template": answer.template if answer is not None else None,
        "notes": recovery_notes(recovery, answer),
        "provenance": _provenance(recovery),
        "device": _device(recovery),
    }
    if recovery.reason is not None:
        data["reason"] = recovery.reason.value
    if answer is not None:
        data["findings"] = answer.findings
        if answer.setup.autoexec:
            data["autoexec"] = list(answer.setup.autoexec)
    return data


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


def _pins(recovery: Recovery, answer: ConfigAnswer) -> list[Fact]:
    """The pins, each with the copy and the place that every key of it was read from."""
    pins: list[Fact] = []
    for pin in answer.pins:
        if not isinstance(pin, dict):
            continue
        names = pin.get("from")
        keys = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        where: list[Fact] = [place for key in keys if (place := _key_place(recovery, key))]
        pins.append({**pin, "where": where})
    return pins


def _key_place(recovery: Recovery, key: str) -> dict[str, Fact] | None:
    """Which copy a key was read from, where it stands, and what that copy passed."""
    best = recovery.best
    pairs = recovery.parsed.pairs if recovery.parsed is not None else ()
    start = next((pair.start for pair in reversed(pairs) if pair.key == key), None)
    piece = best.piece_of(start) if best is not None and start is not None else None
    if best is None or piece is None or start is None:
        return None
    return {
        "key": key,
        "copy": (piece.kind or best.kind).value,
        **_place(recovery, piece.offset + start - piece.at),
        "checks": [check.value for check in best.checks],
    }


def _place(recovery: Recovery, offset: int) -> dict[str, Fact]:
    place: dict[str, Fact] = {"offset": offset}
    if recovery.origin:
        place["flash_offset"] = recovery.flash_offset(offset)
    return place


def _source(recovery: Recovery, source: TextSource, *, with_text: bool = False) -> dict[str, Fact]:
    body: dict[str, Fact] = {
        "kind": source.kind.value,
        **_place(recovery, source.offset),
        "checks": [check.value for check in source.checks],
    }
    if source.standing is not Standing.BESIDE:
        body["standing"] = source.standing.value
    if source.repairs:
        body["repaired_bits"] = source.repairs
    if len(source.pieces) > 1 and source.kind is not SourceKind.FIRMWARE_DEFAULT:
        body["pieces"] = [
            {"at": piece.at, "length": piece.length, **_place(recovery, piece.offset)}
            for piece in source.pieces
        ]
    if with_text:
        body["text"] = _text(source)
        words = standing_words(source.standing)
        if words and source.crc_ok:
            body["about"] = words
        body["config"] = _config_of(source)
    return body


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


def _provenance(recovery: Recovery) -> dict[str, Fact]:
    store = recovery.store
    return {
        "copies": [_source(recovery, copy) for copy in recovery.copies],
        "keys": [{"origin": key.origin.value, "offset": key.offset} for key in recovery.keys],
        "store": {
            "offset": store.offset,
            "generation": store.generation,
            "sectors": store.sectors,
            "sound_sectors": store.sound_sectors,
            "complete": store.complete,
            "sound": store.sound,
        },
        "origin": recovery.origin,
    }


def _device(recovery: Recovery) -> dict[str, Fact]:
    """What other records say; nothing in it is a secret (the MAC's lower half is left out)."""
    facts = recovery.facts
    body: dict[str, Fact] = {
        "platform": facts.platform,
        "chip_evidence": facts.chip_evidence or None,
    }
    if facts.info is not None:
        body["firmware_key"] = facts.info.firmware_key
        body["software_version"] = facts.info.software_version
        body["schema"] = facts.info.schema_id
    if facts.serial is not None:
        body["uart"] = {"baud": facts.serial.baud}
    return body
