"""Passports and stored backups of made-up devices, for tests of the library."""

from __future__ import annotations

import hashlib
import zlib

from plugsmith.boot.flash import Proof
from plugsmith.library.backups.passport import Passport, ProvenRange
from plugsmith.memory import AddressRange

MAC = "c8:47:8c:01:02:03"


def passport_of(data: bytes, *, created: str, mac: str | None = MAC, rf_start=0x4000) -> Passport:
    rf = data[rf_start : rf_start + 0x1000] if rf_start is not None else b""
    return Passport(
        tool="plugsmith 0.1.0",
        created=created,
        label=None,
        chip="BK7231T",
        family="loader",
        chip_id=None,
        boot=None,
        boot_version=None,
        loader_crc=None,
        loader_covers=256,
        jedec=None,
        flash_part=None,
        flash_size=len(data),
        size_proof="wrap",
        key_class="tuya",
        key_evidence="",
        mac=mac,
        rf_start=rf_start,
        rf_sha256=hashlib.sha256(rf).hexdigest() if rf_start is not None else None,
        sha256=hashlib.sha256(data).hexdigest(),
        crc32=zlib.crc32(data),
        regions=(),
        ranges=(ProvenRange(span=AddressRange(0, len(data)), proof=Proof.DEVICE_CRC),),
        adapter=None,
        port="/dev/ttyUSB0",
        baud=921600,
    )


def content(seed: int, *, size: int = 0x8000) -> bytes:
    return bytes((seed * 7 + index * 13 + index // 256) & 0xFF for index in range(size))
