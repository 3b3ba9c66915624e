"""The last pass of the sanitizer: copies of known values, and sectors that still hold a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.sanitize.leftovers import Examined, examine, pin_spans
from plugsmith.dump.sanitize.views import masked_views, runs_of
from plugsmith.dump.survey.credentials import SecretKind, blank_value
from plugsmith.dump.survey.obk_secrets import resealed
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.dump.survey.secret_scan import SecretHit, data_spans
from plugsmith.memory import SECTOR_LEN, AddressRange, subtract_ranges
from plugsmith.openbeken.config_block import MAGIC, field
from plugsmith.tuya.keys import KEY_HEAD_LEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.dump.sanitize.known_search import KnownSearch
    from plugsmith.dump.sanitize.removals import Removals
    from plugsmith.dump.survey.report import DumpReport

_ROUNDS = 3
_STARTUP = field("startup_command")
_LOOSE = ("raw", "coded", "masked", "decrypted", "fast-connect-plain", "fast-connect-xor")
_OWN = (  # encrypted structures: a hit inside of them is no place for a plain overwrite
    FindingKind.TUYA_STORAGE,
    FindingKind.TUYA_SWAP,
    FindingKind.TUYA_KEY,
    FindingKind.TUYA_PROTECTED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the examination needs to know."""

    name: str
    known: KnownSearch
    pin_text: bytes
    keep_mac: bool

    def examine(self, data: bytes) -> Examined:
        """The verdict on `data`."""
        return examine(
            Dump(data=data, name=self.name),
            known=self.known,
            pin_text=self.pin_text,
            keep_mac=self.keep_mac,
        )


def sweep(buffer: bytearray, *, report: DumpReport, judge: Judge, removals: Removals) -> Examined:
    """Blank plain copies of known values, then erase loose sectors in which a decoder succeeds.

    Returns the last examination; its `left` is what could not be removed without harm.
    """
    _plain_copies(buffer, report, judge, removals)
    seen = judge.examine(bytes(buffer))
    code = proven_code(bytes(buffer), report.findings)
    for _round in range(_ROUNDS):
        loose = [hit for hit in seen.left if _is_loose(hit, seen.report)]
        if not loose:
            break
        for hit in loose:
            exact = AddressRange.sized(hit.offset, max(1, len(hit.value)))
            span = exact.aligned(SECTOR_LEN)
            if any(own.overlaps(span) for own in _own_spans(seen.report)):
                span = exact
            span = AddressRange(span.start, min(span.end, len(buffer)))
            for part in subtract_ranges([span], code):
                buffer[part.start : part.end] = b"\xff" * len(part)
            removals.add(hit.kind, hit.where)
        seen = judge.examine(bytes(buffer))
    return seen


def _plain_copies(buffer: bytearray, report: DumpReport, judge: Judge, removals: Removals) -> None:
    spans = data_spans(bytes(buffer), report.findings)
    own = _own_spans(report)
    clean = [*_clean_fields(report), *proven_code(bytes(buffer), report.findings)]
    # Found before anything is blanked: a coded stretch can take the first letter of a masked copy.
    views = list(masked_views(bytes(buffer), spans))
    under_masks = list(judge.known.in_views(views, runs_of(views)))
    for span in spans:
        body = bytes(buffer[span.start : span.end])
        pins = pin_spans(body, judge.pin_text)
        for at, length, coded in judge.known.in_plain(body):
            hit = AddressRange.sized(span.start + at, length)
            if not any(at in pin for pin in pins) and not any(hit.start in item for item in own):
                _blank(buffer, hit, [*own, *clean], keep_length=not coded)
                removals.add(SecretKind.COPY, "coded" if coded else "raw")
    for view, at, length in under_masks:
        hit = AddressRange.sized(view.base + at, length)
        if not any(hit.start in item for item in own):
            _blank(buffer, hit, [*own, *clean], keep_length=False)
            removals.add(SecretKind.COPY, "masked")
    _reseal(buffer, report)


def _blank(
    buffer: bytearray, hit: AddressRange, own: list[AddressRange], *, keep_length: bool
) -> None:
    """Fill a hit, but nothing of an encrypted structure behind it."""
    for span in subtract_ranges([hit], own):
        old = bytes(buffer[span.start : span.end])
        buffer[span.start : span.end] = blank_value(old) if keep_length else b"\xff" * len(old)


def _clean_fields(report: DumpReport) -> Iterator[AddressRange]:
    """What of a settings block was cleaned field by field: all but the startup command.

    A coded stretch is as long as the text that it stands in, which may begin with the marker.
    """
    for item in report.findings:
        if item.kind is FindingKind.OBK_CONFIG:
            startup = AddressRange.sized(item.span.start + _STARTUP.offset, _STARTUP.size)
            yield from subtract_ranges([item.span], [startup])


def _reseal(buffer: bytearray, report: DumpReport) -> None:
    """A settings block in which something was blanked stays a sound one."""
    for item in report.findings:
        if item.kind is FindingKind.OBK_CONFIG:
            sector = bytes(buffer[item.span.start : item.span.end])
            if sector.startswith(MAGIC):
                buffer[item.span.start : item.span.end] = resealed(sector)


def _is_loose(hit: SecretHit, report: DumpReport) -> bool:
    return hit.where in _LOOSE and not _owned(hit.offset, report)


def _owned(offset: int, report: DumpReport) -> bool:
    return any(offset in span for span in _own_spans(report))


def _own_spans(report: DumpReport) -> list[AddressRange]:
    """Encrypted structures; of a key block only the head, for its padding can hold anything."""
    return [
        AddressRange.sized(item.span.start, KEY_HEAD_LEN)
        if item.kind is FindingKind.TUYA_KEY
        else item.span
        for item in report.findings
        if item.kind in _OWN
    ]
