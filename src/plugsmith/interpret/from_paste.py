"""A pasted configuration as the result of `dump config`: the same fields as for a dump."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.model import PasteKind
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    SourceKind,
    Status,
)
from plugsmith.errors.content import TextChanged, TextCut
from plugsmith.interpret.answer import answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.config_result import (
    AlternativeRow,
    ConfigResult,
    ProductRow,
    ProvenanceRow,
    SourceRow,
    StoreRow,
    UartRow,
)
from plugsmith.messages import N_, _
from plugsmith.tuya.schema import encode_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.dump.pasted.model import Cut, Pasted, PastedConfig
    from plugsmith.errors import Fact
    from plugsmith.interpret.answer import ConfigAnswer

_KIND_NOTES = {
    PasteKind.PIN_TEXT: N_("The configuration was read from a text, in the vendor's notation."),
    PasteKind.BOOT_LOG: N_("The configuration was read from the vendor's boot log."),
    PasteKind.LOG_LINES: N_(
        "The pins were read from the lines that the vendor's firmware logs about itself. Nothing "
        "checks them; what the log does not name is missing."
    ),
    PasteKind.JSON: N_("The configuration was read from JSON."),
}


_NO_STORE = StoreRow(
    offset=None, generation=None, sectors=0, sound_sectors=0, complete=False, sound=False
)


def pasted_result(pasted: Pasted) -> ConfigResult:
    """The result for a text; the notes say what was tolerated."""
    best = pasted.best
    answer = _answer(best)
    found = answer is not None and best.config is not None
    profile = answer.profile if answer is not None else None
    status, reason = _status(best)
    notes = dict.fromkeys([*_notes(pasted), *(answer.notes if answer is not None else ())])
    return ConfigResult(
        status=status,
        confidence=_confidence(pasted) if found else None,
        text=best.text if found else None,
        text_sha256=_digest(best.text) if found and best.text else None,
        config=_json(best.config) if found else None,
        module=profile.module if profile else best.holdings.module,
        chip=(profile.chip if profile else None) or best.holdings.chip,
        source=_source(best) if found else None,
        alternatives=tuple(
            _alternative(item)
            for item in pasted.found
            if item.config is not None and not (found and item is best)
        ),
        pins=tuple(answer.pins) if answer is not None else (),
        template=answer.template if answer is not None else None,
        notes=tuple(notes),
        provenance=ProvenanceRow(copies=(), keys=(), store=_NO_STORE, origin=0),
        device=_device(best),
        reason=reason,
        findings=answer.findings if answer is not None else None,
        autoexec=(answer.setup.autoexec or None) if answer is not None else None,
        baud=best.holdings.serial.baud if best.holdings.serial is not None else None,
        tolerated=tuple(_(remark) for remark in pasted.remarks) or None,
    )


def check_usable_text(pasted: Pasted, *, name: str) -> None:
    """Raise TextChanged where the checksum of the best configuration disagrees.

    TextCut where a template is cut, or a device's store before its pins.
    """
    best = pasted.best
    if best.crc_ok is False:
        raise TextChanged(name=name)
    if best.cut is not None and best.config is None:
        template = best.holdings.template
        kind = _("an OpenBeken template") if template else _("the store of a device")
        raise TextCut(name=name, kind=kind, key=best.cut.behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedTemplate:
    """The template for a pasted vendor configuration, and what the user should know about it."""

    text: str
    notes: tuple[str, ...]


def template_of_paste(text: str) -> PastedTemplate | None:
    """The template for a text that holds a vendor configuration; None for any other text.

    A configuration whose own checksum disagrees gives none.
    """
    pasted = read_pasted(text.encode("utf-8", "replace"))
    answer = _answer(pasted.best) if pasted is not None else None
    if pasted is None or answer is None or pasted.best.config is None:
        return None
    notes = (*_notes(pasted), *answer.notes)
    return PastedTemplate(text=json.dumps(answer.template), notes=notes)


def _answer(item: PastedConfig) -> ConfigAnswer | None:
    held = item.holdings
    if item.config is not None and item.crc_ok is not False:
        return answer_for_config(item.config, module=held.module, chip=held.chip)
    if item.config is None and held.serial_named and item.cut is None:
        return answer_for_serial_mcu(
            baud=held.serial.baud if held.serial is not None else None,
            schema=json.loads(encode_schema(held.schema)),
            module=held.module,
            chip=held.chip,
        )
    return None


def _status(item: PastedConfig) -> tuple[Status, AbsenceReason | None]:
    if item.config is not None:
        damaged = item.crc_ok is False
        return (Status.NONE, AbsenceReason.STORAGE_DAMAGED) if damaged else (Status.FOUND, None)
    if item.holdings.serial_named and item.cut is None:  # the pins may have stood behind its end
        return Status.SERIAL_MCU, None
    return Status.NONE, AbsenceReason.STORAGE_MISSING


def _confidence(pasted: Pasted) -> Confidence:
    """CRC-7 on one whole text is strong; what nothing checks is weak, and so is one of several."""
    best = pasted.best
    rivals = [item for item in pasted.found if item.crc_ok == best.crc_ok]
    sure = best.crc_ok and not best.against and len(rivals) == 1
    return Confidence.STRONG if sure else Confidence.WEAK


def _checks(item: PastedConfig) -> tuple[AgreeingCheck, ...]:
    checks = [AgreeingCheck.CRC7] if item.crc_ok else []
    if item.witness and not item.against:
        checks.append(AgreeingCheck.LOG_LINES)
    return tuple(checks)


def _source(item: PastedConfig) -> SourceRow:
    return SourceRow(
        kind=SourceKind.CARVED,
        offset=item.offset,
        flash_offset=None,
        checks=_checks(item),
        standing=None,
        repaired_bits=None,
        pieces=None,
    )


def _alternative(item: PastedConfig) -> AlternativeRow:
    config = _json(item.config)
    return AlternativeRow(
        kind=SourceKind.CARVED,
        offset=item.offset,
        flash_offset=None,
        checks=_checks(item),
        standing=None,
        repaired_bits=None,
        pieces=None,
        about=_("its checksum disagrees") if item.crc_ok is False else None,
        text=item.text if item.text is not None else json.dumps(config),
        config=config,
    )


def _device(item: PastedConfig) -> ProductRow:
    held = item.holdings
    ids: dict[str, str | None] = {}
    if held.info is not None:
        ids = {
            "firmware_key": held.info.firmware_key,
            "software_version": held.info.software_version,
            "schema": held.info.schema_id,
        }
    uart = UartRow(baud=held.serial.baud) if held.serial is not None else None
    return ProductRow(platform=None, chip_evidence=None, ids=ids, uart=uart)


def _notes(pasted: Pasted) -> list[str]:
    best = pasted.best
    notes = [_(_KIND_NOTES[best.kind])] if best.config is not None else []
    if best.crc_ok:
        notes.append(_("Its checksum agrees: nothing was lost on the way."))
    elif best.crc_ok is False:
        notes.append(
            _(
                "Its checksum disagrees: a character was lost or changed on the way. Copy the text "
                "again; the pins are listed as an alternative only."
            )
        )
    elif best.cut is not None:
        notes += _of_cut(best, best.cut)
    elif best.config is not None and best.kind is not PasteKind.LOG_LINES:
        notes.append(
            _("Nothing checks this configuration: compare the pins with the board before use.")
        )
    elif best.config is None and not best.holdings.serial_named:
        notes.append(
            _(
                "This text holds records of a device, but neither its pins nor a serial link are "
                "among them. Read the whole flash, or look into the text for `user_param_key`."
            )
        )
    if best.witness and not best.against:
        notes.append(_("The log's own lines name {count} of the pins alike.", count=best.witness))
    if best.against:
        notes.append(
            _(
                "The log's own lines say something else about {keys}: check these pins with a "
                "meter before you connect mains.",
                keys=", ".join(best.against),
            )
        )
    others = sum(item.config is not None for item in pasted.found[1:])
    if others:
        notes.append(
            _(
                "The text holds {count} other {count:configuration that differs; it is listed as "
                "an alternative|configurations that differ; they are listed as alternatives}. "
                "Paste only the one that you mean.",
                count=others,
            )
        )
    if pasted.remarks:
        remarks = "; ".join(_(remark) for remark in pasted.remarks)
        notes.append(_("Tolerated while reading: {remarks}.", remarks=remarks))
    return notes


_RELAY = re.compile(r"rl\d_pin")
_LEVELLED = re.compile(r"(?:rl|bt|led|netled)\d_pin")


def _of_cut(item: PastedConfig, cut: Cut) -> list[str]:
    """Where a text breaks off, what is known to be missing, and what that means."""
    if cut.head:
        where = _("This text is cut: it begins inside of the configuration.")
    else:
        where = _("This text is cut: it breaks off behind {key}.", key=cut.behind)
    if item.config is None:
        lost = _("The pins of the device may have stood behind that. Copy the text again.")
        return [where, lost]
    missing = missing_keys(item.config)
    doubt = _(
        "Only what is whole was read, and any number of pins may be missing: copy the text again "
        "before you rely on the list."
    )
    known = [_("Missing for certain: {keys}.", keys=", ".join(missing))] if missing else []
    return [where, *known, doubt]


def missing_keys(config: Mapping[str, object]) -> list[str]:
    """The keys that a configuration must have had by what is left of it."""
    count = str(config.get("ch_num", ""))
    channels = min(int(count), 8) if count.isdecimal() else 0
    has_relay = any(_RELAY.fullmatch(str(key)) for key in config)
    due = [f"rl{number}_pin" for number in range(1, channels + 1)] if has_relay else []
    due += [f"{key[:-4]}_lv" for key in map(str, config) if _LEVELLED.fullmatch(key)]
    return [key for key in (*due, "module") if key not in config]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(value: Mapping[str, object] | None) -> Fact:
    """A configuration as JSON data (the readers make nothing else)."""
    fact: Fact = json.loads(json.dumps(value, default=str)) if value is not None else None
    return fact
