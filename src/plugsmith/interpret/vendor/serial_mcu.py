"""Devices with a serial MCU: data points of the schema record (upk-mapping.md section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from plugsmith.device.profile import DataKind, DataPoint, DeviceProfile, SerialMcu
from plugsmith.interpret.vendor.point_names import named
from plugsmith.interpret.vendor.settings import whole
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_BAUD = 9600
_MAX_POINTS = 255
_MAX_NAMES = 64


def data_points(schema: Iterable[object]) -> tuple[DataPoint, ...]:
    """The data points of a schema (a list of the vendor's JSON objects); junk is left out."""
    found: dict[int, DataPoint] = {}
    for item in schema:
        point = _point(item) if isinstance(item, Mapping) else None
        if point is not None and len(found) < _MAX_POINTS:
            found.setdefault(point.number, point)
    return tuple(found[number] for number in sorted(found))


def _point(item: Mapping[str, object]) -> DataPoint | None:
    number = whole(item.get("id"))
    facts = item.get("property")
    details: Mapping[str, object] = facts if isinstance(facts, Mapping) else {}
    kind = _kind(item.get("type"), details.get("type"))
    if number is None or not 0 < number < 256 or kind is None:
        return None
    names = details.get("range")
    listed = names if isinstance(names, list) else []
    return DataPoint(
        number=number,
        kind=kind,
        writable="w" in str(item.get("mode", "")),
        minimum=whole(details.get("min")),
        maximum=whole(details.get("max")),
        scale=max(0, whole(details.get("scale")) or 0),
        unit=str(details.get("unit") or "")[:16],
        names=tuple(str(name)[:32] for name in listed[:_MAX_NAMES]),
    )


def _kind(outer: object, inner: object) -> DataKind | None:
    """`type` is raw at the outer level, else obj with the kind inside `property`."""
    text = str(inner if inner is not None else outer).lower()
    try:
        return DataKind(text)
    except ValueError:
        return DataKind.RAW if str(outer).lower() == "raw" else None


def profile_of_serial_mcu(
    *,
    baud: int | None,
    schema: Iterable[object] = (),
    chip: str | None = None,
    module: str | None = None,
) -> DeviceProfile:
    """The profile of a device whose pins all belong to another controller."""
    speed = baud if baud and 300 <= baud <= 2_000_000 else DEFAULT_BAUD
    points, kind = named(data_points(schema))
    return DeviceProfile(
        module=module,
        chip=chip,
        serial=SerialMcu(baud=speed, points=points),
        remarks=serial_remarks(points=points, baud=speed, kind=kind),
    )


def serial_remarks(*, points: tuple[DataPoint, ...], baud: int, kind: str = "") -> tuple[str, ...]:
    """What a user must know about such a device."""
    texts = [
        _(
            "Another controller inside the device does the work and talks over P10 and P11 at "
            "{baud} baud: there are no pins to set.",
            baud=baud,
        ),
        _("A battery device of this kind needs the tmSensor driver instead of TuyaMCU."),
    ]
    if kind:
        texts.append(
            _(
                "The data points are those that a {kind} usually has; the names are the usual "
                "ones, for none are stored on the device.",
                kind=_(kind),
            )
        )
    elif points:
        texts.append(
            _(
                "The data points come from the schema record. Their names are not stored on the "
                "device; numbers 1 to 16 are usually switches."
            )
        )
    else:
        texts.append(
            _(
                "No schema record was found, so the data points are not known: watch the log of "
                "OpenBeken for their numbers."
            )
        )
    return tuple(texts)
