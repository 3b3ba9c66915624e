"""How much of a file the sanitizer searches, so that no file takes longer than a few seconds.

All that is neither proven code nor blank is looked at under each mask and with each key in each
phase. The flash of a device stays far below the bounds; a file that was made to be slow does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.dump.finders import blank
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.sanitize.ledger import account, fill_of
from plugsmith.dump.survey.secret_scan import data_spans
from plugsmith.errors.dump import SecretsLeft
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.messages import _
from plugsmith.tuya.fast_connect import XOR_PATTERN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.memory import AddressRange

_MOST_STORES = 8  # one device's own, and what other firmwares left
_MOST_VIEWED = 50 << 20  # 2 MiB without a blank sector, with one key
_LEAST_VIEW = 0x400  # a shorter stretch costs as much
_FILLS = (FindingKind.ERASED, FindingKind.ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The bytes to search and clean, their survey, and what was blanked before."""

    data: bytes
    report: DumpReport
    blanked: tuple[AddressRange, ...] = ()


def check_stores(stores: Sequence[VendorStore]) -> None:
    """Raise SecretsLeft where there are more stores than one device can hold."""
    if sum(len(store.groups) for store in stores) > _MOST_STORES:
        raise SecretsLeft(
            problem=_(
                "the vendor's storage is in it more often than the flash of one device can hold it."
            ),
            remedy=_("Cut the flash of one device out of the file first."),
        )


def bounded(
    data: bytes,
    report: DumpReport,
    *,
    stores: Sequence[VendorStore],
    lost: Sequence[AddressRange],
    pin_text: bytes,
    strict: bool,
) -> Searched:
    """All of `data`; where that is too much, and `strict` blanks it anyway, only what is read.

    Raises SecretsLeft where it is too much all the same.
    """
    keys = len({store.data_key for store in stores})
    blanked: tuple[AddressRange, ...] = ()
    if strict and _viewed(data, report, keys) > _MOST_VIEWED:
        buffer = bytearray(data)
        blanked = account(data, report, lost=lost, pin_text=pin_text).unread
        for span in blanked:
            buffer[span.start : span.end] = bytes([fill_of(span, report.findings)]) * len(span)
        data = bytes(buffer)
        report = _with_fills(report, data)
    if _viewed(data, report, keys) > _MOST_VIEWED:
        raise SecretsLeft(
            problem=_(
                "it holds more data that is neither blank nor program code than can be searched."
            ),
            remedy=_("Cut the flash of one device out of the file first."),
        )
    return Searched(data=data, report=report, blanked=blanked)


def _viewed(data: bytes, report: DumpReport, keys: int) -> int:
    """Bytes to look at in all views."""
    stretches = data_spans(data, report.findings)
    length = sum(max(len(span), _LEAST_VIEW) for span in stretches)
    return length * (1 + len(XOR_PATTERN) + BLOCK_LEN * keys)


def _with_fills(report: DumpReport, data: bytes) -> DumpReport:
    found = [item for item in report.findings if item.kind not in _FILLS]
    found += blank.find(data)
    return replace(report, findings=tuple(sorted(found, key=lambda item: item.span)))
