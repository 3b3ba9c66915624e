"""The last pass of the sanitizer: copies of known values, and sectors that still hold a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.sanitize.encodings import hidden
from plugsmith.dump.sanitize.known_values import direct_values, masked_forms, occurrences
from plugsmith.dump.sanitize.leftovers import Examined, examine, pin_spans
from plugsmith.dump.survey.credentials import SecretKind, blank_value
from plugsmith.dump.survey.secret_scan import SecretHit, data_spans
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.keys import KEY_HEAD_LEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.sanitize.known_values import SearchForm
    from plugsmith.dump.sanitize.removals import Removals
    from plugsmith.dump.survey.report import DumpReport

_ROUNDS = 3
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
    known: Sequence[SearchForm]
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
    for _round in range(_ROUNDS):
        loose = [hit for hit in seen.left if _is_loose(hit, seen.report)]
        if not loose:
            break
        for hit in loose:
            exact = AddressRange.sized(hit.offset, max(1, len(hit.value)))
            span = exact.aligned(SECTOR_LEN)
            if any(own.overlaps(span) for own in _own_spans(seen.report)):
                span = exact
            end = min(span.end, len(buffer))
            buffer[span.start : end] = b"\xff" * (end - span.start)
            removals.add(hit.kind, hit.where)
        seen = judge.examine(bytes(buffer))
    return seen


def _plain_copies(buffer: bytearray, report: DumpReport, judge: Judge, removals: Removals) -> None:
    masked = masked_forms(judge.known)
    for span in data_spans(bytes(buffer), report.findings):
        body = bytes(buffer[span.start : span.end])
        pins = pin_spans(body, judge.pin_text)
        for where, forms in (("raw", judge.known), ("masked", masked)):
            for at, length in occurrences(body, forms):
                start = span.start + at
                if any(at in pin for pin in pins) or _owned(start, report):
                    continue
                fill = bytes(length) if where == "masked" else blank_value(body[at : at + length])
                buffer[start : start + length] = fill
                removals.add(SecretKind.COPY, where)
        for at, length in hidden(bytes(buffer[span.start : span.end]), direct_values(judge.known)):
            start = span.start + at
            if not any(at in pin for pin in pins) and not _owned(start, report):
                buffer[start : start + length] = b"\xff" * length
                removals.add(SecretKind.COPY, "coded")


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
