"""A copy of a dump that is safe to share, and the proof of it.

Order: find everything secret, clean every place, sweep the rest for copies of what was found, then
survey the result from scratch and decode every place again. Without a complete proof there is no
copy (tuya-storage.md section 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.recovery.outcome import SourceKind
from plugsmith.dump.sanitize.bounds import bounded, check_stores
from plugsmith.dump.sanitize.clean_areas import Areas, clean_all
from plugsmith.dump.sanitize.clean_store import StoreCleaner
from plugsmith.dump.sanitize.known_search import KnownSearch
from plugsmith.dump.sanitize.known_values import collect, forms_of, usable
from plugsmith.dump.sanitize.ledger import Ledger, account, fill_of
from plugsmith.dump.sanitize.proof import SanitizeProof, pin_recovery, prove
from plugsmith.dump.sanitize.removals import Removals, Removed
from plugsmith.dump.sanitize.sweep import Judge, sweep
from plugsmith.dump.sanitize.unread_texts import blank_named
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.as_image import PACKAGES
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.dump.survey.lost_places import lost_places
from plugsmith.dump.survey.report import DumpKind, DumpReport
from plugsmith.dump.survey.secret_scan import scan
from plugsmith.dump.survey.survey import survey
from plugsmith.errors.dump import NotADump, SecretsLeft
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _
from plugsmith.tuya.rf import read_mac

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.dump.dump import Dump
    from plugsmith.dump.recovery.outcome import Recovery


_PADDING = 0x100
_KNOWN_FIRMWARE = {"Tuya", "OpenBeken"}
_KNOWN_DATA = {
    FindingKind.TUYA_STORAGE,
    FindingKind.TUYA_KEY,
    FindingKind.TUYA_PROTECTED,
    FindingKind.TUYA_FILES,
    FindingKind.OBK_CONFIG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitized:
    """The clean bytes, what was taken out, the proof, and the survey of the original.

    `unread`: stretches that no decoder understands. Under `strict` they are blanked; else they
    stay, and only the searches speak for them. `ledger` accounts for every byte of `data`.
    """

    data: bytes
    removed: tuple[Removed, ...]
    proof: SanitizeProof
    report: DumpReport
    ledger: Ledger
    searches: int
    strict: bool
    unread: tuple[AddressRange, ...] = ()


def sanitize(
    dump: Dump, *, keep_mac: bool = False, strict: bool = True, secrets: Iterable[bytes] = ()
) -> Sanitized:
    """A clean copy of `dump`; `strict` blanks what cannot be read and could hold a text.

    `secrets`: values to look for besides those that the file itself gives away.

    Raises NotADump if there is nothing to clean in it, and SecretsLeft if the copy cannot be proven
    clean and complete.
    """
    before = survey(dump)
    _check_usable(dump, before)
    stores = find_stores(dump.data)
    check_stores(stores)
    pins = pin_recovery(dump)
    text = _pin_text(pins)
    lost = [lost_places(store, before) for store in stores]
    rewritten = [AddressRange.sized(at, SECTOR_LEN) for places in lost for at in places]
    rewritten += [sector.span for store in stores for sector in store.sectors]
    searched = bounded(
        dump.data, before, stores=stores, lost=rewritten, pin_text=text, strict=strict
    )
    hits = scan(searched.data, findings=searched.report.findings, stores=stores)
    if searched.blanked:  # what was told there may stand elsewhere, too
        hits += scan(dump.data, findings=before.findings, stores=stores, thorough=False)
    kept = {SecretKind.MAC} if keep_mac else set()
    told = [
        hit for hit in hits if hit.kind not in kept
    ]  # an address that stays is searched no more
    values = collect(told, mac=None if keep_mac else _mac(dump.data, before))
    known = forms_of(values | {value for value in secrets if usable(value)})
    removals = Removals()
    buffer = bytearray(searched.data)
    judge = Judge(name=dump.name, known=KnownSearch(known), pin_text=text, keep_mac=keep_mac)
    for store, places in zip(stores, lost, strict=True):
        StoreCleaner(
            buffer=buffer,
            store=store,
            lost=places,
            known=known,
            pin_text=text,
            removals=removals,
        ).clean()
    clean_all(
        Areas(
            buffer=buffer,
            report=searched.report,
            stores=stores,
            known=judge.known,
            pin_text=text,
            removals=removals,
            keep_mac=keep_mac,
        )
    )
    unread = _unread(buffer, searched.report, lost=rewritten, pin_text=text, blank=strict)
    if not strict:
        keys = list(dict.fromkeys(store.data_key for store in stores))
        blank_named(buffer, unread, removals, keys=keys)
    clean = sweep(
        buffer,
        report=searched.report,
        judge=judge,
        removals=removals,
    )
    proof = prove(dump, report=before, stores=stores, pins=pins, after=clean)
    if not proof.complete:
        raise SecretsLeft(problem=proof.problem, remedy=_remedy(proof))
    ledger = account(clean.data, clean.report, lost=rewritten, pin_text=text)
    return Sanitized(
        data=clean.data,
        removed=removals.listed(),
        proof=proof,
        report=before,
        ledger=ledger,
        searches=clean.searches,
        strict=strict,
        unread=_joined(sorted({*searched.blanked, *unread}) if strict else ledger.unread),
    )


def _unread(
    buffer: bytearray,
    report: DumpReport,
    *,
    lost: Sequence[AddressRange],
    pin_text: bytes,
    blank: bool,
) -> tuple[AddressRange, ...]:
    """What no decoder understands, from the first byte to the last; blanked if `blank`."""
    ledger = account(bytes(buffer), report, lost=lost, pin_text=pin_text)
    for span in ledger.unread if blank else ():
        buffer[span.start : span.end] = bytes([fill_of(span, report.findings)]) * len(span)
    return ledger.unread


def _joined(spans: Sequence[AddressRange]) -> tuple[AddressRange, ...]:
    """Stretches for people: neighbours that only padding parts are one."""
    joined: list[AddressRange] = []
    for span in spans:
        if joined and span.start - joined[-1].end <= _PADDING:
            joined[-1] = AddressRange(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _check_usable(dump: Dump, report: DumpReport) -> None:
    packed = report.image is not None and report.image.kind in PACKAGES
    if packed or report.kind in {DumpKind.BLANK, DumpKind.RANDOM, DumpKind.UNKNOWN}:
        raise NotADump(name=dump.name, problem=" ".join(item.text for item in report.damage))
    if report.kind is DumpKind.ESPHOME:
        raise SecretsLeft(
            problem=_(
                "it holds ESPHome or LibreTiny firmware, which has the Wi-Fi password compiled "
                "into its code, where it cannot be removed."
            ),
            remedy=_("Share the configuration file without its secrets instead."),
        )
    known = {item.kind for item in report.findings} & _KNOWN_DATA
    named = report.firmware is not None and report.firmware.name in _KNOWN_FIRMWARE
    if not (known or named):
        raise SecretsLeft(
            problem=_(
                "it holds firmware that Plugsmith does not know, so nobody can say where that "
                "firmware keeps its secrets."
            ),
            remedy=_("Do not share this file; the output of `dump info` can be shared."),
        )


def _pin_text(found: Recovery | None) -> bytes:
    """The best text that is not a constant of the firmware; b"" if there is none."""
    if found is None:
        return b""
    if found.best is not None:
        return found.best.text
    own = (item for item in found.alternatives if item.kind is not SourceKind.FIRMWARE_DEFAULT)
    return next((item.text for item in own), b"")


def _mac(data: bytes, report: DumpReport) -> bytes | None:
    for item in report.findings:
        if item.kind is FindingKind.RF_CALIBRATION:
            mac = read_mac(data[item.span.start : item.span.end])
            if mac is not None and mac[3:] not in {b"\0\0\0", b"\xff\xff\xff"}:
                return mac
    return None


def _remedy(proof: SanitizeProof) -> str:
    if proof.secrets_left:
        return _("Please report this kind of file; share the output of `dump config` instead.")
    return _("Repair the file first (`plugsmith dump repair`), or share `dump config` instead.")
