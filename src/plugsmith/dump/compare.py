"""What differs between two dumps, by region and by record, without a secret in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.listing import list_records
from plugsmith.dump.repair import repair
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import PlugsmithError
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.records import PIN_RECORD, read_json
from plugsmith.tuya.user_param import parse_pin_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.dump.dump import Dump
    from plugsmith.dump.listing import Listed
    from plugsmith.dump.survey.report import DumpReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionChange:
    """A region of the first dump in which `differing` bytes in `sectors` sectors are different."""

    name: str
    span: AddressRange
    differing: int
    sectors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A record or file that was added, removed or changed; `fields` are names, never values."""

    name: str
    kind: str
    change: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The two surveys and what differs; spans are flash addresses where both are in order."""

    first: DumpReport
    second: DumpReport
    equal: bool
    regions: tuple[RegionChange, ...]
    records: tuple[RecordChange, ...]


def compare(first: Dump, second: Dump) -> Comparison:
    """The differences. A rotated or shifted dump is put in order first, so that like meets like."""
    one, two = survey(first), survey(second)
    records = tuple(_records(_live(first, one), _live(second, two)))
    straight, report = _in_order(first, one)
    other, _same = _in_order(second, two)
    return Comparison(
        first=one,
        second=two,
        equal=first.data == second.data,
        regions=tuple(_regions(straight, other, report)),
        records=records,
    )


def _in_order(dump: Dump, report: DumpReport) -> tuple[bytes, DumpReport]:
    """The bytes in flash order with their survey; as they are where no order is proven."""
    if report.layout.straight:
        return dump.data, report
    try:
        put = repair(dump, report=report)
    except PlugsmithError:
        return dump.data, report
    return put.data, put.report


def _regions(one: bytes, two: bytes, report: DumpReport) -> Iterator[RegionChange]:
    for region in report.regions:
        change = _change(one, two, region.name, region.span)
        if change is not None:
            yield change
    if len(two) > len(one):
        span = AddressRange(len(one), len(two))
        change = _change(one, two, "beyond the first file", span)
        if change is not None:
            yield change


def _change(one: bytes, two: bytes, name: str, span: AddressRange) -> RegionChange | None:
    differing = sectors = 0
    for piece in span.split(SECTOR_LEN):
        left, right = one[piece.start : piece.end], two[piece.start : piece.end]
        if left != right:
            sectors += 1
            differing += abs(len(left) - len(right))
            alike = min(len(left), len(right))
            apart = int.from_bytes(left[:alike], "big") ^ int.from_bytes(right[:alike], "big")
            differing += alike - apart.to_bytes(alike, "big").count(0)
    if not sectors:
        return None
    return RegionChange(name=name, span=span, differing=differing, sectors=sectors)


def _records(
    one: dict[tuple[str, str], Listed], two: dict[tuple[str, str], Listed]
) -> Iterator[RecordChange]:
    for key in sorted(one.keys() | two.keys()):
        kind, name = key
        if key not in two:
            yield RecordChange(name=name, kind=kind, change="removed")
        elif key not in one:
            yield RecordChange(name=name, kind=kind, change="added")
        elif one[key].value != two[key].value:
            fields = tuple(_fields(name, one[key].value, two[key].value))
            yield RecordChange(name=name, kind=kind, change="changed", fields=fields)


def _live(dump: Dump, report: DumpReport) -> dict[tuple[str, str], Listed]:
    listed = list_records(dump, show_secrets=True, findings=report.findings)
    return {(item.kind, item.name): item for item in listed if item.live}


def _fields(name: str, one: bytes, two: bytes) -> list[str]:
    """Names of the fields that differ, where both values have named fields."""
    left, right = _named(name, one), _named(name, two)
    missing = object()
    return [
        key
        for key in sorted(left.keys() | right.keys())
        if left.get(key, missing) != right.get(key, missing)
    ]


def _named(name: str, value: bytes) -> dict[str, object]:
    if name in {PIN_RECORD, "oem_cfg", "json"}:
        try:
            text = value.split(b"\0", 1)[0].decode("utf-8", "replace")
            return dict(parse_pin_text(text).config)
        except PlugsmithError:
            return {}
    parsed = read_json(value)
    return dict(parsed) if isinstance(parsed, dict) else {}
