"""A whole forged factory flash: boot loader, application, RF sector, vendor storage, blank rest."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.chips import catalog
from plugsmith.chips.model import RegionRole
from plugsmith.forge.firmware import (
    DEFAULT_APP_LEN,
    default_boot_code,
    forge_app_partition,
    forge_loader,
)
from plugsmith.forge.rf import forge_rf
from plugsmith.forge.storage import StorageRequest, forge_storage
from plugsmith.image.physical import APP_START
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Mapping

FORGED_MAC = bytes.fromhex("c8478c000001")


def forged_mac(chip: str, *words: str) -> bytes:
    """The made-up address of a forged device: other words or another chip, another address."""
    name = catalog.chip(chip).name
    if name == "BK7231T" and not words:
        return FORGED_MAC
    tail = hashlib.sha256("\n".join((name, *words)).encode()).digest()[:3]
    return FORGED_MAC[:3] + tail


def forge_flash(
    *,
    chip: str,
    mac: bytes | None = None,
    boot_code_name: str | None = None,
    firmware: str = "tuya",
    version: str = "1.0.0",
    code_len: int = DEFAULT_APP_LEN,
    contents: Mapping[int, bytes] | None = None,
    pin_text: str | None = None,
    size: int | None = None,
) -> bytes:
    """A plausible factory flash of `chip`; the same arguments give the same bytes.

    `mac` None gives the address of `forged_mac`; the calibration follows from the address.

    `pin_text` puts an unpaired vendor storage with that text into it (more of it can be asked for
    in `forge.dump`). `contents` (physical address -> bytes) is laid over it last. `size` defaults
    to the chip's usual flash.
    """
    flash = bytearray(
        _base(
            chip,
            boot_code_name=boot_code_name or default_boot_code(chip),
            firmware=firmware,
            version=version,
            code_len=code_len,
            size=size or catalog.chip(chip).flash_size,
        )
    )
    rf = catalog.chip(chip).memory_map.region(RegionRole.RF)
    if rf is not None and rf.span.end <= len(flash):
        flash[rf.span.start : rf.span.start + SECTOR_LEN] = forge_rf(
            mac or forged_mac(chip), own=_own(contents or {})
        )
    storage: dict[int, bytes] = {}
    if pin_text is not None:
        storage = forge_storage(StorageRequest(chip=chip, pin_text=pin_text)).contents
    for at, data in (storage | dict(contents or {})).items():
        flash[at : at + len(data)] = data
    return bytes(flash)


def _own(contents: Mapping[int, bytes]) -> bytes:
    """What other content makes of a device: another one, also where the address is the same."""
    digest = hashlib.sha256()
    for at, data in contents.items():
        digest.update(at.to_bytes(4, "little") + data)
    return digest.digest() if contents else b""


@lru_cache(maxsize=4)
def _base(
    chip_name: str,
    *,
    boot_code_name: str,
    firmware: str,
    version: str,
    code_len: int,
    size: int,
) -> bytes:
    flash = bytearray(b"\xff" * size)
    loader = forge_loader(boot_code_name)
    flash[: len(loader)] = loader
    app = forge_app_partition(chip_name, firmware=firmware, version=version, code_len=code_len)
    flash[APP_START : APP_START + len(app)] = app
    return bytes(flash)
