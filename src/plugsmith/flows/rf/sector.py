"""The judge of an RF sector: sound or not, whose address, and which backups know it. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.errors import Malformed
from plugsmith.flows.rf.results import RfRow
from plugsmith.tuya.rf import RF_MAGIC, decode_rf, read_mac
from plugsmith.tuya.rf_block import is_own_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.library.backups.index import IndexEntry

_GENERAL = 0x1111_1100


def judge(sector: bytes, offset: int, known: Iterable[IndexEntry] = ()) -> RfRow:
    """What the 4096 bytes at `offset` are, and which backups of `known` tell more about them."""
    mac = _address(sector)
    digest = hashlib.sha256(sector).hexdigest()
    entries = list(known)
    text = mac.hex(":") if mac is not None else None
    return RfRow(
        offset=offset,
        state=_state(sector, mac),
        mac=text,
        placeholder=mac is not None and is_placeholder_mac(mac),
        measured=_measured(sector),
        sha256=digest,
        backups=tuple(item.file.stem for item in entries if item.device.rf_sha256 == digest),
        same_mac=tuple(
            item.file.stem
            for item in entries
            if text is not None and item.device.mac == text and item.device.rf_sha256 != digest
        ),
    )


def _state(sector: bytes, mac: bytes | None) -> str:
    if sector.count(0xFF) == len(sector):
        return "blank"
    if sector[:4] != RF_MAGIC:
        return "other-data"
    try:
        decode_rf(sector)
    except Malformed:
        return "damaged"
    return "sound" if mac is not None else "no-address"


def _address(sector: bytes) -> bytes | None:
    mac = read_mac(sector)
    return mac if mac is not None and is_own_address(mac) and mac != b"\xff" * 6 else None


def _measured(sector: bytes) -> bool:
    """Whether there is calibration beside the general group with the address."""
    try:
        groups = decode_rf(sector).groups
    except Malformed:
        return False
    return any(group.tag != _GENERAL for group in groups)
