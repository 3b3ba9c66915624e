"""What a JSON object holds: a configuration, a serial link, a template, or the store of a device.

Known shapes: the pins themselves, the storage JSON of other tools (records by name, values as
objects or as texts), a published profile, a result of ours, a wrapper around any of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.content import Malformed
from plugsmith.tuya.records import (
    PIN_RECORD,
    SERIAL_RECORDS,
    SerialSettings,
    platform_chip,
    read_device_info,
    read_platform,
    read_serial,
)
from plugsmith.tuya.schema import read_schema
from plugsmith.tuya.user_param import MAX_TEXT_LEN, parse_pin_text

if TYPE_CHECKING:
    from plugsmith.tuya.records import ProductFacts
    from plugsmith.tuya.schema import SchemaPoint

_CONFIGS = (PIN_RECORD, "device_configuration", "config", "oem_cfg", "upk", "pin_config")
_WRAPPERS = ("data", "storage", "device", "result", "kv", "records", "template")
_RECORDS = frozenset({"gw_bi", "gw_di", "gw_wsm", "em_sys_env", PIN_RECORD, *SERIAL_RECORDS})
NAMES = frozenset({"module", "crc", "jv", "Jsonver", "cmod", "dmod", "ch_num", "sw"})
_MAX_DEPTH = 4
_MAX_NAME = 64
_LAST_PIN = 255  # a byte; no chip has so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What was found in one object; `body` is the object that the facts stand in."""

    config: Mapping[str, object] | None = None
    text: str | None = None
    serial: SerialSettings | None = None
    serial_named: bool = False
    storage: bool = False
    template: bool = False
    module: str | None = None
    chip: str | None = None
    info: ProductFacts | None = None
    schema: tuple[SchemaPoint, ...] = ()
    body: Mapping[str, object] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether the object describes a device."""
        return self.config is not None or self.storage or self.template


def holdings_of(body: Mapping[str, object], *, depth: int = 0) -> Holdings:
    """What an object holds; never raises."""
    text, config = _config_of(body)
    names = _RECORDS & set(body)
    if config is None and not names and _is_config(body):
        config = body
    if config is not None or names:
        return _storage(body, config, text, storage=bool(names - {PIN_RECORD}))
    if isinstance(body.get("pins"), Mapping):
        return Holdings(template=True, body=body)
    if depth < _MAX_DEPTH:
        for key in _WRAPPERS:
            inner = body.get(key)
            if isinstance(inner, Mapping):
                found = holdings_of(inner, depth=depth + 1)
                if found.anything:
                    return found
    return Holdings(body=body)


def _storage(
    body: Mapping[str, object],
    config: Mapping[str, object] | None,
    text: str | None,
    *,
    storage: bool,
) -> Holdings:
    platform = read_platform(_bytes(body["em_sys_env"])) if "em_sys_env" in body else None
    info = read_device_info(_bytes(body["gw_di"])) if "gw_di" in body else None
    serial = None
    for name in SERIAL_RECORDS:
        if name in body and serial is None:
            serial = read_serial(name, _bytes(body[name]))
    schema: tuple[SchemaPoint, ...] = ()
    if info is not None and info.schema_id is not None and info.schema_id in body:
        schema = read_schema(_bytes(body[info.schema_id])) or ()
    return Holdings(
        config=config,
        text=text,
        serial=serial,
        serial_named=any(name in body for name in SERIAL_RECORDS),
        storage=storage,
        module=_name(body.get("module")) if config is not body else None,
        chip=(platform_chip(platform) if platform else None) or _name(body.get("chip")),
        info=info,
        schema=schema,
        body=body,
    )


def _config_of(body: Mapping[str, object]) -> tuple[str | None, Mapping[str, object] | None]:
    """The configuration under one of its names: an object, or a text in either notation."""
    for key in _CONFIGS:
        value = body.get(key)
        if isinstance(value, Mapping) and value:
            inner = value.get("value")
            return None, inner if isinstance(inner, Mapping) else value
        if isinstance(value, str) and value.lstrip().startswith("{"):
            text = value.strip().rstrip("\0")[:MAX_TEXT_LEN]
            try:
                return text, parse_pin_text(text).config
            except Malformed:
                continue
    return None, None


def _is_config(body: Mapping[str, object]) -> bool:
    """Whether the keys are those of a pin configuration.

    A name alone is none: `{"module": "login"}` and `{crc:08X}` stand in the texts of programs.
    """
    if isinstance(body.get("sw"), Mapping) or any(is_pin(str(key), body[key]) for key in body):
        return True
    return not NAMES.isdisjoint(map(str, body)) and any(map(_is_number, body.values()))


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.isdecimal()
    return isinstance(value, int) and not isinstance(value, bool)


def is_pin(key: str, value: object) -> bool:
    """Whether a pair names a pin: `fac_pin` is a product id, and `sim_pin: 4711` opens a phone."""
    if not key.endswith("_pin") or isinstance(value, bool):
        return False
    number = re.fullmatch(r"[A-Z]{0,4}_?(\d{1,3})", str(value).strip(), re.IGNORECASE)
    return number is not None and int(number[1]) <= _LAST_PIN


def _bytes(value: object) -> bytes:
    """A record as it would be stored."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return json.dumps(value).encode()


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_NAME else None
