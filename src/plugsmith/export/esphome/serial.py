"""Devices in which another controller works: ESPHome's `tuya` component and its data points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.profile import DataKind
from plugsmith.export.output import one_line
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DataPoint, DeviceProfile
    from plugsmith.export.esphome.draft import Block, EspDraft

_RECEIVE, _SEND = 10, 11
_UART = "mcu_uart"
_MAX_OPTIONS = 64


def add_serial(draft: EspDraft, profile: DeviceProfile) -> None:
    """The UART, the component, and one entity a data point."""
    serial = profile.serial
    if serial is None:
        return
    draft.uses_uart = True
    draft.add(
        "uart",
        {
            "id": _UART,
            "rx_pin": draft.pin(_RECEIVE),
            "tx_pin": draft.pin(_SEND),
            "baud_rate": serial.baud,
        },
    )
    draft.put("tuya", {"uart_id": _UART})
    if not serial.points:
        draft.note(_("No data points are known: ESPHome writes those it sees into its log."))
    for point in serial.points:
        if 0 <= point.number <= 255:
            _point(draft, point)


def _point(draft: EspDraft, point: DataPoint) -> None:
    name = one_line(point.name, limit=40) or f"Data point {point.number}"
    match point.kind:
        case DataKind.BOOL if point.writable:
            draft.add(
                "switch", {"platform": "tuya", "name": name, "switch_datapoint": point.number}
            )
        case DataKind.BOOL:
            item = _sensor(name, point)
            draft.add("binary_sensor", item | ({"device_class": point.role} if point.role else {}))
        case DataKind.VALUE if point.writable:
            draft.add("number", _number(name, point))
        case DataKind.VALUE | DataKind.BITMAP:
            draft.add("sensor", _scaled(name, point))
        case DataKind.ENUM if point.writable and point.names:
            draft.add("select", _select(name, point))
        case DataKind.ENUM:
            draft.add("sensor", _sensor(name, point))
        case DataKind.STRING | DataKind.RAW:
            draft.add("text_sensor", _sensor(name, point))


def _sensor(name: str, point: DataPoint) -> Block:
    return {"platform": "tuya", "name": name, "sensor_datapoint": point.number}


def _scaled(name: str, point: DataPoint) -> Block:
    item = _sensor(name, point)
    if 0 < point.scale <= 6:
        item["filters"] = [{"multiply": 10.0**-point.scale}]
        item["accuracy_decimals"] = point.scale
    unit = one_line(point.unit, limit=16)
    if unit:
        item["unit_of_measurement"] = unit
    if point.role and point.role != "problem":
        item["device_class"] = point.role
    return item


def _number(name: str, point: DataPoint) -> Block:
    low = point.minimum if point.minimum is not None else 0
    high = point.maximum if point.maximum is not None else low + 100
    return {
        "platform": "tuya",
        "name": name,
        "number_datapoint": point.number,
        "min_value": low,
        "max_value": max(high, low + 1),
        "step": 1,
    }


def _select(name: str, point: DataPoint) -> Block:
    options: dict[int, str] = {}
    for number, text in enumerate(point.names[:_MAX_OPTIONS]):
        word = one_line(text.replace("$", " "), limit=40) or f"option {number}"
        options[number] = word if word not in options.values() else f"{word} {number}"
    return {
        "platform": "tuya",
        "name": name,
        "enum_datapoint": point.number,
        "options": options,
    }
