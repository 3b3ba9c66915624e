"""The sentences of a recovery: how sure a text is, where it comes from, what else is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    SourceKind,
    Standing,
    Status,
)
from plugsmith.dump.store.keyring import KeyOrigin
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.dump.recovery.outcome import Recovery, TextSource
    from plugsmith.interpret.answer import ConfigAnswer

_KEY_TEXTS = {
    KeyOrigin.KEY_BLOCK: N_("the key block"),
    KeyOrigin.PROTECTED: N_("the protected sector, because the key block is lost"),
    KeyOrigin.REPAIRED: N_("the key block, after a wrong bit in it was turned back"),
    KeyOrigin.WEAK: N_("a damaged sector, proven by the data that it opens"),
    KeyOrigin.HALVES: N_("two damaged places, proven by the data that it opens"),
    KeyOrigin.KNOWN: N_("the list of keys that many devices share, because the key block is lost"),
}
_CONFIDENCE_TEXTS = {
    Confidence.PROVEN: N_(
        "The text is proven: it is the newest one, and independent checks of it agree."
    ),
    Confidence.STRONG: N_(
        "The text is whole, but nothing independent proves that it is the newest one: compare the "
        "pins with the board."
    ),
    Confidence.WEAK: N_(
        "Only a check that a wrong text passes once in some hundred times supports this text. "
        "Check every pin with a meter before you connect mains."
    ),
    Confidence.GUESS: N_("Nothing proves this text."),
}
_REASON_TEXTS = {
    AbsenceReason.STORAGE_MISSING: N_(
        "The part of the flash where the vendor stores the pins is not in this file. "
        "Read the whole flash."
    ),
    AbsenceReason.STORAGE_DAMAGED: N_(
        "The vendor's store is damaged and the pin record is lost. Read the chip again; "
        "if it gives the same bytes, find the pins on the board or in the device list."
    ),
    AbsenceReason.KEY_LOST: N_(
        "The vendor's store is there, but the key that opens it is lost, and no known key fits. "
        "Read the chip again."
    ),
    AbsenceReason.ERASED: N_(
        "The vendor's store is erased: the pins are gone from this flash. Use an older backup, "
        "or the device list."
    ),
    AbsenceReason.OTHER_VENDOR: N_(
        "This flash holds no Tuya firmware, so there are no Tuya pins in it. If it is OpenBeken, "
        "`plugsmith obk config read` shows its pins."
    ),
}
_STANDING_TEXTS = {
    Standing.LIVE: N_("also marked as current: nothing in the store says which one is newer"),
    Standing.OLDER: N_("older: the store has replaced or deleted it"),
    Standing.LEFTOVER: N_("older: left by another firmware, in a store that is not in use"),
}


def recovery_notes(recovery: Recovery, answer: ConfigAnswer | None) -> tuple[str, ...]:
    """Human sentences: how sure, from where, what is unsure, what to check."""
    notes = [*_status_notes(recovery), *recovery.notes]
    if answer is not None:
        notes += answer.notes
    return tuple(dict.fromkeys(notes))


def _status_notes(recovery: Recovery) -> list[str]:
    if recovery.best is not None and recovery.confidence is not None:
        return _found_notes(recovery, recovery.best, recovery.confidence)
    notes: list[str] = []
    if recovery.reason is not None:
        notes.append(_(_REASON_TEXTS[recovery.reason]))
    elif recovery.status is Status.COMPILED_IN:
        notes.append(
            _(
                "The vendor's store is complete and sound and holds no pins: they are compiled "
                "into the firmware of this device. Look the device up in the device list, or "
                "follow the tracks on the board."
            )
        )
    notes += _default_notes(recovery)
    if any(item.kind is not SourceKind.FIRMWARE_DEFAULT for item in recovery.alternatives):
        notes.append(
            _(
                "Texts whose checks fail are listed as alternatives. Do not use them without "
                "comparing every pin with the board."
            )
        )
    return notes


def _found_notes(recovery: Recovery, best: TextSource, confidence: Confidence) -> list[str]:
    notes = [_(_CONFIDENCE_TEXTS[confidence])]
    if best.key is not None and best.key.origin is not KeyOrigin.KEY_BLOCK:
        origin = _(_KEY_TEXTS[best.key.origin])
        notes.append(_("The key of the store comes from {origin}.", origin=origin))
    if best.standing is Standing.OLDER:
        notes.append(
            _(
                "The current record is gone; this is an older copy of it. It may be older than "
                "the last change of the firmware."
            )
        )
    if best.standing is Standing.LEFTOVER:
        notes.append(
            _(
                "This text stands in a store that is not the one this device uses now: it was left "
                "by another firmware, or by another device. It is older than what the device ran "
                "with."
            )
        )
    if best.repairs:
        notes.append(
            _("{count} wrong bits in the stored text were turned back.", count=best.repairs)
        )
    if best.kind is SourceKind.JOINED:
        notes.append(_("The text was put together from several damaged copies."))
    notes += _other_notes(recovery, best)
    notes += _default_notes(recovery)
    if recovery.origin > 0 and recovery.flash_size >= 0x20_0000:
        notes.append(
            _(
                "The file is rotated: it begins at flash address 0x{address:06X}. "
                "`plugsmith dump repair` puts it right; do not write it to a chip as it is.",
                address=recovery.origin,
            )
        )
    return notes


def _other_notes(recovery: Recovery, best: TextSource) -> list[str]:
    """What the other whole texts are, and how to decide where two of them are live."""
    others = [
        item
        for item in recovery.alternatives
        if item.kind is not SourceKind.FIRMWARE_DEFAULT
        and {AgreeingCheck.CRC7, AgreeingCheck.VALUE_SUM} & set(item.checks)
    ]
    rivals = [item for item in others if item.standing is Standing.LIVE]
    rest = len(others) - len(rivals)
    notes: list[str] = []
    if rivals and best.standing is Standing.LIVE:
        notes.append(
            _(
                "There are two current records that differ: the power went while one was written, "
                "or there are two stores and nothing says which one is in use. The other one is "
                "listed as an alternative. To decide, compare the pins that differ with the board, "
                "or let the device start once with its own firmware and read it again."
            )
        )
    if rest:
        notes.append(
            _(
                "The file also holds {count} other pin texts with a good checksum; they differ "
                "from this one and are listed as alternatives, the older ones with the word older.",
                count=rest,
            )
        )
    return notes


def standing_words(standing: Standing) -> str:
    """What an alternative is beside the answer; nothing where that is not known."""
    return _(_STANDING_TEXTS[standing]) if standing in _STANDING_TEXTS else ""


def _default_notes(recovery: Recovery) -> list[str]:
    """A sentence where the firmware holds a default text that differs from the answer."""
    if not any(item.kind is SourceKind.FIRMWARE_DEFAULT for item in recovery.alternatives):
        return []
    return [
        _(
            "The firmware holds a default text. It is what the firmware was built with, not what "
            "this device is: it is listed as an alternative of the kind firmware-default."
        )
    ]
