"""The settings block as typed values with names, and from typed values back to bytes.

Values are what JSON can hold: texts, whole numbers, lists, and maps with text keys. Names and
places: openbeken.md section 9.3; defaults: tuya-storage.md section 9.4.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.errors.device import SettingUnusable
from plugsmith.messages import _
from plugsmith.openbeken.config_block import (
    FIELDS,
    NEWEST_VERSION,
    ConfigBlock,
    FieldKind,
    field,
    new_block,
    with_fields,
)
from plugsmith.openbeken.config_layout import layout_of
from plugsmith.openbeken.flag_names import flag_table, with_flags
from plugsmith.openbeken.roles import read_role, roles
from plugsmith.secrets import MASK, redact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.errors import Fact

CHANNELS = 64
CALIBRATION_KEYS = ("voltage", "current", "power", "power_max")
ADDRESS_KEYS = ("ip", "mask", "gateway", "dns")
BUTTON_KEYS = ("short", "long", "repeat")
PASSWORDS = frozenset({"wifi_password", "wifi_password2", "mqtt_password", "web_password"})
_FREE_TEXTS = ("startup_command", "web_application", "mqtt_host")
PRIVATE = PASSWORDS | {"wifi_ssid", "wifi_ssid2"}
DEFAULT_WEB_APPLICATION = "https://openbekeniot.github.io/webapp/"
TEXT_NAMES = tuple(item.name for item in FIELDS if item.kind is FieldKind.TEXT)
_LIMITS = {
    "flags": (1 << 64) - 1,
    "mqtt_port": 65535,
    "boot_ok_seconds": 255,
    "ping_interval": (1 << 32) - 1,
    "ping_seconds": (1 << 32) - 1,
    "littlefs_size": 1 << 21,
    "logger_flags": (1 << 32) - 1,
}
_TABLES = ("pins", "channel_types", "start_values", "calibration", "static_ip", "button_times")
_OWN = ("mac", "led_remap", "led_correction", "flag")
NAMES: tuple[str, ...] = (*TEXT_NAMES, *_LIMITS, *_TABLES, *_OWN)
READ_ONLY = ("version", "change_counter", "ota_counter")
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-]?[0-9a-fA-F]{2}){5}")
_PIN_ROW = 3


@cache
def firmware_roles() -> tuple[str, ...]:
    """Role names by index as firmware 1.18.299 numbers them; names are only ever appended."""
    return tuple(item.name for item in roles())


def read_settings(
    block: ConfigBlock, *, role_names: Sequence[str] | None = None
) -> dict[str, Fact]:
    """Everything in the block by name. Secrets are in it: see `masked`."""
    found: dict[str, Fact] = {}
    for name in READ_ONLY:
        found[name] = _number(block, name)
    for name in TEXT_NAMES:
        if block.has(field(name)):
            found[name] = str(block.value(field(name)))
    for name in _LIMITS:
        found[name] = _number(block, name)
    found["mac"] = _bytes(block, "mac").hex(":")
    found["pins"] = read_block_pins(block, role_names or firmware_roles())
    types, starts = _bytes(block, "channel_types"), _bytes(block, "start_values")
    found["channel_types"] = {str(i): kind for i, kind in enumerate(types) if kind}
    values = struct.unpack(f"<{CHANNELS}h", starts)
    found["start_values"] = {str(i): value for i, value in enumerate(values) if value}
    floats = struct.unpack("<8f", _bytes(block, "calibration"))
    found["calibration"] = {
        key: _plain(value) for key, value in zip(CALIBRATION_KEYS, floats, strict=False)
    }
    places = _bytes(block, "static_addresses")
    found["static_ip"] = {
        key: ".".join(str(byte) for byte in places[4 * i : 4 * i + 4])
        for i, key in enumerate(ADDRESS_KEYS)
    }
    found["button_times"] = dict(zip(BUTTON_KEYS, _bytes(block, "button_times"), strict=True))
    found["led_remap"] = list(_bytes(block, "led_remap"))
    found["led_correction"] = [
        _plain(value) for value in struct.unpack("<6f", _bytes(block, "led_correction"))
    ]
    return found


def masked(settings: Mapping[str, Fact]) -> dict[str, Fact]:
    """The same with passwords and network names as ***, where set at all; commands redacted."""
    private = {name: MASK for name in settings if name in PRIVATE and settings[name]}
    texts = {name: redact(str(settings[name])) for name in _FREE_TEXTS if settings.get(name)}
    return {**settings, **texts, **private}


def read_block_pins(block: ConfigBlock, names: Sequence[str]) -> dict[str, Fact]:
    """GPIO to `Role;channel[;channel2]` for every pin with a role; `#n` for an unknown index."""
    tables = [_bytes(block, name) for name in ("pin_roles", "pin_channels", "pin_channels2")]
    found: dict[str, Fact] = {}
    for gpio, (index, channel, channel2) in enumerate(zip(*tables, strict=True)):
        if index:
            name = names[index] if index < len(names) else f"#{index}"
            found[str(gpio)] = f"{name};{channel}" + (f";{channel2}" if channel2 else "")
    return found


def change_settings(
    block: ConfigBlock,
    changes: Mapping[str, object],
    *,
    role_names: Sequence[str] | None = None,
) -> ConfigBlock:
    """`block` with typed values replaced; everything not named stays, to the byte.

    Tables with keys take over only the keys that are given, `flag` sets single flags; `pins`
    replaces the whole pin table. SettingUnusable for an unknown name, an impossible value, or a
    block too old to hold it.
    """
    for name, value in sorted(changes.items(), key=lambda item: item[0] == "flag"):
        if name == "web_password" and value and block.version < NEWEST_VERSION:
            raise _unusable(name, _("the firmware clears it in a block of an older version"))
        place, data = _encode(block, name, value, role_names or firmware_roles())
        for part, part_data in zip(place, data, strict=True):
            if not block.place(field(part)).size:
                raise _unusable(name, _("a block of version {v} lacks it", v=block.version))
            spot = block.place(field(part))
            room = spot.size - (spot.kind is FieldKind.TEXT)
            if len(part_data) > room:
                raise _unusable(name, _("it is longer than {room} bytes", room=room))
            block = with_fields(block, {part: part_data})
    return block


def default_block(*, chip: str, mac: str | None = None) -> ConfigBlock:
    """What the firmware writes at its first start, as far as it matters; names from the MAC."""
    block = new_block(layout=layout_of(chip))
    group = "bekens_n" if chip.upper() in {"BK7231N", "BK7231M"} else "bekens_t"
    changes: dict[str, object] = {
        "flags": 1 << 10,
        "mqtt_port": 1883,
        "mqtt_user": "homeassistant",
        "mqtt_group": group,
        "web_application": DEFAULT_WEB_APPLICATION,
        "time_server": "217.147.223.78",
        "button_times": {"short": 3, "long": 10, "repeat": 5},
        "led_correction": [1.0, 1.0, 1.0, 2.2, 0.1, 0.1],
        "boot_ok_seconds": 5,
        "ping_host": "192.168.0.1",
    }
    if mac is not None:
        changes["mac"] = mac
        tail = _mac(mac).hex()[4:].upper()
        changes["short_name"] = changes["mqtt_client"] = f"obk{tail}"
        changes["long_name"] = f"Open{chip}_{tail}"
    return change_settings(block, changes)


def _number(block: ConfigBlock, name: str) -> int:
    return int(block.value(field(name)))


def _bytes(block: ConfigBlock, name: str) -> bytes:
    value = block.value(field(name))
    return value if isinstance(value, bytes) else b""


def _plain(value: float) -> float | None:
    """A float as short as its four bytes allow; None for what JSON cannot hold."""
    if not math.isfinite(value):
        return None
    raw = struct.pack("<f", value)
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return next((float(text) for text in texts if struct.pack("<f", float(text)) == raw), value)


Encoded = tuple[tuple[str, ...], tuple[bytes, ...]]


def _encode(block: ConfigBlock, name: str, value: object, names: Sequence[str]) -> Encoded:
    """The fields that `name` fills, and their bytes."""
    if name == "pins":
        return ("pin_roles", "pin_channels", "pin_channels2"), _pins(block, value, names)
    place = "static_addresses" if name == "static_ip" else name
    if name == "flag":  # single ones, over what `flags` says
        return _encode(block, "flags", with_flags(_number(block, "flags"), flag_table(value)), ())
    if name in TEXT_NAMES:
        return (place,), (_text(name, value),)
    if name in _LIMITS:
        number = _whole(name, value, 0, _LIMITS[name])
        return (place,), (number.to_bytes(field(name).size, "little"),)
    return (place,), (_mac(value) if name == "mac" else _table(block, name, value),)


def _table(block: ConfigBlock, name: str, value: object) -> bytes:
    match name:
        case "channel_types" | "start_values":
            return _channel_table(block, name, value)
        case "calibration":
            return _calibration(block, value)
        case "static_ip":
            return _addresses(block, value)
        case "button_times":
            return _keyed_bytes(block, name, BUTTON_KEYS, value)
        case _:
            return _list(name, value)


def _list(name: str, value: object) -> bytes:
    if name == "led_remap":
        return bytes(_row(name, value, 5, 0, 255))
    if name == "led_correction":
        return struct.pack("<6f", *_floats(name, value, 6))
    raise _unusable(name, _("there is no such setting"))


def _text(name: str, value: object) -> bytes:
    if not isinstance(value, str) or "\0" in value:
        raise _unusable(name, _("it must be a text"))
    return value.encode("utf-8", "replace")


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _unusable(
            name, _("it must be a whole number from {low} to {high}", low=low, high=high)
        )
    return value


def _real(name: str, value: object) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not abs(float(str(value))) < 1e9:
        raise _unusable(name, _("it must be a number"))
    return float(str(value))


def _mac(value: object) -> bytes:
    if not isinstance(value, str) or not _MAC.fullmatch(value.strip()):
        raise _unusable("mac", _("it must be six bytes such as 84:e3:42:01:02:03"))
    return bytes.fromhex(re.sub("[:-]", "", value.strip()))


def _row(name: str, value: object, count: int, low: int, high: int) -> list[int]:
    if not isinstance(value, (list, tuple)) or len(value) != count:
        raise _unusable(name, _("it must be a list of {count} numbers", count=count))
    return [_whole(name, item, low, high) for item in value]


def _floats(name: str, value: object, count: int) -> list[float]:
    if not isinstance(value, (list, tuple)) or len(value) != count:
        raise _unusable(name, _("it must be a list of {count} numbers", count=count))
    return [_real(name, item) for item in value]


def _map(name: str, value: object, keys: Sequence[str] | None = None) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _unusable(name, _("it must be a table"))
    found = {str(key): item for key, item in value.items()}
    unknown = sorted(set(found) - set(keys)) if keys is not None else []
    if unknown:
        raise _unusable(name, _("it has no entry {key!r}", key=unknown[0][:40]))
    return found


def _keyed_bytes(block: ConfigBlock, name: str, keys: Sequence[str], value: object) -> bytes:
    row = bytearray(_bytes(block, name))
    for key, item in _map(name, value, keys).items():
        row[keys.index(key)] = _whole(name, item, 0, 255)
    return bytes(row)


def _channel_table(block: ConfigBlock, name: str, value: object) -> bytes:
    starts = name == "start_values"
    form, low, high = ("<64h", -32768, 32767) if starts else ("<64B", 0, 255)
    row = list(struct.unpack(form, _bytes(block, name)))
    for key, item in _map(name, value).items():
        row[_whole(name, key, 0, CHANNELS - 1)] = _whole(name, item, low, high)
    return struct.pack(form, *row)


def _calibration(block: ConfigBlock, value: object) -> bytes:
    raw = bytearray(_bytes(block, "calibration"))
    for key, item in _map("calibration", value, CALIBRATION_KEYS).items():
        struct.pack_into("<f", raw, 4 * CALIBRATION_KEYS.index(key), _real("calibration", item))
    return bytes(raw)


def _addresses(block: ConfigBlock, value: object) -> bytes:
    raw = bytearray(_bytes(block, "static_addresses"))
    for key, item in _map("static_ip", value, ADDRESS_KEYS).items():
        parts = str(item).split(".")
        if len(parts) != 4 or not all(re.fullmatch(r"\d{1,3}", x) and int(x) < 256 for x in parts):
            raise _unusable("static_ip", _("{text!r} is no IPv4 address", text=str(item)[:40]))
        at = 4 * ADDRESS_KEYS.index(key)
        raw[at : at + 4] = bytes(int(x) for x in parts)
    return bytes(raw)


def _pins(block: ConfigBlock, value: object, names: Sequence[str]) -> tuple[bytes, ...]:
    tables = [bytearray(block.layout.pins) for _table in range(_PIN_ROW)]
    for key, text in _map("pins", value).items():
        gpio = _whole("pins", key, 0, block.layout.pins - 1)
        role, *numbers = str(text).split(";")
        if len(numbers) > 2:
            raise _unusable("pins", _("{text!r} is no role with channels", text=str(text)[:60]))
        tables[0][gpio] = _role_index(role, names)
        for table, number in zip(tables[1:], numbers, strict=False):
            table[gpio] = _whole("pins", number, 0, 255)
    return tuple(bytes(table) for table in tables)


def _role_index(text: str, names: Sequence[str]) -> int:
    if re.fullmatch(r"#\d{1,3}", text) and int(text[1:]) < 256:
        return int(text[1:])
    reading = read_role(text.strip())
    if reading.role is None or reading.role.name not in names:
        raise _unusable("pins", _("the firmware knows no role {text!r}", text=text[:40]))
    return names.index(reading.role.name)


def _unusable(name: str, problem: str) -> SettingUnusable:
    return SettingUnusable(name=name[:60], problem=problem)


def with_layout(block: ConfigBlock, chip: str | None) -> ConfigBlock:
    """The same bytes, read as the chip lays them out."""
    return replace(block, layout=layout_of(chip))
