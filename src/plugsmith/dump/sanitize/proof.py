"""The proof of a sanitized copy: nothing private left, nothing else lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.survey.credentials import is_harmless
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.errors import Malformed, PlugsmithError
from plugsmith.messages import _
from plugsmith.openbeken.config_block import field, read_block
from plugsmith.openbeken.config_layout import PIN_TABLES, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.dump.finding import Finding
    from plugsmith.dump.recovery.outcome import Recovery
    from plugsmith.dump.sanitize.leftovers import Examined
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.memory import AddressRange
    from plugsmith.tuya.store import StoredRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SanitizeProof:
    """Three statements about a copy, and a sentence about the first that is false."""

    records_intact: bool
    pin_text_identical: bool
    secrets_left: int
    problem: str = ""

    @property
    def complete(self) -> bool:
        """Whether all three are as they must be."""
        return self.records_intact and self.pin_text_identical and self.secrets_left == 0


def prove(
    before: Dump,
    *,
    report: DumpReport,
    stores: Sequence[VendorStore],
    pins: Recovery | None,
    after: Examined,
) -> SanitizeProof:
    """Compare the original (its survey, stores and `pin_recovery`) with the examined copy."""
    broken = next(_broken(stores, after.stores), None)
    if any(_changed(span, before, after) for span in proven_code(before.data, report.findings)):
        broken = _("program code has changed.")
    if not all(_same_settings(item.span, report.chip, before, after) for item in _blocks(report)):
        broken = _("the pins in OpenBeken's settings have changed.")
    same_pins = _same_pins(pins, pin_recovery(Dump(data=after.data, name=before.name)))
    left = len(after.left)
    return SanitizeProof(
        records_intact=broken is None,
        pin_text_identical=same_pins,
        secrets_left=left,
        problem=_problem(broken, after, same_pins=same_pins),
    )


def _blocks(report: DumpReport) -> Iterator[Finding]:
    return (item for item in report.findings if item.kind is FindingKind.OBK_CONFIG)


def _same_settings(span: AddressRange, chip: str | None, before: Dump, after: Examined) -> bool:
    """Whether a settings block is still sound and drives the same pins."""
    layout = layout_of(chip)
    try:
        old, new = (
            read_block(data[span.start : span.end], layout=layout)
            for data in (before.data, after.data)
        )
    except Malformed:
        return False
    return all(old.value(field(name)) == new.value(field(name)) for name in PIN_TABLES)


def pin_recovery(dump: Dump) -> Recovery | None:
    """What `dump config` finds; None where it refuses the file."""
    try:
        return recover(dump.data, name=dump.name)
    except PlugsmithError:
        return None


def _problem(broken: str | None, after: Examined, *, same_pins: bool) -> str:
    if after.left:
        places = Counter(f"{hit.kind.value} ({hit.where})" for hit in after.left)
        return _("something private is still in it: {places}.", places=", ".join(sorted(places)))
    if broken is not None:
        return broken
    if not same_pins:
        return _("its pin text would no longer be found.")
    return ""


def _same_pins(first: Recovery | None, second: Recovery | None) -> bool:
    if first is None or second is None:
        return first is second
    texts = [item.best.text if item.best else None for item in (first, second)]
    return texts[0] == texts[1] and first.status is second.status


def _changed(span: AddressRange, before: Dump, after: Examined) -> bool:
    return before.data[span.start : span.end] != after.data[span.start : span.end]


def _broken(before: Sequence[VendorStore], after: Sequence[VendorStore]) -> Iterator[str]:
    held = {store.device_key: store for store in after}
    for store in before:
        now = held.get(store.device_key)
        if now is None or len(now.sectors) < len(store.sectors):
            yield _("the vendor's storage can no longer be read.")
            return
        if store.key_block is not None and now.key_block is None:
            yield _("the key block is lost.")
        if len(now.protected) < len(store.protected):
            yield _("a protected sector can no longer be read.")
        sums = {sector.offset: sector.sum_ok for sector in now.sectors}
        if any(sector.sum_ok and not sums.get(sector.offset) for sector in store.sectors):
            yield _("a sector of the vendor's storage has a wrong sum.")
        yield from _lost_records(store, now)


def _lost_records(before: VendorStore, after: VendorStore) -> Iterator[str]:
    new = _live(after)
    for name, record in _live(before).items():
        twin = new.get(name)
        if not record.value_ok:  # nothing sound can be lost of it
            continue
        if twin is None or twin.index.length != record.index.length:
            yield _("the record {name} is lost.", name=name)
        elif not twin.value_ok:
            yield _("the record {name} has a wrong sum.", name=name)
        elif is_harmless(name) and twin.value != record.value:
            yield _("the record {name} has changed.", name=name)


def _live(store: VendorStore) -> dict[str, StoredRecord]:
    return {item.name: item for item in store.records() if item.live}
