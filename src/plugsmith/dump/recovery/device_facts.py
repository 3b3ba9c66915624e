"""What the records beside the pins say about the device: chip, firmware, serial link, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all
from plugsmith.dump.recovery.outcome import DeviceFacts
from plugsmith.dump.store.maps import anchor_addrs
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.records import (
    SERIAL_RECORDS,
    ProductFacts,
    platform_chip,
    read_device_info,
    read_platform,
    read_serial,
)
from plugsmith.tuya.rf import RF_MAGIC, read_mac
from plugsmith.tuya.schema import read_schema

if TYPE_CHECKING:
    from plugsmith.dump.store.origin import Origin
    from plugsmith.tuya.records import SerialSettings
    from plugsmith.tuya.schema import SchemaPoint
    from plugsmith.tuya.store import Store

_NO_MAC = (bytes(6), b"\xff" * 6)


def device_facts(data: bytes, store: Store | None, origin: Origin) -> DeviceFacts:
    """The facts of a file; each may be missing."""
    live = store.live() if store is not None else {}
    platform = read_platform(live["em_sys_env"]) if "em_sys_env" in live else None
    info = read_device_info(live["gw_di"]) if "gw_di" in live else None
    chip, evidence = _chip(platform, origin)
    return DeviceFacts(
        platform=platform,
        info=info,
        serial=_serial(live),
        schema=_schema(live, info),
        mac=find_mac(data),
        chip=chip,
        chip_evidence=evidence,
    )


def _chip(platform: str | None, origin: Origin) -> tuple[str | None, str]:
    named = platform_chip(platform) if platform else None
    if named is not None:
        return named, "em_sys_env"
    return (origin.chip, "file-area") if origin.chip else (None, "")


def _serial(live: dict[str, bytes]) -> SerialSettings | None:
    for name in SERIAL_RECORDS:
        settings = read_serial(name, live[name]) if name in live else None
        if settings is not None:
            return settings
    return None


def _schema(live: dict[str, bytes], info: ProductFacts | None) -> tuple[SchemaPoint, ...]:
    name = info.schema_id if info is not None else None
    return (read_schema(live[name]) or ()) if name is not None and name in live else ()


def find_mac(data: bytes) -> str | None:
    """The device's MAC: from an RF sector at its own address, else from the first one."""
    known = [at for at in anchor_addrs(len(data)) if data.startswith(RF_MAGIC, at)]
    for at in [*known, *find_all(data, RF_MAGIC, limit=32)]:
        mac = read_mac(data[at : at + SECTOR_LEN])
        if mac is not None and mac not in _NO_MAC:
            return mac.hex(":")
    return None
