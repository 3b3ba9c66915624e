"""The schema record: the data points that the cloud knows of the device.

Named by gw_di.s_id; a list of {id, mode, type, property}. Source: tuya-storage.md section 6.
"""

from __future__ import annotations

import json

from plugsmith.records import frozen
from plugsmith.tuya.records import Json, read_json

_MAX_POINTS = 256


@frozen
class SchemaPoint:
    """One data point; `kind` is bool, value, enum, string, bitmap or raw."""

    number: int
    mode: str
    kind: str
    low: int | None = None
    high: int | None = None
    scale: int | None = None
    step: int | None = None
    choices: tuple[str, ...] = ()
    max_len: int | None = None

    @property
    def writable(self) -> bool:
        """Whether the cloud may set it."""
        return "w" in self.mode


def read_schema(value: bytes) -> tuple[SchemaPoint, ...] | None:
    """The data points, or None where the bytes are no schema."""
    parsed = read_json(value)
    if not isinstance(parsed, list) or len(parsed) > _MAX_POINTS:
        return None
    points = tuple(point for entry in parsed if (point := _point(entry)) is not None)
    return points or None


def _point(entry: Json) -> SchemaPoint | None:
    if not isinstance(entry, dict):
        return None
    number, mode = entry.get("id"), entry.get("mode")
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(mode, str):
        return None
    extra = entry.get("property")
    fields = extra if isinstance(extra, dict) else {}
    kind = fields.get("type") if entry.get("type") != "raw" else "raw"
    choices = fields.get("range")
    return SchemaPoint(
        number=number,
        mode=mode,
        kind=kind if isinstance(kind, str) else "raw",
        low=_int(fields.get("min")),
        high=_int(fields.get("max")),
        scale=_int(fields.get("scale")),
        step=_int(fields.get("step")),
        choices=tuple(str(item) for item in choices) if isinstance(choices, list) else (),
        max_len=_int(fields.get("maxlen")),
    )


def encode_schema(points: tuple[SchemaPoint, ...]) -> bytes:
    """The record of `points`."""
    return json.dumps([_entry(point) for point in points], separators=(",", ":")).encode()


def _entry(point: SchemaPoint) -> dict[str, Json]:
    if point.kind == "raw":
        return {"mode": point.mode, "id": point.number, "type": "raw"}
    fields: dict[str, Json] = {"type": point.kind}
    optional = {
        "min": point.low,
        "max": point.high,
        "scale": point.scale,
        "step": point.step,
        "maxlen": point.max_len,
    }
    fields.update({key: value for key, value in optional.items() if value is not None})
    if point.choices:
        fields["range"] = list(point.choices)
    return {"mode": point.mode, "property": fields, "id": point.number, "type": "obj"}


def _int(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
