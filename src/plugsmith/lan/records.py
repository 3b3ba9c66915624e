"""What a running OpenBeken device says about itself, as records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.lan.wire import read_json, read_loose_object

if TYPE_CHECKING:
    from plugsmith.errors import Fact

INFO_KEYS = (
    "uptime_s",
    "build",
    "ip",
    "mac",
    "flags",
    "mqtthost",
    "mqtttopic",
    "chipset",
    "webapp",
    "shortName",
    "startcmd",
    "supportsSSDP",
    "supportsClientDeviceDB",
)
_VERSION = re.compile(r"version (\d+(?:\.\d+)*(?:-[0-9A-Za-z.]+)?)(?:_([0-9A-Za-z_]+))?")
_HEX = re.compile(r"[0-9a-fA-F]{12}")
_FLAG_TEXT = re.compile(r"-?\d{1,20}")
_LOW = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiInfo:
    """The answer to /api/info. `flags_low` holds bits 0..31 only; None where it was empty."""

    chip: str
    version: str | None
    variant: str | None
    build: str
    uptime_s: int
    ip: str
    mac: str | None
    short_name: str
    mqtt_topic: str
    mqtt_host: str
    flags_low: int | None
    startup: str
    ssdp: bool

    def as_data(self) -> dict[str, Fact]:
        """The contract's fields of one found device, and a few more; nothing secret."""
        return {
            "ip": self.ip,
            "name": self.short_name,
            "chip": self.chip,
            "version": self.version,
            "variant": self.variant,
            "mac": self.mac,
            "uptime": self.uptime_s,
        }


def read_info(text: str) -> ApiInfo | None:
    """The record in the text of /api/info; None where it is not that."""
    body = read_loose_object(text, INFO_KEYS)
    if body is None or not isinstance(body.get("chipset"), str) or "build" not in body:
        return None
    build = _text(body.get("build"))
    match = _VERSION.search(build)
    return ApiInfo(
        chip=_text(body["chipset"])[:32],
        version=match[1] if match else None,
        variant=match[2] if match else None,
        build=build[:200],
        uptime_s=_whole(body.get("uptime_s")),
        ip=_text(body.get("ip"))[:64],
        mac=plain_mac(_text(body.get("mac"))),
        short_name=_text(body.get("shortName"))[:64],
        mqtt_topic=_text(body.get("mqtttopic"))[:64],
        mqtt_host=_text(body.get("mqtthost"))[:300],
        flags_low=read_flags(_text(body.get("flags"))),
        startup=_text(body.get("startcmd")),
        ssdp=body.get("supportsSSDP") in (1, True),
    )


def read_flags(text: str) -> int | None:
    """Bits 0..31 of the flags text: signed, so a negative text means bit 31; empty means absent."""
    return int(text) & _LOW if _FLAG_TEXT.fullmatch(text.strip()) else None


def plain_mac(text: str) -> str | None:
    """A MAC in lower case with colons, whatever marks it came with."""
    digits = re.sub(r"[:\-. ]", "", text)
    if not _HEX.fullmatch(digits):
        return None
    return bytes.fromhex(digits).hex(":")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinTable:
    """The answer to /api/pins: per GPIO a role name ("None" for none), channels and its state.

    `states` are values of the pins' channels, not levels. `names` are the roles this firmware
    knows, by index.
    """

    names: tuple[str, ...]
    roles: tuple[str, ...]
    channels: tuple[int, ...]
    channels2: tuple[int, ...]
    states: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.roles)


NO_ROLE = "None"


def read_pins(text: str) -> PinTable | None:
    """The table in the text of /api/pins; None where it is not that."""
    body = read_json(text)
    if not isinstance(body, dict):
        return None
    names = tuple(_role_name(item) for item in _list(body.get("rolenames")))
    indices = _numbers(body.get("roles"))
    if not names or not indices or min(indices) < 0:
        return None
    count = len(indices)
    return PinTable(
        names=names,
        roles=tuple(names[i] if i < len(names) else f"#{i}" for i in indices),
        channels=_padded(_numbers(body.get("channels")), count),
        channels2=_padded(_numbers(body.get("channels2")), count),
        states=_padded(_numbers(body.get("states")), count),
    )


def _role_name(item: object) -> str:
    text = _text(item).strip()[:64]
    return text or NO_ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the meter: volts, amperes, watts, power factor; watt-hours in all."""

    voltage: float
    current: float
    power: float
    factor: float
    energy_wh: float

    def as_data(self) -> dict[str, Fact]:
        """For JSON output."""
        return {
            "voltage": self.voltage,
            "current": self.current,
            "power": self.power,
            "factor": self.factor,
            "energy_wh": self.energy_wh,
        }


def read_meter(text: str) -> Reading | None:
    """The reading in an answer to Status 8; None where no metering driver runs."""
    body = read_json(text)
    status = body.get("StatusSNS") if isinstance(body, dict) else None
    energy = status.get("ENERGY") if isinstance(status, dict) else None
    if not isinstance(energy, dict):
        return None
    return Reading(
        voltage=_real(energy.get("Voltage")),
        current=_real(energy.get("Current")),
        power=_real(energy.get("Power")),
        factor=_real(energy.get("Factor")),
        energy_wh=_real(energy.get("ConsumptionTotal")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """An entry of a folder of the device's file system."""

    name: str
    folder: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A listing; `.` and `..` are left out."""

    path: str
    entries: tuple[ListedFile, ...] = field(default=())


def read_folder(text: str) -> Folder | None:
    """The listing in an answer to /api/lfs/<folder>; None where it is a file or no listing."""
    body = read_json(text)
    content = body.get("content") if isinstance(body, dict) and "dir" in body else None
    if not isinstance(body, dict) or not isinstance(content, list):
        return None
    found = [
        ListedFile(name=name, folder=item.get("type") == 2, size=_whole(item.get("size")))
        for item in content
        if isinstance(item, dict) and (name := _text(item.get("name"))) not in {"", ".", ".."}
    ]
    return Folder(path=_text(body.get("dir")), entries=tuple(found))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e15:
        return 0
    return int(value)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e15:
        return 0.0
    return float(value)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _numbers(value: object) -> list[int]:
    return [_whole(item) for item in _list(value)[:256]]


def _padded(numbers: list[int], count: int) -> tuple[int, ...]:
    return tuple((numbers + [0] * count)[:count])
